--- Flow JSON as whoever plays it sees it: what is on a screen, what may be filled in,
--- what a tap does. Conditions are not weighed: of both branches everything is there.
-- Meta's page: "Flow JSON".

local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local M = {}

---@class whatsapp.testing.Sheet
---@field screens table<string, table>
---@field first string|nil
local Sheet = {}
Sheet.__index = Sheet

--- Of Flow JSON, decoded or as text; nil for anything else.
---@param flow table|string
---@return whatsapp.testing.Sheet|nil
function M.new(flow)
  if type(flow) == "string" then flow = json.decode_raw(flow) end
  if type(flow) ~= "table" or type(flow.screens) ~= "table" then return nil end
  local screens = {}
  for _, screen in ipairs(flow.screens) do screens[screen.id] = screen end
  local first = flow.screens[1]
  return setmetatable({ screens = screens, routes = flow.routing_model, first = first and first.id }, Sheet)
end

-- Every table of a layout, the outer before the inner, in a steady order.
local function walk(value, visit)
  if type(value) ~= "table" then return end
  visit(value)
  for _, key in ipairs(schema.sorted_keys(value)) do
    if key ~= "payload" then walk(value[key], visit) end
  end
end

--- The names of what can be filled in.
---@param id string
---@return table<string, true>
function Sheet:inputs(id)
  local names = {}
  walk(self.screens[id].layout, function(part)
    if type(part.type) == "string" and type(part.name) == "string" and part.type ~= "Form" then
      names[part.name] = true
    end
  end)
  return names
end

local function label_of(part)
  local main = part["main-content"]
  return part.label or part.text or (type(main) == "table" and main.title) or nil
end

--- The actions that a tap can mean: of the parts with a label, else of the footers.
---@param id string
---@param label? string
---@return table[]
function Sheet:actions(id, label)
  local found = {}
  walk(self.screens[id].layout, function(part)
    local action = part["on-click-action"]
    if type(action) ~= "table" then return end
    if label == nil and part.type == "Footer" or label ~= nil and label_of(part) == label then
      found[#found + 1] = action
    end
  end)
  return found
end

--- Whether an answer of the endpoint may lead from one screen to another.
---@param from string|nil
---@param to string
---@return boolean
function Sheet:leads(from, to)
  local routes = self.routes and from and self.routes[from]
  if from == to or type(routes) ~= "table" then return true end
  for _, name in ipairs(routes) do if name == to then return true end end
  return false
end

-- References ------------------------------------------------------------------------

-- The value at `a.b.c`; nil where there is none.
local function look_up(context, path)
  local value = context
  for name in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value = value[name]
  end
  return value
end

--- A payload with what its `${form.…}`, `${data.…}` and `${screen.ID.…}` refer to. What
--- refers to nothing is left out.
---@param value any
---@param context { form: table, data: table, screen: table }
---@return any
function M.resolve(value, context)
  if type(value) == "table" then
    local copy = {}
    for key, item in pairs(value) do copy[key] = M.resolve(item, context) end
    return setmetatable(copy, getmetatable(value))
  end
  if type(value) ~= "string" then return value end
  local path = value:match "^%${([%w_.]+)}$"
  if path then return look_up(context, path) end
  return value
end

return M
