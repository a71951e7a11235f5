--- Flow JSON as whoever plays it needs it: its screens, the ways between them, what a
-- screen must be given.
-- Meta's page: "Flow JSON".

local Error = require "whatsapp.error"
local components = require "whatsapp.flow.components"
local document = require "whatsapp.flow.document"
local expression = require "whatsapp.flow.expression"
local filling = require "whatsapp.flow.filling"
local model = require "whatsapp.flow.model"
local routes = require "whatsapp.flow.routes"
local schema = require "whatsapp.schema"

local M = {}

---@class whatsapp.flow.Sheet
---@field screens table<string, table>
---@field first string|nil
---@field version string|nil that of the data exchange
---@field chooses_at_entry boolean whether what is chosen already when a screen opens counts as chosen then
local Sheet = {}
Sheet.__index = Sheet

-- The first expression that is none, and why; what is not read could not be weighed.
local function wrong_expression(value, key)
  if type(value) == "table" then
    for _, name in ipairs(schema.sorted_keys(value)) do
      local text, why = wrong_expression(value[name], name)
      if text then return text, why end
    end
  elseif type(value) == "string" and (key == "condition" or expression.is_nested(value)) then
    local tree, why = expression.parse(value)
    if not tree then return value, why end
  end
end

--- Of Flow JSON, decoded or as text.
---@param flow table|string
---@return whatsapp.flow.Sheet|nil
---@return whatsapp.Error? err
function M.new(flow)
  if type(flow) == "string" then flow = document.decode(flow) end
  if type(flow) ~= "table" or type(flow.screens) ~= "table" or type(flow.screens[1]) ~= "table" then
    return Error.invalid("screens", "must be Flow JSON")
  end
  local screens = {}
  for i, screen in ipairs(flow.screens) do
    if type(screen) ~= "table" or type(screen.id) ~= "string" then
      return Error.invalid(("screens[%d].id"):format(i), "must be a string")
    end
    local text, why = wrong_expression(screen.layout)
    if text then return Error.invalid(screen.id, ("has an expression that is none: %s: %s"):format(text, why)) end
    screens[screen.id] = screen
  end
  local rank = components.rank(flow.version) or 0
  return setmetatable({ screens = screens, routing_model = flow.routing_model, first = routes.entry(flow),
                        version = flow.data_api_version, chooses_at_entry = rank >= 600 and rank < 700 }, Sheet)
end

local function holds(targets, wanted)
  for _, name in ipairs(type(targets) == "table" and targets or {}) do if name == wanted then return true end end
  return false
end

--- Whether an answer of the endpoint may lead from one screen to another: forward or back
--- by the routing model; from none to one to which no other leads.
---@param from string|nil
---@param to string
---@return boolean
function Sheet:leads(from, to)
  local ways = self.routing_model
  if from == to or type(ways) ~= "table" then return true end
  if from then return holds(ways[from], to) or holds(ways[to], from) end
  for _, targets in pairs(ways) do if holds(targets, to) then return false end end
  return true
end

-- Data --------------------------------------------------------------------------------

-- The type of a value in JSON; a table without a mark goes out as {}.
local function type_of(value)
  if type(value) ~= "table" then return type(value) end
  return (value[1] ~= nil or getmetatable(value) ~= nil) and "array" or "object"
end

-- Where a value is not what was declared, and what it should be.
local function misfit(value, declared, name)
  local at, wanted = model.misfit(value, declared, type_of, { key = name })
  if not at then return nil end
  local path = "data"
  for _, key in ipairs(document.keys(at)) do path = schema.join(path, key) end
  return path, wanted
end

local function refuse(message, hint)
  return nil, Error.new { kind = "protocol", outcome = "rejected", message = message, hint = hint }
end

-- Of a Flow's own action: a field that is left empty, or one for numbers, which may be
-- passed on as text or number.
local function is_spared(value, declared)
  local wanted = model.declared_type(declared)
  return filling.is_empty(value) or (tonumber(value) and (wanted == "string" or wanted == "number"))
end

--- Whether a screen can be shown with this data, beside what it has already: it must be
--- what the screen declares.
---@param screen string
---@param data table
---@param known table
---@param written? table the payload as the Flow has it, of its own actions: what a field
---   that is left empty gives may be empty or missing, and of one for numbers text or number
---@return true|nil
---@return whatsapp.Error? err of kind `protocol`
function Sheet:accepts(screen, data, known, written)
  local node = self.screens[screen]
  if not node then return refuse(("the Flow has no screen %s"):format(screen)) end
  local declared = type(node.data) == "table" and node.data or {}
  for _, name in ipairs(schema.sorted_keys(declared)) do
    local value = data[name]
    if value == nil then value = known[name] end
    local spared = written and written[name] ~= nil and is_spared(value, declared[name])
    if value == nil and not spared then
      return refuse(("the screen %s is not given its data %s"):format(screen, name), not written
        and "open { data = … } gives the first screen its data, an answer's data any other" or nil)
    end
    local path, wanted
    if not spared then path, wanted = misfit(value, declared[name], name) end
    if path then
      return refuse(("the screen %s declares %s as %s"):format(screen, path, wanted),
        wanted == "array" and "an empty list is whatsapp.array {}" or nil)
    end
  end
  return true
end

return M
