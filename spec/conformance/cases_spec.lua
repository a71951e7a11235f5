-- Each good case is built, each bad one is refused by the field it names.

local cases = require "spec.support.cases"
local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local kinds = require "whatsapp.message.kinds"

local function has(list, kind)
  for _, case in ipairs(list) do
    if case.input[kind] ~= nil then return true end
  end
  return false
end

describe("built is", function()
  for _, case in ipairs(cases.good()) do
    it(case.name, function()
      local payload, err = case.subject.build(case.input)
      assert(payload, tostring(err))
      assert(json.encode(payload))
    end)
  end
end)

describe("refused is", function()
  for _, case in ipairs(cases.bad()) do
    it(case.name, function()
      expect.refused("invalid", case.field, "", case.subject.build(case.input))
      assert.is_table(cases.payload(case)) -- for the referee
    end)
  end
end)

describe("every kind", function()
  it("has good and bad cases", function()
    local good, bad = cases.good(), cases.bad()
    for kind in pairs(kinds.names) do
      assert.is_true(has(good, kind), "no good case of " .. kind)
      assert.is_true(has(bad, kind), "no bad case of " .. kind)
    end
  end)
end)
