-- Interactive messages and other kinds with a shape of their own.

local expect = require "spec.support.expect"

local TO = "15551234567"
local HEAD = '"messaging_product":"whatsapp","recipient_type":"individual","to":"15551234567","type":'

local function interactive(inner)
  return '{"interactive":{' .. inner .. "}," .. HEAD .. '"interactive"}'
end

local function long(n) return ("é"):rep(n) end

local function rows(n)
  local list = { body = "b", button = "x" }
  for i = 1, n do list[i] = { id = i, title = "t" .. i } end
  return list
end

local function products(n)
  local list = { header = "h", body = "b", catalog_id = "7" }
  for i = 1, n do list[i] = "sku" .. i end
  return list
end

local function card(more)
  local one = { header = { image = "https://a.b/c.jpg" }, cta_url = { button = "Go", url = "https://a.b" } }
  for key, value in pairs(more or {}) do one[key] = value ~= "none" and value or nil end
  return one
end

local function cards(...)
  return { body = "b", ... }
end

local URL_CARD = '{"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"https://a.b"}},'
  .. '"card_index":%d,"header":{"image":{"link":"https://a.b/c.jpg"},"type":"image"},"type":"cta_url"}'

describe("builds", function()
  for name, case in pairs {
    ["buttons"] = { { buttons = { body = "b", { id = 1, title = "Yes" } } },
      interactive('"action":{"buttons":[{"reply":{"id":"1","title":"Yes"},"type":"reply"}]},'
        .. '"body":{"text":"b"},"type":"button"') },
    ["a list of rows"] = { { list = { body = "b", button = "x", footer = "f", { id = "1", title = "t" } } },
      interactive('"action":{"button":"x","sections":[{"rows":[{"id":"1","title":"t"}]}]},'
        .. '"body":{"text":"b"},"footer":{"text":"f"},"type":"list"') },
    ["a link"] = { { cta_url = { body = "b", button = "Open", url = "https://a.b", header = "h" } },
      interactive('"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://a.b"}},'
        .. '"body":{"text":"b"},"header":{"text":"h","type":"text"},"type":"cta_url"') },
    ["a flow"] = { { flow = { body = "b", button = "Start", id = 51, token = "t", screen = "S",
        data = { n = 1 } } },
      interactive('"action":{"name":"flow","parameters":{"flow_action":"navigate","flow_action_payload":'
        .. '{"data":{"n":1},"screen":"S"},"flow_cta":"Start","flow_id":"51","flow_message_version":"3",'
        .. '"flow_token":"t","mode":"published"}},"body":{"text":"b"},"type":"flow"') },
    ["a flow without data"] = { { flow = { body = "b", button = "Start", name = "n", screen = "S", data = {},
        mode = "draft" } },
      interactive('"action":{"name":"flow","parameters":{"flow_action":"navigate","flow_action_payload":'
        .. '{"screen":"S"},"flow_cta":"Start","flow_message_version":"3","flow_name":"n",'
        .. '"flow_token":"unused","mode":"draft"}},"body":{"text":"b"},"type":"flow"') },
    ["a flow of another version"] = { { flow = { body = "b", button = "Start", id = 51, message_version = 4,
        action = "data_exchange" } },
      interactive('"action":{"name":"flow","parameters":{"flow_action":"data_exchange","flow_cta":"Start",'
        .. '"flow_id":"51","flow_message_version":"4","flow_token":"unused","mode":"published"}},'
        .. '"body":{"text":"b"},"type":"flow"') },
    ["a link below a picture"] = { { cta_url = { body = "b", button = "Open", url = "https://a.b",
        header = { video = { id = 7 } } } },
      interactive('"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://a.b"}},'
        .. '"body":{"text":"b"},"header":{"type":"video","video":{"id":"7"}},"type":"cta_url"') },
    ["a header with a text below it"] = { { buttons = { body = "b", header = { text = "h", sub_text = "s" },
        { id = 1, title = "Yes" } } },
      interactive('"action":{"buttons":[{"reply":{"id":"1","title":"Yes"},"type":"reply"}]},'
        .. '"body":{"text":"b"},"header":{"sub_text":"s","text":"h","type":"text"},"type":"button"') },
    ["a location request"] = { { location_request = "Where?" },
      interactive('"action":{"name":"send_location"},"body":{"text":"Where?"},'
        .. '"type":"location_request_message"') },
    ["a contact request"] = { { contact_request = "Whom?" },
      interactive('"action":{"name":"request_contact_info"},"body":{"text":"Whom?"},'
        .. '"type":"request_contact_info"') },
    ["a call permission request"] = { { call_permission_request = "May we?" },
      interactive('"action":{"name":"call_permission_request"},"body":{"text":"May we?"},'
        .. '"type":"call_permission_request"') },
    ["an address request"] = { { address_request = { body = "b", country = "IN", values = { city = "X" } } },
      interactive('"action":{"name":"address_message","parameters":{"country":"IN","values":{"city":"X"}}},'
        .. '"body":{"text":"b"},"type":"address_message"') },
    ["an address request with everything"] = { { address_request = { body = "b", country = "IN", values = {},
        saved_addresses = { { id = 1, value = { name = "Ann", in_pin_code = 400063, building_name = "" } } },
        validation_errors = { in_pin_code = "Not found" } } },
      interactive('"action":{"name":"address_message","parameters":{"country":"IN","saved_addresses":[{"id":"1",'
        .. '"value":{"building_name":"","in_pin_code":"400063","name":"Ann"}}],"validation_errors":'
        .. '{"in_pin_code":"Not found"},"values":{}}},"body":{"text":"b"},"type":"address_message"') },
    ["an address request elsewhere"] = { { address_request = { body = "b", country = "SG",
        values = { sg_post_code = "018937" } } },
      interactive('"action":{"name":"address_message","parameters":{"country":"SG","values":'
        .. '{"sg_post_code":"018937"}}},"body":{"text":"b"},"type":"address_message"') },
    ["a call button"] = { { voice_call = { body = "b", button = "Call", ttl_minutes = 60, payload = "p" } },
      interactive('"action":{"name":"voice_call","parameters":{"display_text":"Call","payload":"p",'
        .. '"ttl_minutes":60}},"body":{"text":"b"},"type":"voice_call"') },
    ["a product"] = { { product = { catalog_id = 7, id = "sku1" } },
      interactive '"action":{"catalog_id":"7","product_retailer_id":"sku1"},"type":"product"' },
    ["products"] = { { products = products(2) },
      interactive('"action":{"catalog_id":"7","sections":[{"product_items":[{"product_retailer_id":"sku1"},'
        .. '{"product_retailer_id":"sku2"}]}]},"body":{"text":"b"},"header":{"text":"h","type":"text"},'
        .. '"type":"product_list"') },
    ["products in sections"] = { { products = { header = "h", body = "b", catalog_id = "7",
        { title = "A", "1" }, { title = "B", "2" } } },
      interactive('"action":{"catalog_id":"7","sections":[{"product_items":[{"product_retailer_id":"1"}],'
        .. '"title":"A"},{"product_items":[{"product_retailer_id":"2"}],"title":"B"}]},'
        .. '"body":{"text":"b"},"header":{"text":"h","type":"text"},"type":"product_list"') },
    ["a catalog"] = { { catalog = "All" },
      interactive '"action":{"name":"catalog_message"},"body":{"text":"All"},"type":"catalog_message"' },
    ["a catalog with a thumbnail"] = { { catalog = { body = "All", thumbnail = "sku1" } },
      interactive('"action":{"name":"catalog_message","parameters":{"thumbnail_product_retailer_id":"sku1"}},'
        .. '"body":{"text":"All"},"type":"catalog_message"') },
    ["a carousel of links"] = { { carousel = cards(card(), card()) },
      interactive('"action":{"cards":[' .. URL_CARD:format(0) .. "," .. URL_CARD:format(1)
        .. ']},"body":{"text":"b"},"type":"carousel"') },
    ["a carousel of products"] = { { carousel = cards({ product = { catalog_id = 7, id = "1" } },
        { product = { catalog_id = 7, id = "2" } }) },
      interactive('"action":{"cards":[{"action":{"catalog_id":"7","product_retailer_id":"1"},"card_index":0,'
        .. '"type":"product"},{"action":{"catalog_id":"7","product_retailer_id":"2"},"card_index":1,'
        .. '"type":"product"}]},"body":{"text":"b"},"type":"carousel"') },
    ["a reaction"] = { { reaction = { message_id = "wamid.a/b=", emoji = "👍" } },
      '{"messaging_product":"whatsapp","reaction":{"emoji":"👍","message_id":"wamid.a/b="},'
        .. '"recipient_type":"individual","to":"15551234567","type":"reaction"}' },
    ["the end of a reaction"] = { { reaction = { message_id = "wamid.a", emoji = "" } },
      '{"messaging_product":"whatsapp","reaction":{"emoji":"","message_id":"wamid.a"},'
        .. '"recipient_type":"individual","to":"15551234567","type":"reaction"}' },
    ["a pin"] = { { recipient_type = "group", pin = { type = "pin", message_id = "wamid.a",
        expiration_days = 7 } },
      '{"messaging_product":"whatsapp","pin":{"expiration_days":7,"message_id":"wamid.a","type":"pin"},'
        .. '"recipient_type":"group","to":"15551234567","type":"pin"}' },
    ["a voice note"] = { { audio = { id = 3, voice = true } },
      '{"audio":{"id":"3","voice":true},' .. HEAD .. '"audio"}' },
  } do
    it(name, function()
      case[1].to = TO
      expect.payload(case[2], case[1])
    end)
  end
end)

