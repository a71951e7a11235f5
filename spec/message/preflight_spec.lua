-- What is sent beside what the template wants, as Graph lists it.

local definition = require "whatsapp.message.definition"
local preflight = require "whatsapp.message.preflight"
local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local generate = require "spec.support.generate"

-- The definition of a template written as for `create`.
local function defined(parts)
  parts.name, parts.language = "t", "en_US"
  parts.category = parts.category or "MARKETING"
  return assert(definition.compile(parts))
end

local function template_of(filled)
  filled.name, filled.language = "t", "en_US"
  return assert(whatsapp.build { to = "15551234567", template = filled }).template
end

local function fits(parts, filled)
  local ok, err = preflight.check(template_of(filled), defined(parts))
  assert.is_true(ok, tostring(err))
end

local function refused(parts, filled, field, words)
  return expect.refused("invalid", field, words, preflight.check(template_of(filled), defined(parts)))
end

local IMAGE = { image = { handle = "4::x" } }

describe("preflight of a body", function()
  local none, two = { body = "Hi." }, { body = "Hi there {{1}}, {{2}}!", examples = { "a", "b" } }
  local named = { body = "Hi {{customer}}, see you {{day}}!", examples = { customer = "a", day = "b" } }

  it("lets what fits pass", function()
    fits(none, {})
    fits(two, { body = { "a", { currency = "USD", amount = 1 } } })
    fits(named, { body = { day = "x", customer = "y" } })
    fits({ body = "It is {{1}}, yes {{1}}!", examples = { "a" } }, { body = "x" })
  end)

  it("counts", function()
    refused(none, { body = "a" }, "template.body", "no variable")
    refused(two, {}, "template.body[1]", "is missing: the template has 2 variables")
    refused(two, { body = "a" }, "template.body[2]", "is missing")
    refused(two, { body = { "a", "b", "c" } }, "template.body[3]", "too many")
  end)

  it("knows names", function()
    refused(named, {}, "template.body.customer", "{{customer}}")
    refused(named, { body = { customer = "a" } }, "template.body.day", "is missing")
    local err = refused(named, { body = { customr = "a", day = "b" } }, "template.body.customr",
      "{{customer}}, {{day}}")
    assert.equal("did you mean customer?", err.hint)
    refused(named, { body = { "a", "b" } }, "template.body", "by name")
    refused(two, { body = { customer = "a", day = "b" } }, "template.body.customer", "give a list")
  end)
end)

describe("preflight of a header", function()
  local location = { latitude = 1, longitude = 2 }

  it("knows its kind", function()
    fits({ body = "b", header = "Hi" }, {})
    fits({ body = "b", header = "Hi {{1}}", header_example = "a" }, { header = "Ann" })
    fits({ body = "b", header = IMAGE }, { header = { image = "https://a.b/c.png" } })
    fits({ body = "b", header = { gif = { handle = "x" } } }, { header = { video = "https://a.b/c.mp4" } })
    fits({ body = "b", header = { location = true } }, { header = { location = location } })
    fits({ body = "b", header = { product = true } }, { header = { product = { catalog_id = 1, id = "a" } } })
  end)

  it("names what is wrong", function()
    refused({ body = "b", header = "Hi" }, { header = "a" }, "template.header", "no variable")
    refused({ body = "b" }, { header = { image = "https://a.b/" } }, "template.header", "no variable")
    refused({ body = "b", header = "Hi {{1}}", header_example = "a" }, {}, "template.header[1]", "is missing")
    local err = refused({ body = "b", header = IMAGE }, {}, "template.header", "shows an image")
    assert.equal("header = { image = … }", err.hint)
    refused({ body = "b", header = IMAGE }, { header = { video = "https://a.b/" } }, "template.header",
      "is a video, but the template shows an image")
    refused({ body = "b", header = IMAGE }, { header = "text" }, "template.header", "is a text")
    err = refused({ body = "b", header = { location = true } }, {}, "template.header", "location")
    assert.is_truthy(err.hint:find "latitude")
  end)
end)

describe("preflight of buttons", function()
  local link = { body = "b", buttons = { "Yes",
    { url = "https://a.b/{{1}}", text = "Track", example = "https://a.b/1" } } }
  local plain = { body = "b", buttons = { { url = "https://a.b/c", text = "Open" },
    { phone = "12345", text = "Call" } } }

  it("lets what fits pass", function()
    fits(link, { buttons = { false, { url = "1" } } })
    fits(link, { buttons = { { payload = "yes" }, { url = "1" } } })
    fits(link, { buttons = { false, { url = "https://c.d/1" } } })
    fits(plain, {})
    fits({ body = "b", buttons = { { copy_code = "A" } } }, { buttons = { { code = "A" } } })
    fits({ body = "b", buttons = { { flow = "1", text = "Go" } } }, {})
    fits({ body = "b", buttons = { { flow = "1", text = "Go" } } }, { buttons = { { flow = { token = "t" } } } })
    fits({ body = "b", buttons = { { catalog = "View" } } }, { buttons = { { catalog = "sku" } } })
    fits({ body = "b", buttons = { { products = "View" } } }, { buttons = { { products = { thumbnail = "a", "a" } } } })
    fits({ body = "b", buttons = { { voice_call = "Call" } } }, {})
    fits({ body = "b", buttons = { { url = "https://a.b/c", text = "Open" }, { voice_call = "Call" } } },
      { buttons = { false, { voice_call = { ttl_minutes = 5 } } } })
    fits({ body = "b", buttons = { { type = "NEW" } } }, { buttons = { { url = "1" } } })
    fits({ category = "AUTHENTICATION", buttons = { { otp = "copy_code" } } }, { otp = "123" })
  end)

  it("names what is wrong", function()
    local err = refused(link, {}, "template.buttons[2]", 'URL button "Track" needs a value')
    assert.equal('write { url = "…" }', err.hint)
    refused(link, { buttons = { false, { url = "https://a.b/1" } } }, "template.buttons[2]", "is a whole url")
    refused(link, { buttons = { { url = "x" }, { url = "1" } } }, "template.buttons[1]", "fills a url button")
    refused(link, { buttons = { [2] = { url = "1" }, [3] = { payload = "x" } } }, "template.buttons[3]", "2 buttons")
    refused(plain, { buttons = { { url = "1" } } }, "template.buttons[1]", "takes no value")
    refused(plain, { buttons = { false, { payload = "1" } } }, "template.buttons[2]", "takes no value")
    refused({ body = "b" }, { buttons = { { payload = "1" } } }, "template.buttons[1]", "0 buttons")
    refused(plain, { buttons = { { voice_call = { payload = "1" } } } }, "template.buttons", "no button that calls")
    refused({ body = "b", buttons = { { voice_call = "Call" } } }, { buttons = { { payload = "1" } } },
      "template.buttons[1]", "takes no value")
    refused({ body = "b", buttons = { { copy_code = "A" } } }, {}, "template.buttons[1]", "is missing")
    refused({ body = "b", buttons = { { products = "View" } } }, {}, "template.buttons[1]", "is missing")
    refused({ category = "AUTHENTICATION", buttons = { { otp = "copy_code" } } }, { body = "123" },
      "template.buttons[1]", "OTP")
  end)
end)

