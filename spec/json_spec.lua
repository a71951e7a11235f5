-- JSON: the same bytes on every Lua, and nothing lost on the way back.

local json = require "whatsapp.json"

local function encoded(value)
  local text, err = json.encode(value)
  assert(text, err)
  return text
end

-- { JSON, value }
local function assert_encodes(cases)
  for _, case in ipairs(cases) do assert.are.equal(case[1], encoded(case[2])) end
end

local function nested(levels)
  local value = {}
  for _ = 2, levels do value = { value } end
  return value
end

describe("json.encode", function()
  it("says where what it cannot carry stands", function()
    local function keys_to(value)
      local text, why, keys = json.encode(value)
      assert.is_nil(text)
      assert.are.equal("JSON cannot carry a function", why)
      return keys
    end
    assert.are.same({ 2, "b", "a" }, keys_to { a = { b = { 1, print } }, c = 1 })
    assert.is_nil(keys_to(print))
  end)

  it("writes plain values", function()
    assert_encodes {
      { "true", true }, { "false", false }, { "null", json.null },
      { '""', "" }, { '"a"', "a" }, { "{}", {} }, { "[]", json.array {} }, { "[]", json.array() },
      { '[1,"a",true,null]', { 1, "a", true, json.null } },
      { "[[],{}]", { json.array {}, {} } },
      { '[1,2]', json.array { 1, 2 } },
    }
  end)

  it("sorts names by their bytes", function()
    assert.are.equal('{"A":1,"Z":2,"_":3,"a":4,"aa":5,"b":{"x":1,"y":2},"ä":6}',
      encoded { b = { y = 2, x = 1 }, a = 4, aa = 5, Z = 2, A = 1, _ = 3, ["ä"] = 6 })
  end)

  it("writes integral numbers without a point, up to 2^63", function()
    assert_encodes {
      { "0", 0 }, { "0", 0.0 }, { "0", -0.0 }, { "3", 3.0 }, { "-7", -7 },
      { "123456789012345", 123456789012345 },
      { "999999999999999", 999999999999999 },
      { "1000000000000000", 1e15 }, { "-1000000000000000", -1e15 },
      { "9007199254740991", 2 ^ 53 - 1 }, { "9007199254740992", 2 ^ 53 },
      { "-9007199254740992", -2 ^ 53 }, { "9007199254740994", 2 ^ 53 + 2 },
      { "1152921504606846976", 2 ^ 60 }, { "-9223372036854775808", -2 ^ 63 },
    }
  end)

  it("writes other numbers with as many digits as they need", function()
    assert_encodes {
      { "0.5", 0.5 }, { "-0.25", -0.25 }, { "37.7749", 37.7749 }, { "0.1", 0.1 },
      { "-122.4194", -122.4194 }, { "0.30000000000000004", 0.1 + 0.2 },
      { "0.3333333333333333", 1 / 3 }, { "1e+21", 1e21 }, { "1e-07", 1e-7 },
      { "1.7976931348623157e+308", 1.7976931348623157e308 },
    }
  end)

  if math.type then
    it("writes every integer of this Lua exactly", function()
      assert_encodes {
        { "9007199254740993", math.tointeger(2 ^ 53) + 1 },
        { "9223372036854775807", tonumber "9223372036854775807" },
        { "-9223372036854775808", tonumber "-9223372036854775808" },
      }
    end)
  end

  it("refuses numbers that are not finite", function()
    for _, number in ipairs { math.huge, -math.huge, 0 / 0 } do
      local text, err = json.encode { number }
      assert.is_nil(text)
      assert.are.equal("JSON cannot carry a number that is not finite", err)
    end
  end)

  it("escapes every control character, quotes and backslashes, and nothing else", function()
    local short = { [8] = "\\b", [9] = "\\t", [10] = "\\n", [12] = "\\f", [13] = "\\r" }
    for byte = 0, 31 do
      local expected = short[byte] or ("\\u%04x"):format(byte)
      assert.are.equal('"x' .. expected .. 'y"', encoded("x" .. string.char(byte) .. "y"))
    end
    assert_encodes {
      { '"\\u007f"', "\127" }, { '"\\"\\\\"', '"\\' }, { '"/"', "/" }, { '"<&>"', "<&>" },
      { '"größe 👍 日本"', "größe 👍 日本" },
      { '{"a\\"b\\n":1}', { ['a"b\n'] = 1 } },
    }
  end)

  it("keeps ids given as strings", function()
    assert.are.equal('{"id":"106540352242922","to":"0015"}',
      encoded { id = "106540352242922", to = "0015" })
  end)

  it("refuses what JSON has no form for", function()
    local cyclic = {}
    cyclic.again = { cyclic }
    local cases = {
      { "a table that mixes named and numbered keys", { 1, 2, name = "x" } },
      { "a table that mixes named and numbered keys", { name = "x", [3] = 1 } },
      { "a table that mixes named and numbered keys", json.array { name = "x", 1 } },
      { "an array with holes", { 1, nil, 3 } },
      { "an array with holes", { [2] = "b" } },
      { "an array with holes", { "a", [1.5] = "b" } },
      { "an array with holes", { "a", [0] = "b" } },
      { "an array with holes", json.array { [7] = "b" } },
      { "a table with a key that is not a string", { [true] = 1 } },
      { "a table with a key that is not a string", { [{}] = 1, a = 2 } },
      { "a function", { f = print } },
      { "a thread", { coroutine.create(function() end) } },
      { "a userdata", { io.stdout } },
      { "a nil", nil },
      { "a table nested more than 100 levels deep", cyclic },
      { "a table nested more than 100 levels deep", nested(101) },
    }
    for _, case in ipairs(cases) do
      local text, err = json.encode(case[2])
      assert.is_nil(text)
      assert.are.equal("JSON cannot carry " .. case[1], err)
    end
  end)

  it("takes a hundred levels", function()
    assert.are.equal(("["):rep(99) .. "{}" .. ("]"):rep(99), encoded(nested(100)))
  end)

  it("does not confuse names that come again", function()
    for i = 1, 1500 do
      local name = "name " .. i .. '"'
      local expected = ('{"name %d\\"":%d}'):format(i, i)
      assert.are.equal(expected, encoded { [name] = i })
      assert.are.equal(expected, encoded { [name] = i })
    end
  end)
end)

