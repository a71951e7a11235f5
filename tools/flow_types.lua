-- tools/flow_types.lua write: makes meta/flows.lua, the LuaCATS types of the screens of a
-- Flow, out of the descriptions of its components. Without an argument it returns the text.

local components = require "whatsapp.flow.components"
local schema = require "whatsapp.schema"

local FILE = "meta/flows.lua"
local PREFIX = "whatsapp.flow."

local HEAD = [[
---@meta
-- Made by `make types` from lua/whatsapp/flow/components.lua; do not edit.
-- A string in the place of something else is a reference, "${data.x}", or an expression.

---@class whatsapp.Flow
---@field version string such as "7.1"
---@field data_api_version? "3.0"|"4.0" the first follows from an action that asks the endpoint
---@field routing_model? table<string, string[]> which screen leads to which; follows from the navigation
---@field [integer] whatsapp.flow.Screen

---@class whatsapp.flow.Screen
---@field id string letters and _
---@field title? string
---@field data? table<string, any> an example of each value that the screen is given, or its JSON schema
---@field terminal? boolean the Flow may end here
---@field success? boolean of a terminal screen: false where its end is none
---@field refresh_on_back? boolean the endpoint is asked when the customer comes back from here
---@field sensitive? string[] fields that the answer in the chat does not show
---@field layout? table Meta's own form, in place of the components
---@field [integer] whatsapp.flow.Component

---@class whatsapp.flow.Action what a click, or a choice, does: one of these
---@field navigate? string the screen that it leads to
---@field payload? table<string, any> with navigate: the data of that screen
---@field complete? table<string, any> ends the Flow: what the webhook gets
---@field data_exchange? table<string, any> asks the endpoint
---@field update_data? table<string, any> changes the screen's own data (from version 6.0 on)
---@field open_url? string a link (from version 6.0 on)

---@class whatsapp.flow.start_and_end of a calendar in mode range
---@field start_date? any
---@field end_date? any
]]

local classes

local type_of

local simple = { string = "string", text = "string|string[]", boolean = "boolean|string", whole = "integer|string",
                 number = "number|string", date = "string", action = PREFIX .. "Action",
                 components = PREFIX .. "Component[]", cases = ("table<string, %sComponent[]>"):format(PREFIX) }

local function remarks(property)
  local out = {}
  if property.max and property.type ~= "list" then
    local unit = (property.type == "string" or property.type == "text") and " characters" or ""
    out[#out + 1] = ("at most %d%s"):format(property.max, unit)
  elseif property.max then
    out[#out + 1] = ("%d to %d"):format(property.min or 0, property.max)
  end
  if property.since then out[#out + 1] = ("from version %s on"):format(property.since) end
  if property.alone then out[#out + 1] = "outside a form" end
  return out[1] and " " .. table.concat(out, ", ") or ""
end

-- The fields of a table; `list` is the property that its array part is.
local function lines_of(properties, path, list)
  local lines = {}
  for _, name in ipairs(schema.sorted_keys(properties)) do
    local property = properties[name]
    -- A click's action may stand among the properties.
    local needed = property.required == true and name ~= list and name ~= "on_click_action"
    local key = name == "end" and '["end"]' or name
    lines[#lines + 1] = ("---@field %s%s %s%s"):format(key, needed and "" or "?",
      type_of(property, path .. "." .. name), remarks(property))
  end
  return lines
end

-- What is clicked may have the action among its properties.
local function class_text(path, lines, click)
  return ("---@class %s%s%s\n%s\n"):format(PREFIX, path, click and ": " .. PREFIX .. "Action" or "",
    table.concat(lines, "\n"))
end

local function class_of(path, property)
  local lines = lines_of(property.fields, path)
  classes[#classes + 1] = class_text(path, lines, property.click)
  return PREFIX .. path
end

local function item_of(property, path)
  if property.of.type == "object" then
    return (property.of.short and "string|number|" or "") .. class_of(path:gsub("[^.]+$", "item"), property.of)
  end
  return type_of(property.of, path)
end

local function of_list(property, path)
  local item = item_of(property, path)
  return (item:find("|", 1, true) and "(" .. item .. ")[]" or item .. "[]") .. "|string"
end

function type_of(property, path)
  local found
  if property.one_of then
    found = '"' .. table.concat(schema.sorted_keys(property.one_of), '"|"') .. '"|string'
  elseif property.type == "list" then
    found = of_list(property, path)
  elseif property.type == "object" then
    found = class_of(path, property)
  else
    found = simple[property.type] or "any"
  end
  return property.ranged and found .. "|" .. PREFIX .. "start_and_end" or found
end

-- What the array part of a component is made of.
local function child_of(spec, kind)
  local property = spec.list and spec.properties[spec.list]
  if not property then return nil end
  if property.type == "components" then return PREFIX .. "Component" end
  if property.type == "text" then return "string a line" end
  return (property.of.short and "string|number|" or "") .. PREFIX .. kind .. ".item"
end

local function component_class(kind, spec)
  local lines = lines_of(spec.properties, kind, spec.list)
  local child = child_of(spec, kind)
  if child then lines[#lines + 1] = "---@field [integer] " .. child end
  return class_text(kind, lines, spec.click)
end

local function union()
  local lines = { ("---@class %sComponent one thing"):format(PREFIX) }
  for _, kind in ipairs(schema.sorted_keys(components.kinds)) do
    local spec = components.kinds[kind]
    lines[#lines + 1] = ("---@field %s? %s%s%s Meta's %s%s"):format(kind, spec.short and "string|" or "", PREFIX, kind,
      spec.type, spec.since and (", from version %s on"):format(spec.since) or "")
  end
  lines[#lines + 1] = "---@field type? string Meta's own form: its type; the properties stand beside it"
  return table.concat(lines, "\n") .. "\n"
end

local function make()
  classes = {}
  local first = union()
  for _, kind in ipairs(schema.sorted_keys(components.kinds)) do
    local at = #classes + 1
    table.insert(classes, at, component_class(kind, components.kinds[kind]))
  end
  return HEAD .. "\n" .. first .. "\n" .. table.concat(classes, "\n")
end

if ... == "write" then
  local file = assert(io.open(FILE, "w"))
  file:write(make())
  file:close()
end

return make
