-- Digests and codes give what their standards say, and refuse the rest.

local core = require "whatsapp.core"

local numbers = require "spec.support.random"

local function unhex(text)
  return (text:gsub("%s", ""):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- Bytes of every value and any length, the same on each run.
local function bytes(n)
  local out, random = {}, numbers.new(1)
  for i = 1, n do out[i] = string.char(random(256) - 1) end
  return table.concat(out)
end

describe("SHA-256", function()
  -- FIPS 180-2, appendix B, and the message of no bits.
  for text, digest in pairs {
    [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ["abc"] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"] =
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    [("a"):rep(1000000)] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  } do
    it(("of %d bytes"):format(#text), function()
      assert.are.equal(unhex(digest), core.sha256(text))
    end)
  end
end)

describe("HMAC-SHA256", function()
  -- RFC 4231, section 4.
  for name, case in pairs {
    ["a key of 20 bytes"] = { ("0b"):rep(20), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    ["a short key"] = { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    ["50 bytes of data"] = { ("aa"):rep(20), ("dd"):rep(50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    ["a key of 25 bytes"] = { "0102030405060708090a0b0c0d0e0f10111213141516171819", ("cd"):rep(50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    ["a key longer than a block"] = { ("aa"):rep(131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b65"
        .. "79204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    ["key and data longer than a block"] = { ("aa"):rep(131),
      "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b"
        .. "657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579"
        .. "206e6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520"
        .. "484d414320616c676f726974686d2e",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
  } do
    it("with " .. name, function()
      assert.are.equal(unhex(case[3]), core.hmac_sha256(unhex(case[1]), unhex(case[2])))
    end)
  end

  it("with no key and no data", function()
    assert.are.equal(unhex "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      core.hmac_sha256("", ""))
  end)
end)

describe("a comparison", function()
  it("tells equal from different, whatever the bytes", function()
    local text = bytes(64)
    assert.is_true(core.equal(text, bytes(64)))
    assert.is_true(core.equal("", ""))
    assert.is_true(core.equal("\0", "\0"))
    for _, other in ipairs { "", text:sub(2), text:sub(1, -2), text .. "\0" } do
      assert.is_false(core.equal(text, other))
    end
    for i = 1, #text do
      local byte = string.char((text:byte(i) + 1) % 256)
      assert.is_false(core.equal(text, text:sub(1, i - 1) .. byte .. text:sub(i + 1)))
    end
  end)
end)

describe("base64", function()
  -- RFC 4648, section 10.
  for data, text in pairs {
    [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
    foobar = "Zm9vYmFy", ["\251\255\191"] = "+/+/", ["\0\0\0"] = "AAAA",
  } do
    it(("of %q"):format(data), function()
      assert.are.equal(text, core.base64(data))
      assert.are.equal(data, core.unbase64(text))
    end)
  end

  it("gives back what it was given", function()
    for n = 0, 200 do assert.are.equal(bytes(n), core.unbase64(core.base64(bytes(n)))) end
    assert.are.equal(bytes(100000), core.unbase64(core.base64(bytes(100000))))
  end)

  for _, text in ipairs {
    "Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z=g=", "====", "=", "A===", "Zm9v=", "Zm9v====", "Zg==Zg==",
    " Zg==", "Zg==\n", "Zm 9", "Zm9v\r\nZm9v", "Zm9\0", "Zm9-", "Zm9_", "Zm9\195", "Zh==", "Zm9=",
    "Zm9v!", "%%%%",
  } do
    it(("is not %q"):format(text), function()
      local data, err = core.unbase64(text)
      assert.is_nil(data)
      assert.are.equal("invalid, not_sent, data", ("%s, %s, %s"):format(err.kind, err.outcome, err.field))
    end)
  end
end)

describe("hexadecimal", function()
  it("is written in lower case and read in any", function()
    assert.are.equal("00ff0a", core.hex "\0\255\n")
    assert.are.equal("\0\255\n", core.unhex "00Ff0a")
    assert.are.equal("", core.hex "")
    assert.are.equal("", core.unhex "")
    assert.are.equal(bytes(1000), core.unhex(core.hex(bytes(1000))))
  end)

  for _, text in ipairs { "0", "0g", "g0", "00 ", "0x00", "000", "\0\0", "/0", ":0", "@0", "`0", "G0" } do
    it(("is not %q"):format(text), function()
      local data, err = core.unhex(text)
      assert.is_nil(data)
      assert.are.equal("invalid", err.kind)
    end)
  end
end)

describe("randomness", function()
  it("is as long as asked and never the same", function()
    for _, n in ipairs { 0, 1, 16, 1024 } do assert.are.equal(n, #core.random_bytes(n)) end
    assert.are_not.equal(core.random_bytes(16), core.random_bytes(16))
    for _ = 1, 100 do
      local number = core.random()
      assert.is_true(number >= 0 and number < 1)
    end
  end)

  it("is not had in any other amount", function()
    for _, n in ipairs { -1, 1025, "many" } do
      assert.has_error(function() core.random_bytes(n) end)
    end
  end)
end)

describe("what is no string", function()
  it("is a wrong call", function()
    for _, name in ipairs { "sha256", "base64", "unbase64", "hex", "unhex" } do
      for _, value in ipairs { 1, true, {} } do
        assert.has_error(function() core[name](value) end)
      end
      assert.has_error(function() core[name]() end)
    end
    for _, name in ipairs { "hmac_sha256", "equal" } do
      assert.has_error(function() core[name]("a", 1) end)
      assert.has_error(function() core[name](1, "a") end)
      assert.has_error(function() core[name]("a") end)
    end
  end)
end)
