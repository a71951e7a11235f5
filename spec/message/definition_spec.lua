-- Templates as people write them → Meta's components.

local definition = require "whatsapp.message.definition"
local json = require "whatsapp.json"

local expect = require "spec.support.expect"

local function template(more)
  local one = { name = "a_1", language = "en_US", category = "UTILITY" }
  for key, value in pairs(more) do one[key] = value end
  return one
end

-- What is compiled, as JSON, without the fields that `template` adds.
local function components_of(more)
  local built, uploads = definition.compile(template(more))
  assert(built, tostring(uploads))
  return json.encode(built.components), uploads, built
end

local function refuses(cases)
  for name, case in pairs(cases) do
    it("refuses " .. name, function()
      expect.refused("invalid", case[1], case[2], definition.compile(template(case[3])))
    end)
  end
end

local HEAD = '"language":"en_US","name":"a_1"'

describe("a template's definition", function()
  for name, case in pairs {
    ["a body"] = { { body = "Hello" }, '[{"text":"Hello","type":"BODY"}]' },
    ["numbered variables"] = { { body = "Hi {{1}}, it is {{2}}.", examples = { "Ann", 12 } },
      '[{"example":{"body_text":[["Ann","12"]]},"text":"Hi {{1}}, it is {{2}}.","type":"BODY"}]' },
    ["a header and a footer"] = { { header = "News", body = "b", footer = "Bye" },
      '[{"format":"TEXT","text":"News","type":"HEADER"},{"text":"b","type":"BODY"},{"text":"Bye","type":"FOOTER"}]' },
    ["a header's variable"] = { { header = "News of {{1}}", header_example = "May", body = "b" },
      '[{"example":{"header_text":["May"]},"format":"TEXT","text":"News of {{1}}","type":"HEADER"},'
        .. '{"text":"b","type":"BODY"}]' },
    ["buttons"] = { { body = "b", buttons = { "Yes", { quick_reply = "No" },
        { url = "https://a.b/{{1}}", text = "Open", example = "https://a.b/1" },
        { phone = "+1 (555) 123-4567", text = "Call" }, { copy_code = 250 } } },
      '[{"text":"b","type":"BODY"},{"buttons":[{"text":"Yes","type":"QUICK_REPLY"},{"text":"No","type":"QUICK_REPLY"},'
        .. '{"example":["https://a.b/1"],"text":"Open","type":"URL","url":"https://a.b/{{1}}"},'
        .. '{"phone_number":"+15551234567","text":"Call","type":"PHONE_NUMBER"},'
        .. '{"example":"250","type":"COPY_CODE"}],"type":"BUTTONS"}]' },
    ["a call's button"] = { { body = "b", buttons = { { voice_call = "Call us", ttl_minutes = 1440 } } },
      '[{"text":"b","type":"BODY"},{"buttons":[{"text":"Call us","ttl_minutes":1440,"type":"VOICE_CALL"}],'
        .. '"type":"BUTTONS"}]' },
    ["a link into an app"] = { { body = "b", buttons = { { url = "https://a.b", text = "Open",
        app_deep_link = { meta_app_id = "7", android_deep_link = "app://x" } } } },
      '[{"text":"b","type":"BODY"},{"buttons":[{"app_deep_link":{"android_deep_link":"app://x","meta_app_id":"7"},'
        .. '"text":"Open","type":"URL","url":"https://a.b"}],"type":"BUTTONS"}]' },
    ["Meta's own form"] = { { components = { { type = "BODY", text = "x" } } }, '[{"text":"x","type":"BODY"}]' },
  } do
    it("is built of " .. name, function()
      local built = assert(definition.compile(template(case[1])))
      assert.are.equal('{"category":"UTILITY","components":' .. case[2] .. "," .. HEAD .. "}", json.encode(built))
    end)
  end

  it("passes on what Meta makes better by itself", function()
    local features = { creative_features_spec = { image_touchups = { enroll_status = "OPT_IN" } } }
    local built = assert(definition.compile(template { body = "b", degrees_of_freedom_spec = features }))
    assert.are.equal(features, built.degrees_of_freedom_spec)
  end)

  it("is NAMED when its variables have names, wherever they stand", function()
    local body = assert(definition.compile(template { body = "Hi {{who}}.", examples = { who = "Ann" } }))
    assert.are.equal("NAMED", body.parameter_format)
    assert.are.equal('[{"example":{"body_text_named_params":[{"example":"Ann","param_name":"who"}]},'
      .. '"text":"Hi {{who}}.","type":"BODY"}]', json.encode(body.components))
    local header = assert(definition.compile(template { header = "Hi {{who}}", header_example = { who = "Ann" },
      body = "b" }))
    assert.are.equal("NAMED", header.parameter_format)
  end)

  for name, case in pairs {
    ["no body"] = { "body", "is missing", {} },
    ["a bad name"] = { "name", "lower-case", { name = "A B", body = "b" } },
    ["a category of its own"] = { "category", "UTILITY", { category = "ADS", body = "b" } },
    ["a misspelt part"] = { "fotter", "did you mean footer?", { body = "b", fotter = "x" } },
    ["a variable without an example"] = { "examples", "{{1}}", { body = "Hi {{1}}." } },
    ["an example that is a table"] = { "examples[1]", "must be a string", { body = "Hi {{1}}.", examples = { {} } } },
    ["an example too many"] = { "examples[2]", "no variable of the body", { body = "Hi {{1}}.",
      examples = { "Ann", "Bob" } } },
    ["an example of another name"] = { "examples.whom", "no variable", { body = "Hi {{who}}.",
      examples = { who = "a", whom = "b" } } },
    ["examples of no variable"] = { "examples[1]", "no variable", { body = "Hi.", examples = "a" } },
    ["an example of a header without a variable"] = { "header_example[1]", "no variable", { header = "Hi",
      header_example = "a", body = "b" } },
    ["an example for no header"] = { "header_example", "no header", { header_example = "a", body = "b" } },
    ["an example beside a file"] = { "header_example", "its own example", { header = { image = "a.png" },
      header_example = "a", body = "b" } },
    ["one brace missing"] = { "body", "do not match", { body = "Hello dear {{1} friend of ours" } },
    ["one brace too many"] = { "body", "do not match", { body = "Hello {{{1}}} friend.", examples = "a" } },
    ["spaces in braces"] = { "body", "has spaces inside the braces", { body = "Hello {{ 1 }}, you.", examples = "a" } },
    ["braces in a footer"] = { "footer", "do not match", { body = "b", footer = "x }}" } },
    ["more variables than words"] = { "body", "more variables (2)", { body = "Hi {{1}}, {{2}}!",
      examples = { "a", "b" } } },
    ["a bold header"] = { "header", "asterisk", { header = "*Hi*", body = "b" } },
    ["a format that is none"] = { "parameter_format", "NAMED, POSITIONAL", { body = "b", parameter_format = "FOO" } },
    ["a format of other variables"] = { "parameter_format", "are numbered", { body = "Hi {{1}}.", examples = "a",
      parameter_format = "named" } },
    ["a national number"] = { "buttons[1].phone", "national number", { body = "b",
      buttons = { { phone = "0151 2345", text = "Call" } } } },
    ["a slip in the body's name"] = { "boby", "did you mean body?", { boby = "Hello" } },
    ["a variable at the end"] = { "body", "begin or end", { body = "Hi {{1}}", examples = "x" } },
    ["two variables side by side"] = { "body", "side by side", { body = "Hi {{1}} {{2}}.", examples = { "a", "b" } } },
    ["a gap in the numbers"] = { "body", "count from 1", { body = "Hi {{2}}.", examples = { "a", "b" } } },
    ["two variables in a header"] = { "header", "one variable", { header = "{{1}} {{2}}", body = "b" } },
    ["names and numbers"] = { "body", "mixes", { header = "Hi {{1}}", header_example = "x",
      body = "Hi {{who}}.", examples = { who = "a" } } },
    ["a footer of two lines"] = { "footer", "control character", { body = "b", footer = "a\nb" } },
    ["a footer with a variable"] = { "footer", "no variable", { body = "b", footer = "{{1}}" } },
    ["a long body"] = { "body", "at most 1024", { body = ("é"):rep(1025) } },
    ["an url's missing example"] = { "buttons[1].example", "is missing",
      { body = "b", buttons = { { url = "https://a.b/{{1}}", text = "x" } } } },
    ["an url's variable in the middle"] = { "buttons[1].url", "at its end",
      { body = "b", buttons = { { url = "https://a.b/{{1}}/c", text = "x", example = "y" } } } },
    ["a third url"] = { "buttons[3]", "at most 2", { body = "b", buttons = { { url = "https://a", text = "1" },
      { url = "https://b", text = "2" }, { url = "https://c", text = "3" } } } },
    ["a button of two kinds"] = { "buttons[1].phone", "cannot stand beside", { body = "b",
      buttons = { { url = "https://a", phone = "1", text = "x" } } } },
    ["a quick reply with a text beside"] = { "buttons[1].text", "unknown key", { body = "b",
      buttons = { { quick_reply = "a", text = "b" } } } },
    ["quick replies apart"] = { "buttons", "side by side", { body = "b",
      buttons = { "a", { phone = "12345", text = "x" }, "b" } } },
    ["replies between others"] = { "buttons", "before or behind all others", { body = "b",
      buttons = { { url = "https://a", text = "x" }, "a", { type = "PHONE_NUMBER", text = "b" } } } },
    ["a reply of Meta's own form apart"] = { "buttons", "side by side", { body = "b",
      buttons = { "a", { url = "https://a", text = "x" }, { type = "quick_reply", text = "b" } } } },
    ["a slip in a button's kind"] = { "buttons[1].ulr", "did you mean url?", { body = "b",
      buttons = { { ulr = "https://a", text = "x" } } } },
    ["a button of no kind"] = { "buttons[1]", "needs one of", { body = "b", buttons = { { text = "x" } } } },
    ["a long code"] = { "buttons[1].copy_code", "at most 20", { body = "b",
      buttons = { { copy_code = ("x"):rep(21) } } } },
    ["a long call"] = { "buttons[1].voice_call", "at most 20", { body = "b",
      buttons = { { voice_call = ("x"):rep(21) } } } },
    ["a call of an hour"] = { "buttons[1].ttl_minutes", "from 1440 to 43200", { body = "b",
      buttons = { { voice_call = "Call", ttl_minutes = 60 } } } },
    ["a language that is none"] = { "language", "must look like en_US", { body = "b", language = "en-US" } },
    ["letters for a phone"] = { "buttons[1].phone", "must look like", { body = "b",
      buttons = { { phone = "call", text = "x" } } } },
    ["components beside parts"] = { "components", "cannot stand beside", { body = "b", components = { {} } } },
    ["components that are no list"] = { "components", "must be a list", { components = "x" } },
    ["no components"] = { "components", "at least 1", { components = {} } },
  } do
    it("refuses " .. name, function()
      expect.refused("invalid", case[1], case[2], definition.compile(template(case[3])))
    end)
  end

  it("can be changed in the same form", function()
    assert.are.equal('{"components":[{"text":"Hello","type":"BODY"}]}',
      json.encode(assert(definition.changes { body = "Hello" })))
    assert.are.equal('{"category":"MARKETING"}', json.encode(assert(definition.changes { category = "MARKETING" })))
    expect.refused("invalid", nil, "nothing to change", definition.changes {})
    expect.refused("invalid", "bdoy", "did you mean body?", definition.changes { bdoy = "x" })
  end)
end)

