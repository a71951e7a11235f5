-- Conditions as WhatsApp reads them.

local condition = require "whatsapp.flow.condition"

local CONTEXT = { data = { list = { "z" } },
                  form = { a = "x", b = "y", no = false, yes = true, five = "5", some = 5.9 } }

local function assert_comes_to(expected, texts)
  for _, text in ipairs(texts) do assert.are.equal(expected, condition.evaluate(text, CONTEXT), text) end
end

describe("a condition", function()
  it("compares, and joins what stands in brackets", function()
    assert_comes_to(true, {
      "${form.a} == 'x'", "${form.a} != 'y'", "${form.none} == ''", "${form.yes}", "${ form.yes } == true",
      "!${form.no}", "!(${form.a} == 'y')", "!(${form.no} || (${form.a} == 'y'))", "${data.list[0]} == 'z'",
      "(${form.a} == 'x') && (${form.b} == 'y')", "(${form.a} == 'y') || (${form.b} == 'y')",
      "((${form.a} == 'q') || (${form.b} == 'y')) && !(${form.five} > 5)", "${form.five} >= 5", "-5 < ${form.five}",
    })
    assert_comes_to(false, {
      "${form.a} == 'y'", "${form.none} != ''", "${form.none} == 'x'", "${form.a}", "${form.none}", "!${form.none}",
      "(${form.a} == 'x') && (${form.b} == 'x')", "${form.five} < 5", "${form.a} > 5", "",
    })
  end)

  it("is worked out with && first, else from the right", function()
    assert_comes_to(false, { "${form.a} == 'x' && ${form.b} == 'y'", "${form.a} == 'x' || ${form.b} == 'x'",
      "(${form.a} == 'x') || (${form.b} == 'x') && ${form.no}" })
    assert_comes_to(true, { "${form.no} == ${form.yes} && ${form.no}" })
  end)

  it("compares whole numbers, and passes over what follows true and false", function()
    assert_comes_to(false, { "${form.some} > 5", "(${form.yes} == false) && (${form.no} == true)" })
    assert_comes_to(true, { "${form.some} == 5", "(${form.no} == true) && (${form.b} == 'x')" })
  end)

  it("is false where something is not known", function()
    assert_comes_to(false, { '${form.a} == "x"', "${form.five} + 1 == 6", "${form.five} > 4.5", "${form.a} == 'x'\t" })
  end)

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
