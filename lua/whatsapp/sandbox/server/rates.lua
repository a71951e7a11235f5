--- How often one may ask: the limits of the gateway and of Graph.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

-- A client that keeps exactly to a rate must not be caught by the network's jitter: the
-- requests of one second may come within this time, a fifth less.
local WINDOW = 0.8

-- Takes one of `limit` places of the window, if there is one; who is refused takes none.
local function take(window, limit)
  local now, at = state.now(), window.at or 1
  if window[at] and now - window[at] < WINDOW then return false end
  window[at], window.at = now, at % limit + 1
  return true
end

local function window_of(windows, key)
  windows[key] = windows[key] or {}
  return windows[key]
end

-- The gateway -----------------------------------------------------------------------

local gateway = {}

--- Refuses what exceeds the gateway's rate. Whether the real one says when to come back
--- is not known, so this one does not.
function M.check_gateway()
  local limit = state.settings.gateway_rate
  if limit and not take(gateway, limit) then
    answer.raise(answer.gateway(429, ("over %d requests a second"):format(limit)))
  end
end

-- Graph -----------------------------------------------------------------------------

-- One message in six seconds to one user; 45 are lent, and repaid one by one.
local PAIR_SECONDS, PAIR_BURST = 6, 45

local numbers, pairs_due = {}, {}

local function usage()
  return json.encode { [state.settings.business_account_id] = { {
    type = "whatsapp", call_count = 100, total_cputime = 10, total_time = 10,
    estimated_time_to_regain_access = 0,
  } } }
end

local function check_number(phone)
  local limit = state.settings.message_rate
  if not limit or take(window_of(numbers, phone.id), limit) then return end
  local response = answer.failure { code = 130429,
    details = ("more than %d messages a second from this number"):format(limit) }
  response.headers["Retry-After"] = 1
  response.headers["X-Business-Use-Case-Usage"] = usage()
  answer.raise(response)
end

local function check_pair(phone, to)
  if not state.settings.pair_rate then return end
  local key, now = phone.id .. " " .. to, state.now()
  local due = math.max(pairs_due[key] or now, now)
  if due - now > (PAIR_BURST - 1) * PAIR_SECONDS then
    answer.refuse { code = 131056, details = "too many messages to this user, wait 4^X seconds" }
  end
  pairs_due[key] = due + PAIR_SECONDS
end

--- Refuses a message that exceeds the rate of its number, or that to one user.
---@param phone table
---@param to string
function M.check_message(phone, to)
  check_number(phone)
  check_pair(phone, to)
end

return M