describe("a header", function()
  local BODY = ',{"text":"b","type":"BODY"}]'

  for _, kind in ipairs { "image", "video", "document", "gif" } do
    it("of the kind " .. kind .. " is a file to upload, bytes or a handle", function()
      local built, uploads, whole = components_of { header = { [kind] = "a.bin" }, body = "b" }
      assert.are.equal(('[{"example":{"header_handle":{}},"format":"%s","type":"HEADER"}'):format(kind:upper())
        .. BODY, built)
      assert.same({ { into = {}, key = 1, kind = kind, path = "header." .. kind, file = "a.bin" } }, uploads)
      uploads[1].into[uploads[1].key] = "4::x"
      assert.are.equal("4::x", whole.components[1].example.header_handle[1])
      _, uploads = components_of { header = { [kind] = { data = "bytes", type = "a/b" } }, body = "b" }
      assert.are.equal("bytes a/b", uploads[1].data .. " " .. uploads[1].type)
      built, uploads = components_of { header = { [kind] = { handle = "4::h" } }, body = "b" }
      assert.is_truthy(built:find('{"header_handle":["4::h"]}', 1, true))
      assert.same({}, uploads)
    end)
  end

  it("may be the place of a location or a product", function()
    assert.are.equal('[{"format":"LOCATION","type":"HEADER"}' .. BODY,
      components_of { header = { location = true }, body = "b" })
    assert.are.equal('[{"format":"PRODUCT","type":"HEADER"}' .. BODY,
      components_of { header = { product = true }, body = "b" })
  end)

  refuses {
    ["a link"] = { "header.image", "local file", { header = { image = "https://a.b/c.png" }, body = "b" } },
    ["two kinds"] = { "header", "needs one of", { header = { image = "a", video = "b" }, body = "b" } },
    ["none"] = { "header", "needs one of", { header = {}, body = "b" } },
    ["no source"] = { "header.image", "needs one of file", { header = { image = {} }, body = "b" } },
    ["two sources"] = { "header.image", "needs one of file", { header = { image = { file = "a", handle = "b" } },
      body = "b" } },
    ["a place that is false"] = { "header.location", "must be true", { header = { location = false }, body = "b" } },
    ["the link of a picture"] = { "header", "header = { image = { fetch =", { header = "https://a.b/c.png",
      body = "b" } },
    ["the name of a picture"] = { "header", 'header = { image = "promo.PNG" }', { header = "promo.PNG", body = "b" } },
    ["the name of a document"] = { "header", 'header = { document = "a/b.pdf" }', { header = "a/b.pdf", body = "b" } },
    ["a text with its example"] = { "header.text", "header_example =", { header = { text = "News {{1}}",
      example = "x" }, body = "b" } },
    ["a misspelt kind"] = { "header.imge", "did you mean image?", { header = { imge = "a" }, body = "b" } },
  }
end)

