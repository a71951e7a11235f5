-- Regular expressions of text inputs: what fits is what fits in JavaScript.

local flow_client = require "spec.support.flow_client"
local patterns = require "whatsapp.flow.pattern"

local ROUNDS = 4000

local random = require("spec.support.random").new(20261122)

-- What regular expressions are made of, sound and unsound.
local PARTS = {
  "a", "b", "c", "1", "2", " ", "-", "_", "é", "😀", "\\d", "\\w", "\\s", "\\D", "\\b", "\\B", "^", "$", ".", "*", "+",
  "?", "*?", "+?", "{2}", "{1,}", "{0,2}", "{2,1}", "{", "}", "]", "[ab]", "[^a]", "[a-c]", "[z-a]", "[\\d-]",
  "[]", "[^]", "[-a]", "[\\w.]", "[a-\\d]", "[\\b]", "[é-ü]",
  "(", "(?:", "(?=", "(?!", "(?<n>", "(?i)", "(?<=", ")", ")", ")",
  "|", "\\.", "\\n", "\\u00e9", "\\x61", "\\/", "\\1", "\\p{L}", "\\cA", "\\0", "\\", "a{,3}",
}
local TEXTS = { "", "a", "b", "ab", "abc", "aab", "1", "12", "a1", "a b", "-", "_", "é", "ü", "😀", "a😀b", "\n",
                "aa\nb", "{", "}", "a{2}", "]", "abcabc", "ABC", "a.b", "p{L}", "\0", "\1" }

-- What people write: the pattern, what fits, what does not.
local KNOWN = {
  { "^[A-Z]{2}\\d{6}$", "AB123456", "AB12345" }, { "^\\d{5}(-\\d{4})?$", "12345-6789", "12345-" },
  { "^(?=.*[A-Z])(?=.*\\d).{8,}$", "Passw0rd", "password" }, { "\\d", "house 7", "house" },
  { "^(?:\\d{4}[- ]?){3}\\d{4}$", "4111 1111 1111 1111", "4111" }, { "^(?!0+$)\\d+$", "010", "000" },
  { "^([01]?\\d|2[0-3]):[0-5]\\d$", "23:59", "24:00" }, { "^[\\wäöüß' -]+$", "Jörg-Uwe O'Hara", "?" },
  { "^(red|green)$", "green", "greens" }, { "^(?<year>\\d{4})-\\d\\d$", "2026-11", "26-11" },
}

describe("a pattern", function()
  it("fits what it means", function()
    for _, case in ipairs(KNOWN) do
      local pattern = assert(patterns.read(case[1]))
      assert.is_true(patterns.fits(pattern, case[2]), case[1])
      assert.is_false(patterns.fits(pattern, case[3]), case[1])
    end
  end)

  it("is weighed as JavaScript weighs it, whatever it is", function()
    local peer, cases, seen = flow_client.start(), {}, {}
    for i = 1, ROUNDS do
      local parts = {}
      for n = 1, random(7) do parts[n] = random:pick(PARTS) end
      cases[i] = { table.concat(parts), random:pick(TEXTS) }
    end
    local results = assert(peer:call("match", { cases = cases })).results
    peer:stop()
    for i, case in ipairs(cases) do
      local pattern, why, unknown = patterns.read(case[1])
      local found = "none"
      if pattern then found = patterns.fits(pattern, case[2]) else assert.is_string(why) end
      if unknown then found = results[i] end
      assert.are.equal(results[i], found, ("%q for %q"):format(case[1], case[2]))
      if unknown then found = "unknown" end
      seen[found] = (seen[found] or 0) + 1
    end
    for _, found in ipairs { true, false, "none", "unknown" } do assert.is_true(seen[found] > 100, tostring(found)) end
  end)

  it("says why it is none, and what is not weighed", function()
    for text, why in pairs {
      ["a)"] = "a ) that closes nothing", ["(a"] = "a group without its )", ["[a"] = "a class without its ]",
      ["*a"] = "nothing stands before what says how often", ["a\\"] = "it ends with a backslash",
      ["(?i)a"] = "(?i is no group of JavaScript", ["a{2,1}"] = "a number of times that ends before it begins",
      ["[b-a]"] = "a class with a range that ends before it begins", ["(?<a"] = "the name of a group without its >",
      ["(?<a>x)(?<a>y)"] = "a group that has no name of its own",
    } do
      local pattern, said, unknown = patterns.read(text)
      assert.are.equal("nil " .. why .. " nil", table.concat({ tostring(pattern), said, tostring(unknown) }, " "))
    end
    for text, why in pairs {
      ["(a)\\1"] = "references to groups are not weighed", ["(?<=a)b"] = "looking behind is not weighed",
      [("("):rep(51) .. (")"):rep(51)] = "groups too deep in each other",
    } do
      local pattern, said, unknown = patterns.read(text)
      assert.are.equal("nil " .. why .. " true", table.concat({ tostring(pattern), said, tostring(unknown) }, " "))
    end
  end)

  it("is given up when it takes too long, or goes too deep", function()
    assert.is_nil((patterns.fits(assert(patterns.read "(a+)+$"), ("a"):rep(40) .. "!")))
    assert.is_nil((patterns.fits(assert(patterns.read "^(?:a|b){99999}$"), ("a"):rep(99998))))
    assert.is_true(patterns.fits(assert(patterns.read "^a*b$"), ("a"):rep(3000) .. "b"))
  end)
end)
