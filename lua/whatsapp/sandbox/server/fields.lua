--- `?fields=`: which fields of an object an answer holds.

local answer = require "whatsapp.sandbox.server.answer"

local M = {}

-- A field's own fields, `events{id}`, are for whoever makes that field: see `inner`.
local function split(text)
  local names = {}
  for name in text:gsub("%b{}", ""):gmatch "[^,%s]+" do names[#names + 1] = name end
  return names
end

local function set_of(...)
  local set = {}
  for _, names in ipairs { ... } do
    for _, name in ipairs(names) do set[name] = true end
  end
  return set
end

--- The request for a field's own fields: `?fields=id,events{id,timestamp}` asks for
--- `id,timestamp` of events.
---@param req table
---@param name string
---@return table req
function M.inner(req, name)
  local asked = "," .. (req.query.fields or "")
  return { query = { fields = asked:match("[,%s]" .. name .. "%s*{([^{}]*)}") } }
end

--- What can be asked of one type of object.
---@param type { name: string, default: string[], more: string[], always: string }
---  `default` fields come unasked, `always` with any
---@return fun(req: table): fun(object: table): table chooser  refuses a field that is none
function M.of(type)
  local known = set_of(type.default, type.more)
  return function(req)
    local names = split(req.query.fields or "")
    for _, name in ipairs(names) do
      if not known[name] then
        answer.refuse { code = 100, message = ("Tried accessing nonexisting field (%s) on node "
          .. "type (%s)"):format(name, type.name) }
      end
    end
    if #names == 0 then names = type.default end
    return function(object)
      local chosen = { [type.always] = object[type.always] }
      for _, name in ipairs(names) do chosen[name] = object[name] end
      return chosen
    end
  end
end

return M