describe("a button", function()
  for expected, button in pairs {
    ['{"flow_id":"12","text":"Go","type":"FLOW"}'] = { flow = 12, text = "Go" },
    ['{"flow_action":"navigate","flow_name":"n","icon":"REVIEW","navigate_screen":"S","text":"Go","type":"FLOW"}'] =
      { flow = { name = "n" }, text = "Go", screen = "S", action = "navigate", icon = "REVIEW" },
    ['{"flow_json":"{\\"version\\":\\"7.0\\"}","text":"Go","type":"FLOW"}'] =
      { flow = { json = { version = "7.0" } }, text = "Go" },
    ['{"text":"View catalog","type":"CATALOG"}'] = { catalog = "View catalog" },
    ['{"text":"View items","type":"MPM"}'] = { products = "View items" },
    ['{"text":"View","type":"SPM"}'] = { product = "View" },
    ['{"text":"Call","type":"VOICE_CALL"}'] = { voice_call = "Call" },
    ['{"type":"REQUEST_CONTACT_INFO"}'] = { contact_request = true },
    ['{"anything":1,"type":"NEW"}'] = { type = "NEW", anything = 1 },
  } do
    it("can be " .. expected, function()
      assert.are.equal('[{"text":"b","type":"BODY"},{"buttons":[' .. expected .. '],"type":"BUTTONS"}]',
        (components_of { body = "b", buttons = { button } }))
    end)
  end

  refuses {
    ["a flow of two"] = { "buttons[1].flow", "needs one of id", { body = "b",
      buttons = { { flow = { id = "1", name = "n" }, text = "x" } } } },
    ["a screen that the endpoint names"] = { "buttons[1].screen", "navigate", { body = "b",
      buttons = { { flow = "1", text = "x", action = "data_exchange", screen = "S" } } } },
    ["a second catalog"] = { "buttons[2]", "at most 1", { body = "b",
      buttons = { { catalog = "a" }, { catalog = "b" } } } },
    ["a url of two variables"] = { "buttons[1].url", "at its end", { body = "b",
      buttons = { { url = "https://a.b/{{1}}{{2}}", text = "x", example = "y" } } } },
    ["an unknown kind"] = { "buttons[1].fow", "did you mean flow?", { body = "b", buttons = { { fow = "x" } } } },
    ["a number"] = { "buttons[1]", "must be a table", { body = "b", buttons = { 5 } } },
  }
end)

