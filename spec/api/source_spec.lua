-- Local files and bytes: what they are decides how they go out, before anything does.

local expect = require "spec.support.expect"
local media = require "spec.support.media"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local faults, wa, directory

setup(function()
  faults, directory = server.start_fault_server(), server.make_directory()
  wa = whatsapp.new { access_token = "token", phone_number_id = "106540352242922", rate = false, retries = 0,
    base_url = faults.url .. "/json/" .. ('{"id":"12","messages":[{"id":"wamid.x"}]}'):gsub("%W", function(char)
      return ("%%%02X"):format(char:byte())
    end) }
end)

teardown(function()
  wa:close()
  faults:stop()
  server.remove_directory(directory)
end)

-- A file with these bytes.
local function file(name, bytes)
  local path = directory .. "/" .. name
  local handle = assert(io.open(path, "wb"))
  handle:write(bytes)
  handle:close()
  return path
end

local function send(kind, value)
  return wa:send { to = "+15551234567", [kind] = value }
end

-- The content type that the last upload bore, and how many there were.
local function uploaded()
  local count, content_type = 0, nil
  for _, request in ipairs(faults:log "json") do
    if request.path:find "/media$" then
      count = count + 1
      content_type = (request.body or ""):match 'filename="[^"]*"\r\nContent%-Type: ([^\r]*)'
    end
  end
  return content_type, count
end

-- That a call is refused and nothing uploaded.
local function refused(field, words, kind, value)
  local _, before = uploaded()
  expect.refused("invalid", field, words, send(kind, value))
  local _, after = uploaded()
  assert.are.equal(before, after)
end

describe("a local file", function()
  it("goes out as what it is, whatever its name says", function()
    assert(send("image", { file = file("a.jpg", media.png) }))
    assert.are.equal("image/png", (uploaded()))
    assert(send("image", { file = file("a.jpg", media.jpeg) }))
    assert.are.equal("image/jpeg", (uploaded()))
    assert(send("image", { data = media.png }))
    assert.are.equal("image/png", (uploaded()))
    assert(wa.media:upload(file("no-ending", media.pdf)))
    assert.are.equal("application/pdf", (uploaded()))
    assert(send("document", { file = file("a.pdf", media.png) }))
    assert.are.equal("application/pdf", (uploaded()))
  end)

  it("that WhatsApp does not take is refused by what it is", function()
    refused("image.file", "image/heic cannot be sent as image", "image", { file = file("a.jpg", media.mp4 "heic") })
    refused("image.data", "image/gif cannot be sent as image", "image", { data = "GIF89a", type = nil })
    refused("sticker.file", "image/png cannot be sent as sticker", "sticker",
      { file = file("b.webp", media.png .. ("\0"):rep(30)) })
  end)

  it("is not what it is said to be", function()
    refused("image.type", "first bytes are those of image/png", "image", { data = media.png, type = "image/jpeg" })
    expect.refused("invalid", "type", "first bytes", wa.media:upload { data = media.png, type = "image/jpeg" })
  end)
end)

describe("a voice note", function()
  it("is a file or bytes of Opus in Ogg", function()
    assert(send("audio", { file = file("v.ogg", media.opus(1)), voice = true }))
    assert.are.equal("audio/ogg", (uploaded()))
    assert(send("audio", { data = media.opus(1), type = "audio/ogg; codecs=opus", voice = true }))
    local log = faults:log "json"
    assert.is_truthy(log[#log].body:find('"voice":true', 1, true))
  end)

  it("that WhatsApp shows as a file is sent, and the answer says so", function()
    local limit = 512 * 1024
    for _, size in ipairs { limit, limit + 1 } do
      local sound = media.opus(1)
      sound = sound .. ("\0"):rep(size - #sound)
      local sent = assert(send("audio", { data = sound, type = "audio/ogg", voice = true }))
      assert.are.equal(size > limit, (sent.advice or ""):find("512 KB", 1, true) ~= nil)
      assert.is_nil(assert(send("audio", { data = sound, type = "audio/ogg" })).advice)
    end
  end)

  it("is nothing else", function()
    refused("audio.file", "no Ogg file with Opus", "audio", { file = file("v.mp3", "ID3"), voice = true })
    refused("audio.data", "has 2 channels", "audio", { data = media.opus(2), type = "audio/ogg", voice = true })
    refused("audio.file", "without Opus", "audio", { file = file("w.ogg", media.ogg "\1vorbis") })
  end)
end)

describe("a sticker", function()
  it("is measured", function()
    assert(send("sticker", { file = file("s.webp", media.webp.lossless(512, 512)) }))
    refused("sticker.file", "has 100 × 512 pixels", "sticker", { file = file("t.webp", media.webp.still(100, 512)) })
  end)
end)

it("no file of a message is uploaded before all were found to be right", function()
  local good, bad = { file = file("good.png", media.png) }, { file = file("bad.png", media.mp4 "heic") }
  local function card(image)
    return { header = { image = image }, body = "A card", cta_url = { button = "Go", url = "https://example.com" } }
  end
  refused("carousel[2].header.image.file", "image/heic", "carousel", { body = "Look", card(good), card(bad) })
end)
