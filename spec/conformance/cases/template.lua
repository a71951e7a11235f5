local function template(more)
  more.name, more.language = more.name or "order_confirmation", more.language or "en_US"
  return { template = more }
end

-- The payload of a template message with these components.
local function native(components)
  return { type = "template", template = { name = "t", language = { code = "en" }, components = components } }
end

return {
  good = {
    ["a name and a language"] = template {},
    ["numbered parameters"] = template { body = { "John", 1234, 12.5 } },
    ["named parameters"] = template { body = { customer = "John", order = 7 } },
    ["one parameter"] = template { body = "John" },
    ["a header text"] = template { header = "John", body = { "a" } },
    ["a named header text"] = template { header = { text = { customer = "John" } } },
    ["a header image"] = template { header = { image = "https://example.com/a.jpg" } },
    ["a header video"] = template { header = { video = { id = "1" } } },
    ["a header document"] = template { header = { document = { id = "1", filename = "a.pdf" } } },
    ["a header location"] = template { header = {
      location = { latitude = 1, longitude = 2, name = "a", address = "b" } } },
    ["a url's suffix"] = template { buttons = { { url = "suffix" } } },
    ["a quick reply's payload"] = template { buttons = { { payload = "yes" }, { payload = "no" } } },
    ["a code"] = template { buttons = { { code = "SAVE20" } } },
    ["a flow"] = template { buttons = { { flow = { token = "t", data = { name = "Ann" } } } } },
    ["a catalog"] = template { buttons = { { catalog = "sku1" } } },
    ["the third button only"] = template { buttons = { false, false, { url = "a" } } },
    ["a parameter in Graph's form"] = template { body = { { type = "currency",
      currency = { fallback_value = "$1", code = "USD", amount_1000 = 1000 } } } },
    ["components in Graph's form"] = template { components = { { type = "body", parameters = {
      { type = "text", text = "John" } } } } },
  },
  bad = {
    ["a string"] = { "template", { template = "t" }, native = { type = "template", template = "t" } },
    ["no name"] = { "template.name", { template = { language = "en" } } },
    ["no language"] = { "template.language", { template = { name = "t" } } },
    ["an empty name"] = { "template.name", template { name = "" } },
    ["a name that is a number"] = { "template.name", template { name = 7 } },
    ["a name of 513 characters"] = { "template.name", template { name = ("x"):rep(513) } },
    ["a language that is a table"] = { "template.language", template { language = {} } },
    ["an unknown field"] = { "template.bodi", template { bodi = { "a" } },
      native = { type = "template", template = { name = "t", language = { code = "en" }, bodi = { "a" } } } },
    ["a parameter that is a boolean"] = { "template.body[1]", template { body = { true } },
      native = native { { type = "body", parameters = { { type = "text", text = true } } } } },
    ["an empty parameter"] = { "template.body[1]", template { body = { "" } } },
    ["numbered and named parameters"] = { "template.body.b", template { body = { "a", b = "c" } },
      native = native { { type = "body", parameters = { { type = "text", text = "a" },
        { type = "text", text = "c", parameter_name = "b" } } } } },
    ["a header with two things"] = { "template.header",
      template { header = { image = "https://example.com/a", video = "https://example.com/b" } },
      native = native { { type = "header", parameters = {
        { type = "image", image = { link = "https://example.com/a" } },
        { type = "video", video = { link = "https://example.com/b" } } } } } },
    ["a header with nothing"] = { "template.header", template { header = {} },
                                  native = native { { type = "header", parameters = { {} } } } },
    ["a header text with nothing"] = { "template.header.text", template { header = { text = {} } },
                                       native = native { { type = "header", parameters = {} } } },
    ["a header image by an id and a link"] = { "template.header.image.link",
      template { header = { image = { id = "1", link = "https://example.com/a" } } } },
    ["a header location without a longitude"] = { "template.header.location.longitude",
      template { header = { location = { latitude = 1 } } } },
    ["a button with nothing"] = { "template.buttons[1]", template { buttons = { {} } },
                                  native = native { { type = "button" } } },
    ["a button with two things"] = { "template.buttons[1]", template { buttons = { { url = "a", payload = "b" } } },
      native = native { { type = "button", sub_type = "url", index = "0", parameters = {
        { type = "text", text = "a" }, { type = "payload", payload = "b" } } } } },
    ["an unknown button"] = { "template.buttons[1].uri", template { buttons = { { uri = "a" } } },
      native = native { { type = "button", sub_type = "uri", index = "0",
                          parameters = { { type = "text", text = "a" } } } } },
    ["a button that is a string"] = { "template.buttons[1]", template { buttons = { "a" } }, native = native { "a" } },
    ["an eleventh button"] = { "template.buttons[11]", template { buttons = { [11] = { url = "a" } } },
      native = native { { type = "button", sub_type = "url", index = "10",
                          parameters = { { type = "text", text = "a" } } } } },
    ["a payload of 257 characters"] = { "template.buttons[1].payload",
                                        template { buttons = { { payload = ("x"):rep(257) } } } },
    ["a url's suffix that is a table"] = { "template.buttons[1].url", template { buttons = { { url = {} } } } },
    ["a code of 16 characters"] = { "template.buttons[1].code", template { buttons = { { code = ("x"):rep(16) } } } },
    ["components beside a body"] = { "template.components", template { body = "a", components = {} },
      native = native { { type = "body", parameters = { { type = "text", text = "a" } } },
                        { type = "body", parameters = { { type = "text", text = "a" } } } } },
    ["components that are a string"] = { "template.components", template { components = "a" }, native = native "a" },
  },
}