describe("an authentication template", function()
  local APP = { package_name = "com.example.app", signature_hash = "K8a/AINcGX7" }

  local function auth(more)
    more.category = "AUTHENTICATION"
    return template(more)
  end

  it("is written by Meta", function()
    assert.are.equal('[{"type":"BODY"},{"buttons":[{"otp_type":"COPY_CODE","type":"OTP"}],"type":"BUTTONS"}]',
      json.encode(assert(definition.compile(auth { buttons = { { otp = "copy_code" } } })).components))
    assert.are.equal('[{"add_security_recommendation":true,"type":"BODY"},'
      .. '{"code_expiration_minutes":10,"type":"FOOTER"},{"buttons":[{"autofill_text":"Fill","otp_type":"ZERO_TAP",'
      .. '"supported_apps":[{"package_name":"com.example.app","signature_hash":"K8a/AINcGX7"}],"text":"Copy",'
      .. '"type":"OTP","zero_tap_terms_accepted":true}],"type":"BUTTONS"}]',
      json.encode(assert(definition.compile(auth { add_security_recommendation = true, code_expiration_minutes = 10,
        buttons = { { otp = "zero_tap", text = "Copy", autofill_text = "Fill", supported_apps = { APP },
                      zero_tap_terms_accepted = true } } })).components))
  end)

  it("can be changed without its category", function()
    local changed = assert(definition.changes { code_expiration_minutes = 5, buttons = { { otp = "copy_code" } } })
    assert.are.equal('{"components":[{"type":"BODY"},{"code_expiration_minutes":5,"type":"FOOTER"},'
      .. '{"buttons":[{"otp_type":"COPY_CODE","type":"OTP"}],"type":"BUTTONS"}]}', json.encode(changed))
  end)

  local COPY = { { otp = "copy_code" } }
  for name, case in pairs {
    ["a text of one's own"] = { "body", "Meta writes", { body = "x", buttons = COPY } },
    ["no button"] = { "buttons", "is missing", {} },
    ["another button"] = { "buttons", "must be one", { buttons = { "Yes" } } },
    ["two buttons"] = { "buttons", "must be one", { buttons = { { otp = "copy_code" }, "Yes" } } },
    ["an unknown way"] = { "buttons[1].otp", "one_tap", { buttons = { { otp = "tap" } } } },
    ["no app"] = { "buttons[1].supported_apps", "is missing", { buttons = { { otp = "one_tap" } } } },
    ["an app of none"] = { "buttons[1].supported_apps", "is for one_tap", { buttons = { { otp = "copy_code",
      supported_apps = { APP } } } } },
    ["a short hash"] = { "buttons[1].supported_apps[1].signature_hash", "at most 11", { buttons = { {
      otp = "one_tap", supported_apps = { { package_name = "a.b", signature_hash = ("x"):rep(12) } } } } } },
    ["a package that is none"] = { "buttons[1].supported_apps[1].package_name", "com.example", { buttons = { {
      otp = "one_tap", supported_apps = { { package_name = "app", signature_hash = "K8a/AINcGX7" } } } } } },
    ["terms not accepted"] = { "buttons[1].zero_tap_terms_accepted", "must be true", { buttons = { { otp = "zero_tap",
      supported_apps = { APP } } } } },
    ["100 minutes"] = { "code_expiration_minutes", "from 1 to 90", { code_expiration_minutes = 100, buttons = COPY } },
    ["half a minute"] = { "code_expiration_minutes", "whole", { code_expiration_minutes = 1.5, buttons = COPY } },
    ["a ttl of an hour"] = { "message_send_ttl_seconds", "from 30 to 900", { message_send_ttl_seconds = 3600,
      buttons = COPY } },
  } do
    it("refuses " .. name, function()
      expect.refused("invalid", case[1], case[2], definition.compile(auth(case[3])))
    end)
  end

  refuses {
    ["a code elsewhere"] = { "buttons", "AUTHENTICATION", { body = "b", buttons = COPY } },
    ["its fields elsewhere"] = { "code_expiration_minutes", "AUTHENTICATION", { body = "b",
      code_expiration_minutes = 5 } },
  }

  it("can be upserted in several languages", function()
    local made = assert(definition.upsert { name = "code", languages = { "en_US", "de" }, buttons = COPY,
      add_security_recommendation = true })
    assert.are.equal('{"category":"AUTHENTICATION","components":[{"add_security_recommendation":true,"type":"BODY"},'
      .. '{"buttons":[{"otp_type":"COPY_CODE","type":"OTP"}],"type":"BUTTONS"}],"languages":["en_US","de"],'
      .. '"name":"code"}', json.encode(made))
    local function refused(field, words, more)
      local given = { name = "code", languages = { "de" }, buttons = COPY }
      for key, value in pairs(more) do given[key] = value end
      expect.refused("invalid", field, words, definition.upsert(given))
    end
    refused("language", "is several", { language = "de" })
    refused("languages", "at least 1", { languages = {} })
    refused("languages[3]", "stands there twice", { languages = { "de", "en_US", "de" } })
    refused("langages", "did you mean languages?", { langages = { "de" }, languages = false })
    refused("category", "one by one", { category = "UTILITY" })
    refused("buttons[1].text", "follows", { buttons = { { otp = "copy_code", text = "x" } } })
    expect.refused("invalid", "name", "is missing", definition.upsert { languages = { "de" }, buttons = COPY })
  end)
end)

