-- Of 10,000 random messages those that we accept pass Meta's description too.
-- FUZZ_SEED is the seed of others.

local exceptions = require("spec.conformance.exceptions").fuzz
local generate = require "spec.support.generate"
local json = require "whatsapp.json"
local referee = require "spec.support.referee"
local whatsapp = require "whatsapp"

local ROUNDS, AT_ONCE = 10000, 16

-- What is in Graph's own form passes as it is, right or wrong.
local function is_verbatim(value, seen)
  if type(value) ~= "table" or seen[value] then return false end
  seen[value] = true
  if value.type ~= nil or value.components ~= nil then return true end
  for _, item in next, value do
    if is_verbatim(item, seen) then return true end
  end
  return false
end

local function accepted(generator)
  local payloads = {}
  for _ = 1, ROUNDS do
    local message = generator:message()
    local payload = whatsapp.build(message)
    if payload and not (message.type or is_verbatim(message.template, {})) then
      payloads[#payloads + 1] = payload
    end
  end
  return payloads
end

-- The exception that is for a payload and what is said of it.
local function exception_of(text, why)
  for _, exception in ipairs(exceptions) do
    if (not exception.payload or text:find(exception.payload, 1, true))
      and (not exception.why or why:find(exception.why)) then
      return exception
    end
  end
end

describe("random messages", function()
  local judge, wa

  setup(function()
    judge = referee.start()
    wa = judge:client()
  end)
  teardown(function() judge:stop() end)

  it("that we accept pass the description", function()
    local generator = generate.new "message"
    print("\nFUZZ_SEED=" .. generator.seed)
    local payloads = accepted(generator)
    assert(#payloads > ROUNDS / 4, #payloads .. " payloads")
    local answers, errors = whatsapp.parallel(AT_ONCE, payloads, function(payload)
      return wa:request("POST", "{phone_number_id}/messages", { json = payload })
    end)
    local needed, complaints = {}, {}
    for i, payload in ipairs(payloads) do
      if not answers[i] then
        local text, why = json.encode(payload), errors[i].details or tostring(errors[i])
        local exception = exception_of(text, why)
        if exception then
          needed[exception] = true
        else
          complaints[#complaints + 1] = why .. "\n" .. text
        end
      end
    end
    assert(#complaints == 0, ("seed %d: %d of %d are refused, as\n%s"):format(generator.seed, #complaints,
      #payloads, table.concat(complaints, "\n", 1, math.min(#complaints, 10))))
    for _, exception in ipairs(exceptions) do
      assert(needed[exception], "the exception is not needed: " .. exception[1])
    end
  end)
end)