describe("json.decode", function()
  local function decoded(text)
    local raw, tidied = json.decode(text)
    assert(raw, tidied)
    return raw, tidied
  end

  it("gives integral numbers without a point", function()
    local _, value = decoded '{"a":3,"b":[10,2.5],"c":3.0,"d":-1}'
    assert.are.equal("3 10 2.5 3 -1", table.concat({ tostring(value.a), tostring(value.b[1]),
      tostring(value.b[2]), tostring(value.c), tostring(value.d) }, " "))
  end)

  it("gives numeric ids back as strings of digits, other numbers as numbers", function()
    local raw, value = decoded '{"id":42,"media_id":7,"code":42,"items":[{"id":1},{"id":"2"}]}'
    assert.are.same({ id = "42", media_id = "7", code = 42, items = { { id = "1" }, { id = "2" } } },
      value)
    assert.are.equal(42, raw.id)
  end)

  it("gives integers of 15 digits and more as strings in both", function()
    local text = '{"a":106540352242922,"b":[9007199254740993,-9007199254740993],"n":99999999999999,'
      .. '"small":-12345678901234,"id":12345678901234567890}'
    local expected = { a = "106540352242922", b = { "9007199254740993", "-9007199254740993" },
                       n = 99999999999999, small = -12345678901234, id = "12345678901234567890" }
    local raw, value = decoded(text)
    assert.are.same(expected, value)
    assert.are.same(expected, raw)
  end)

  it("gives numbers that are too large for any Lua as strings", function()
    local raw = json.decode '[1e999, -1e999, 1e9999999, {"n": 123e4567}, 1e308, 1e-9999]'
    assert.are.same({ "1e999", "-1e999", "1e9999999", { n = "123e4567" }, 1e308, 0 }, raw)
  end)

  it("takes as many levels as encoding does, and ten fewer where a table goes around it", function()
    local function text(depth) return ("["):rep(depth) .. ("]"):rep(depth) end
    assert.is_table(json.decode(text(100)))
    assert.is_nil(json.decode(text(101)))
    assert.is_table(json.decode_raw(text(90), true))
    assert.is_nil(json.decode_raw(text(91), true))
  end)

  it("touches no digits inside strings, and no floats", function()
    local _, value = decoded([[{"t":"order 123456789012345, \"987654321098765\" \\",]]
      .. [["u":"\\\\","v":"\\\"111111111111111","n":222222222222222,]]
      .. [["f":1234567890123456.5,"e":1e20,"k333333333333333":1}]])
    assert.are.equal([[order 123456789012345, "987654321098765" \]], value.t)
    assert.are.equal([[\\]], value.u)
    assert.are.equal([[\"111111111111111]], value.v)
    assert.are.equal("222222222222222", value.n)
    assert.are.equal("number number", type(value.f) .. " " .. type(value.e))
    assert.are.equal(1, value.k333333333333333)
  end)

  it("keeps null in the first value and leaves it out of the second", function()
    local raw, value = decoded '{"a":null,"b":[1,null,{"c":null}],"d":{}}'
    assert.are.equal(json.null, raw.a)
    assert.are.equal(json.null, raw.b[2])
    assert.are.same({ b = { 1, {} }, d = {} }, value)
  end)

  it("reads escapes", function()
    local _, value = decoded [=[["\u00e4\ud83d\udc4d\n\u0000\/"]]=]
    assert.are.equal("ä👍\n\0/", value[1])
  end)

  it("reads what was cut within a pair: the half of it is U+FFFD", function()
    for text, expected in pairs {
      [ [=[a\ud83d]=] ] = "a\239\191\189", [ [=[\uDE00 b]=] ] = "\239\191\189 b",
      [ [=[\ud83d\ud83d\ude00]=] ] = "\239\191\189😀", [ [=[\ud83dx\udc4d]=] ] = "\239\191\189x\239\191\189",
      [ [=[\\ud83d \\\ud83d]=] ] = "\\ud83d \\\239\191\189",
      [ [=[\"\ud800\"\uD83D\uDC4D\u0041]=] ] = '"\239\191\189"👍A',
    } do
      assert.are.equal(expected, select(2, decoded('["' .. text .. '",106540352242922345]'))[1])
      assert.are.equal("106540352242922345", decoded('["' .. text .. '",106540352242922345]')[2])
    end
    for _, text in ipairs { [=["\ud83"]=], [=["\ud83]=], [=[["\ud83d]=], [=["\ud83d"x]=], [=["\u12\ud83d"]=] } do
      assert.is_nil(json.decode("[" .. text .. "]"), text)
    end
  end)

  it("survives a round trip", function()
    local text = [=[{"a":[1,2.5,"x",[],{"b":"\\\"\u0001"}],"big":"106540352242922345"}]=]
    local again = text:gsub("%[%]", "{}")      -- an empty array and an empty object decode alike
    assert.are.equal(again, encoded((decoded(text))))
  end)

  it("writes names in any order, and all else as it does in order", function()
    local holed, deep, odd = { 1, nil, 3 }, {}, setmetatable({}, { __name = "odd" })
    local inner = deep
    for _ = 1, 95 do
      inner.a = {}
      inner = inner.a
    end
    local values = {
      { a = 1, b = { true, json.null, "x/\0\127" }, c = {} }, json.array(), { a = json.array() }, deep,
      { 1.5, 37.774929123456789, 1e14, -1e14 }, { 99999999999999, -99999999999999, 0.1, 1e300 },
      { a = 1, 2 }, { [3] = 1 }, { f = print }, { 0 / 0 }, holed, odd,
    }
    for _, value in ipairs(values) do
      local text, why = json.encode_unsorted(value)
      local sorted, reason = json.encode(value)
      assert.are.same({ reason, sorted and decoded(sorted) }, { why, text and decoded(text) })
    end
    assert.are.equal("[]", json.encode_unsorted(json.array()))
    assert.are.equal("{}", json.encode_unsorted {})
    inner.a = deep
    assert.is_nil((json.encode_unsorted(deep)))
  end)

  it("refuses what is no JSON object or array, with the reason", function()
    local cases = {
      "", " ", "<html><body>502</body></html>", "NaN", "[NaN]", "[Infinity]", "[0x10]", "[01]",
      '{"a":1', '{"a":1}x', '{"a":1}{"b":2}', "[1,]", "{'a':1}", '{"a":}', '["\\x"]',
      "null", "true", "12", '"text"', ("["):rep(1200) .. ("]"):rep(1200),
    }
    for _, text in ipairs(cases) do
      local raw, err = json.decode(text)
      assert.is_nil(raw, text)
      assert.is_string(err)
    end
    assert.is_nil((json.decode(nil)))
    assert.is_nil((json.decode {}))
  end)
end)