describe("preflight of an offer", function()
  local function offer(expires)
    return { body = "b", limited_time_offer = { text = "Hurry", has_expiration = expires },
             buttons = { { copy_code = "A" }, { url = "https://a.b", text = "Go" } } }
  end

  it("knows whether it ends", function()
    local buttons = { { code = "A" } }
    fits(offer(true), { expires = 1700000000, buttons = buttons })
    fits(offer(false), { buttons = buttons })
    refused(offer(true), { buttons = buttons }, "template.expires", "counts down")
    refused({ body = "b" }, { expires = 1700000000 }, "template.expires", "no limited-time offer")
  end)
end)

describe("preflight of a carousel", function()
  local card = { header = IMAGE, body = "Hi {{1}}!", examples = { "a" }, buttons = { "Yes" } }
  local parts = { body = "b", carousel = { card, card } }
  local filled = { header = { image = "https://a.b/" }, body = "x" }

  it("looks into each card", function()
    fits(parts, { carousel = { filled, filled } })
    refused(parts, {}, "template.carousel", "is missing: the template has 2 cards")
    refused(parts, { carousel = { filled, filled, filled } }, "template.carousel",
      "has 3 cards, but the template has 2")
    refused(parts, { carousel = { filled, { header = filled.header } } }, "template.carousel[2].body[1]", "is missing")
    refused(parts, { carousel = { { body = "x" }, filled } }, "template.carousel[1].header", "is missing")
    refused(parts, { carousel = { filled, { header = filled.header, body = "x", buttons = { { url = "1" } } } } },
      "template.carousel[2].buttons[1]", "QUICK_REPLY")
    refused({ body = "b" }, { carousel = { filled, filled } }, "template.carousel", "has none")
  end)
end)

describe("preflight", function()
  -- Graph's own form passes as it is, whatever it is.
  local function verdict(given, definition_components)
    return preflight.check({ components = given }, { components = definition_components })
  end

  it("counts what is no parameter, and names a header without a type", function()
    local body = { { type = "BODY", text = "Hi {{1}}, {{2}}." } }
    assert.is_true(verdict({ { type = "body", parameters = { 1, 2 } } }, body))
    expect.refused("invalid", "template.body[2]", "is missing",
      verdict({ { type = "body", parameters = { 1 } } }, body))
    local image = { { type = "HEADER", format = "IMAGE" } }
    expect.refused("invalid", "template.header", "has no type, but the template shows an image there",
      verdict({ { type = "header", parameters = { 5 } } }, image))
    local cards = { { type = "CAROUSEL", cards = { 1, { components = { 5 } } } } }
    assert.is_true(verdict({ { type = "carousel", cards = { 1, 2 } } }, cards))
    expect.refused("invalid", "template.carousel", "has 1 card,",
      verdict({ { type = "carousel", cards = { 1 } } }, cards))
  end)

  it("takes whatever Graph lists and a caller gives", function()
    local names = { "order", {}, 5, true }
    for _, name in ipairs(names) do
      verdict({ { type = "body", parameters = { { type = "text", parameter_name = name } } } },
        { { type = "BODY", text = "{{customer}}" } })
    end
    for _, index in ipairs { "nan", "inf", "-1", "0.5", {}, 0 } do
      verdict({ { type = "button", index = index } }, { { type = "BUTTONS", buttons = { 1, { type = {} } } } })
    end
    for _, odd in ipairs { 5, "x", true, { 5 }, { {} }, {} } do
      for _, kind in ipairs { "HEADER", "BODY", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER" } do
        verdict({}, { odd, { type = kind, text = odd, format = odd, buttons = odd, cards = odd,
                             limited_time_offer = odd } })
        verdict({ odd, { type = kind, parameters = odd, cards = odd, index = odd } }, { { type = kind } })
      end
    end
  end)

  it("takes anything at all", function()
    local generator = generate.new "message"
    for _ = 1, 2000 do
      local given, listed = generator:garbage(5), generator:garbage(5)
      local ok, why = pcall(verdict, given, listed)
      assert(ok, ("seed %d: %s"):format(generator.seed, tostring(why)))
    end
  end)
end)
