-- When a call is made again: every combination of what decides it.

local Error = require "whatsapp.error"
local retry = require "whatsapp.retry"

local REPEATABLE = { auto = true, once = true, wait = true }

-- What the rules say, in words of their own: seconds to wait, or nil.
local function expected(case)
  if not REPEATABLE[case.retry] then return nil end
  if case.outcome == "unknown" and not case.idempotent then return nil end
  if case.attempt > case.retries then return nil end
  if case.retry == "once" and case.attempt >= 2 then return nil end
  if case.retry == "wait" and not case.retry_after then return nil end
  local backoff = ({ 0.5, 1, 2, 4, 8, 16, 30, 30 })[case.attempt] * (0.5 + case.chance / 2)
  local seconds = math.max(backoff, case.retry_after or 0)
  return seconds < case.left and seconds or nil
end

-- An error as an answer with this advice and outcome becomes one.
local function error_of(case)
  local err = Error.of_transport({ kind = "network", outcome = case.outcome, message = "m" },
    case.idempotent)
  err.retry, err.retry_after = case.retry, case.retry_after
  if not REPEATABLE[case.retry] then err.retryable = false end
  return err
end

local dimensions = {
  { "retry", { "auto", "once", "wait", "fix", "never" } },
  { "outcome", { "not_sent", "rejected", "unknown" } },
  { "idempotent", { true, false } },
  { "retry_after", { false, 0, 3, 600 } },
  { "attempt", { 1, 2, 3, 8 } },
  { "retries", { 0, 1, 3, 20 } },
  { "left", { 0, 0.3, 2.9, 3.1, 120, 86400 } },
  { "chance", { 0, 0.5, 0.999 } },
}

local function each_case(depth, case, check)
  local dimension = dimensions[depth]
  if not dimension then return check(case) end
  for _, value in ipairs(dimension[2]) do
    case[dimension[1]] = value or nil
    if dimension[1] == "idempotent" then case.idempotent = value end
    each_case(depth + 1, case, check)
  end
end

local function describe_case(case)
  local words = {}
  for _, dimension in ipairs(dimensions) do
    words[#words + 1] = dimension[1] .. " " .. tostring(case[dimension[1]])
  end
  return table.concat(words, ", ")
end

describe("the delay before a repetition", function()
  it("is right in every combination of advice, outcome, attempts, times and chance", function()
    local count, repeated = 0, 0
    each_case(1, {}, function(case)
      local delay = retry.delay(error_of(case), case.attempt, case.retries, case.left,
        function() return case.chance end)
      count = count + 1
      if delay then repeated = repeated + 1 end
      if delay ~= expected(case) then
        error(("%s: %s instead of %s"):format(describe_case(case), tostring(delay),
          tostring(expected(case))))
      end
    end)
    assert.are.equal(5 * 3 * 2 * 4 * 4 * 4 * 6 * 3, count)
    assert.is_true(repeated > 500)
  end)

  it("is never given for what may have happened, unless doing it again changes nothing", function()
    each_case(1, {}, function(case)
      if case.outcome == "unknown" and not case.idempotent then
        assert(retry.delay(error_of(case), case.attempt, case.retries, case.left,
          function() return case.chance end) == nil)
      end
    end)
  end)
end)
