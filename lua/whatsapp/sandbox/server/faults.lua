--- Faults on demand: the rules, and what they do to an answer.

local json = require "whatsapp.json"
local options = require "whatsapp.sandbox.options"
local answer = require "whatsapp.sandbox.server.answer"
local events = require "whatsapp.sandbox.server.events"

local M = {}

local rules = {}   -- oldest first; `seen` and `used`: the requests a rule fitted, and acted on

-- Rules ------------------------------------------------------------------------------

local function shown(rule)
  local copy = {}
  for name, value in pairs(rule) do copy[name] = value end
  copy.seen = nil
  return copy
end

--- All rules, oldest first, with how often each was `used`.
---@return table[]
function M.all()
  local found = json.array {}
  for i, rule in ipairs(rules) do found[i] = shown(rule) end
  return found
end

local function publish()
  events.publish("fault", M.all())
end

--- Adds a rule; refuses what is none.
---@param given table  see `options.lua`
---@return table rule
function M.add(given)
  local rule, err = options.fault(given)
  if not rule then answer.invalid(err.field, err.message, err.hint) end
  rule.seen, rule.used = 0, 0
  rules[#rules + 1] = rule
  publish()
  return rule
end

--- Takes a rule back, or all.
---@param id? string
---@return table[] removed
function M.remove(id)
  local kept, removed = {}, {}
  for _, rule in ipairs(rules) do
    local list = (not id or rule.id == id) and removed or kept
    list[#list + 1] = rule
  end
  rules = kept
  publish()
  return removed
end

-- Webhooks are the sandbox's own doing: only a rule that names them is meant for them.
local function fits(rule, req)
  if req.service == "webhook" then return rule.service == "webhook" end
  return (rule.service or req.service) == req.service
    and (rule.method or req.method) == req.method
    and (not rule.path or req.path:find(rule.path) ~= nil)
end

-- Whether it is this request's turn.
local function is_due(rule)
  if rule.times and rule.used >= rule.times then return false end
  rule.seen = rule.seen + 1
  if rule.seen % rule.every ~= 0 then return false end
  rule.used = rule.used + 1
  publish()
  return true
end

--- The rule for a request, the oldest that fits and is due.
---@param req { service: string, method?: string, path?: string }
---@return table|nil rule
function M.match(req)
  for _, rule in ipairs(rules) do
    if fits(rule, req) and is_due(rule) then return rule end
  end
end

-- What they do -----------------------------------------------------------------------

-- What a rule answers itself; nil when it leaves the answer as it is: a file is
-- cut where it is sent.
local function own_answer(rule, req)
  if rule.drop or (rule.cut and req.service ~= "files") then return { drop = true } end
  if rule.hang then return answer.gateway(504, "no answer in time") end
  if rule.code then
    return answer.failure { code = rule.code, status = rule.status, subcode = rule.subcode,
                            message = rule.message, details = rule.details }
  end
  if rule.body then
    return { status = rule.status or 200, text = rule.body, content_type = rule.content_type }
  end
  return rule.status and answer.gateway(rule.status, rule.message or "fault of the sandbox")
end

-- The handler's answer, be it good or bad. Only faults of our own are raised.
local function handled(handle, req)
  local ok, response = pcall(handle, req)
  if not ok and type(response) ~= "table" then error(response, 0) end
  return response
end

--- Has a request answered as the rule says.
---@param rule table
---@param req table
---@param handle fun(req: table): table  the answer without the rule
---@return table response
function M.apply(rule, req, handle)
  local own = own_answer(rule, req)
  req.cut = rule.cut
  local response = (rule.handled or rule.cut or not own) and handled(handle, req) or nil
  if own then
    own.message = response and response.message
    response = own
  end
  response.headers = response.headers or {}
  for name, value in pairs(rule.headers or {}) do response.headers[name] = value end
  response.headers["Retry-After"] = rule.retry_after or response.headers["Retry-After"]
  response.delay = rule.hang or rule.delay
  response.fault = true
  return response
end

return M