describe("a change", function()
  it("is of anything but the name and the language", function()
    for name, value in pairs { name = "b_2", language = "de" } do
      expect.refused("invalid", name, "cannot be changed", definition.changes { body = "b", [name] = value })
    end
    expect.refused("invalid", "examples", "no body", definition.changes { footer = "f", examples = "a" })
    expect.refused("invalid", "boby", "did you mean body?", definition.changes { boby = "b" })
    assert.are.equal('{"category":"UTILITY"}', json.encode((assert(definition.changes { category = "UTILITY" }))))
  end)

  it("tells a slip before what is missing", function()
    expect.refused("invalid", "langauge", "did you mean language?",
      definition.compile { name = "a", langauge = "en", category = "UTILITY", body = "b" })
  end)
end)

describe("a limited-time offer", function()
  local function offer(more)
    local one = { category = "MARKETING", limited_time_offer = "Expiring!", body = "b",
                  buttons = { { url = "https://a.b", text = "Go" } } }
    for key, value in pairs(more or {}) do one[key] = value end
    return one
  end

  it("stands above the body", function()
    assert.are.equal('[{"limited_time_offer":{"text":"Expiring!"},"type":"LIMITED_TIME_OFFER"},'
      .. '{"text":"b","type":"BODY"},{"buttons":[{"text":"Go","type":"URL","url":"https://a.b"}],"type":"BUTTONS"}]',
      (components_of(offer())))
    assert.are.equal('[{"example":{"header_handle":["h"]},"format":"IMAGE","type":"HEADER"},'
      .. '{"limited_time_offer":{"has_expiration":true,"text":"E"},"type":"LIMITED_TIME_OFFER"},'
      .. '{"text":"b","type":"BODY"},{"buttons":[{"example":"C","type":"COPY_CODE"},'
      .. '{"text":"Go","type":"URL","url":"https://a.b"}],"type":"BUTTONS"}]',
      (components_of(offer { header = { image = { handle = "h" } },
        limited_time_offer = { text = "E", has_expiration = true },
        buttons = { { copy_code = "C" }, { url = "https://a.b", text = "Go" } } })))
  end)

  refuses {
    ["another category"] = { "limited_time_offer", "MARKETING", offer { category = "UTILITY" } },
    ["a footer"] = { "footer", "cannot stand beside", offer { footer = "f" } },
    ["a text for a header"] = { "header", "image or a video", offer { header = "Hi" } },
    ["a long text"] = { "limited_time_offer.text", "at most 16",
      offer { limited_time_offer = { text = ("x"):rep(17) } } },
    ["a long body"] = { "body", "at most 600", offer { body = ("x"):rep(601) } },
    ["no link"] = { "buttons", "a link", offer { buttons = { "Yes" } } },
    ["no code, though it expires"] = { "buttons", "copy_code",
      offer { limited_time_offer = { text = "E", has_expiration = true } } },
    ["a code at the end"] = { "buttons[2]", "first", offer { buttons = { { url = "https://a.b", text = "Go" },
      { copy_code = "C" } } } },
  }

  it("must have buttons", function()
    local one = offer()
    one.buttons = nil
    expect.refused("invalid", "buttons", "are missing", definition.compile(template(one)))
  end)
end)

