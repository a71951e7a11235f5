--- Checks Flow JSON, as Meta does when it is uploaded, and collects what is wrong.
-- Source: Meta's "Flow JSON", "Components" and "Error codes" (static validation errors).
--
-- A problem: `keys` (where in the Flow JSON), `code` (Meta's), `message`, `hint`.

local actions = require "whatsapp.flow.actions"
local components = require "whatsapp.flow.components"
local document = require "whatsapp.flow.document"
local filling = require "whatsapp.flow.filling"
local model = require "whatsapp.flow.model"
local placement = require "whatsapp.flow.placement"
local references = require "whatsapp.flow.references"
local routes = require "whatsapp.flow.routes"
local schema = require "whatsapp.schema"

local rank = components.rank

local M = {}

-- The work of one check: what is wrong, and what was seen on the way. `at` is a
-- place as a chain: { up = at, key = "label" }.
local Check = {}
Check.__index = Check

function Check:report(at, code, message, hint)
  self.problems[#self.problems + 1] = { keys = document.keys(at), code = code, message = message, hint = hint }
end

--- Whether the flow's version is at least this one.
function Check:has(version)
  return not version or self.rank >= rank(version)
end

local function below(at, key) return { up = at, key = key } end

-- Values ------------------------------------------------------------------------------

--- What stands for a value that is known only later: ${data.x}, or an expression in
--- backticks.
local function is_dynamic(value)
  return type(value) == "string" and (value:find("${", 1, true) ~= nil or value:find "^`.*`$" ~= nil)
end

local function type_name(value)
  if type(value) == "userdata" then return "null" end
  return type(value)
end

local values = {}

local function wrong_type(check, at, expected, value)
  check:report(at, "INVALID_PROPERTY_TYPE", ("must be %s, not a %s"):format(expected, type_name(value)))
end

local DATA_LINK = "^data:image/[%w.+-]+;base64,"

-- What a text must not be, whatever it says.
local function check_kind(check, value, property, at)
  if property.literal and (value:find("${", 1, true) or value:find("`", 1, true)) then
    check:report(at, "INVALID_PROPERTY_VALUE", "takes no references, and no expressions")
  elseif property.base64 and not is_dynamic(value) and not value:gsub(DATA_LINK, ""):find "^[%w+/%s]*=*%s*$" then
    check:report(at, "INVALID_PROPERTY_VALUE", "must be the image itself in base64: neither a link nor a path",
      'of a file: assert(whatsapp.flow.image "photo.jpg")')
  elseif property.small and #value > (check:has "6.0" and 100 or 300) * 1024 * 4 / 3 then
    check:report(at, "INVALID_PROPERTY_VALUE", "is larger than 100 KB (before version 6.0: 300): it is not shown")
  end
end

local function check_length(check, value, property, at)
  local n = schema.length(value)
  if not n then return check:report(at, "INVALID_PROPERTY_VALUE", "is not UTF-8") end
  if property.required and not value:find "%S" then
    return check:report(at, "MIN_CHARS_REQUIRED", "must not be empty")
  end
  if property.max and n > property.max then
    check:report(at, "INVALID_PROPERTY_VALUE",
      ("has %d characters, at most %d are allowed"):format(n, property.max))
  end
end

-- Meta compares the type of a first value from 7.0 on only.
local function is_number(check, value, property)
  return type(value) == "number" and property.alone and not check:has "7.0"
    and check.component["input-type"] == "number"
end

function values.string(check, value, property, at)
  if is_number(check, value, property) then return end
  if type(value) ~= "string" then return wrong_type(check, at, "a string", value) end
  check_kind(check, value, property, at)
  if is_dynamic(value) then return end
  if property.one_of and not property.one_of[value] then
    local names = table.concat(schema.sorted_keys(property.one_of), ", ")
    return check:report(at, "INVALID_ENUM_VALUE", "must be one of " .. names)
  end
  check_length(check, value, property, at)
end

-- A text, or several that make one.
function values.text(check, value, property, at)
  if type(value) ~= "table" then return values.string(check, value, property, at) end
  if #value == 0 then return check:report(at, "MIN_ITEMS_REQUIRED", "needs at least one line") end
  if not check:has "5.1" then
    return check:report(at, "INVALID_PROPERTY_TYPE", "can be a list from version 5.1 on")
  end
  for i, line in ipairs(value) do
    if type(line) ~= "string" then return wrong_type(check, below(at, i), "a string", line) end
  end
  if property.max then check_length(check, table.concat(value, "\n"), property, at) end
end

function values.boolean(check, value, _, at)
  if type(value) ~= "boolean" and not is_dynamic(value) then wrong_type(check, at, "true or false", value) end
end

function values.number(check, value, property, at)
  if is_dynamic(value) then return end
  local number = tonumber(value)
  if not number then return wrong_type(check, at, "a number", value) end
  if property.type == "whole" and number % 1 ~= 0 then
    return check:report(at, "INVALID_PROPERTY_TYPE", "must be a whole number")
  end
  if (property.min and number < property.min) or (property.max and number > property.max) then
    check:report(at, "INVALID_PROPERTY_VALUE",
      ("must be from %d to %d"):format(property.min or 0, property.max))
  end
end

values.whole = values.number

-- Before 5.0 a date is a time in milliseconds.
function values.date(check, value, property, at)
  if is_dynamic(value) or (property.alone and value == "") then return end
  if type(value) ~= "string" then
    return wrong_type(check, at, check:has "5.0" and 'a date such as "2026-12-31"' or "a string of digits", value)
  end
  if check:has "5.0" and not filling.day_number(value) then
    check:report(at, "INVALID_PROPERTY_VALUE_FORMAT", "must be a date such as 2026-12-31")
  elseif not check:has "5.0" and not filling.is_time(value) then
    check:report(at, "INVALID_PROPERTY_VALUE_FORMAT", "must be a time in milliseconds before version 5.0")
  end
end

function values.list(check, value, property, at)
  if is_dynamic(value) then return end
  if type(value) ~= "table" then return wrong_type(check, at, "a list", value) end
  if #value < (property.min or 0) then
    check:report(at, "MIN_ITEMS_REQUIRED", ("needs at least %d"):format(property.min))
  elseif property.max and #value > property.max then
    check:report(at, "INVALID_PROPERTY_VALUE", ("has %d items, at most %d are allowed"):format(#value, property.max))
  end
  for i, one in ipairs(value) do check:value(one, property.of, below(at, i)) end
end

function values.object(check, value, property, at)
  if is_dynamic(value) then return end
  if type(value) ~= "table" then return wrong_type(check, at, "a table", value) end
  check:properties(value, property.fields, at)
end

-- A link, or a reference to one.
local function is_link(value)
  return type(value) == "string" and (is_dynamic(value) or value:find "^https?://%S+$" ~= nil)
end

local payload_of = { navigate = true, complete = true, data_exchange = true, update_data = true }

function values.action(check, value, property, at)
  if type(value) ~= "table" then return wrong_type(check, at, "an action", value) end
  local name = value.name
  local action = components.actions[name]
  if not action or not property.allowed[name] then
    local names = table.concat(schema.sorted_keys(property.allowed), ", ")
    return check:report(below(at, "name"), "INVALID_ENUM_VALUE", ("the action must be one of %s"):format(names))
  end
  if not check:has(action.since) then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s is there from version %s on"):format(name, action.since))
  end
  for _, key in ipairs(schema.sorted_keys(value)) do
    if key ~= "name" and not action.keys[key] then
      check:report(below(at, key), "INVALID_PROPERTY_KEY", ("cannot be given to %s"):format(name))
    end
  end
  if name == "navigate" and (type(value.next) ~= "table" or type(value.next.name) ~= "string") then
    return check:report(below(at, "next"), "MISSING_REQUIRED_TYPE_PROPERTY", "is missing: the screen it leads to")
  end
  if name == "open_url" and not is_link(value.url) then
    check:report(below(at, "url"), "INVALID_PROPERTY_VALUE", "must be a link: http:// or https://")
  end
  if payload_of[name] and value.payload ~= nil and type(value.payload) ~= "table" then
    wrong_type(check, below(at, "payload"), "a table", value.payload)
  end
  local kind = components.types[check.component.type].kind
  check.screen.actions[#check.screen.actions + 1] = { action = value, at = at, kind = kind, in_form = check.in_form }
end

function values.components(check, value, property, at)
  if type(value) ~= "table" then return wrong_type(check, at, "a list of components", value) end
  if #value < (property.min or 0) then
    check:report(at, "MIN_ITEMS_REQUIRED", "needs at least one component")
  end
  check:children(value, at)
end

function values.cases(check, value, _, at)
  if type(value) ~= "table" then return wrong_type(check, at, "a table of cases", value) end
  if next(value) == nil then return check:report(at, "INVALID_PROPERTY_VALUE", "needs at least one case") end
  for _, key in ipairs(schema.sorted_keys(value)) do
    local case = below(at, key)
    values.components(check, value[key], { min = key == "default" and 0 or 1 }, case)
  end
end

function values.any() end

-- What a picker of a range has for each end.
local function check_range(check, value, property, at)
  for _, key in ipairs(schema.sorted_keys(value)) do
    if key ~= "start-date" and key ~= "end-date" then
      check:report(below(at, key), "INVALID_PROPERTY_KEY", "unknown key", "allowed: start_date, end_date")
    else
      values[property.type](check, value[key], property, below(at, key))
    end
  end
end

--- Checks the value of a property.
function Check:value(value, property, at)
  if not self:has(property.since) then
    return self:report(at, "INVALID_PROPERTY_KEY", ("is there from version %s on"):format(property.since))
  end
  if property.alone and self.in_form then
    return self:report(at, "INVALID_PROPERTY_KEY", "is for a field outside a form",
      "give it to the form, in init_values or error_messages")
  end
  if self.screen and is_dynamic(value) then
    local dynamic = self.screen.dynamic
    dynamic[#dynamic + 1] = { value = value, property = property, at = at }
  end
  if property.ranged and type(value) == "table" then return check_range(self, value, property, at) end
  values[property.type](self, value, property, at)
end

-- The nearest of the names that are known, or all.
local function hint_of(name, known)
  return references.near(name, known) or "allowed: " .. table.concat(schema.sorted_keys(known), ", ")
end

local function is_required(check, property)
  return property.required == true or (property.required and check:has(property.required))
end

-- With a large label there is room for more.
local function relaxed(property, node)
  if not property.large or node["label-variant"] ~= "large" then return property end
  return { type = property.type, required = property.required }
end

--- Checks the properties of a table: those that are there and those that must be.
function Check:properties(node, properties, at)
  local known = components.at_meta(properties)
  for _, key in ipairs(schema.sorted_keys(node)) do
    local entry = known[key]
    if entry then
      self:value(node[key], relaxed(entry.property, node), below(at, key))
    elseif key ~= "type" then
      self:report(below(at, key), "INVALID_PROPERTY_KEY", "unknown property", hint_of(key, known))
    end
  end
  for _, key in ipairs(schema.sorted_keys(known)) do
    if node[key] == nil and is_required(self, known[key].property) then
      self:report(below(at, key), "MISSING_REQUIRED_TYPE_PROPERTY", "is missing")
    end
  end
end

-- Components --------------------------------------------------------------------------

-- Runs with other values of some fields.
local function with(check, fields, fn)
  local before = {}
  for key, value in pairs(fields) do before[key], check[key] = check[key], value end
  fn()
  for key in pairs(fields) do check[key] = before[key] end
end

local function check_component(check, node, at)
  if type(node) ~= "table" then return wrong_type(check, at, "a component", node) end
  local spec = components.types[node.type]
  if not spec then
    return check:report(below(at, "type"), "INVALID_PROPERTY_VALUE", "is no component",
      hint_of(node.type, components.types))
  end
  if not check:has(spec.since) then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("is there from version %s on"):format(spec.since))
  end
  placement.component(check, node, spec, at)
  local inside = (spec.kind == "when" or spec.kind == "switch") and spec.kind or nil
  with(check, { component = node, in_form = check.in_form or spec.kind == "form",
                inside = inside or check.inside, depth = check.depth + (inside and 1 or 0) }, function()
    check:properties(node, spec.properties, at)
  end)
end

--- Checks a list of components. What stands in a branch of when and switch knows which.
function Check:children(list, at)
  local parent = self.component and components.types[self.component.type]
  local branches = parent and (parent.kind == "when" or parent.kind == "switch")
  local outer = self.branch
  if branches then self.branch = { up = outer, of = self.component } end
  for i, node in ipairs(list) do check_component(self, node, below(at, i)) end
  self.branch = outer
end

-- Screens -------------------------------------------------------------------------------

local SCREEN = {
  id = { type = "string", required = true }, title = { type = "string" }, terminal = { type = "boolean" },
  success = { type = "boolean" }, refresh_on_back = { type = "boolean" }, data = { type = "any" },
  sensitive = { type = "list", of = { type = "string" }, since = "5.1" }, layout = { type = "any", required = true },
}

local FLOW = { version = true, routing_model = true, screens = true,
               data_api_version = { type = "string", literal = true },
               data_channel_uri = { type = "string", literal = true } }

-- The names of a screen have _ at Meta, too.
local function check_keys(check, node, known, at)
  for _, key in ipairs(schema.sorted_keys(node)) do
    if not known[key] then
      check:report(below(at, key), "INVALID_PROPERTY_KEY", "unknown property", hint_of(key, known))
    elseif type(known[key]) == "table" then
      check:value(node[key], known[key], below(at, key))
    end
  end
end

local function check_id(check, id, at)
  if id == nil then return check:report(at, "MISSING_REQUIRED_TYPE_PROPERTY", "is missing") end
  if type(id) ~= "string" then return end
  if not id:find "^[%a_]+$" then
    check:report(at, "PATTERN_MISMATCH", "must be of letters and _: no digits, no spaces")
  elseif id:upper() == "SUCCESS" then
    check:report(at, "SCREEN_ID_IS_RESERVED_KEYWORD", "is Meta's own word for the end of a flow")
  elseif check.screens[id] then
    check:report(at, "DUPLICATE_SCREEN_IDS", ("the screen %s is there twice"):format(id))
  end
end

local function check_layout(check, layout, at)
  if layout == nil then return check:report(at, "MISSING_REQUIRED_TYPE_PROPERTY", "is missing") end
  if type(layout) ~= "table" then return wrong_type(check, at, "a table", layout) end
  if layout.type ~= "SingleColumnLayout" then
    check:report(below(at, "type"), "INVALID_ENUM_VALUE", "must be SingleColumnLayout")
  end
  values.components(check, layout.children, { min = 1 }, below(at, "children"))
end

local function check_screen(check, node, at)
  if type(node) ~= "table" then return wrong_type(check, at, "a screen", node) end
  local screen = { node = node, at = at, id = node.id, inputs = {}, actions = {}, counts = {}, dynamic = {}, total = 0 }
  check.screen, check.in_form, check.depth, check.inside, check.branch = screen, false, 0, nil, nil
  check_keys(check, node, SCREEN, at)
  check_id(check, node.id, below(at, "id"))
  model.check(check, node.data, below(at, "data"))
  check_layout(check, node.layout, below(at, "layout"))
  check.list[#check.list + 1] = screen
  if type(node.id) == "string" then check.screens[node.id] = check.screens[node.id] or screen end
end

-- The flow ------------------------------------------------------------------------------

local SCREENS = 100

-- How an endpoint is asked: others it would not understand.
local DATA_API = { ["2.0"] = true, ["3.0"] = true, ["4.0"] = true }

local function check_version(check, flow)
  local at = below(nil, "version")
  if flow.version == nil then
    return check:report(at, "MISSING_FLOW_JSON_VERSION", "is missing",
      ('give version = "%s"'):format(components.newest))
  end
  local number = rank(flow.version)
  if type(flow.version) ~= "string" or not number then
    return check:report(at, "INVALID_FLOW_JSON_VERSION", 'must be a string such as "7.1"')
  end
  if number < rank(components.oldest) then
    return check:report(at, "UNSUPPORTED_FLOW_JSON_VERSION", "must be at least " .. components.oldest)
  end
  check.rank = number
  local api = flow.data_api_version
  if type(api) == "string" and not DATA_API[api] then
    check:report(below(nil, "data_api_version"), "INVALID_PROPERTY_VALUE", 'must be "3.0" or "4.0"')
  end
  if flow.data_channel_uri ~= nil and check:has "3.0" then
    check:report(below(nil, "data_channel_uri"), "INVALID_PROPERTY_KEY", "is there before version 3.0 only",
      "give the flow its endpoint_uri")
  end
end

--- What is wrong with Flow JSON.
---@param flow any as decoded
---@param own? boolean whether it was written here: then it must also be read as it says,
---   which Meta does not ask for
---@return { keys: any[], code: string, message: string, hint?: string }[] problems
function M.run(flow, own)
  local check = setmetatable({ problems = {}, screens = {}, list = {}, flow = flow, own = own,
                               rank = rank(components.newest) }, Check)
  if type(flow) ~= "table" then
    wrong_type(check, nil, "a JSON object", flow)
    return check.problems
  end
  check_keys(check, flow, FLOW, nil)
  check_version(check, flow)
  local at = below(nil, "screens")
  if type(flow.screens) ~= "table" or #flow.screens == 0 then
    check:report(at, "MISSING_REQUIRED_TYPE_PROPERTY", "needs at least one screen")
    return check.problems
  end
  if #flow.screens > SCREENS then
    check:report(at, "MAX_SCREENS_NUMBER", ("has %d screens, at most %d are allowed"):format(#flow.screens, SCREENS))
    return check.problems
  end
  for i, node in ipairs(flow.screens) do check_screen(check, node, below(at, i)) end
  if not check.list[1] then return check.problems end
  for _, screen in ipairs(check.list) do
    placement.screen(check, screen)
    references.screen(check, screen)
    actions.screen(check, screen)
  end
  placement.flow(check)
  routes.check(check)
  return check.problems
end

return M
