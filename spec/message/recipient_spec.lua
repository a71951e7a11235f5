-- Whom a message goes to: every form people write a number in, and what is none.

local cases = require "spec.support.cases"
local expect = require "spec.support.expect"
local recipient = require "whatsapp.message.recipient"
local whatsapp = require "whatsapp"

local function text_to(to, more)
  local message = { to = to, text = "x" }
  for key, value in pairs(more or {}) do message[key] = value end
  return message
end

describe("a phone number", function()
  -- { as written, as sent }
  local good = {
    { "15551234567", "15551234567" },
    { "+15551234567", "15551234567" },
    { "+1 (555) 123-4567", "15551234567" },
    { "+1-555-123-4567", "15551234567" },
    { "+1.555.123.4567", "15551234567" },
    { "+1/555/123/4567", "15551234567" },
    { " +1 555 123 4567\n", "15551234567" },
    { "\t1\t555 1234567", "15551234567" },
    { "001 555 1234567", "15551234567" },
    { "00 49 151 23456789", "4915123456789" },
    { "(+49) 151 23456789", "4915123456789" }, { "(0049) 151 23456789", "4915123456789" },
    { "+44 (0)20 7946 0958", "442079460958" },
    { "+44 (0) 20 7946 0958", "442079460958" },
    { "0044 ( 0 ) 20 79460958", "442079460958" },
    { "+1\194\160555\194\1601234567", "15551234567" },           -- no-break space
    { "+33\226\128\1756\226\128\17512345678", "33612345678" },   -- narrow no-break space
    { "+1\226\128\137555\226\128\1371234567", "15551234567" },   -- thin space
    { "+1\227\128\128555\227\128\1281234567", "15551234567" },   -- ideographic space
    { "+1 555\226\128\1441234567", "15551234567" },              -- hyphen
    { "+1 555\226\128\1451234567", "15551234567" },              -- no-break hyphen
    { "+1 555\226\128\1471234567", "15551234567" },              -- en dash
    { "+1 555\226\128\1481234567", "15551234567" },              -- em dash
    { "+1 555\226\136\1461234567", "15551234567" },              -- minus
    { "+39 06 1234567", "39061234567" }, { "+39 (06) 1234567", "39061234567" },   -- Italy's keep it
    { "+229 01 97 12 34 56", "2290197123456" }, { "+226 07 12 34 56", "22607123456" },
    { "+225 07 12 34 56 78", "2250712345678" }, { "+1 202 555 0134", "12025550134" },
    { "+1 555\194\1731234567", "15551234567" },                  -- soft hyphen
    { "\226\128\170+15551234567\226\128\172", "15551234567" },   -- direction marks
    { "\226\129\166+15551234567\226\129\169", "15551234567" },   -- isolates
    { "\226\128\14215551234567\226\128\143", "15551234567" },
    { "\239\187\19115551234567", "15551234567" },                -- byte order mark
    { "+1555123", "1555123" },
    { "+123456789012345", "123456789012345" },
    { 15551234567, "15551234567" },
    { 15551234567.0, "15551234567" },
    { 123456789012345, "123456789012345" },
  }
  for _, case in ipairs(good) do
    it(("%q goes out as %s"):format(case[1], case[2]), function()
      assert.are.equal(case[2], whatsapp.build(text_to(case[1])).to)
      assert.are.equal(case[2], recipient.phone(case[1]))
    end)
  end

  -- { as written, words of the refusal }
  local bad = {
    { "0171 1234567", "national number" }, { "020 7946 0958", "national number" },
    { "+0151 23456789", "national number" }, { "+00 49 151 234", "national number" },
    { "000 49 151 2345678", "national number" }, { "00", "national number" },
    { "+49 (0151) 2345678", "leave the 0 out" }, { "+49 0151 2345678", "leave the 0 out" },
    { "+44 (020) 7946 0958", "0 of national calls" }, { "0033 06 12 34 56 78", "0 of national calls" },
    { "4901512345678", "0 of national calls" }, { 4901512345678, "0 of national calls" },
    { "1-800-FLOWERS", "not a phone number" }, { "+1 555 123 4567 ext. 5", "not a phone number" },
    { "tel:+15551234567", "not a phone number" }, { "15551234567@c.us", "not a phone number" },
    { "++15551234567", "not a phone number" }, { "1555+1234567", "not a phone number" },
    { "", "not a phone number" }, { "   ", "not a phone number" }, { "+", "not a phone number" },
    { "(555) 123-4567", "begins with an area code" }, { " ( 11 ) 98765-4321", "begins with an area code" },
    { "()", "not a phone number" }, { "15551234567\0", "not a phone number" },
    { "{phone_number_id}", "not a phone number" }, { "١٥٥٥١٢٣٤٥٦٧", "not a phone number" },
    { "us.13491208655302741918", "not a phone number" }, { "US.", "not a phone number" },
    { "US.1349 1208", "not a phone number" }, { "USA.1349", "not a phone number" },
    { "US." .. ("1"):rep(129), "not a phone number" },
    { "123456", "6 digits" }, { "+1234567890123456", "16 digits" },
    { 0, "national number" }, { 5, "1 digits" },
    { 15551234567.5, "not a phone number" }, { -15551234567, "not a phone number" },
    { 2 ^ 53, "not a phone number" }, { 1e300, "not a phone number" },
    { 0 / 0, "not a phone number" }, { math.huge, "not a phone number" },
    { {}, "must be a string" }, { true, "must be a string" }, { false, "must be a string" },
    { print, "must be a string" },
  }
  for _, case in ipairs(bad) do
    it(("%s is refused: %s"):format(type(case[1]) == "string" and ("%q"):format(case[1])
      or type(case[1]) == "number" and tostring(case[1]) or type(case[1]), case[2]), function()
      expect.invalid("to", case[2], text_to(case[1]))
    end)
  end

  it("is refused with what to do", function()
    expect.invalid("to", "give the number with its country code", text_to "0171 1234567")
    expect.invalid("to", "is missing", { text = "x" })
  end)

  it("is shown shortened, and on one line", function()
    local err = expect.invalid("to", "not a phone number", text_to(("a"):rep(1000)))
    assert.is_true(#tostring(err) < 200)
    err = expect.invalid("to", "not a phone number", text_to "nobody\r\n2026-01-01 root logged in")
    assert.is_nil(tostring(err):find "%c")
  end)
end)

describe("a business-scoped user id", function()
  for _, id in ipairs { "US.13491208655302741918", "DE.a1B2", "US.ENT.11815799212886844830",
                        "BR." .. ("9"):rep(128) } do
    it(id:sub(1, 20) .. " goes out as recipient", function()
      expect.payload('{"messaging_product":"whatsapp","recipient":"' .. id
        .. '","recipient_type":"individual","text":{"body":"x"},"type":"text"}', text_to(id))
    end)
  end
end)

describe("a group", function()
  it("is addressed by its id", function()
    expect.payload('{"messaging_product":"whatsapp","recipient_type":"group",'
      .. '"text":{"body":"x"},"to":"Y2FwaV9ncm91cDo=","type":"text"}',
      text_to("Y2FwaV9ncm91cDo=", { recipient_type = "group" }))
    assert.are.equal("group", whatsapp.build(text_to("Y2FwaV9ncm91cDo=", { recipient_type = "GROUP" })).recipient_type)
    assert.are.equal("120363041234567",
      whatsapp.build(text_to(120363041234567, { recipient_type = "group" })).to)
  end)

  it("has an id, not anything", function()
    for _, to in ipairs { "a b", "../x", "", "a/b" } do
      expect.invalid("to", "is not an id", text_to(to, { recipient_type = "group" }))
    end
    for _, to in ipairs { "US.13491208655302741918", "+15551234567" } do
      expect.invalid("to", "not the id of a group", text_to(to, { recipient_type = "group" }))
    end
    expect.invalid("to", "below 2^53", text_to(1.5, { recipient_type = "group" }))
    expect.invalid("recipient_type", "must be one of group, individual",
      text_to("1", { recipient_type = "broadcast" }))
    expect.invalid("recipient_type", "must be a string", text_to("1", { recipient_type = {} }))
  end)

  it("is told from a person by its id", function()
    expect.invalid("to", 'add recipient_type = "group"', text_to "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2")
    expect.invalid("to", "whatsapp.parallel sends to many", text_to { "15551234567", "15551234568" })
  end)

  it("takes texts, media, templates, but nothing to tap or to buy", function()
    local taken, refused = {}, {}
    for _, case in ipairs(cases.good()) do
      local payload = case.subject.name == "message" and case.input.type == nil and whatsapp.build(case.input)
      if payload and not payload.recipient then
        local message = {}
        for key, value in pairs(case.input) do message[key] = value end
        message.to, message.recipient_type = "Y2FwaV9ncm91cDo=", "group"
        local built, err = whatsapp.build(message)
        if built then taken[built.type] = true else
          expect.refused("invalid", err.field, err.field == "to" and "one-time password" or "to a group", built, err)
          refused[payload.type] = true
        end
      end
    end
    assert.is_truthy(taken.text and taken.image and taken.document and taken.sticker and taken.template and taken.pin)
    assert.are.same({ interactive = true, template = true }, refused)
    assert.is_nil(taken.interactive)
    expect.invalid("buttons", "cannot be sent to a group", { to = "Y2FwaV9ncm91cDo=", recipient_type = "group",
      buttons = { body = "Ready?", { id = "yes", title = "Yes" } } })
    expect.invalid("to", "goes to a phone number", { to = "Y2FwaV9ncm91cDo=", recipient_type = "group",
      template = { name = "code", language = "en", otp = "123456" } })
  end)
end)
