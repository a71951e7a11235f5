--- Faults on demand: rules that `sandbox:fault` wrote, and what they do to an answer.

local orders = require "whatsapp.sandbox.orders"
local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local rules_in = orders.reader "faults"
local counts = {}  -- by a rule's id: the requests it fitted, and those it did something to

local function fits(rule, req)
  return (rule.service or req.service) == req.service
    and (rule.method or req.method) == req.method
    and (not rule.path or req.path:find(rule.path) ~= nil)
end

-- Whether it is this request's turn.
local function is_due(rule)
  local count = counts[rule.id] or { seen = 0, used = 0 }
  counts[rule.id] = count
  if rule.times and count.used >= rule.times then return false end
  count.seen = count.seen + 1
  if count.seen % rule.every ~= 0 then return false end
  count.used = count.used + 1
  return true
end

--- The rule for a request, the oldest that fits and is due.
---@param req table
---@return table|nil rule
function M.match(req)
  for _, rule in ipairs(rules_in(state.settings.prefix)) do
    if fits(rule, req) and is_due(rule) then return rule end
  end
end

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
