-- Meta's description lets pass what we send, and refuses what we refuse. Where it
-- does not, an exception says why; one that is no longer needed fails.

local cases = require "spec.support.cases"
local exceptions = require "spec.conformance.exceptions"
local referee = require "spec.support.referee"

-- The exceptions by case: { reason, case, case, … } → { [case] = reason }.
local function by_case(list)
  local reasons = {}
  for _, exception in ipairs(list) do
    for i = 2, #exception do
      assert(not reasons[exception[i]], exception[i] .. " is excepted twice")
      reasons[exception[i]] = exception[1]
    end
  end
  return reasons
end

describe("the description", function()
  local judge, wa

  setup(function()
    judge = referee.start()
    wa = judge:client()
  end)
  teardown(function() judge:stop() end)

  -- True, or false and why it is refused. (What is not UTF-8 is no JSON either.)
  local function judged(case, payload)
    local answer, err = wa:request("POST", case.subject.path, { json = payload })
    if answer then return true end
    assert(err.status == 400 or err.field == "json", tostring(err))
    return false, err.details
  end

  local passing, refused = by_case(exceptions.refused), by_case(exceptions.sent)

  for _, case in ipairs(cases.good()) do
    local reason = refused[case.name]
    refused[case.name] = nil
    it((reason and "does not know " or "lets pass ") .. case.name, function()
      local payload, err = case.subject.build(case.input)
      assert(payload, tostring(err))
      local passes, why = judged(case, payload)
      if reason then
        assert(not passes, "the exception is not needed")
      else
        assert(passes, why)
      end
    end)
  end

  for _, case in ipairs(cases.bad()) do
    local reason = passing[case.name]
    passing[case.name] = nil
    it((reason and "lets pass " or "refuses ") .. case.name, function()
      local passes = judged(case, cases.payload(case))
      assert(passes == (reason ~= nil), reason and "the exception is not needed" or "it passes")
    end)
  end

  it("has no exception without a case", function()
    assert.is_nil(next(passing))
    assert.is_nil(next(refused))
  end)
end)
