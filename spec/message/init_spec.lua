-- What each table becomes on the wire, and what is refused before it is sent.

local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local TO = "+1 555 123 4567"
local HEAD = '{"messaging_product":"whatsapp","recipient_type":"individual",'

-- A message to the usual recipient.
local function to(message)
  message.to = TO
  return message
end

-- The payload of a kind: `"<kind>":<content>` stands where the alphabet puts it.
local function assert_content(kind, content, message)
  local parts = { ('"%s":%s'):format(kind, content), '"messaging_product":"whatsapp"',
                  '"recipient_type":"individual"', '"to":"15551234567"', ('"type":"%s"'):format(kind) }
  table.sort(parts)
  expect.payload("{" .. table.concat(parts, ",") .. "}", to(message))
end

describe("a text", function()
  it("is a string, or a body with a preview", function()
    assert_content("text", '{"body":"Hello"}', { text = "Hello" })
    assert_content("text", '{"body":"Hello"}', { text = { body = "Hello" } })
    assert_content("text", '{"body":"a","preview_url":true}', { text = { body = "a", preview_url = true } })
    assert_content("text", '{"body":"a","preview_url":false}',
      { text = { body = "a", preview_url = false } })
  end)

  it("has up to 4096 characters, however many bytes those are", function()
    for _, char in ipairs { "x", "ä", "日", "👍" } do
      assert.is_truthy(whatsapp.build(to { text = char:rep(4096) }))
      expect.invalid("text.body", "has 4097 characters, at most 4096", to { text = char:rep(4097) })
    end
    expect.invalid("text.body", "must not be empty", to { text = "" })
    expect.invalid("text.body", "must not be empty", to { text = { body = "" } })
  end)

  it("is UTF-8", function()
    for _, bytes in ipairs { "caf\233", "\128", "a\192\175", "\237\160\128", "\240\159\145",
                             "\244\144\128\128", "\255", "ok 👍 \195" } do
      expect.invalid("text.body", "is not UTF-8", to { text = bytes })
    end
  end)

  it("refuses the rest by name", function()
    expect.invalid("text.body", "is missing", to { text = {} })
    expect.invalid("text.body", "must be a string, not a number", to { text = 12 })
    expect.invalid("text.body", "must be a string, not a table", to { text = { body = {} } })
    expect.invalid("text.preview_url", "must be true or false", to { text = { body = "a", preview_url = 1 } })
    expect.invalid("text.preview_urls", "did you mean preview_url?",
      to { text = { body = "a", preview_urls = true } })
    expect.invalid("text[1]", "unknown key", to { text = { "Hello" } })
  end)
end)