describe("refuses", function()
  local function two_sections(second) return { body = "b", button = "x",
    { title = "A", { id = "1", title = "t" } }, second } end

  local cycle = {}
  cycle.a = cycle

  for name, case in pairs {
    ["a fourth button"] = { "buttons[4]", "at most 3", { buttons = { body = "b", { id = 1, title = "1" },
      { id = 2, title = "2" }, { id = 3, title = "3" }, { id = 4, title = "4" } } } },
    ["no button"] = { "buttons", "at least 1", { buttons = { body = "b" } } },
    ["a button's title twice"] = { "buttons[2].title", "twice", { buttons = { body = "b",
      { id = 1, title = "Yes" }, { id = 2, title = "Yes" } } } },
    ["a button's long title"] = { "buttons[1].title", "at most 20", { buttons = { body = "b",
      { id = 1, title = long(21) } } } },
    ["a button's long id"] = { "buttons[1].id", "at most 256", { buttons = { body = "b",
      { id = long(257), title = "1" } } } },
    ["two headers"] = { "buttons.header", "only one thing", { buttons = { body = "b",
      header = { image = "https://a.b", video = "https://a.b" }, { id = 1, title = "1" } } } },
    ["a sub_text below a picture"] = { "buttons.header", "only one thing", { buttons = { body = "b",
      header = { image = "https://a.b", sub_text = "s" }, { id = 1, title = "1" } } } },
    ["a sub_text alone"] = { "buttons.header", "one of text, image", { buttons = { body = "b",
      header = { sub_text = "s" }, { id = 1, title = "1" } } } },
    ["a button's id with a space"] = { "buttons[1].id", "no spaces before or behind", { buttons = { body = "b",
      { id = "yes ", title = "1" } } } },
    ["a long footer"] = { "buttons.footer", "at most 60", { buttons = { body = "b", footer = long(61),
      { id = 1, title = "1" } } } },
    ["a long body"] = { "list.body", "at most 4096", { list = { body = long(4097), button = "x",
      { id = 1, title = "1" } } } },
    ["an eleventh row"] = { "list[11]", "at most 10", { list = rows(11) } },
    ["a row twice"] = { "list[2][1].id", "twice", { list = two_sections { title = "B",
      { id = "1", title = "t" } } } },
    ["a section without a title"] = { "list[2].title", "each needs one", { list = two_sections {
      { id = "2", title = "t" } } } },
    ["a list's media header"] = { "list.header", "must be a string", { list = { body = "b", button = "x",
      header = { image = "https://a.b" }, { id = 1, title = "1" } } } },
    ["a link that is none"] = { "cta_url.url", "must be a link", { cta_url = { body = "b", button = "x",
      url = "example.com" } } },
    ["a flow with id and name"] = { "flow", "either id or name", { flow = { body = "b", button = "x", id = 1,
      name = "n" } } },
    ["data without a screen"] = { "flow.screen", "is missing", { flow = { body = "b", button = "x", id = 1,
      data = { a = 1 } } } },
    ["a screen for an endpoint"] = { "flow.screen", "navigate", { flow = { body = "b", button = "x", id = 1,
      action = "data_exchange", screen = "S" } } },
    ["a country's name"] = { "address_request.country", "IN", { address_request = { body = "b",
      country = "India" } } },
    ["an address field that is none"] = { "address_request.values.citi", "did you mean city?",
      { address_request = { body = "b", country = "IN", values = { citi = "Pune" } } } },
    ["a long pin code"] = { "address_request.saved_addresses[1].value.in_pin_code", "at most 6",
      { address_request = { body = "b", country = "IN",
        saved_addresses = { { id = "a", value = { in_pin_code = "4000631" } } } } } },
    ["an error of no field"] = { "address_request.validation_errors.pin", "unknown key",
      { address_request = { body = "b", country = "IN", validation_errors = { pin = "x" } } } },
    ["a flow's version in words"] = { "flow.message_version", "3: a number", { flow = { body = "b", button = "x",
      id = 1, message_version = "three" } } },
    ["a call without end"] = { "voice_call.ttl_minutes", "from 1 to 43200", { voice_call = { body = "b",
      ttl_minutes = 43201 } } },
    ["products without a header"] = { "products.header", "is missing", { products = { body = "b",
      catalog_id = 7, "sku" } } },
    ["a 31st product"] = { "products[31]", "at most 30", { products = products(31) } },
    ["one card"] = { "carousel", "at least 2", { carousel = cards(card()) } },
    ["cards of two shapes"] = { "carousel[2]", "differs", { carousel = cards(card(), card { body = "x" }) } },
    ["products of two catalogs"] = { "carousel[2].product.catalog_id", "one catalog", { carousel = cards(
      { product = { catalog_id = 7, id = "1" } }, { product = { catalog_id = 8, id = "1" } }) } },
    ["a card without media"] = { "carousel[1].header", "image or video", { carousel = cards(
      card { header = "none" }, card()) } },
    ["a card without an action"] = { "carousel[1]", "either cta_url or buttons", { carousel = cards(
      card { cta_url = "none" }, card()) } },
    ["a card of four lines"] = { "carousel[1].body", "line breaks", { carousel = cards(
      card { body = "1\n2\n3\n4" }, card()) } },
    ["rows under a name"] = { "list.rows", "in the table itself", { list = { body = "b", button = "x",
      rows = { { id = 1, title = "a" } } } } },
    ["buttons under a name"] = { "buttons.buttons", "in the table itself", { buttons = { body = "b",
      buttons = { { id = 1, title = "a" } } } } },
    ["no rows"] = { "list", "in the table itself", { list = { body = "b", button = "x" } } },
    ["a section among rows"] = { "list[2]", "is a section, but the first is a row", { list = { body = "b",
      button = "x", { id = 1, title = "a" }, { title = "B", { id = 2, title = "b" } } } } },
    ["a row among sections"] = { "list[2]", "is a row, but the first is a section", { list = { body = "b",
      button = "x", { title = "B", { id = 1, title = "a" } }, { id = 2, title = "b" } } } },
    ["a row without an id"] = { "list[1]", "needs id to be a row, or rows to be a section", { list = { body = "b",
      button = "x", { title = "a" } } } },
    ["a product among sections"] = { "products[2]", "is a product, but the first is a section", { products = {
      header = "h", body = "b", catalog_id = 7, { title = "A", "sku" }, "sku" } } },
    ["an image that is a number"] = { "image", "an uploaded file is { id", { image = 1234567890 } },
    ["a fourth quick reply"] = { "carousel[1].buttons[4]", "at most 3", { carousel = cards(
      card { cta_url = "none", buttons = { { id = "a", title = "A" }, { id = "b", title = "B" },
        { id = "c", title = "C" }, { id = "d", title = "D" } } }, card()) } },
    ["an address in a list of none"] = { "address_request.saved_addresses[1]", "must be a table",
      { address_request = { body = "b", country = "SG", saved_addresses = { "home" } } } },
    ["a reaction to nothing"] = { "reaction.message_id", "is missing", { reaction = { emoji = "👍" } } },
    ["a reaction that is a word"] = { "reaction.emoji", "an emoji", { reaction = { message_id = "wamid.a",
      emoji = "hello" } } },
    ["a reaction that is a text"] = { "reaction.emoji", "an emoji", { reaction = { message_id = "wamid.a",
      emoji = "Thanks 👍" } } },
    ["an emoji on a flow's button"] = { "flow.button", "no emoji", { flow = { body = "b", id = 1,
      button = "Book 🎉" } } },
    ["data that holds itself"] = { "flow.data" .. (".a"):rep(24) .. "…", "nested",
      { flow = { body = "b", button = "c", id = 1, screen = "S", data = cycle } } },
    ["a pin for one"] = { "recipient_type", "group", { pin = { type = "pin", message_id = "wamid.a" } } },
    ["a space behind a card's id"] = { "carousel[1].buttons[1].id", "no spaces", { carousel = cards(
      card { cta_url = "none", buttons = { { id = "a ", title = "A" } } }, card()) } },
    ["days of an unpin"] = { "pin.expiration_days", "not for unpin", { pin = { type = "unpin",
      message_id = "wamid.a", expiration_days = 3 } } },
    ["a pin of 31 days"] = { "pin.expiration_days", "from 1 to 30", { pin = { type = "pin",
      message_id = "wamid.a", expiration_days = 31 } } },
  } do
    it(name, function()
      case[3].to = TO
      expect.invalid(case[1], case[2], case[3])
    end)
  end
end)