describe("a carousel", function()
  local function card(more)
    local one = { header = { image = { handle = "h" } }, body = "c", buttons = { "Yes" } }
    for key, value in pairs(more or {}) do one[key] = value end
    return one
  end

  local CARD = '{"components":[{"example":{"header_handle":["h"]},"format":"IMAGE","type":"HEADER"},'
    .. '{"text":"c","type":"BODY"},{"buttons":[{"text":"Yes","type":"QUICK_REPLY"}],"type":"BUTTONS"}]}'

  it("has cards with a header, a body and buttons", function()
    assert.are.equal('[{"text":"b","type":"BODY"},{"cards":[' .. CARD .. "," .. CARD .. '],"type":"CAROUSEL"}]',
      (components_of { body = "b", carousel = { card(), card() } }))
  end)

  it("uploads the file of each card", function()
    local _, uploads = components_of { body = "b", carousel = { card { header = { image = "1.png" } },
      card { header = { image = { data = "x", type = "image/png" } } } } }
    assert.are.equal("carousel[1].header.image 1.png", uploads[1].path .. " " .. uploads[1].file)
    assert.are.equal("carousel[2].header.image x", uploads[2].path .. " " .. uploads[2].data)
  end)

  it("may be of products", function()
    local one = { header = { product = true }, buttons = { { product = "View" } } }
    assert.is_truthy(components_of({ body = "b", carousel = { one, one } }):find('"format":"PRODUCT"', 1, true))
  end)

  it("is NAMED when its variables are", function()
    local one = card { body = "Hi {{who}}!", examples = { who = "Ann" } }
    local _, _, built = components_of { body = "b", carousel = { one, one } }
    assert.are.equal("NAMED", built.parameter_format)
  end)

  refuses {
    ["one card"] = { "carousel", "at least 2", { body = "b", carousel = { card() } } },
    ["cards that differ"] = { "carousel[2]", "differs from the first", { body = "b",
      carousel = { card(), card { buttons = { "Yes", "No" } } } } },
    ["a card without a header"] = { "carousel[1].header", "is missing", { body = "b",
      carousel = { { body = "c", buttons = { "Yes" } }, card() } } },
    ["a text for a header"] = { "carousel[1].header", "image, video or product", { body = "b",
      carousel = { card { header = "Hi" }, card() } } },
    ["a long card"] = { "carousel[2].body", "at most 160", { body = "b",
      carousel = { card(), card { body = ("x"):rep(161) } } } },
    ["a third button"] = { "carousel[1].buttons[3]", "at most 2", { body = "b",
      carousel = { card { buttons = { "1", "2", "3" } }, card() } } },
    ["a variable without an example"] = { "carousel[1].examples", "{{1}}", { body = "b",
      carousel = { card { body = "Hi {{1}}!" }, card() } } },
    ["names in one card only"] = { "carousel[2].body", "mixes", { body = "Hi {{1}}!", examples = "x",
      carousel = { card(), card { body = "Hi {{who}}!", examples = { who = "x" } } } } },
    ["buttons of its own"] = { "buttons", "cannot stand beside carousel", { body = "b", buttons = { "Yes" },
      carousel = { card(), card() } } },
  }
end)

