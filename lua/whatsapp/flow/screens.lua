--- `whatsapp.flow.screens` and `whatsapp.flow.parse`: the screens of a flow as you write
-- them, and Flow JSON. Meta's page: "Flow JSON".

local Error = require "whatsapp.error"
local check = require "whatsapp.flow.check"
local document = require "whatsapp.flow.document"
local json = require "whatsapp.json"
local places = require "whatsapp.flow.places"
local read = require "whatsapp.flow.read"
local routes = require "whatsapp.flow.routes"
local schema = require "whatsapp.schema"
local write = require "whatsapp.flow.write"

local invalid = Error.invalid

local M = {}

local DATA_API = "3.0"
local MAX_BYTES = 10 * 1024 * 1024
local DEPTH = 100
local ENDLESS = "is nested too deep, or stands in itself"

-- Flow JSON prints as text.
local flow_mt = { __name = "whatsapp.FlowJSON", __tostring = document.write }

-- What follows from the actions: an endpoint, and the ways between the screens.
local function derive(flow)
  if flow.data_api_version == nil and routes.asks_endpoint(flow.screens) then flow.data_api_version = DATA_API end
  if flow.data_api_version ~= nil and flow.routing_model == nil then flow.routing_model = routes.derive(flow) end
end

-- What was Flow JSON before: Meta has taken it.
local parsed = setmetatable({}, { __mode = "k" })

local function first_problem(flow, own)
  local problems = check.run(flow, own)
  local first = problems[1]
  if not first then return true end
  for _, problem in ipairs(problems) do problem.field = places.name(flow, problem.keys) end
  local _, err = invalid(first.field, first.message, first.hint)
  err.raw = { problems = problems }
  return nil, err
end

-- A mistake that ends the building: the only one, where no more are told.
local function only(err)
  err.raw = err.raw or { problems = { { field = err.field, message = err.message, hint = err.hint } } }
  return nil, err
end

-- The way to a table that stands in itself, or deeper than JSON goes; nil for none.
local function endless(value, keys, seen)
  if type(value) ~= "table" or seen[value] == "done" then return nil end
  if seen[value] or #keys > DEPTH then return keys end
  seen[value] = "open"
  for _, key in ipairs(schema.sorted_keys(value)) do
    keys[#keys + 1] = key
    if endless(rawget(value, key), keys, seen) then return keys end
    keys[#keys] = nil
  end
  seen[value] = "done"
end

local function check_depth(flow)
  local keys = endless(flow, {}, {})
  if not keys then return true end
  if flow.screens ~= nil then return invalid(places.name(flow, keys), ENDLESS) end
  local first = table.remove(keys, 1)
  local path = rawget(rawget(flow, first), "id")
  if type(path) ~= "string" then path = schema.join(nil, first) end
  return invalid(schema.join_all(path, keys), ENDLESS)
end

local MIXED = "screens = { … } is Flow JSON in Meta's own form; as you write them, screens are the array part"

local function check_json(flow, given)
  local text, why, inside_out = json.encode(flow)
  if not text then
    local keys = {}
    for _, key in ipairs(inside_out or {}) do table.insert(keys, 1, key) end
    return invalid(places.name(flow, keys), why, given.screens ~= nil and MIXED or nil)
  end
  if #text > MAX_BYTES then return invalid(nil, "is larger than 10 MB") end
  return true
end

local function copy(value)
  local out = {}
  for key, one in pairs(value) do out[key] = one end
  return out
end

--- Flow JSON of the screens you wrote: built, completed and checked as Meta checks it.
--- `tostring` of it is the text to upload. Flow JSON itself (with `screens`) is checked,
--- and stays as it is.
---@param flow whatsapp.Flow `version`, the screens as the array part, and `routing_model`,
--- `data_api_version` where they do not follow from the actions
---@return table|nil flow_json
---@return whatsapp.Error? err `invalid`; its `field` names screen and component, e.g.
--- WELCOME[2].text_input.label; `raw.problems` has it and all others that were found, each with field,
--- message and, unless it is of the form, Meta's code
function M.build(flow)
  if type(flow) ~= "table" then
    return only(select(2, invalid(nil, ("the flow must be a table, not a %s"):format(type(flow)),
      type(flow) == "string" and "whatsapp.flow.parse(text) makes one of Flow JSON" or nil)))
  end
  local made, err = check_depth(flow)
  if not made then return only(err) end
  if flow.screens ~= nil then
    made = copy(flow)
  else
    made, err = write.flow(flow)
    if not made then return only(err) end
  end
  local ok
  ok, err = check_json(made, flow)
  if not ok then return only(err) end
  if flow.screens == nil then derive(made) end
  ok, err = first_problem(made, flow.screens == nil and not parsed[flow])
  if not ok then return nil, err end
  return setmetatable(made, flow_mt)
end

--- The screens of Flow JSON, as you would write them. What has no form here stays in
--- Meta's own; `build` of the result is the same Flow JSON.
---@param source string|table Flow JSON as text, or decoded
---@return whatsapp.Flow|nil flow
---@return whatsapp.Error? err `invalid` for what is no Flow JSON, with line and column
function M.parse(source)
  local value = source
  if type(source) == "string" then
    local found, err = document.read(source)
    if not found then
      return invalid(nil, ("is no JSON: %s in line %d, column %d"):format(err.why, err.line, err.column))
    end
    value = found.value
  end
  if type(value) ~= "table" or type(value.screens) ~= "table" then
    return invalid("screens", "is missing: this is no Flow JSON")
  end
  local ok, err = check_depth(value)
  if not ok then return nil, err end
  local flow = read.flow(value)
  parsed[flow] = true
  return flow
end

return M
