-- Of 10,000 random messages, and of as many new templates, those that we accept
-- pass Meta's description too.
-- FUZZ_SEED is the seed of others.

local exceptions = require("spec.conformance.exceptions").fuzz
local definition = require "whatsapp.message.definition"
local generate = require "spec.support.generate"
local json = require "whatsapp.json"
local referee = require "spec.support.referee"
local whatsapp = require "whatsapp"

local ROUNDS, AT_ONCE = 10000, 16

-- Whether something that can be reached is in Graph's own form, which passes as it
-- is, right or wrong.
local function holds(value, is_native, seen)
  if type(value) ~= "table" or seen[value] then return false end
  seen[value] = true
  if is_native(value) then return true end
  for _, item in next, value do
    if holds(item, is_native, seen) then return true end
  end
  return false
end

local function has_type(value) return value.type ~= nil or value.components ~= nil end

-- A parameter, or a component, of a template message.
local function is_parameter(value)
  return type(value.type) == "string" and value[value.type] ~= nil
    or type(value.components) == "table" and next(value.components) ~= nil
end

-- The random ones of a subject that are accepted, and what becomes of them.
local subjects = {
  messages = { path = "{phone_number_id}/messages", name = "message",
    make = function(generator)
      local message = generator:message()
      local payload = whatsapp.build(message)
      return payload and not (message.type or holds(message.template, is_parameter, {})) and payload
    end },
  templates = { path = "{business_account_id}/message_templates", name = "definition",
    make = function(generator)
      local template = generator:input()
      local built = definition.compile(template)
      return built and not holds(template, has_type, {}) and built
    end },
}

local function accepted(subject, generator)
  local payloads = {}
  for _ = 1, ROUNDS do
    payloads[#payloads + 1] = subject.make(generator) or nil
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

describe("random", function()
  local judge, wa
  local needed = {}

  setup(function()
    judge = referee.start()
    wa = judge:client()
  end)
  teardown(function() judge:stop() end)

  -- What the referee says of payloads, but for the exceptions.
  local function complaints_about(payloads, path)
    local answers, errors = whatsapp.parallel(AT_ONCE, payloads, function(payload)
      return wa:request("POST", path, { json = payload })
    end)
    local complaints = {}
    for i, payload in ipairs(payloads) do
      if not answers[i] then
        local text, why = json.encode(payload), errors[i].details or tostring(errors[i])
        local exception = exception_of(text, why)
        if exception then needed[exception] = true else complaints[#complaints + 1] = why .. "\n" .. text end
      end
    end
    return complaints
  end

  for title, subject in pairs(subjects) do
    it(title .. " that we accept pass the description", function()
      local generator = generate.new(subject.name)
      print("\nFUZZ_SEED=" .. generator.seed)
      local payloads = accepted(subject, generator)
      assert(#payloads > ROUNDS / 10, #payloads .. " payloads")
      local complaints = complaints_about(payloads, subject.path)
      assert(#complaints == 0, ("seed %d: %d of %d are refused, as\n%s"):format(generator.seed, #complaints,
        #payloads, table.concat(complaints, "\n", 1, math.min(#complaints, 10))))
    end)
  end

  it("ones need every exception", function()
    for _, exception in ipairs(exceptions) do
      assert(needed[exception], "not needed: " .. exception[1])
    end
  end)
end)
