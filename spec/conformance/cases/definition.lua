-- New templates, for wa.templates:create.

local BODY = { type = "BODY", text = "a" }

-- A body and other components, in Graph's form.
local function components(...) return { components = { BODY, ... } } end

local function text_of(length) return ("x"):rep(length) end

local function buttons(list) return { body = "a", buttons = list } end

local function native_buttons(list) return components { type = "BUTTONS", buttons = list } end

local function eleven(button)
  local all = {}
  for i = 1, 11 do all[i] = button or "Number " .. i end
  return all
end

local function otp(button, more)
  local template = { category = "AUTHENTICATION", buttons = { button } }
  for name, value in pairs(more or {}) do template[name] = value end
  return template
end

-- An authentication template in Graph's form.
local function native_otp(button, body, footer)
  button.type = "OTP"
  body = body or {}
  body.type = "BODY"
  return { category = "AUTHENTICATION", components = { body, footer or nil,
    { type = "BUTTONS", buttons = { button } } } }
end

local APP = { package_name = "com.example.app", signature_hash = "K8a/AINcGX7" }

local function card(more)
  local one = { header = { image = { handle = "4::a" } }, body = "a", buttons = { "Yes" } }
  for name, value in pairs(more or {}) do one[name] = value end
  return one
end

local function cards(n)
  local all = {}
  for i = 1, n do all[i] = card() end
  return { category = "MARKETING", body = "a", carousel = all }
end

local function native_card(more)
  local one = { { type = "HEADER", format = "IMAGE", example = { header_handle = { "4::a" } } }, more or BODY,
                { type = "BUTTONS", buttons = { { type = "QUICK_REPLY", text = "Yes" } } } }
  return { components = one }
end

local function native_cards(...)
  return { category = "MARKETING", components = { BODY, { type = "CAROUSEL", cards = { ... } } } }
end

local function offer(more)
  local one = { category = "MARKETING", header = { image = { handle = "4::a" } }, body = "a",
                limited_time_offer = { text = "Ends soon", has_expiration = true },
                buttons = { { copy_code = "SAVE" }, { url = "https://example.com", text = "Buy" } } }
  for name, value in pairs(more or {}) do one[name] = value or nil end
  return one
end

local function native_offer(text, ...)
  return { category = "MARKETING", components = { BODY,
    { type = "LIMITED_TIME_OFFER", limited_time_offer = { text = text, has_expiration = true } }, ... } }
end

