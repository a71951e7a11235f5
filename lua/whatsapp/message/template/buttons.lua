--- What fills the buttons of a template: buttons[i] is for the one at Graph's
-- index i - 1.

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local order = require "whatsapp.message.order"
local schema = require "whatsapp.schema"
local sections = require "whatsapp.message.sections"

local invalid = Error.invalid
local join = schema.join

local M = {}

local BUTTONS_MAX = 10

local function action(fields) return { type = "action", action = fields } end

local suffix = { type = "string", number = true, max = 2000 }

-- What stands for the variable of a url: a text, or by its name.
local function suffix_of(value, path)
  if type(value) ~= "table" then return schema.check(value, suffix, path) end
  local name = next(value)
  if type(name) ~= "string" or next(value, name) ~= nil then
    return invalid(path, "must be a text, or one by its name: a url has one variable")
  end
  local text, err = schema.check(value[name], suffix, join(path, name))
  return text and { [name] = text }, err
end

local function says_something(value, path)
  if next(value) ~= nil then return value end
  return invalid(path, "needs ttl_minutes, payload or both", "use false for a button without a value")
end

-- By the key it is given under: how the value is checked, Graph's word for the
-- button, and its parameters. Graph's page shows no index with a call.
local fillers = {
  url = { spec = { type = "any", before = suffix_of, either = { suffix = suffix, named = { type = "map" } } },
    sub_type = "url", fill = function(value)
      if type(value) == "string" then return { type = "text", text = value } end
      local name, text = next(value)
      return { type = "text", text = text, parameter_name = name }
    end },
  payload = { spec = { type = "string", number = true, max = 256 }, sub_type = "quick_reply",
    fill = function(value) return { type = "payload", payload = value } end },
  code = { spec = { type = "string", number = true, max = 20 }, sub_type = "copy_code",
    fill = function(value) return { type = "coupon_code", coupon_code = value } end },
  flow = { spec = { type = "table", short = "token", fields = {
      token = { type = "string" }, data = { type = "json", object = true } } }, sub_type = "flow",
    fill = function(value)
      return action { flow_token = value.token or "unused", flow_action_data = value.data }
    end },
  voice_call = { spec = { type = "table", check = says_something, fields = interactive.call }, sub_type = "voice_call",
    no_index = true, fill = function(value)
      local payload = value.payload and { type = "payload", payload = value.payload }
      if not value.ttl_minutes then return payload end
      return { type = "ttl_minutes", ttl_minutes = value.ttl_minutes }, payload
    end },
  catalog = { spec = { type = "string", number = true }, sub_type = "catalog",
    fill = function(value) return action { thumbnail_product_retailer_id = value } end },
  products = { spec = sections.spec { thumbnail = { type = "string", number = true, required = true } },
    sub_type = "mpm",
    fill = function(value)
      return action { thumbnail_product_retailer_id = value.thumbnail,
                      sections = sections.graph(value.children) }
    end },
  order_details = { spec = order.order_details.parameters.spec, sub_type = "order_details",
    fill = function(value)
      return action { order_details = order.order_details.parameters.compile(value) }
    end },
}

--- What a list of buttons may hold: for the types, the checks are `add`'s.
M.spec = { type = "list", min = 0, max = BUTTONS_MAX, of = { type = "table", also = "false", fields = {} } }
for key, filler in pairs(fillers) do M.spec.of.fields[key] = filler.spec end

local function button(value, index, path)
  if type(value) ~= "table" then
    return invalid(path, "must be a table such as { url = … } or { payload = … }, or false")
  end
  local key = next(value)
  if key == nil then return invalid(path, "is empty", "use false for a button without a value") end
  if next(value, key) ~= nil then return invalid(path, "can hold only one thing") end
  if not fillers[key] then return schema.unknown_key(path, key, fillers) end
  local filler = fillers[key]
  local content, err = schema.check(value[key], filler.spec, join(path, key))
  if not content then return nil, err end
  return { type = "button", sub_type = filler.sub_type, index = not filler.no_index and tostring(index - 1) or nil,
           parameters = { filler.fill(content) } }
end

local function last_index(list)
  local last = 0
  for key in pairs(list) do
    if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then return nil, key end
    last = math.max(last, key)
  end
  return last
end

--- Appends the components of the buttons; false or nil skips one.
---@param list table
---@param components table[]
---@param path string
---@return true|nil
---@return whatsapp.Error? err
function M.add(list, components, path)
  if type(list) ~= "table" then return invalid(path, "must be a list") end
  local last, stray = last_index(list)
  if not last then return invalid(join(path, stray), "has no place in a list") end
  if last > BUTTONS_MAX then return invalid(join(path, BUTTONS_MAX + 1), "at most 10 are allowed") end
  for i = 1, last do
    if list[i] then
      local component, err = button(list[i], i, join(path, i))
      if not component then return nil, err end
      components[#components + 1] = component
    end
  end
  return true
end

return M
