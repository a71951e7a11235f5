--- Where something stands in Flow JSON → how it is called in the table you wrote:
-- screens[1].layout.children[2].label → WELCOME[2].text_input.label

local components = require "whatsapp.flow.components"
local schema = require "whatsapp.schema"

local M = {}

local function index(i) return ("[%s]"):format(tostring(i)) end

local function dotted(key)
  if type(key) == "number" then return index(key) end
  return "." .. tostring(key):gsub("-", "_")
end

-- A step through a component: its properties as they are called here, its lists as
-- the array parts that they are, the click's action among its properties.
local function component_step(spec, key, value)
  if key == "on-click-action" and spec.click and type(value) == "table" then return "" end
  local entry = components.at_meta(spec.properties)[key]
  if not entry then return dotted(key) end
  local is_array_part = entry.key == spec.list and type(value) == "table"
  return is_array_part and "" or "." .. entry.key, entry.property.type
end

-- Inside an action of this name: how many keys its name stands for, itself for one.
local function action_step(name, key)
  if name == "navigate" and key == "payload" then return nil end
  if key == "next" then return "." .. name, 2 end
  if key == "payload" or key == "url" or key == "name" then return "." .. name, 1 end
end

local function is_action(value)
  return type(value) == "table" and type(value.name) == "string" and components.actions[value.name] ~= nil
end

-- The rest of a way, through properties and actions.
local function rest_of(value, keys, from, out)
  while keys[from] ~= nil do
    local step, count
    if is_action(value) then step, count = action_step(value.name, keys[from]) end
    if keys[from] == "on-click-action" then step = "" end -- of an item of a list
    out[#out + 1] = step or dotted(keys[from])
    for _ = 1, count or 1 do
      value = type(value) == "table" and keys[from] ~= nil and value[keys[from]] or nil
      from = from + 1
    end
  end
  if is_action(value) then out[#out + 1] = "." .. value.name end
end

local in_component

local function in_list(list, keys, from, out)
  local i = keys[from]
  if i == nil then return end
  out[#out + 1] = dotted(i)
  if type(list) == "table" then in_component(list[i], keys, from + 1, out) end
end

function in_component(node, keys, from, out)
  local spec = type(node) == "table" and components.types[node.type]
  if not spec then return rest_of(node, keys, from, out) end
  out[#out + 1] = "." .. spec.kind
  local key = keys[from]
  if key == nil then return end
  local value = node[key]
  local step, kind = component_step(spec, key, value)
  out[#out + 1] = step
  if kind == "components" then return in_list(value, keys, from + 1, out) end
  if kind == "cases" and keys[from + 1] ~= nil then
    out[#out + 1] = "." .. tostring(keys[from + 1])
    return in_list(value[keys[from + 1]], keys, from + 2, out)
  end
  rest_of(value, keys, from + 1, out)
end

local function in_screen(flow, keys, out)
  local screen = type(flow.screens) == "table" and flow.screens[keys[2]]
  local id = type(screen) == "table" and screen.id
  out[#out + 1] = type(id) == "string" and id ~= "" and id or index(keys[2])
  if type(screen) ~= "table" or keys[3] ~= "layout" or keys[4] ~= "children" then
    return rest_of(screen, keys, 3, out)
  end
  if type(screen.layout) == "table" then in_list(screen.layout.children, keys, 5, out) end
end

--- How a place is called in the table you wrote.
---@param flow table Flow JSON
---@param keys any[] the keys that lead there, from the top
---@return string|nil name nil for the flow as a whole
function M.name(flow, keys)
  local out = {}
  if keys[1] == "screens" and keys[2] ~= nil and type(flow) == "table" then
    in_screen(flow, keys, out)
  elseif keys[1] ~= "screens" then
    rest_of(flow, keys, 1, out)
  end
  local name = schema.join_all("", out, function(path, step) return path .. step end):gsub("^%.", "")
  return name ~= "" and name or nil
end

--- The keys of a place as Meta writes it: $root/screens/0/layout/children/2, or
--- screens[0].layout.children[2].
---@param text string
---@return any[] keys
function M.keys(text)
  local keys = {}
  for step in text:gsub("^%$?root", ""):gmatch "[^/.%[%]]+" do
    local number = tonumber(step)
    keys[#keys + 1] = number and number + 1 or step
  end
  return keys
end

return M
