local pattern = require "whatsapp.webhook.pattern"

describe("a Lua pattern", function()
  it("is taken when no text makes a match raise", function()
    for _, good in ipairs { "", "^order (%d+)$", "[]]", "[^]]", "[%]]", "[%a-z]+", "()", "((a)(b))", "(a)%1", "%b()x",
                            "%f[%w]%w+", "%f[^%w]", "^*", "a-$", "%%", "%(", "[[]", "]", "[a%%]", "*", "$", "hi :)" } do
      assert.is_true(pattern.check(good), good)
      assert(pcall(string.find, "order 12 (ab)", good))
    end
  end)

  it("is refused where some text makes it raise", function()
    for bad, text in pairs {
      ["%"] = "x", ["order%"] = "order", ["order [0-9"] = "order 1", ["[^"] = "x", ["[]"] = "x", ["[a%"] = "x",
      ["[%]"] = "x", ["(a"] = "a", ["a.)"] = "ab", ["%1"] = "a", ["(a%1)"] = "a", ["a%0"] = "a", ["(a)%2"] = "a",
      ["%b"] = "x", ["%b("] = "x", ["%fa"] = "x", ["%f[a"] = "x", ["%f"] = "x", [("()"):rep(33)] = "x",
    } do
      local ok, why = pattern.check(bad)
      assert.is_nil(ok, bad)
      assert.are.equal("string", type(why))
      assert.is_false(pcall(string.find, text, bad), bad)
    end
  end)

  it("whatever is in it", function()
    math.randomseed(20263)
    local PIECES = { "(", ")", "[", "]", "^", "$", "%", "*", "-", "?", ".", "a", "b", "f", "1", "2", "d" }
    local function made(most)
      local parts = {}
      for i = 1, math.random(most) do parts[i] = PIECES[math.random(#PIECES)] end
      return table.concat(parts)
    end
    local good, bad = 0, 0
    for _ = 1, 20000 do
      local one = made(8)
      if pattern.check(one) then
        good = good + 1
        for _ = 1, 3 do
          local ok, why = pcall(string.find, made(12), one)
          assert.is_true(ok, ("%s: %s"):format(one, tostring(why)))
        end
      else
        bad = bad + 1
      end
    end
    assert.is_true(good > 1000)
    assert.is_true(bad > 1000)
  end)
end)