return {
  subject = "definition",

  good = {
    ["a body"] = { body = "Hello" },
    ["numbered variables"] = { body = "Hi {{1}}, it is {{2}}.", examples = { "Ann", 12 } },
    ["named variables"] = { body = "Hi {{customer}}.", examples = { customer = "Ann" } },
    ["a header, a body and a footer"] = { header = "News", body = "a", footer = "Bye" },
    ["a header's variable"] = { header = "News of {{1}}", header_example = "May", body = "a" },
    ["texts as long as they may be"] = { header = ("ä"):rep(60), body = ("👍"):rep(1024), footer = text_of(60) },
    ["a header image"] = { header = { image = { handle = "4::aW==" } }, body = "a" },
    ["a header of every other sort"] = { header = { location = true }, body = "a" },
    ["buttons"] = buttons { "Yes", { quick_reply = text_of(25) }, { copy_code = 250 },
      { url = "https://example.com/{{1}}", text = "Open", example = "https://example.com/1" },
      { phone = "+1 (555) 123-4567", text = "Call" } },
    ["a flow"] = buttons { { flow = "1", text = "Book", screen = "WELCOME", action = "navigate" } },
    ["a catalog"] = buttons { { catalog = "View" } },
    ["a code to copy"] = otp({ otp = "copy_code" },
      { add_security_recommendation = true, code_expiration_minutes = 90 }),
    ["a code for an app"] = otp { otp = "one_tap", text = "Copy", autofill_text = "Fill", supported_apps = { APP } },
    ["a code for an app without a tap"] = otp { otp = "zero_tap", supported_apps = { APP },
                                                zero_tap_terms_accepted = true },
    ["a limited-time offer"] = offer(),
    ["a carousel"] = cards(2),
    ["a carousel of ten"] = cards(10),
    ["one of Meta's library"] = { library_template_name = "order_update" },
    ["components in Graph's form"] = components { type = "FOOTER", text = "a" },
  },

  bad = {
    ["no name"] = { "name", { name = false, body = "a" }, native = { name = false, components = { BODY } } },
    ["a name with capitals"] = { "name", { name = "Order", body = "a" } },
    ["a name of 513 characters"] = { "name", { name = text_of(513), body = "a" } },
    ["no language"] = { "language", { language = false, body = "a" },
                        native = { language = false, components = { BODY } } },
    ["a language that is a number"] = { "language", { language = 7, body = "a" } },
    ["no category"] = { "category", { category = false, body = "a" },
                        native = { category = false, components = { BODY } } },
    ["a category of its own"] = { "category", { category = "ADS", body = "a" } },
    ["no body"] = { "body", {}, native = { components = { { type = "FOOTER", text = "a" } } } },
    ["a body that is a number"] = { "body", { body = 7 }, native = { components = { { type = "BODY", text = 7 } } } },
    ["a body of 1025 characters"] = { "body", { body = text_of(1025) } },
    ["an empty body"] = { "body", { body = "" } },
    ["a variable without an example"] = { "examples", { body = "Hi {{1}}." },
      native = { components = { { type = "BODY", text = "Hi {{1}}." } } } },
    ["a variable at the end"] = { "body", { body = "Hi {{1}}", examples = { "a" } }, native = { components = {
      { type = "BODY", text = "Hi {{1}}", example = { body_text = { { "a" } } } } } } },
    ["variables side by side"] = { "body", { body = "Hi {{1}}{{2}}.", examples = { "a", "b" } },
      native = { components = {
      { type = "BODY", text = "Hi {{1}}{{2}}.", example = { body_text = { { "a", "b" } } } } } } },
    ["variables that do not count from one"] = { "body", { body = "Hi {{2}}.", examples = { "a" } },
      native = { components = { { type = "BODY", text = "Hi {{2}}.", example = { body_text = { { "a" } } } } } } },
    ["a name of a variable with capitals"] = { "body", { body = "Hi {{Name}}.", examples = { Name = "a" } },
      native = { components = { { type = "BODY", text = "Hi {{Name}}." } } } },
    ["named and numbered variables"] = { "body",
      { header = "Hi {{1}}", header_example = "a", body = "Hi {{name}}.", examples = { name = "b" } },
      native = { components = { { type = "HEADER", format = "TEXT", text = "Hi {{1}}" },
                                { type = "BODY", text = "Hi {{name}}." } } } },
    ["a header of 61 characters"] = { "header", { header = text_of(61), body = "a" } },
    ["a header of two lines"] = { "header", { header = "a\nb", body = "a" } },
    ["a header with two variables"] = { "header", { header = "{{1}} {{2}}", header_example = { "a", "b" }, body = "a" },
      native = components { type = "HEADER", format = "TEXT", text = "{{1}} {{2}}" } },
    ["a header image by a link"] = { "header.image", { header = { image = "https://example.com/a.png" }, body = "a" },
      native = components { type = "HEADER", format = "IMAGE",
                            example = { header_handle = { "https://example.com/a.png" } } } },
    ["a header of two things"] = { "header",
      { header = { image = { handle = "4::a" }, video = { handle = "4::b" } }, body = "a" },
      native = components({ type = "HEADER", format = "IMAGE", example = { header_handle = { "4::a" } } },
                          { type = "HEADER", format = "VIDEO", example = { header_handle = { "4::b" } } }) },
    ["a footer of 61 characters"] = { "footer", { body = "a", footer = text_of(61) } },
    ["a footer with a variable"] = { "footer", { body = "a", footer = "{{1}}" },
                                     native = components { type = "FOOTER", text = "{{1}}" } },
    ["a footer that is a number"] = { "footer", { body = "a", footer = 7 },
                                      native = components { type = "FOOTER", text = 7 } },
    ["an unknown part"] = { "fotter", { body = "a", fotter = "b" },
                            native = { components = { BODY }, fotter = "b" } },
    ["components beside a body"] = { "components", { body = "a", components = { BODY } },
                                     native = { body = "a", components = { BODY } } },
    ["components that are a string"] = { "components", { components = "a" }, native = { components = "a" } },
    ["a component that is a string"] = { "components[1]", { components = { "a" } }, native = { components = { "a" } } },

    ["eleven buttons"] = { "buttons[11]", buttons(eleven()),
                           native = native_buttons(eleven { type = "QUICK_REPLY", text = "a" }) },
    ["buttons that are a string"] = { "buttons", buttons "a", native = native_buttons "a" },
    ["a button that is a number"] = { "buttons[1]", buttons { 7 }, native = native_buttons { 7 } },
    ["a button of no kind"] = { "buttons[1]", buttons { {} }, native = native_buttons { {} } },
    ["a button of two kinds"] = { "buttons[1].phone",
      buttons { { url = "https://example.com", phone = "12345", text = "a" } },
      native = native_buttons { { type = "URL", url = "https://example.com", phone_number = "12345", text = "a" } } },
    ["a quick reply of 26 characters"] = { "buttons[1].quick_reply", buttons { text_of(26) } },
    ["quick replies apart"] = { "buttons", buttons { "a", { phone = "12345", text = "b" }, "c" },
      native = native_buttons { { type = "QUICK_REPLY", text = "a" },
        { type = "PHONE_NUMBER", phone_number = "12345", text = "b" }, { type = "QUICK_REPLY", text = "c" } } },
    ["a url without a text"] = { "buttons[1].text", buttons { { url = "https://example.com" } } },
    ["a text that is a number"] = { "buttons[1].text", buttons { { url = "https://example.com", text = 7 } } },
    ["a text of 26 characters"] = { "buttons[1].text",
      buttons { { url = "https://example.com", text = text_of(26) } } },
    ["a url that is none"] = { "buttons[1].url", buttons { { url = "example.com", text = "a" } } },
    ["a url's variable in the middle"] = { "buttons[1].url",
      buttons { { url = "https://example.com/{{1}}/b", text = "a", example = "https://example.com/1/b" } } },
    ["a url's variable without an example"] = { "buttons[1].example",
      buttons { { url = "https://example.com/{{1}}", text = "a" } } },
    ["three urls"] = { "buttons[3]", buttons {
        { url = "https://a.b", text = "1" }, { url = "https://a.c", text = "2" },
                                               { url = "https://a.d", text = "3" } },
      native = native_buttons { { type = "URL", url = "https://a.b", text = "1" },
        { type = "URL", url = "https://a.c", text = "2" }, { type = "URL", url = "https://a.d", text = "3" } } },
    ["a phone with letters"] = { "buttons[1].phone", buttons { { phone = "1-800-CALL", text = "a" } } },
    ["a code of 21 characters"] = { "buttons[1].copy_code", buttons { { copy_code = text_of(21) } } },
    ["a language with a dash"] = { "language", { body = "a", language = "en-US" } },
    ["a flow without a text"] = { "buttons[1].text", buttons { { flow = "1" } } },
    ["a flow by an id and a name"] = { "buttons[1].flow", buttons { { flow = { id = "1", name = "a" }, text = "a" } } },
    ["a flow that is a function"] = { "buttons[1].flow.json[1]",
      buttons { { flow = { json = { print } }, text = "a" } },
      native = native_buttons { { type = "FLOW", flow_json = print, text = "a" } } },
    ["a request for contacts that is false"] = { "buttons[1].contact_request",
      buttons { { contact_request = false } },
      native = native_buttons { { type = false } } },

    ["an authentication without its button"] = { "buttons", { category = "AUTHENTICATION" },
      native = { category = "AUTHENTICATION", components = { { type = "BODY" } } } },
    ["an authentication with a body"] = { "body", otp({ otp = "copy_code" }, { body = "Your code" }),
      native = native_otp({ otp_type = "COPY_CODE" }, { text = "Your code" }) },
    ["a code that expires in 91 minutes"] = { "code_expiration_minutes",
      otp({ otp = "copy_code" }, { code_expiration_minutes = 91 }) },
    ["a recommendation that is a text"] = { "add_security_recommendation",
      otp({ otp = "copy_code" }, { add_security_recommendation = "yes" }) },
    ["an unknown way of the code"] = { "buttons[1].otp", otp { otp = "paste" } },
    ["a code for no app"] = { "buttons[1].supported_apps", otp { otp = "one_tap" } },
    ["a hash of ten characters"] = { "buttons[1].supported_apps[1].signature_hash",
      otp { otp = "one_tap", supported_apps = {
        { package_name = "com.example.app", signature_hash = "K8a/AINcGX" } } } },
    ["terms that are not accepted"] = { "buttons[1].zero_tap_terms_accepted",
      otp { otp = "zero_tap", supported_apps = { APP } } },
    ["a code's button for another category"] = { "buttons", buttons { { otp = "copy_code" } },
      native = native_buttons { { type = "OTP", otp_type = "COPY_CODE" } } },

    ["an offer of 17 characters"] = { "limited_time_offer.text",
      offer { limited_time_offer = { text = text_of(17), has_expiration = true } } },
    ["an offer with a footer"] = { "footer", offer { footer = "a" },
      native = native_offer("Ends soon", { type = "FOOTER", text = "a" }) },
    ["an offer without a link"] = { "buttons", offer { buttons = { { copy_code = "SAVE" } } },
      native = native_offer("Ends soon", { type = "BUTTONS",
        buttons = { { type = "COPY_CODE", example = "SAVE" } } }) },
    ["an offer for another category"] = { "limited_time_offer", offer { category = "UTILITY" },
      native = { components = { BODY, { type = "LIMITED_TIME_OFFER",
        limited_time_offer = { text = "Ends soon" } } } } },

    ["a carousel of one"] = { "carousel", cards(1) },
    ["a carousel of eleven"] = { "carousel[11]", cards(11) },
    ["cards of two shapes"] = { "carousel[2]",
      { category = "MARKETING", body = "a", carousel = { card(), card { buttons = { "Yes", "No" } } } },
      native = native_cards(native_card(), { components = { BODY } }) },
    ["a card's text of 161 characters"] = { "carousel[1].body",
      { category = "MARKETING", body = "a", carousel = { card { body = text_of(161) }, card() } },
      native = native_cards(native_card { type = "BODY", text = text_of(161) }, native_card()) },
    ["a carousel beside buttons"] = { "buttons",
      { category = "MARKETING", body = "a", carousel = { card(), card() }, buttons = { "a" } },
      native = { category = "MARKETING", components = { BODY,
        { type = "BUTTONS", buttons = { { type = "QUICK_REPLY", text = "a" } } },
        { type = "CAROUSEL", cards = { native_card(), native_card() } } } } },
  },
}
