-- What the first bytes of a file tell.

local content = require "whatsapp.message.content"
local media = require "spec.support.media"

local opus = media.opus(1)
local vorbis = media.ogg "\1vorbis\0\0\0\0\1"

describe("the first bytes", function()
  it("tell the formats that have a sign", function()
    for head, expected in pairs {
      [media.png] = "image/png", [media.jpeg] = "image/jpeg", ["GIF89a"] = "image/gif", ["GIF87a"] = "image/gif",
      [media.webp.lossy(1, 1)] = "image/webp", [opus] = "audio/ogg", [vorbis] = "audio/ogg",
      ["#!AMR\n"] = "audio/amr", [media.pdf] = "application/pdf", [media.mp4 "isom"] = "video/mp4",
      [media.mp4 "heic"] = "image/heic", [media.mp4 "avif"] = "image/avif",
    } do
      assert.are.equal(expected, content.detect(head))
    end
  end)

  it("tell nothing of the others", function()
    for _, head in ipairs { "", "x", "RIFF", "\255\216", ("\0"):rep(512), "Hello", "RIFF\0\0\0\0WAVE" } do
      assert.is_nil(content.detect(head))
    end
  end)
end)

describe("the content type", function()
  local function type_of(head, guess, said, kind)
    return content.type_of(head, guess, said, kind, "image.file", "image.type")
  end

  it("is that of the name or the caller where the bytes tell no other", function()
    assert.are.equal("image/png", type_of("x", "image/png"))
    assert.are.equal("text/csv", type_of("x", "image/png", "text/csv"))
    assert.are.equal("audio/ogg; codecs=opus", type_of(opus, nil, "audio/ogg; codecs=opus"))
    assert.are.equal("video/3gpp", type_of(media.mp4 "3gp5", "video/3gpp"))
    assert.are.equal("audio/mp4", type_of(media.mp4 "M4A ", nil, "audio/mp4"))
  end)

  it("is that of the bytes where the name is wrong, or tells none", function()
    assert.are.equal("image/png", type_of(media.png, "image/jpeg", nil, "image"))
    assert.are.equal("image/heic", type_of(media.mp4 "heic", "image/jpeg"))
    assert.are.equal("application/pdf", type_of(media.pdf))
    assert.are.equal("image/jpeg", type_of(media.jpeg, "text/plain"))
  end)

  it("may be anything for a document", function()
    assert.are.equal("application/x-own", type_of(media.png, nil, "application/x-own", "document"))
    assert.are.equal("image/jpeg", type_of(media.png, "image/jpeg", nil, "document"))
    assert.are.equal("application/x-own", type_of(media.png, nil, "application/x-own"))
  end)

  it("is refused when the caller says what the bytes are not", function()
    local found, err = type_of(media.png, nil, "image/jpeg", "image")
    assert.is_nil(found)
    assert.are.equal("invalid image.type", err.kind .. " " .. err.field)
    assert.matches("image/png", err.message)
  end)

  it("must be known", function()
    local found, err = type_of("x")
    assert.is_nil(found)
    assert.are.equal("invalid image.file", err.kind .. " " .. err.field)
  end)
end)

local function check(head, kind, options)
  options = options or {}
  return content.check({ type = options.type or "audio/ogg", size = options.size or #head, head = head,
                         named = kind .. ".file" }, kind, options.voice)
end

local function refused(words, kind, ok, err)
  assert.is_nil(ok)
  assert.are.equal("invalid " .. kind .. ".file", err.kind .. " " .. err.field)
  assert.is_truthy(err.message:find(words, 1, true), err.message)
  return err
end

describe("a voice note", function()
  it("is Opus of one channel in Ogg", function()
    assert.is_true(check(opus, "audio", { voice = true }))
  end)

  it("is nothing else, and the error says how to make one", function()
    for _, head in ipairs { "", "x", "OggS", vorbis, media.mp4 "M4A ", "ID3" .. ("\0"):rep(600), opus:sub(1, 30) } do
      local err = refused("no Ogg file with Opus", "audio", check(head, "audio", { voice = true }))
      assert.is_truthy(err.hint:find("ffmpeg -i INPUT -c:a libopus -ac 1", 1, true))
    end
    refused("has 2 channels", "audio", check(media.opus(2), "audio", { voice = true }))
  end)
end)

describe("sound", function()
  it("in Ogg is Opus, of any channels", function()
    assert.is_true(check(media.opus(2), "audio"))
    refused("without Opus", "audio", check(vorbis, "audio"))
  end)

  it("of other types is taken as it is", function()
    assert.is_true(check("x", "audio", { type = "audio/mpeg" }))
    assert.is_true(check(vorbis, "document"))
  end)
end)

describe("a sticker", function()
  it("has 512 × 512 pixels in every form of WebP", function()
    for form, make in pairs(media.webp) do
      assert.is_true(check(make(512, 512), "sticker"), form)
      for _, size in ipairs { { 511, 512 }, { 512, 513 }, { 1, 1 }, { 1024, 1024 } } do
        refused(("has %d × %d pixels"):format(size[1], size[2]), "sticker",
          check(make(size[1], size[2]), "sticker"))
      end
    end
  end)

  it("that does not move has at most 100 KB", function()
    for form, make in pairs(media.webp) do
      local head = make(512, 512)
      assert.is_true(check(head, "sticker", { size = 100 * 1024 }))
      local ok, err = check(head, "sticker", { size = 100 * 1024 + 1 })
      if form == "animated" then
        assert.is_true(ok)
      else
        refused("may have 100 KB", "sticker", ok, err)
      end
    end
  end)

  it("is a WebP file", function()
    local other = "RIFF\0\0\0\0WEBPABCD" .. ("x"):rep(40)
    for _, head in ipairs { "", "x", media.png, media.webp.lossy(512, 512):sub(1, 20), other } do
      refused("no WebP file", "sticker", check(head, "sticker"))
    end
  end)
end)
