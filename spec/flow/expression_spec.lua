-- Expressions of Flow JSON: what they come to, what is none.

local expression = require "whatsapp.flow.expression"
local json = require "whatsapp.json"

local CONTEXT = {
  form = { animal = "cat", number = "42", agreed = true, empty = "" },
  data = { ten = 10, twenty = 20, open = true, list = { { id = "a" } }, ["a-b"] = "dash" },
  screen = { FIRST = { form = { name = "Ann" }, data = { price = 7.5 } } },
}

describe("an expression", function()
  it("comes to a value", function()
    for text, value in pairs {
      ["${data.open} && (${form.animal} == 'cat')"] = true,
      ["${data.open} && ${form.animal} == 'dog' || ${form.agreed}"] = true,
      ["!${form.agreed}"] = false,
      ["!(${form.animal} == 'dog')"] = true,
      ["${form.animal} != 'cat'"] = false,
      ["`(${form.number} == 42)`"] = true,
      ["${data.ten} >= 10"] = true,
      ["${data.ten} <= 9"] = false,
      ["${data.ten} < ${data.twenty}"] = true,
      ["${form.number} > 41.5"] = true,
      ["${data.ten} + 2 * 3 == 16"] = true,
      ["(${data.ten} + 2) * 3 == 36"] = true,
      ["`${data.twenty} % 3`"] = 2,
      ["`-${data.ten} - 5`"] = -15,
      ["`${data.ten} / ${data.twenty}`"] = 0.5,
      ["`${screen.FIRST.data.price} * 2`"] = 15,
      ["`'The sum of ' ${data.ten} ' and ' ${data.twenty} ' is ' (${data.ten} + ${data.twenty})`"] =
        "The sum of 10 and 20 is 30",
      ["`${screen.FIRST.form.name} ' has a ' ${form.animal}`"] = "Ann has a cat",
      ["`'it\\'s ' ${form.agreed}`"] = "it's true",
      ["`\"double\"`"] = "double",
      ["${data.list[0].id} == 'a'"] = true,
      ["${data.a-b}"] = "dash",
    } do
      assert.are.equal(value, expression.evaluate(text, CONTEXT), text)
    end
  end)

  it("takes what is not filled in as empty", function()
    for text, value in pairs {
      ["${form.none} == ''"] = true, ["${form.empty} != ''"] = false, ["${form.none} == 'a'"] = false,
      ["${form.none} > 0"] = false, ["!${form.none}"] = true, ["${form.none.deeper} == ''"] = true,
      ["`'[' ${form.none} ']'`"] = "[]", ["`'[' (${data.ten} / 0) ']'`"] = "[0]", ["${data.ten} && true"] = false,
      ["`${data.ten} / 3`"] = 3.33, ["`-${data.twenty} / 3`"] = -6.67, ["`${data.ten} + ${form.none}`"] = 10,
      ["`${data.ten} % ${form.empty}`"] = 0,
    } do
      assert.are.equal(value, expression.evaluate(text, CONTEXT), text)
    end
  end)

  it("is refused where it is none, with the place", function()
    for text, at in pairs {
      [""] = 1,
      ["'a"] = 2, ["'a\\"] = 4, ["${form.a} =="] = 13, ["(1"] = 3, ["1)"] = 2, ["maybe"] = 1, ["1 == = 2"] = 6,
      ["${form.a"] = 1, ["1 &&& 2"] = 5, [("("):rep(60) .. "1" .. (")"):rep(60)] = 51,
    } do
      local tree, why, where = expression.parse(text)
      assert.is_nil(tree, text)
      assert.is_string(why, text)
      assert.are.equal(at, where, text)
      assert.is_nil((expression.evaluate(text, CONTEXT)))
    end
  end)

  it("never fails on any text", function()
    math.randomseed(7)
    local pieces = { "${form.a}", "${", "}", "'", "\\", "(", ")", "&&", "||", "!", "=", "==", "<", "1", ".", "-", "%",
                     " ", "true", "x", "`", "\0", "\200" }
    local read = 0
    for _ = 1, 5000 do
      local parts = {}
      for i = 1, math.random(12) do parts[i] = pieces[math.random(#pieces)] end
      local text = table.concat(parts)
      local tree, why, at = expression.parse(text)
      if tree then read = read + 1 else assert.is_true(type(why) == "string" and at >= 1 and at <= #text + 2) end
      expression.evaluate(text, CONTEXT)
    end
    assert.is_true(read > 10)
  end)
end)

describe("references in a value", function()
  it("are replaced wherever they stand", function()
    assert.are.same({ name = "Ann", list = { "cat", 10 }, plain = "Hello ${form.animal}", text = "cat!", flag = true },
      expression.resolve({ name = "${screen.FIRST.form.name}", list = { "${form.animal}", "${form.none}",
        "${ data.ten }" },
        plain = "Hello ${form.animal}", text = "`${form.animal} '!'`", none = "${form.none}", flag = true }, CONTEXT))
    assert.are.equal("[]", json.encode(expression.resolve(json.array { "${form.none}" }, CONTEXT)))
    assert.are.equal(CONTEXT.data.list, expression.resolve("${data.list}", CONTEXT))
  end)
end)
