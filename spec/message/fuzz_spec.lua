-- `build` never raises and never changes what it was given, whatever that is.
-- The same tables are tried on every Lua and every time; FUZZ_SEED is for others.

local Error = require "whatsapp.error"
local definition = require "whatsapp.message.definition"
local generate = require "spec.support.generate"
local json = require "whatsapp.json"
local recipient = require "whatsapp.message.recipient"
local whatsapp = require "whatsapp"

local MESSAGES, OTHERS = 10000, 3000 -- how many are tried

-- Every table that can be reached, with what is in it.
local function photograph(value, seen)
  if type(value) ~= "table" or seen[value] then return seen end
  local content = {}
  seen[value] = content
  for key, item in next, value do
    content[key] = item
    photograph(key, seen)
    photograph(item, seen)
  end
  return seen
end

local function same(a, b) return rawequal(a, b) or (a ~= a and b ~= b) end

local function unchanged(photo)
  for value, content in pairs(photo) do
    for key, item in next, value do
      if not same(content[key], item) then return false end
    end
    for key, item in next, content do
      if not same(rawget(value, key), item) then return false end
    end
  end
  return true
end

-- Calls a function with one thing after another: it gives a value, or nil and an
-- `invalid` error whose text is one line; it never raises nor changes its input.
-- Returns how often of a hundred times it gave a value.
local function try(rounds, generator, make, call, on_value)
  local good = 0
  for round = 1, rounds do
    local input = make(generator)
    local photo = photograph(input, {})
    local ok, value, err = pcall(call, input)
    local where = ("seed %d, round %d: "):format(generator.seed, round)
    assert(ok, where .. tostring(value))
    assert(unchanged(photo), where .. "the input has changed")
    if value ~= nil then
      good = good + 1
      assert(err == nil, where .. tostring(err))
      on_value(value, where)
    else
      local text = tostring(err)
      assert(Error.is(err, "invalid"), where .. text)
      assert(err.field == nil or type(err.field) == "string", where .. text)
      assert(not text:find "%c" and #text < 700, where .. text)
    end
  end
  return good / rounds * 100
end

local function assert_is_json(value, where)
  assert(type(value) == "table", where)
  local text, why = json.encode(value)
  assert(text, where .. tostring(why))
  assert.is_table(json.decode(text))
end

local function ignore() end

describe("whatever it is given,", function()
  it("build returns a payload that JSON can carry, or an error", function()
    local generator = generate.new "message"
    local good = try(MESSAGES, generator, generator.message, whatsapp.build, assert_is_json)
    assert(good > 30 and good < 70, good .. " of a hundred are good")
  end)

  it("a new template is compiled to what JSON can carry, or refused", function()
    local generator = generate.new "definition"
    local good = try(OTHERS, generator, generator.input, function(input)
      local built, err = definition.compile(input)
      return built, not built and err or nil
    end, assert_is_json)
    assert(good > 10 and good < 70, good .. " of a hundred are good")
  end)

  it("a recipient is resolved or refused", function()
    local generator = generate.new "message"
    try(OTHERS, generator, function(self)
      return { self:pick { self:garbage(1), self:pick { "+", "00", "" } .. self:random(1e9) .. self:random(1e9) } }
    end, function(input)
      return recipient.resolve(input[1], generator:pick { "individual", "group" })
    end, ignore)
  end)

  it("json.encode returns a text or why not", function()
    local generator = generate.new "message"
    for round = 1, OTHERS do
      local value = generator:garbage(5)
      local ok, text, why = pcall(json.encode, value)
      local where = ("seed %d, round %d: %s"):format(generator.seed, round, tostring(text or why))
      assert(ok, where)
      assert(type(text) == "string" or type(why) == "string", where)
    end
  end)
end)
