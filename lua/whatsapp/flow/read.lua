--- Flow JSON → screens as you write them. What cannot be said that way, or would not
-- come back the same, stays in Meta's own form.

local components = require "whatsapp.flow.components"
local json = require "whatsapp.json"
local write = require "whatsapp.flow.write"

local M = {}

local component, convert

--- Whether two values are the same JSON.
---@param a any
---@param b any
---@return boolean
function M.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  if next(a) == nil and next(b) == nil then
    return (getmetatable(a) == nil) == (getmetatable(b) == nil)
  end
  for key, value in pairs(a) do
    if not M.same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

-- Actions -----------------------------------------------------------------------------

local function has_only(value, names)
  for key in pairs(value) do
    if not names[key] then return false end
  end
  return true
end

local PAYLOAD, URL, NAVIGATE = { name = true, payload = true }, { name = true, url = true },
  { name = true, next = true, payload = true }

-- The action as it is written; itself where that cannot be.
local function action(value)
  local name, payload = value.name, value.payload
  if name == "open_url" and has_only(value, URL) then return { open_url = value.url } end
  if type(payload) ~= "table" then return value end
  if name == "navigate" and has_only(value, NAVIGATE) and type(value.next) == "table"
    and value.next.type == "screen" then
    return { navigate = value.next.name, payload = next(payload) ~= nil and payload or nil }
  end
  if components.actions[name] and name ~= "navigate" and has_only(value, PAYLOAD) then return { [name] = payload } end
  return value
end

-- Properties --------------------------------------------------------------------------

local function each_of(list, fn)
  local out = json.array {}
  for i = 1, #list do out[i] = fn(list[i]) end
  return out
end

-- Nil where a name is not known.
local function rename(value, fields)
  local out, known = {}, components.at_meta(fields)
  for key, one in pairs(value) do
    local entry = known[key]
    if not entry then return nil end
    out[entry.key] = convert(one, entry.property)
  end
  return out
end

local converters = { action = action }

-- The click's action stands among the properties.
local function spread_action(content)
  local click = content.on_click_action
  if type(click) ~= "table" or click.name ~= nil then return end
  content.on_click_action = nil
  for key, value in pairs(click) do content[key] = value end
end

function converters.object(value, property)
  local out = rename(value, property.fields)
  if out and property.click then spread_action(out) end
  return out or value
end

function converters.list(value, property)
  return each_of(value, function(one) return convert(one, property.of) end)
end

function converters.components(value) return each_of(value, component) end

function converters.cases(value)
  local out = {}
  for key, case in pairs(value) do out[key] = type(case) == "table" and each_of(case, component) or case end
  return out
end

local RANGE = { start_date = { type = "any" }, end_date = { type = "any" } }

function convert(value, property)
  if type(value) ~= "table" then return value end
  if property.ranged then return rename(value, RANGE) or value end
  local converter = converters[property.type]
  return converter and converter(value, property) or value
end

-- Components --------------------------------------------------------------------------

local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or getmetatable(value) ~= nil)
end

local function content_of(node, spec)
  local copy = {}
  for key, value in pairs(node) do
    if key ~= "type" then copy[key] = value end
  end
  local content = rename(copy, spec.properties)
  if not content then return nil end
  if spec.click then spread_action(content) end
  local list = spec.list and content[spec.list]
  if is_list(list) and #list > 0 then
    content[spec.list] = nil
    for i, one in ipairs(list) do content[i] = one end
  elseif spec.short and next(content) == spec.short and next(content, spec.short) == nil
    and type(content[spec.short]) ~= "table" then
    return content[spec.short]
  end
  return content
end

function component(node)
  local spec = type(node) == "table" and components.types[node.type]
  if not spec then return node end
  local content = content_of(node, spec)
  if content == nil then return node end
  local written = { [spec.kind] = content }
  local again = write.component(written, spec.kind)
  if again and M.same(again, node) then return written end
  return node
end

-- Screens -------------------------------------------------------------------------------

local LAYOUT = { type = true, children = true }

local function screen_of(screen)
  if type(screen) ~= "table" then return screen end
  local out, layout = {}, screen.layout
  for key, value in pairs(screen) do out[key] = value end
  if type(layout) ~= "table" or layout.type ~= "SingleColumnLayout" or not is_list(layout.children)
    or not has_only(layout, LAYOUT) then
    return out
  end
  out.layout = nil
  for i, node in ipairs(layout.children) do out[i] = component(node) end
  return out
end

--- Screens as you write them, of Flow JSON.
---@param flow table
---@return table
function M.flow(flow)
  local out = {}
  for key, value in pairs(flow) do
    if key ~= "screens" then out[key] = value end
  end
  for i, screen in ipairs(flow.screens) do out[i] = screen_of(screen) end
  return out
end

return M
