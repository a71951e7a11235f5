-- Templates: what fills header, body and buttons, in Graph's components.

local expect = require "spec.support.expect"
local whatsapp = require "whatsapp"

-- A message whose template has these fields besides name and language.
local function template(fields)
  fields.name, fields.language = fields.name or "order", fields.language or "en_US"
  return { to = "15551234567", template = fields }
end

local function assert_components(components, fields)
  expect.payload('{"messaging_product":"whatsapp","recipient_type":"individual","template":{'
    .. (components and '"components":' .. components .. "," or "")
    .. '"language":{"code":"en_US"},"name":"order"},"to":"15551234567","type":"template"}',
    template(fields))
end

local function assert_invalid(field, words, fields)
  return expect.invalid(field, words, template(fields))
end

describe("a template", function()
  it("needs a name and a language", function()
    assert_components(nil, {})
    assert_components(nil, { body = {}, buttons = {} })
    expect.invalid("template.name", "is missing", { to = "15551234567", template = { language = "en" } })
    expect.invalid("template.language", "is missing", { to = "15551234567", template = { name = "t" } })
    expect.invalid("template", "must be a table", { to = "15551234567", template = "order" })
    assert_invalid("template.name", "at most 512", { name = ("x"):rep(513) })
    assert_invalid("template.name", "lower-case letters", { name = "A B" })
    assert_invalid("template.language.code", "must be a string", { language = 5 })
    assert_invalid("template.language.code", "is missing", { language = {} })
    for _, code in ipairs { "en-US", "EN", "english", "en_", "en US", "_US", " en" } do
      assert_invalid("template.language.code", "must look like en_US", { language = code })
    end
    for _, code in ipairs { "en", "fil", "pt_BR", "prs_AF", "zh_CN" } do
      assert.is_truthy(whatsapp.build(template { language = code }), code)
    end
    assert_invalid("template.language.policy", "deterministic", { language = { code = "en", policy = "x" } })
    expect.payload('{"messaging_product":"whatsapp","recipient_type":"individual","template":{"language":{"code":"en",'
      .. '"policy":"deterministic"},"name":"order"},"to":"15551234567","type":"template"}',
      template { language = { code = "en", policy = "deterministic" } })
    assert_invalid("template.langauge", "did you mean language?", { langauge = "en" })
  end)

  it("fills its body by position", function()
    assert_components('[{"parameters":[{"text":"John","type":"text"},{"text":"#1234","type":"text"}],'
      .. '"type":"body"}]', { body = { "John", "#1234" } })
    assert_components('[{"parameters":[{"text":"John","type":"text"}],"type":"body"}]', { body = "John" })
  end)

  it("fills its body by name, in the order of the alphabet", function()
    assert_components('[{"parameters":[{"parameter_name":"customer","text":"John","type":"text"},'
      .. '{"parameter_name":"order_id","text":"12","type":"text"}],"type":"body"}]',
      { body = { order_id = 12, customer = "John" } })
  end)

  it("writes numbers alike on every Lua", function()
    local cases = { { "12", 12 }, { "12", 12.0 }, { "-3", -3.0 }, { "0", -0.0 }, { "0.5", 0.5 },
                    { "19.99", 19.99 }, { "9007199254740992", 2 ^ 53 }, { "1e+20", 1e20 },
                    { "0.33333333333333", 1 / 3 } }
    for _, case in ipairs(cases) do
      assert_components(('[{"parameters":[{"text":"%s","type":"text"}],"type":"body"}]'):format(case[1]),
        { body = { case[2] } })
    end
    for _, number in ipairs { math.huge, -math.huge, 0 / 0 } do
      assert_invalid("template.body[1]", "finite", { body = { number } })
    end
  end)

  it("takes parameters in Graph's own form, named ones too", function()
    local price = { type = "currency",
      currency = { fallback_value = "$1", code = "USD", amount_1000 = 1000 } }
    local inner = '"currency":{"amount_1000":1000,"code":"USD","fallback_value":"$1"},'
    assert_components('[{"parameters":[{' .. inner .. '"type":"currency"}],"type":"body"}]',
      { body = { price } })
    assert_components('[{"parameters":[{' .. inner .. '"parameter_name":"a","type":"currency"},{'
      .. inner .. '"parameter_name":"b","type":"currency"}],"type":"body"}]',
      { body = { a = price, b = price } })
  end)

  it("takes names that are Graph's words, too", function()
    local function named(values)
      local list = {}
      for i = 1, #values, 2 do
        list[#list + 1] = ('{"parameter_name":"%s","text":"%s","type":"text"}'):format(values[i], values[i + 1])
      end
      return '[{"parameters":[' .. table.concat(list, ",") .. '],"type":"body"}]'
    end
    assert_components(named { "size", "L", "type", "Pizza" }, { body = { type = "Pizza", size = "L" } })
    assert_components(named { "type", "text" }, { body = { type = "text" } })
    assert_components(named { "currency", "EUR", "type", "currency" },
      { body = { type = "currency", currency = "EUR" } })
    assert_components(named { "currency", "USD" }, { body = { currency = "USD" } })
    assert_components(named { "amount", "12,50", "currency", "EUR" },
      { body = { currency = "EUR", amount = "12,50" } })
    assert_components(named { "amount", "1", "currency", "USD", "customer", "Ann" },
      { body = { currency = "USD", amount = 1, customer = "Ann" } })
    assert_components(named { "account", "7", "currency", "USD" }, { body = { currency = "USD", account = 7 } })
    assert_components(named { "date_time", "May 1", "place", "Rome" },
      { body = { date_time = "May 1", place = "Rome" } })
    assert_components('[{"parameters":[{"text":"x","type":"text"}],"type":"body"}]',
      { body = { type = "text", text = "x" } })
    assert_components('[{"parameters":[{"date_time":{"fallback_value":"May 1"},"type":"date_time"}],"type":"body"}]',
      { body = { date_time = "May 1" } })
  end)

  it("names a slip in an amount", function()
    assert_invalid("template.body.amout", "did you mean amount?", { body = { currency = "USD", amout = 1 } })
    assert_invalid("template.body.curency", "did you mean currency?", { body = { curency = "USD", amount = 1 } })
    assert_invalid("template.body.fallbak", "did you mean fallback?",
      { body = { currency = "USD", amount = 1, fallbak = "x" } })
    assert_invalid("template.body[1].amout", "did you mean amount?", { body = { { currency = "USD", amout = 1 } } })
    assert_invalid("template.body[1].datetime", "did you mean date_time?", { body = { { datetime = "May 1" } } })
    for _, parameter in ipairs { { type = "currency" }, { type = 5 }, { type = {} } } do
      assert_invalid("template.body[1]", "Graph's own form", { body = { parameter } })
    end
  end)

  it("refuses what Graph takes in no parameter", function()
    for _, text in ipairs { "a\nb", "a\rb", "a\tb", "a     b" } do
      assert_invalid("template.body[1]", "line break", { body = text })
      assert_invalid("template.header.text.name", "line break", { header = { text = { name = text } } })
    end
    assert_components('[{"parameters":[{"text":"a    b","type":"text"}],"type":"body"}]', { body = "a    b" })
  end)

  it("refuses other parameters by name", function()
    assert_invalid("template.body[2]", "must be a string", { body = { "a", true } })
    assert_invalid("template.body[2]", "must not be empty", { body = { "a", "" } })
    assert_invalid("template.body[1]", "must be a string, not a table", { body = { {} } })
    assert_invalid("template.body.customer", "must be a string", { body = { customer = {} } })
    assert_invalid("template.body.b", "mixes numbered and named", { body = { "a", b = "c" } })
    assert_invalid("template.body[1]", "is missing: a list has no gaps", { body = { nil, "a" } })
    assert_invalid("template.body[2]", "is missing: a list has no gaps", { body = { "a", nil, "c" } })
    assert_invalid("template.body[1]", "is missing: a list has no gaps", { body = { [2 ^ 60] = "a" } })
    assert_invalid("template.body[1.5]", "no place in a list", { body = { "a", "b", [1.5] = "c" } })
    assert_invalid("template.body[a boolean]", "mixes", { body = { [true] = "c" } })
    assert_invalid("template.body[a table]", "mixes", { body = { "a", [{}] = "c" } })
    assert_invalid("template.body[1]", "must be a string", { body = false })
    assert_invalid("template.body[1]", "is not UTF-8", { body = "caf\233" })
  end)

  local IMAGE = '[{"parameters":[{"image":{"link":"https://a.b/c.jpg"},"type":"image"}],"type":"header"}]'

  it("fills its header with a text", function()
    local one = '[{"parameters":[{"text":"Hi","type":"text"}],"type":"header"}]'
    assert_components(one, { header = "Hi" })
    assert_components(one, { header = { "Hi" } })
    assert_components(one, { header = { text = "Hi" } })
    assert_components(one, { header = { text = { "Hi" } } })
    local named = '[{"parameters":[{"parameter_name":"first_name","text":"Jo","type":"text"}],'
      .. '"type":"header"}]'
    assert_components(named, { header = { text = { first_name = "Jo" } } })
    assert_components('[{"parameters":[{"text":"7","type":"text"}],"type":"header"}]', { header = 7 })
  end)

  it("fills buttons that open a flow or a catalog", function()
    assert_components('[{"index":"0","parameters":[{"action":{"flow_action_data":{"n":1},'
      .. '"flow_token":"t"},"type":"action"}],"sub_type":"flow","type":"button"}]',
      { buttons = { { flow = { token = "t", data = { n = 1 } } } } })
    assert_components('[{"index":"0","parameters":[{"action":{"flow_token":"unused"},"type":"action"}],'
      .. '"sub_type":"flow","type":"button"}]', { buttons = { { flow = {} } } })
    assert_components('[{"index":"0","parameters":[{"action":{"thumbnail_product_retailer_id":"sku1"},'
      .. '"type":"action"}],"sub_type":"catalog","type":"button"}]', { buttons = { { catalog = "sku1" } } })
    assert_invalid("template.header.first_name", "allowed: document", { header = { first_name = "Jo" } })
  end)

  it("fills its header with media or a place", function()
    assert_components(IMAGE, { header = { image = "https://a.b/c.jpg" } })
    assert_components(IMAGE, { header = { image = { link = "https://a.b/c.jpg" } } })
    assert_components('[{"parameters":[{"type":"video","video":{"id":"12"}}],"type":"header"}]',
      { header = { video = { id = 12 } } })
    assert_components('[{"parameters":[{"document":{"filename":"a.pdf","id":"12"},"type":"document"}],'
      .. '"type":"header"}]', { header = { document = { id = "12", filename = "a.pdf" } } })
    assert_components('[{"parameters":[{"location":{"address":"1 Rd","latitude":37.77,'
      .. '"longitude":-122.42,"name":"SF"},"type":"location"}],"type":"header"}]',
      { header = { location = { latitude = 37.77, longitude = -122.42, name = "SF", address = "1 Rd" } } })
  end)

  it("refuses other headers by name", function()
    assert_invalid("template.header", "needs a text or one of", { header = {} })
    assert_invalid("template.header", "only one thing", { header = { text = "a", image = "https://a.b/" } })
    assert_invalid("template.header.imge", "did you mean image?", { header = { imge = "https://a.b/" } })
    assert_invalid("template.header.image", "must be a link", { header = { image = "photo" } })
    assert_invalid("template.header.image.caption", "unknown key",
      { header = { image = { id = "1", caption = "x" } } })
    assert_invalid("template.header.location.longitude", "is missing",
      { header = { location = { latitude = 1 } } })
    assert_invalid("template.header.location.latitude", "from -90 to 90",
      { header = { location = { latitude = 91, longitude = 0 } } })
    assert_invalid("template.header.location.latitude", "must be a finite number",
      { header = { location = { latitude = 0 / 0, longitude = 0 } } })
    assert_invalid("template.header[a boolean]", "unknown key", { header = { [true] = {} } })
    assert_invalid("template.header[1]", "must be a string", { header = false })
  end)

  it("fills its buttons by their place", function()
    assert_components('[{"index":"0","parameters":[{"text":"order/12","type":"text"}],"sub_type":"url",'
      .. '"type":"button"}]', { buttons = { { url = "order/12" } } })
    assert_components('[{"index":"1","parameters":[{"payload":"yes","type":"payload"}],'
      .. '"sub_type":"quick_reply","type":"button"},{"index":"3","parameters":[{"coupon_code":"SAVE20",'
      .. '"type":"coupon_code"}],"sub_type":"copy_code","type":"button"}]',
      { buttons = { false, { payload = "yes" }, false, { code = "SAVE20" } } })
    assert_components('[{"index":"2","parameters":[{"text":"7","type":"text"}],"sub_type":"url",'
      .. '"type":"button"}]', { buttons = { [3] = { url = 7 } } })
    assert_components(nil, { buttons = { false, false } })
    local ten = {}
    for i = 1, 10 do ten[i] = { payload = "p" } end
    assert.is_truthy(whatsapp.build(template { buttons = ten }))
    ten[11] = { payload = "p" }
    assert_invalid("template.buttons[11]", "at most 10", { buttons = ten })
  end)

  it("has a header of one variable", function()
    assert_invalid("template.header", "one variable", { header = { "a", "b" } })
    assert_invalid("template.header.text", "one variable", { header = { text = { a = "x", b = "y" } } })
  end)

  it("fills a url by the name of its variable", function()
    assert_components('[{"index":"1","parameters":[{"parameter_name":"customer","text":"7","type":"text"}],'
      .. '"sub_type":"url","type":"button"}]', { buttons = { false, { url = { customer = 7 } } } })
  end)

  it("tells a button that calls how long it works, and what comes back", function()
    assert_components('[{"parameters":[{"ttl_minutes":100,"type":"ttl_minutes"},{"payload":"order 7",'
      .. '"type":"payload"}],"sub_type":"voice_call","type":"button"}]',
      { buttons = { { voice_call = { ttl_minutes = 100, payload = "order 7" } } } })
    assert_components('[{"parameters":[{"payload":"order 7","type":"payload"}],"sub_type":"voice_call",'
      .. '"type":"button"}]', { buttons = { false, { voice_call = { payload = "order 7" } } } })
  end)

  it("says what its picture opens", function()
    assert_components('[{"parameters":[{"tap_target_configuration":[{"title":"Offers","url":"https://a.b"}],'
      .. '"type":"tap_target_configuration"}],"type":"tap_target_configuration"}]',
      { tap_target = { title = "Offers", url = "https://a.b" } })
    assert_invalid("template.tap_target.url", "is missing", { tap_target = { title = "Offers" } })
    assert_invalid("template.components", "cannot stand beside tap_target",
      { components = {}, tap_target = { title = "Offers", url = "https://a.b" } })
  end)

  it("refuses other buttons by name", function()
    assert_invalid("template.buttons", "must be a list", { buttons = "yes" })
    assert_invalid("template.buttons.url", "no place in a list", { buttons = { url = "x" } })
    assert_invalid("template.buttons[0]", "no place in a list", { buttons = { [0] = { url = "x" } } })
    assert_invalid("template.buttons[1.5]", "no place in a list", { buttons = { [1.5] = { url = "x" } } })
    assert_invalid("template.buttons[1]", "is empty", { buttons = { {} } })
    assert_invalid("template.buttons[1]", "must be a table", { buttons = { "x" } })
    assert_invalid("template.buttons[1]", "must be a table", { buttons = { true } })
    assert_invalid("template.buttons[2]", "only one thing", { buttons = { false, { url = "x", payload = "y" } } })
    assert_invalid("template.buttons[1].paylod", "did you mean payload?", { buttons = { { paylod = "x" } } })
    assert_invalid("template.buttons[1].url", "at most 2000", { buttons = { { url = ("x"):rep(2001) } } })
    assert_invalid("template.buttons[1].payload", "at most 256", { buttons = { { payload = ("x"):rep(257) } } })
    assert_invalid("template.buttons[1].code", "at most 20", { buttons = { { code = ("x"):rep(21) } } })
    assert_invalid("template.buttons[1].url", "one by its name", { buttons = { { url = {} } } })
    assert_invalid("template.buttons[1].url", "one by its name", { buttons = { { url = { "x" } } } })
    assert_invalid("template.buttons[1].url", "one by its name", { buttons = { { url = { a = "x", b = "y" } } } })
    assert_invalid("template.buttons[1].url.a", "must be a string", { buttons = { { url = { a = {} } } } })
    assert_invalid("template.buttons[1].voice_call", "ttl_minutes, payload or both",
      { buttons = { { voice_call = {} } } })
    assert_invalid("template.buttons[1].voice_call.ttl_minutes", "from 1 to 43200",
      { buttons = { { voice_call = { ttl_minutes = 43201 } } } })
  end)

  it("has header, body, buttons in Graph's order", function()
    assert_components('[{"parameters":[{"text":"h","type":"text"}],"type":"header"},'
      .. '{"parameters":[{"text":"b","type":"text"}],"type":"body"},'
      .. '{"index":"0","parameters":[{"text":"u","type":"text"}],"sub_type":"url","type":"button"}]',
      { buttons = { { url = "u" } }, body = "b", header = "h" })
  end)

  it("passes components verbatim, alone", function()
    assert_components('[{"parameters":[],"type":"limited_time_offer"}]',
      { components = { { type = "limited_time_offer", parameters = whatsapp.array {} } } })
    assert_components("[]", { components = whatsapp.array {} })
    assert_components("[]", { components = {} })
    assert_components('[{"parameters":[],"type":"body"},{"cards":[{"card_index":0,"components":[{"parameters":[],'
      .. '"type":"body"}]}],"type":"carousel"}]', { components = { { type = "body", parameters = {} },
        { type = "carousel", cards = { { card_index = 0, components = { { type = "body", parameters = {} } } } } } } })
    for _, name in ipairs { "header", "body", "buttons" } do
      assert_invalid("template.components", "cannot stand beside", { components = {}, [name] = { "x" } })
    end
    assert_invalid("template.components", "must be a list", { components = "x" })
    assert_invalid("template.components.a", "no place in a list", { components = { a = 1 } })
    assert_invalid("template.components[1]", "must be a table", { components = { 5 } })
    assert_invalid("template.components[1][1]", "has no name", { components = { { {} } } })
    assert_invalid("template.components[1].parameters[2]", "must be a table",
      { components = { { type = "body", parameters = { {}, 2 } } } })
    assert_invalid("template.components[1].cards[1].components", "must be a list",
      { components = { { type = "carousel", cards = { { components = 5 } } } } })
    assert_invalid("template.components[1].parameters[1].text", "is not UTF-8",
      { components = { { type = "body", parameters = { { type = "text", text = "K\228se" } } } } })
    local cycle = { type = "carousel", cards = {} }
    cycle.cards[1] = { components = { cycle } }
    assert_invalid(("template" .. (".components[1].cards[1]"):rep(6)):sub(1, -4) .. "…", "nested",
      { components = { cycle } })
  end)
end)

describe("a template's amounts and dates", function()
  local function currency(code, thousandths, fallback)
    return ('[{"parameters":[{"currency":{"amount_1000":%s,"code":"%s","fallback_value":"%s"},"type":"currency"}],'
      .. '"type":"body"}]'):format(thousandths, code, fallback)
  end

  it("are exact thousandths with a text for old apps", function()
    for _, case in ipairs {
      { 12.5, "12500", "USD 12.50" }, { 12, "12000", "USD 12.00" }, { "12.50", "12500", "USD 12.50" },
      { 0.1 + 0.2, "300", "USD 0.30" }, { 1.005, "1005", "USD 1.005" }, { 0, "0", "USD 0.00" },
      { -3.25, "-3250", "USD -3.25" }, { 2147483.647, "2147483647", "USD 2147483.647" },
    } do
      assert_components(currency("USD", case[2], case[3]), { body = { currency = "USD", amount = case[1] } })
    end
    for code, fallback in pairs { JPY = "JPY 12", KWD = "KWD 12.000" } do
      assert_components(currency(code, "12000", fallback), { body = { currency = code, amount = 12 } })
    end
    assert_components(currency("JPY", "12500", "JPY 12.50"), { body = { currency = "JPY", amount = 12.5 } })
    assert_components(currency("EUR", "1990", "1,99 €"),
      { body = { { currency = "EUR", amount = 1.99, fallback = "1,99 €" } } })
  end)

  it("may have names", function()
    assert_components('[{"parameters":[{"date_time":{"fallback_value":"May 1"},"parameter_name":"day",'
      .. '"type":"date_time"},{"currency":{"amount_1000":5000,"code":"USD","fallback_value":"USD 5.00"},'
      .. '"parameter_name":"price","type":"currency"}],"type":"body"}]',
      { body = { price = { currency = "USD", amount = 5 }, day = { date_time = "May 1" } } })
  end)

  it("are refused by name", function()
    assert_invalid("template.body[1].currency", "three capital letters",
      { body = { { currency = "usd", amount = 1 } } })
    assert_invalid("template.body[1].currency", "is missing", { body = { { amount = 1 } } })
    assert_invalid("template.body[1].amount", "is missing", { body = { { currency = "USD" } } })
    assert_invalid("template.body[2].amount", "thousandths", { body = { "a", { currency = "USD", amount = 0.0001 } } })
    assert_invalid("template.body[1].amount", "too large", { body = { { currency = "IDR", amount = 5e6 } } })
    for _, amount in ipairs { true, {}, 0 / 0, "1e3", "12,5", "" } do
      assert_invalid("template.body[1].amount", "must be a", { body = { { currency = "USD", amount = amount } } })
    end
    assert_invalid("template.body[1].amount", "too large", { body = { { currency = "USD", amount = math.huge } } })
    assert_invalid("template.body[1].date_time", "must be a string", { body = { { date_time = 5 } } })
    assert_invalid("template.body[1].fallbak", "did you mean fallback?",
      { body = { { currency = "USD", amount = 1, fallbak = "x" } } })
  end)
end)

describe("a one-time password", function()
  it("fills the body and the button", function()
    for _, code in ipairs { "123456", 123456 } do
      assert_components('[{"parameters":[{"text":"123456","type":"text"}],"type":"body"},'
        .. '{"index":"0","parameters":[{"text":"123456","type":"text"}],"sub_type":"url","type":"button"}]',
        { otp = code })
    end
  end)

  it("goes to a phone number", function()
    expect.invalid("to", "goes to a phone number",
      { to = "US.13491208655302741918", template = { name = "code", language = "en", otp = "1" } })
  end)

  it("is alone, and short", function()
    assert_invalid("template.otp", "at most 15", { otp = ("1"):rep(16) })
    assert_invalid("template.otp", "must not be empty", { otp = "" })
    assert_invalid("template.otp", "cannot stand beside body", { otp = "1", body = "1" })
    assert_invalid("template.otp", "cannot stand beside components", { otp = "1", components = {} })
  end)
end)

describe("a template's offer", function()
  it("ends at a moment in seconds", function()
    assert_components('[{"parameters":[{"limited_time_offer":{"expiration_time_ms":1700000000000},'
      .. '"type":"limited_time_offer"}],"type":"limited_time_offer"}]', { expires = 1700000000 })
  end)

  it("is not one in milliseconds", function()
    local err = assert_invalid("template.expires", "from 1 to 1e+11", { expires = 1700000000000 })
    assert.is_truthy(err.hint:find "milliseconds")
    assert_invalid("template.expires", "must be a number", { expires = "tomorrow" })
  end)
end)

describe("a template's products", function()
  it("are a header, or sections behind a button", function()
    assert_components('[{"parameters":[{"product":{"catalog_id":"12","product_retailer_id":"sku1"},"type":"product"}],'
      .. '"type":"header"}]', { header = { product = { catalog_id = 12, id = "sku1" } } })
    assert_components('[{"index":"0","parameters":[{"action":{"sections":[{"product_items":['
      .. '{"product_retailer_id":"a"},{"product_retailer_id":"b"}],"title":"Fruit"},{"product_items":['
      .. '{"product_retailer_id":"c"}],"title":"Bread"}],"thumbnail_product_retailer_id":"a"},"type":"action"}],'
      .. '"sub_type":"mpm","type":"button"}]', { buttons = { { products = { thumbnail = "a",
        { title = "Fruit", "a", "b" }, { title = "Bread", "c" } } } } })
  end)

  it("are refused by name", function()
    assert_invalid("template.buttons[1].products.thumbnail", "is missing", { buttons = { { products = { "a" } } } })
    assert_invalid("template.buttons[1].products", "at least 1", { buttons = { { products = { thumbnail = "a" } } } })
    assert_invalid("template.buttons[1].products[2].title", "is missing", { buttons = { { products = {
      thumbnail = "a", { title = "A", "a" }, { "b" } } } } })
    assert_invalid("template.header.product.id", "is missing", { header = { product = { catalog_id = 1 } } })
  end)
end)

describe("a template's order", function()
  it("is behind a button, or a component of its own", function()
    local payload = assert(whatsapp.build(template { buttons = { { order_details = { reference_id = "o-1",
      type = "digital-goods", currency = "INR", payment_settings = { payment_link = "https://example.com/pay" },
      total_amount = "5" } } } }))
    local button = payload.template.components[1]
    assert.are.equal("order_details 0 o-1", ("%s %s %s"):format(button.sub_type, button.index,
      button.parameters[1].action.order_details.reference_id))
    assert_components('[{"parameters":[{"order_status":{"order":{"status":"shipped"},"reference_id":"o-1"},'
      .. '"type":"order_status"}],"type":"order_status"}]',
      { order_status = { reference_id = "o-1", status = "shipped" } })
    assert_invalid("template.order_status.status", "shipped", { order_status = { reference_id = "o", status = "x" } })
  end)
end)

describe("a template's carousel", function()
  local CARD = { header = { image = { id = "12" } }, body = { "20%" },
                 buttons = { { payload = "more" }, { url = "x" } } }

  it("has its cards by place", function()
    local card = '{"card_index":%d,"components":[{"parameters":[{"image":{"id":"12"},"type":"image"}],"type":"header"},'
      .. '{"parameters":[{"text":"20%%","type":"text"}],"type":"body"},{"index":"0","parameters":[{"payload":"more",'
      .. '"type":"payload"}],"sub_type":"quick_reply","type":"button"},{"index":"1","parameters":[{"text":"x",'
      .. '"type":"text"}],"sub_type":"url","type":"button"}]}'
    assert_components('[{"parameters":[{"text":"Ann","type":"text"}],"type":"body"},{"cards":[' .. card:format(0) .. ","
      .. card:format(1) .. '],"type":"carousel"}]', { body = "Ann", carousel = { CARD, CARD } })
  end)

  it("uploads the files of its cards", function()
    local file = { header = { image = { file = "a.jpg" } } }
    local _, uploads = require("whatsapp.message").compile(template { carousel = { file, file } })
    assert.are.equal("template.carousel[1].header.image a.jpg", uploads[1].path .. " " .. uploads[1].file)
    assert.are.equal("template.carousel[2].header.image", uploads[2].path)
  end)

  it("is refused by name", function()
    assert_invalid("template.carousel", "at least 2", { carousel = { CARD } })
    assert_invalid("template.carousel[1].heder", "did you mean header?", { carousel = { { heder = 1 }, CARD } })
    assert_invalid("template.carousel[2].header.image", "must be a link", { carousel = { CARD,
      { header = { image = "a.jpg" } } } })
    assert_invalid("template.carousel[2].buttons[1].paylod", "did you mean payload?", { carousel = { CARD,
      { buttons = { { paylod = "x" } } } } })
    assert_invalid("template.carousel[2].body[1]", "must be a string", { carousel = { CARD, { body = { {} } } } })
  end)
end)
