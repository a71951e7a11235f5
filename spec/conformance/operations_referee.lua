-- Every method that names an operation, called over a socket: the description has
-- nothing against the request, and takes it for that operation.

local calls = require "spec.conformance.calls"
local exceptions = require("spec.conformance.exceptions").called
local openapi = require "spec.support.openapi"
local referee = require "spec.support.referee"

local function reasons()
  local found = {}
  for _, exception in ipairs(exceptions) do
    for i = 2, #exception do found[exception[i]] = exception[1] end
  end
  return found
end

describe("the operation of", function()
  local judge, wa

  setup(function()
    judge = referee.start()
    wa = judge:client { app_id = "71" }
  end)
  teardown(function() judge:stop() end)

  local rows, excepted = {}, reasons()
  for _, entry in ipairs(openapi.rows()) do rows[entry.name] = entry.row.operation end

  -- What is wrong with a call, or nil: with the request, with what it was taken for,
  -- or with what is made of Meta's example of the answer.
  local function complaint(operation, call)
    local before = judge:report()
    local resource = wa[call[1]]
    local value, err = resource[call[2]](resource, call[3], call[4])
    local after = judge:report()
    local violation = after.violations[#before.violations + 1]
    if violation then return table.concat(violation.errs, "; ") end
    local hits = (after.hits[operation] or 0) - (before.hits[operation] or 0)
    if hits ~= 1 then return "it was not taken for " .. operation end
    if value == nil then return tostring(err) end
  end

  for _, call in ipairs(calls) do
    local name = ("wa.%s:%s"):format(call[1], call[2])
    local operation, reason = rows[name], excepted[name]
    rows[name], excepted[name] = nil, nil
    it(name .. (reason and " is not what the description says" or ""), function()
      assert.is_string(operation, "no row is called " .. name)
      local why = complaint(operation, call)
      if reason then
        assert(why, "the exception is not needed")
      else
        assert.is_nil(why)
      end
    end)
  end

  it("every row was asked for", function()
    for name in pairs(rows) do
      assert.is_string(excepted[name], name .. " is not called: see spec/conformance/calls.lua")
      excepted[name] = nil
    end
    assert.is_nil(next(excepted), "an exception that no row needs")
  end)
end)
