--- When to try again. Pure: the clock and the chance are the caller's.

local M = {}

local FIRST, LONGEST = 0.5, 30

-- Half a second, doubled each time, of which a random half is taken off, so
-- that clients that failed together do not come back together.
local function backoff(attempt, random)
  local longest = math.min(FIRST * 2 ^ (attempt - 1), LONGEST)
  return longest * (0.5 + random() / 2)
end

--- How long to wait before a call is made again, or nil when it must not be.
--- Advice `auto` and `once` wait by backoff (or longer, if the server says so);
--- `wait` only by what the server or the code says.
---@param err whatsapp.Error
---@param attempt integer how many were made: 1 after the first
---@param retries integer how many may follow the first
---@param left number seconds until the deadline
---@param random fun(): number from 0 to 1
---@return number|nil seconds
function M.delay(err, attempt, retries, left, random)
  if not err.retryable or attempt > retries then return nil end
  if err.retry == "once" and attempt > 1 then return nil end
  if err.retry == "wait" and not err.retry_after then return nil end
  local seconds = math.max(backoff(attempt, random), err.retry_after or 0)
  if seconds >= left then return nil end
  return seconds
end

return M