describe("media", function()
  it("is a link, an id, or either with a caption", function()
    for _, kind in ipairs { "image", "video", "audio", "document", "sticker" } do
      assert_content(kind, '{"link":"https://example.com/a?b=c"}', { [kind] = "https://example.com/a?b=c" })
      assert_content(kind, '{"link":"http://example.com/a"}', { [kind] = { link = "http://example.com/a" } })
      assert_content(kind, '{"id":"1166846181421424"}', { [kind] = { id = "1166846181421424" } })
      assert_content(kind, '{"id":"1166846181421424"}', { [kind] = { id = 1166846181421424 } })
    end
    for _, kind in ipairs { "image", "video", "document" } do
      assert_content(kind, '{"caption":"Look","id":"1"}', { [kind] = { id = "1", caption = "Look" } })
    end
    assert_content("document", '{"caption":"Q3","filename":"report.pdf","link":"https://example.com/r"}',
      { document = { link = "https://example.com/r", caption = "Q3", filename = "report.pdf" } })
  end)

  it("has captions of 1024 and file names of 240 characters", function()
    assert.is_truthy(whatsapp.build(to { image = { id = "1", caption = ("ä"):rep(1024) } }))
    expect.invalid("image.caption", "at most 1024", to { image = { id = "1", caption = ("ä"):rep(1025) } })
    assert.is_truthy(whatsapp.build(to { document = { id = "1", filename = ("ä"):rep(240) } }))
    expect.invalid("document.filename", "at most 240", to { document = { id = "1", filename = ("ä"):rep(241) } })
  end)

  it("refuses the rest by name", function()
    expect.invalid("image", "must be a link", to { image = "1166846181421424" })
    expect.invalid("image", "an uploaded file is { id = … }", to { image = "photo.jpg" })
    expect.invalid("image", "must be a link", to { image = "ftp://example.com/a" })
    expect.invalid("image", "must be a link", to { image = "https://example.com/a b" })
    expect.invalid("image", "must be a link", to { image = "" })
    expect.invalid("image.link", "must be a link", to { image = { link = "example.com" } })
    expect.invalid("image", "must be a table", to { image = 12 })
    expect.invalid("image", "needs one of id, link, file, data or fetch", to { image = {} })
    expect.invalid("image", "needs one of id, link, file, data or fetch", to { image = { caption = "x" } })
    expect.invalid("image.link", "cannot stand beside id", to { image = { id = "1", link = "https://a.b/" } })
    expect.invalid("image.data", "cannot stand beside file", to { image = { file = "a", data = "b" } })
    expect.invalid("image.type", "only for file, data and fetch", to { image = { id = "1", type = "image/png" } })
    expect.invalid("audio.caption", "unknown key", to { audio = { id = "1", caption = "x" } })
    expect.invalid("sticker.caption", "unknown key", to { sticker = { id = "1", caption = "x" } })
    expect.invalid("image.filename", "unknown key", to { image = { id = "1", filename = "x" } })
    expect.invalid("image.captoin", "did you mean caption?", to { image = { id = "1", captoin = "x" } })
    for _, id in ipairs { "../1", "1/2", "1?x", "1 2", "", "1\n", "a..b" } do
      expect.invalid("image.id", "is not an id", to { image = { id = id } })
    end
    for _, id in ipairs { 1.5, -1, 2 ^ 53, math.huge, 0 / 0 } do
      expect.invalid("image.id", "below 2^53", to { image = { id = id } })
    end
  end)

  it("that lies here must be uploaded first", function()
    expect.invalid("image.file", "use wa:send", to { image = { file = "photo.jpg" } })
    expect.invalid("document.data", "use wa:send", to { document = { data = "\0\255", type = "text/plain" } })
    expect.invalid("template.header.image.file", "use wa:send", to { template = { name = "t",
      language = "en", header = { image = { file = "photo.jpg" } } } })
  end)
end)

describe("the envelope", function()
  it("is complete", function()
    expect.payload('{"biz_opaque_callback_data":"order 7","context":{"message_id":"wamid.HBgL+/="},'
      .. '"messaging_product":"whatsapp","recipient_type":"individual","text":{"body":"Indeed."},'
      .. '"to":"15551234567","type":"text"}',
      to { reply_to = "wamid.HBgL+/=", callback_data = "order 7", text = "Indeed." })
  end)

  it("can name the identity that is expected", function()
    assert.are.equal("DF2lS5v2W6x=",
      whatsapp.build(to { text = "x", recipient_identity_key_hash = "DF2lS5v2W6x=" }).recipient_identity_key_hash)
    expect.invalid("recipient_identity_key_hash", "must be a string",
      to { text = "x", recipient_identity_key_hash = 7 })
  end)

  it("refuses the rest by name", function()
    assert.is_truthy(whatsapp.build(to { text = "x", callback_data = ("ä"):rep(512) }))
    expect.invalid("callback_data", "at most 512", to { text = "x", callback_data = ("ä"):rep(513) })
    expect.invalid("callback_data", "must be a string", to { text = "x", callback_data = 7 })
    for _, id in ipairs { "", "wamid 1", "wamid.\n", 12, {}, true } do
      expect.invalid("reply_to", "must be a message id", to { text = "x", reply_to = id })
    end
  end)
end)

