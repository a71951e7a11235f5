--- The good and bad cases of spec/conformance/cases, one file per kind or family:
---
---   return {
---     good = { ["a name"] = { text = "Hello" } },
---     bad = { ["a name"] = { "text.body", { text = "" } } },
---   }
---
--- A message gets a recipient unless it has one (`to = false`: none), a new template
--- (`subject = "definition"`) its name, language and category. A bad case names the
--- field that is refused. What it would be on the wire is what the compile step
--- makes of it unchecked; where that cannot be made, or has lost the mistake,
--- `native` is the payload in Graph's form (completed likewise).

local definition = require "whatsapp.message.definition"
local files = require "spec.support.files"
local unchecked = require "spec.support.unchecked"
local whatsapp = require "whatsapp"

local M = {}

local FOLDER = "spec/conformance/cases"
local TO = "15551234567"
local NEW_TEMPLATE = { name = "order_confirmation", language = "en_US", category = "UTILITY" }

-- A copy with defaults; `false` leaves a field out.
local function with(defaults, values)
  local all = {}
  for name, value in pairs(defaults) do all[name] = value end
  for name, value in pairs(values) do all[name] = value end
  for name in pairs(defaults) do
    if all[name] == false then all[name] = nil end
  end
  return all
end

-- Its files would be uploaded first; they are left out.
local function compiler(module)
  return function(template)
    local built, err = module.compile(template)
    return built, not built and err or nil
  end
end

-- What the cases of a file are about: how they are built, checked and not, and
-- where the result is posted.
local subjects = {
  message = {
    name = "message",
    path = "{phone_number_id}/messages",
    complete = function(message) return with({ to = TO }, message) end,
    build = whatsapp.build,
    unchecked = unchecked.message.build,
    native = function(payload)
      return with({ messaging_product = "whatsapp", recipient_type = "individual", to = TO }, payload)
    end,
  },
  definition = {
    name = "definition",
    path = "{business_account_id}/message_templates",
    complete = function(template) return with(NEW_TEMPLATE, template) end,
    build = compiler(definition),
    unchecked = compiler(unchecked.definition),
    native = function(template) return with(NEW_TEMPLATE, template) end,
  },
}

---@class spec.Case
---@field name string "text: an empty body"
---@field input table
---@field subject table
---@field field? string of a bad one: the field that is refused
---@field native? table of a bad one: its payload in Graph's form

local function sorted(map)
  local names = {}
  for name in pairs(map or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- Calls `add(name, case, subject)` for every case of a sort.
local function each(sort, add)
  for _, path in ipairs(files.under(FOLDER, "*.lua")) do
    local group, kind = dofile(path), path:match "([^/]+)%.lua$"
    for _, name in ipairs(sorted(group[sort])) do
      add(kind .. ": " .. name, group[sort][name], subjects[group.subject or "message"])
    end
  end
end

--- What is sent.
---@return spec.Case[]
function M.good()
  local list = {}
  each("good", function(name, input, subject)
    list[#list + 1] = { name = name, subject = subject, input = subject.complete(input) }
  end)
  return list
end

--- What is refused.
---@return spec.Case[]
function M.bad()
  local list = {}
  each("bad", function(name, case, subject)
    list[#list + 1] = { name = name, subject = subject, field = case[1],
                        input = subject.complete(case[2]), native = case.native }
  end)
  return list
end

--- A bad case on the wire; raises when it cannot be made.
---@param case spec.Case
---@return table
function M.payload(case)
  if case.native then return case.subject.native(case.native) end
  local ok, payload, err = pcall(case.subject.unchecked, case.input)
  if ok and payload then return payload end
  error(("%s: give its payload as `native`: %s"):format(case.name, tostring(err or payload)), 0)
end

return M
