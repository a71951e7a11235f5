--- The routing model: which screen leads to which.
-- Source: Meta's "Flow JSON": routing model, routing rules.

local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local M = {}

local BRANCHES = 10

local function below(at, key) return { up = at, key = key } end

-- Calls `fn` with every navigation in a value: the name of the screen it leads to.
local function navigations(value, fn)
  if type(value) ~= "table" then return end
  if value.name == "navigate" and type(value.next) == "table" and value.next.type == "screen"
    and type(value.next.name) == "string" then
    fn(value.next.name)
  end
  for _, key in ipairs(schema.sorted_keys(value)) do navigations(value[key], fn) end
end

--- The routing model that follows from the navigation of Flow JSON.
---@param flow table
---@return table<string, string[]>
function M.derive(flow)
  local model = {}
  for _, screen in ipairs(type(flow.screens) == "table" and flow.screens or {}) do
    if type(screen) == "table" and type(screen.id) == "string" then
      local targets, seen = json.array {}, {}
      local function add(id)
        if not seen[id] and id ~= screen.id then targets[#targets + 1] = id end
        seen[id] = true
      end
      navigations(screen.layout, add)
      navigations(screen.data, add)
      model[screen.id] = targets
    end
  end
  return model
end

--- The screen that opens a Flow: the first to which no other leads, else the first.
---@param flow table
---@return string
function M.entry(flow)
  local model, led_to = type(flow.routing_model) == "table" and flow.routing_model or M.derive(flow), {}
  for id, targets in pairs(model) do
    for _, target in ipairs(type(targets) == "table" and targets or {}) do
      led_to[target] = led_to[target] or target ~= id
    end
  end
  for _, screen in ipairs(flow.screens) do
    if not led_to[screen.id] then return screen.id end
  end
  return flow.screens[1].id
end

-- What is said in the routing model itself.
local function check_model(check, model, derived)
  local at = below(nil, "routing_model")
  if type(model) ~= "table" then
    return check:report(at, "INVALID_PROPERTY_TYPE", ("must be a table, not a %s"):format(type(model)))
  end
  for _, id in ipairs(schema.sorted_keys(model)) do
    local targets, place = model[id], below(at, id)
    if not check.screens[id] then
      check:report(place, "INVALID_ROUTING_MODEL", "there is no screen " .. tostring(id))
    elseif type(targets) ~= "table" or (targets[1] == nil and next(targets) ~= nil) then
      check:report(place, "INVALID_ROUTING_MODEL", "must be a list of screens")
    else
      for i, target in ipairs(targets) do
        if not check.screens[target] then
          check:report(below(place, i), "INVALID_ROUTING_MODEL", "there is no screen " .. tostring(target))
        elseif target == id then
          check:report(below(place, i), "INVALID_ROUTING_MODEL", "leads to itself")
        end
      end
    end
  end
  if next(model) == nil then return end
  for _, id in ipairs(schema.sorted_keys(derived)) do
    local listed = {}
    for _, target in ipairs(type(model[id]) == "table" and model[id] or {}) do listed[target] = true end
    for _, target in ipairs(derived[id]) do
      if not listed[target] and check.screens[target] then
        check:report(below(at, id), "INVALID_ROUTING_MODEL",
          ("lacks %s, to which the screen navigates"):format(target))
      end
    end
  end
end

-- Both together: a model may leave out what has no way on.
local function edges_of(check, model, derived)
  local edges = {}
  for _, screen in ipairs(check.list) do
    local id = screen.id
    if type(id) == "string" then
      local own = type(model) == "table" and type(model[id]) == "table" and model[id] or {}
      edges[id] = {}
      for _, list in ipairs { own, derived[id] or {} } do
        for _, target in ipairs(list) do
          if check.screens[target] and target ~= id then edges[id][target] = true end
        end
      end
    end
  end
  return edges
end

-- A screen to which nothing leads opens the flow.
local function entries_of(check, edges)
  local led_to, entries = {}, {}
  for _, targets in pairs(edges) do
    for target in pairs(targets) do led_to[target] = true end
  end
  for _, screen in ipairs(check.list) do
    if edges[screen.id] and not led_to[screen.id] then entries[#entries + 1] = screen end
  end
  return entries
end

local function reach(edges, id, seen)
  if seen[id] then return end
  seen[id] = true
  for target in pairs(edges[id] or {}) do reach(edges, target, seen) end
end

-- The same ways, the other way round.
local function backwards(edges)
  local back = {}
  for id, targets in pairs(edges) do
    back[id] = back[id] or {}
    for target in pairs(targets) do
      back[target] = back[target] or {}
      back[target][id] = true
    end
  end
  return back
end

-- What hangs together with a screen, whichever way the ways lead.
local function connected(edges, back, id, seen)
  if seen[id] then return seen end
  seen[id] = true
  for _, ways in ipairs { edges[id] or {}, back[id] or {} } do
    for other in pairs(ways) do connected(edges, back, other, seen) end
  end
  return seen
end

--- Whether some action asks the endpoint, which then decides what comes next.
---@param value any
---@return boolean
function M.asks_endpoint(value)
  if type(value) ~= "table" then return false end
  if value.name == "data_exchange" then return true end
  for _, one in pairs(value) do
    if M.asks_endpoint(one) then return true end
  end
  return false
end

local HINT = "navigate to it, or name it in the routing_model if the endpoint opens it"

-- A screen that leads somewhere may be one of several that messages open.
local function check_reach(check, edges, back)
  local entries = entries_of(check, edges)
  local first = entries[1]
  for _, screen in ipairs(check.list) do first = first or (edges[screen.id] and screen) end
  if not entries[1] then
    check:report(below(nil, "routing_model"), "INVALID_ROUTING_MODEL",
      "no screen opens the flow: each is led to by another")
  end
  local seen, near = {}, connected(edges, back, first.id, {})
  for _, screen in ipairs(entries[1] and entries or { first }) do reach(edges, screen.id, seen) end
  for _, screen in ipairs(check.list) do
    if edges[screen.id] and not (seen[screen.id] and near[screen.id]) then
      check:report(screen.at, "INVALID_ROUTING_MODEL",
        ("cannot be reached from %s, where the flow begins"):format(first.id), HINT)
    end
  end
end

-- Whether the flow can end on a screen, or go on from it in a way that is known only later.
local function is_open(screen)
  if screen.node.terminal == true then return true end
  for _, found in ipairs(screen.actions) do
    local next_screen = found.action.next
    local name = type(next_screen) == "table" and next_screen.name
    local dynamic = type(name) == "string" and name:find("${", 1, true)
    if found.action.name == "data_exchange" or dynamic then return true end
  end
  return false
end

-- Whether what follows a screen ends there, or only goes round.
local function is_stuck(edges, id, from)
  local seen = {}
  reach(edges, id, seen)
  return next(edges[id]) == nil or seen[from]
end

-- A page to read, which a link opens, leads nowhere but back; a footer must lead to an end.
local function check_ends(check, edges, back)
  local ends = {}
  for _, screen in ipairs(check.list) do
    if back[screen.id] and is_open(screen) then reach(back, screen.id, ends) end
  end
  for _, screen in ipairs(check.list) do
    for _, found in ipairs(screen.actions) do
      local next_screen = found.kind == "footer" and found.action.name == "navigate" and found.action.next
      local target = next_screen and check.screens[next_screen.name]
      if target and target ~= screen and not ends[target.id] and is_stuck(edges, target.id, screen.id) then
        check:report(found.at, "INVALID_ROUTING_MODEL",
          ("leads to %s, from which no terminal screen can be reached"):format(target.id))
      end
    end
  end
end

local function check_branches(check, edges)
  for _, screen in ipairs(check.list) do
    local n = 0
    for _ in pairs(edges[screen.id] or {}) do n = n + 1 end
    if n > BRANCHES then
      check:report(screen.at, "INVALID_ROUTING_MODEL", ("has %d ways, at most %d are allowed"):format(n, BRANCHES))
    end
  end
end

-- With an endpoint, ways lead forward only: back is the customer's own button.
local function check_loops(check, edges)
  if check.flow.data_api_version == nil then return end
  for _, screen in ipairs(check.list) do
    for _, target in ipairs(schema.sorted_keys(edges[screen.id] or {})) do
      local seen = {}
      reach(edges, target, seen)
      if seen[screen.id] then
        check:report(screen.at, "INVALID_ROUTING_MODEL", ("can be come back to from %s: ways lead forward only")
          :format(target), "customers go back by themselves; the endpoint may show the same screen again")
        break
      end
    end
  end
end

--- Checks the ways from screen to screen.
function M.check(check)
  local model, derived = check.flow.routing_model, M.derive(check.flow)
  if model ~= nil then check_model(check, model, derived) end
  if model == nil and check.flow.data_api_version ~= nil then
    check:report(below(nil, "routing_model"), "INVALID_ROUTING_MODEL", "is missing: a flow with an endpoint needs it")
  end
  local edges = edges_of(check, model, derived)
  if next(edges) == nil then return end
  local back = backwards(edges)
  check_branches(check, edges)
  check_loops(check, edges)
  check_reach(check, edges, back)
  check_ends(check, edges, back)
end

return M