describe("a message", function()
  it("has one kind", function()
    expect.invalid(nil, 'add one of its kinds, e.g. text = "Hello"', to {})
    expect.invalid(nil, "has no content", to { reply_to = "wamid.x", callback_data = "y" })
    expect.invalid("text", "cannot stand beside image", to { text = "x", image = "https://a.b/c" })
    expect.invalid("image", "cannot stand beside audio",
      to { video = "https://a.b/c", image = "https://a.b/c", audio = "https://a.b/c" })
  end)

  it("is a table", function()
    for _, message in ipairs { "Hello", 12, true, false, print } do
      expect.invalid(nil, 'write { to = "+15551234567", text = "Hello" }', message)
    end
    expect.refused("invalid", nil, "not a nil", whatsapp.build())
  end)

  it("names the nearest known key of an unknown one", function()
    expect.invalid("txt", "did you mean text?", to { txt = "x" })
    expect.invalid("tetx", "did you mean text?", to { tetx = "x" })
    expect.invalid("Text", "did you mean text?", to { Text = "x" })
    expect.invalid("replyto", "did you mean reply_to?", to { text = "x", replyto = "wamid.x" })
    expect.invalid("imgae", "did you mean image?", to { imgae = "x" })
    expect.invalid("templete", "did you mean template?", to { templete = {} })
    expect.invalid("xylophone", "docs/messages.md", to { xylophone = 1 })
    expect.invalid("xy", "docs/messages.md", to { xy = 1 })
  end)

  it("names the key that another word, or a piece of it, stands for", function()
    for path, meant in pairs { ["image.url"] = "link", ["image.path"] = "file", ["document.name"] = "filename",
                               ["location.lng"] = "longitude", ["location.lat"] = "latitude", ["flow.flow_id"] = "id",
                               ["template.lang"] = "language", ["template.params"] = "body",
                               ["buttons.image"] = "header", ["cta_url.display_text"] = "button",
                               photo = "image", voice = "audio", gif = "video", cta = "cta_url" } do
      local kind, key = path:match "^(.-)%.?([%w_]+)$"
      expect.invalid(path, "did you mean " .. meant .. "?", to { [kind == "" and key or kind] = { [key] = "x" } })
    end
    expect.invalid("location.l", "allowed: address, latitude, longitude, name", to { location = { l = 1 } })
  end)

  it("shows where a key stands that was written beside its kind", function()
    expect.invalid("caption", "write image = { …, caption = … }", to { image = "https://a.b/c.jpg", caption = "x" })
    expect.invalid("footer", "write buttons = { …, footer = … }", to { buttons = {}, footer = "x" })
    expect.invalid("text", "write buttons = { …, body = … }", to { buttons = {}, text = "x" })
    expect.invalid("text", "write image = { …, caption = … }", to { image = "https://a.b/c.jpg", text = "x" })
    assert.is_nil(expect.invalid("text", "a message is one thing", to { location = {}, text = "x" }).hint)
  end)

  it("says how Graph's own words are written here", function()
    expect.invalid("recipient", "write to =", { recipient = "US.1349", text = "x" })
    expect.invalid("context", "write reply_to =", to { text = "x", context = { message_id = "wamid.x" } })
    expect.invalid("biz_opaque_callback_data", "write callback_data =",
      to { text = "x", biz_opaque_callback_data = "y" })
    expect.invalid("interactive", "Graph's own form", to { interactive = {} })
    expect.invalid("messaging_product", "leave it out", to { messaging_product = "whatsapp", text = "x" })
  end)

  it("calls a JSON null so", function()
    expect.invalid("image.caption", "must be a string, not a null",
      to { image = { id = "1", caption = whatsapp.null } })
    expect.invalid("buttons", "must be a table, not a null", to { buttons = whatsapp.null })
  end)

  it("survives keys of every type and size, and shows them shortened", function()
    expect.invalid("[1]", "unknown key", to { "Hello" })
    expect.invalid("[1.5]", "unknown key", to { text = "x", [1.5] = 1 })
    expect.invalid("[a boolean]", "unknown key", to { text = "x", [true] = 1 })
    expect.invalid("[a table]", "unknown key", to { text = "x",
      [setmetatable({}, { __tostring = function() error "asked" end })] = 1 })
    local err = expect.invalid(("x"):rep(40) .. "…", "unknown key", to { text = "x", [("x"):rep(1e6)] = 1 })
    assert.is_true(#tostring(err) < 700)
  end)
end)

describe("a native payload", function()
  it("passes through, its envelope completed", function()
    expect.payload(HEAD .. '"text":{"body":"…"},"to":"15551234567","type":"text"}',
      to { type = "text", text = { body = "…" } })
    expect.payload('{"biz_opaque_callback_data":"b","context":{"message_id":"wamid.x"},'
      .. '"interactive":{"action":{"sections":[],"x":{}},"n":106540352242922,"type":"new"},'
      .. '"messaging_product":"whatsapp","recipient_identity_key_hash":"h",'
      .. '"recipient_type":"individual","to":"15551234567","type":"interactive","z":null}',
      to { type = "interactive", reply_to = "wamid.x", callback_data = "b", z = whatsapp.null,
           messaging_product = "whatsapp", recipient_identity_key_hash = "h",
           interactive = { type = "new", n = 106540352242922,
                           action = { sections = whatsapp.array {}, x = {} } } })
    expect.payload('{"context":{"message_id":"wamid.y"},"messaging_product":"whatsapp",'
      .. '"recipient_type":"individual","text":{"body":"a"},"to":"15551234567","type":"text"}',
      to { type = "text", text = { body = "a" }, context = { message_id = "wamid.y" } })
  end)

  it("has Graph's form inside, too", function()
    expect.invalid("text", "leave type out", to { type = "text", text = "Hello" })
    expect.invalid("image", "must be a table, not a string", to { type = "image", image = "https://a.b/c.jpg" })
  end)

  it("may name its recipient as Graph does", function()
    expect.payload('{"messaging_product":"whatsapp","recipient":"US.1349","recipient_type":"individual",'
      .. '"text":{"body":"a"},"type":"text"}',
      { recipient = "US.1349", type = "text", text = { body = "a" } })
    expect.payload('{"messaging_product":"whatsapp","recipient_type":"group","text":{"body":"a"},'
      .. '"to":"g1","type":"text"}',
      { to = "g1", recipient_type = "group", type = "text", text = { body = "a" } })
  end)

  it("shares its content with the table it was made of", function()
    local content = { body = "a" }
    assert.are.equal(content, whatsapp.build(to { type = "text", text = content }).text)
  end)

  it("has the content that it names, and a recipient", function()
    expect.invalid("type", "must be the name", to { type = 1, text = "x" })
    expect.invalid("type", "must be the name", to { type = {}, text = "x" })
    expect.invalid("location", "is missing", to { type = "location" })
    expect.invalid("messaging_product", 'must be "whatsapp"',
      to { type = "text", text = {}, messaging_product = "sms" })
    expect.invalid("to", "is missing", { type = "text", text = { body = "a" } })
    expect.invalid("to", "national", { to = "0151 1", type = "text", text = { body = "a" } })
    expect.invalid("reply_to", "message id", to { type = "text", text = {}, reply_to = 1 })
  end)
end)

describe("build", function()
  it("leaves its input as it was", function()
    local parameter = { type = "currency", currency = { code = "USD", amount_1000 = 1000 } }
    local messages = {
      to { text = "x" }, to { image = { id = 12, caption = "c" } },
      to { document = { file = "x.pdf" } },
      to { type = "text", text = { body = "x" } },
      to { template = { name = "t", language = "en", header = "h", body = { a = parameter, b = 1 },
                        buttons = { { url = 7 }, false, { payload = "p" } } } },
      to { template = { name = "t", language = "en", header = { image = "https://a.b/c" },
                        body = { parameter } } },
      to { template = { name = "t", language = "en", components = { { type = "body" } } } },
      to { unknown = {} },
    }
    for _, message in ipairs(messages) do
      local before = expect.deep_copy(message)
      whatsapp.build(message)
      assert.are.same(before, message)
    end
  end)

  it("gives the same bytes each time", function()
    local message = to { template = { name = "t", language = "en",
      body = { z = 1, a = 2, m = 3 }, buttons = { { url = "u" } } } }
    local first = json.encode(whatsapp.build(message))
    for _ = 1, 20 do assert.are.equal(first, json.encode(whatsapp.build(message))) end
  end)
end)
