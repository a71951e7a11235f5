-- Conditions as WhatsApp reads them.

local condition = require "whatsapp.flow.condition"

local files = require "spec.support.files"
local json = require "whatsapp.json"

-- The phone's page reads them, too: spec/browser/condition.test.mjs.
local cases = assert(json.decode(files.read "spec/flow/fixtures/conditions.json"))
local CONTEXT = cases.context
cases.context = nil

describe("a condition", function()
  for what, texts in pairs(cases) do
    it(what, function()
      for _, text in ipairs(texts["true"]) do assert.is_true(condition.evaluate(text, CONTEXT), text) end
      for _, text in ipairs(texts["false"]) do assert.is_false(condition.evaluate(text, CONTEXT), text) end
    end)
  end

  it("that says something else is found, whatever refers to many", function()
    local function type_of() return "string" end
    local many = {}
    for i = 1, 60 do many[i] = ("(${form.f%d} == 'x')"):format(i) end
    assert.is_false(condition.is_misread(table.concat(many, " && "), type_of))
    assert.is_true(condition.is_misread("${form.a} == 'x' && ${form.b} == 'y'", type_of))
    assert.is_false(condition.is_misread("!${form.a}", function() end))
  end)

  it("has an end, whatever it is", function()
    for _, text in ipairs { "(", ")", "((((", "))))", "!", "!!!!", "&&", "== ==", "'", "'\\'", "$", "${", "-", "t", "f",
                            "(!(", "&& ${form.yes}", "${form.yes} =", ("("):rep(1000) .. "${form.yes}" } do
      assert.is_boolean(condition.evaluate(text, CONTEXT), text)
    end
  end)
end)