describe("further forms", function()
  it("ask for leave to call", function()
    assert.are.equal('[{"text":"b","type":"BODY"},{"type":"call_permission_request"}]',
      (components_of { body = "b", call_permission_request = true }))
    expect.refused("invalid", "buttons", "cannot stand beside",
      definition.compile(template { body = "b", call_permission_request = true, buttons = { "Yes" } }))
    expect.refused("invalid", "call_permission_request", "must be true",
      definition.compile(template { body = "b", call_permission_request = 1 }))
  end)

  it("come out of Meta's library", function()
    local made = assert(definition.compile(template { library_template_name = "delivery_update_1", buttons = {
      { url = "https://a.b/{{1}}", example = "https://a.b/1" }, { phone = "+1 555" } } }))
    assert.are.equal('{"category":"UTILITY","language":"en_US","library_template_button_inputs":['
      .. '{"type":"URL","url":{"base_url":"https://a.b/{{1}}","url_suffix_example":"https://a.b/1"}},'
      .. '{"phone_number":"+1555","type":"PHONE_NUMBER"}],"library_template_name":"delivery_update_1","name":"a_1"}',
      json.encode(made))
    made = assert(definition.compile { name = "code", language = "de", category = "AUTHENTICATION",
      library_template_name = "verify_1", add_security_recommendation = true, code_expiration_minutes = 5,
      buttons = { { otp = "copy_code" } } })
    assert.same({ add_security_recommendation = true, code_expiration_minutes = 5 }, made.library_template_body_inputs)
    assert.same({ { type = "OTP", otp_type = "COPY_CODE" } }, made.library_template_button_inputs)
    for field, more in pairs { body = { body = "b" }, header = { header = "h" } } do
      more.library_template_name = "x"
      expect.refused("invalid", field, "is fixed", definition.compile(template(more)))
    end
    expect.refused("invalid", "buttons[1]", "needs one of otp", definition.compile(template {
      library_template_name = "x", buttons = { { quick_reply = "Yes" } } }))
  end)

  it("live as long as their category may", function()
    for _, case in ipairs { { "UTILITY", 30 }, { "UTILITY", 43200 }, { "UTILITY", -1 }, { "MARKETING", 43200 } } do
      assert(definition.compile(template { body = "b", category = case[1], message_send_ttl_seconds = case[2] }))
    end
    for _, case in ipairs { { "UTILITY", 29 }, { "UTILITY", 43201 }, { "MARKETING", 60 }, { "MARKETING", -1 } } do
      expect.refused("invalid", "message_send_ttl_seconds", "from", definition.compile(template { body = "b",
        category = case[1], message_send_ttl_seconds = case[2] }))
    end
  end)
end)
