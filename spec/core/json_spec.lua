-- The core writes and reads JSON as json.lua does, or leaves it to json.lua.

local core = require "whatsapp.core"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local function assert_writes(value)
  local text, why = json.encode(value)
  assert(text, why)
  assert.are.equal(text, (core.encode(value)))
end

local function assert_leaves(values)
  for i, value in ipairs(values) do
    assert.is_nil(core.encode(value), ("case %d: %s"):format(i, tostring(value)))
  end
end

local function nested(levels)
  local value = "x"
  for _ = 1, levels do value = { value } end
  return value
end

-- A table of `count` names.
local function wide(count)
  local value = {}
  for i = 1, count do value["name" .. i] = i end
  return value
end

describe("core.encode", function()
  it("writes plain values", function()
    for _, value in ipairs { "", "a", true, false, {}, { 1, "a", true, json.null, {} }, { a = json.null },
      { messaging_product = "whatsapp", to = "15551234567", type = "text", text = { body = "Hello" } },
      { list = { { id = "a", title = "A" }, { id = "b", title = "B" } }, nested = { { {} } } } } do
      assert_writes(value)
    end
  end)

  it("sorts names by their bytes", function()
    assert_writes { b = { y = 2, x = 1 }, a = 4, aa = 5, Z = 2, A = 1, _ = 3, ["ä"] = 6, [""] = 7, ["a\0b"] = 8 }
    assert_writes(wide(64))
  end)

  it("writes whole numbers", function()
    assert_writes { 0, -0.0, 3.0, -7, 123456789012345, 999999999999999, -999999999999999 }
  end)

  it("escapes every byte that needs it", function()
    for code = 0, 127 do
      assert_writes(string.char(code))
      assert_writes { [("a%sb"):format(string.char(code))] = ("%s%s"):format(string.char(code), "é") }
    end
  end)

  it("writes UTF-8 as it is, and leaves what is not", function()
    for first = 128, 255 do
      for _, rest in ipairs { "", "\128", "\191", "\128\128", "\159\191", "\160\128", "\191\191",
        "\128\128\128", "\143\191\191", "\144\128\128", "\191\191\191", "\192", "a", "\128\128\128\128" } do
        local text = "<" .. string.char(first) .. rest .. ">"
        if schema.length(text) then assert_writes(text) else assert_leaves { text, { [text] = 1 } } end
        local cut = text:sub(1, -2)
        if schema.length(cut) then assert_writes(cut) else assert_leaves { cut } end
      end
    end
  end)

  it("leaves fractions, long numbers and what is not finite", function()
    assert_leaves { 0.5, 1e15, -1e15, 2 ^ 53, 2 ^ 63, 1e300, 1 / 0, -1 / 0, 0 / 0 }
  end)

  it("leaves what JSON cannot carry", function()
    local loop = {}
    loop[1] = loop
    assert_leaves { print, coroutine.create(function() end), io.stdout, { 1, nil, 3 }, { 1, a = 2 }, { [2] = 1 },
                    { [1.5] = 1 }, { [true] = 1 }, { a = { b = print } }, loop }
  end)

  it("leaves a table with a metatable", function()
    assert_leaves { json.array {}, json.array { 1 }, { a = json.array {} }, setmetatable({}, {}) }
  end)

  it("leaves what is very deep, wide or long", function()
    assert_writes(nested(16))
    assert_leaves { nested(17), wide(65), ("x"):rep(64 * 1024) }
    assert_writes(("x"):rep(60000))
    assert_writes "and works on"
  end)
end)

local function assert_reads(texts)
  for _, text in ipairs(texts) do
    local raw, tidied = json.decode(text)
    assert(raw, tidied)
    local read = core.decode(text)
    assert.are.same(tidied, read, text)
    assert.are.equal(json.encode(tidied), json.encode(read))
  end
end

local function assert_leaves_text(texts)
  for _, text in ipairs(texts) do assert.is_nil(core.decode(text), text) end
end

describe("core.decode", function()
  it("reads objects and arrays", function()
    assert_reads { "{}", "[]", " [ ] ", "[[],{}]", '{"a":{"b":[true,false,{"c":""}]}}', '{"a":1,"a":2}',
      '\r\n\t{ "a" : [ 1 , "b" ] , "" : { } } ', '{"id":"7","ids":[7],"identity":7,"wa_id":"7"}',
      '{"messages":[{"id":"wamid.x"}],"contacts":[{"input":"1555","wa_id":"1555"}]}' }
  end)

  it("reads whole numbers up to 14 digits", function()
    assert_reads { "[0,1,-1,10,99999999999999,-99999999999999]" }
    for _, number in ipairs(core.decode "[0,7,-7]") do
      assert.are.equal(math.type and "integer", math.type and math.type(number))
    end
  end)

  it("reads strings with escapes, and UTF-8 as it is", function()
    assert_reads { [=[["\"\\\/\b\f\n\r\t"]]=], [[{"a\/b":"https:\/\/x\/y"}]], '["Grüße 👍"]', '["\127"]',
      '["' .. ("x"):rep(100000) .. '"]' }
  end)

  it("reads every character that is escaped", function()
    local escaped = {}
    for point = 1, 0xffff do
      if point < 0xd800 or point > 0xdfff then escaped[#escaped + 1] = ("\\u%04x"):format(point) end
    end
    for high = 0xd800, 0xdbff, 37 do
      escaped[#escaped + 1] = ("\\u%04X\\u%04x"):format(high, 0xdc00 + high % 0x400)
    end
    assert_reads { '["' .. table.concat(escaped, '","') .. '"]', [=[["a\u00e9\ud83d\udc4d\n\udbff\udfff"]]=] }
  end)

  it("leaves escapes that are no character", function()
    assert_leaves_text { [=[["\u0000"]]=], [=[["\ud83d"]]=], [=[["\ud83dx"]]=], [=[["\ud83d\n"]]=],
      [=[["\ud83d\u0041"]]=], [=[["\udc4d"]]=], [=[["\u00g9"]]=], [=[["\u12"]]=], '["\\u12',
      '["\\ud83d\\', '["\\ud83d\\u12' }
  end)

  it("leaves what json.lua treats in a way of its own", function()
    assert_leaves_text { "[null]", '{"a":null}', '{"id":1}', '{"wa_id":1}', "[1.0]", "[1e2]", "[-0]",
      "[100000000000000]", "1", '"a"', "true", "null" }
  end)

  it("leaves what is no JSON", function()
    assert_leaves_text { "", " ", "{", "[", "}", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", '{"a"}', '{"a":}', '{"a":1',
      '{"a":1,}', "{a:1}", "{1:1}", '["a', '["a\\', '["\\x"]', "[tru]", "[truer]", "[t", "[01]", "[-]", "[+1]", "[1]x",
      "[1]\0", "\0[1]", '["a\0b"]', '["a\nb"]', "nope", "<html>" }
  end)

  it("leaves what is very deep", function()
    assert_reads { ("["):rep(16) .. ("]"):rep(16) }
    assert_leaves_text { ("["):rep(17) .. ("]"):rep(17), ("["):rep(100000), ('{"a":'):rep(100000) }
  end)

  it("reads every part of a text, or leaves it", function()
    local text = [[{"a":[1,-2,"x\n",true,{"b":false,"c":[]}],"d":{}}]]
    for size = 0, #text - 1 do assert_leaves_text { text:sub(1, size) } end
    assert_reads { text }
  end)
end)
