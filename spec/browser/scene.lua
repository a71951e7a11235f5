-- Every kind of message there is, as a program sends it and as customers write it: what the
-- browser's specs look at, and what the docs' picture shows a part of.

local json = require "whatsapp.json"

local ANN, BO = "15551234567", "15557654321"
local PHOTO, STICKER = "spec/browser/files/table.jpg", "spec/browser/files/moon.webp"

local M = {}

-- Templates ---------------------------------------------------------------------

local function card(text)
  return { header = { image = PHOTO }, body = text,
           buttons = { { url = "https://shop.example/{{1}}", text = "Shop", example = "https://shop.example/1" },
                       { quick_reply = "Tell me more" } } }
end

local templates = {
  { name = "spring_sale", category = "MARKETING", header = { image = PHOTO },
    body = "Hello {{1}}, from today on and until Sunday *everything* in our shop is {{2}} off!",
    examples = { "Ann", "20 %" }, footer = "Say stop and it stops",
    buttons = { { url = "https://shop.example/{{1}}", text = "Look", example = "https://shop.example/a" },
                { phone = "+15550001111", text = "Call us" }, { quick_reply = "Stop" } } },
  { name = "new_plants", category = "MARKETING", body = "Hello {{1}}, these plants are new.", examples = { "Ann" },
    carousel = { card "Aloe, which needs little", card "Echeveria, which needs less" } },
  { name = "last_chance", category = "MARKETING", limited_time_offer = { text = "Ends soon!", has_expiration = true },
    body = "Hello {{1}}, your code is good for today.", examples = { "Ann" },
    buttons = { { copy_code = "SAVE20" }, { url = "https://shop.example/", text = "Shop" } } },
  { name = "your_code", category = "AUTHENTICATION", add_security_recommendation = true, code_expiration_minutes = 10,
    buttons = { { otp = "copy_code" } } },
}

local function create_templates(wa)
  for _, template in ipairs(templates) do
    template.language = "en_US"
    local made = assert(wa.templates:create(template))
    assert(wa.templates:wait(made.id, "APPROVED", { timeout = 20 }))
  end
end

local function filled(suffix)
  return { header = { image = { file = PHOTO } }, buttons = { { url = suffix }, { payload = "more " .. suffix } } }
end

-- A Flow --------------------------------------------------------------------------

local booking = {
  version = "7.1",
  { id = "WELCOME", title = "Book a table",
    { heading = "When do you come?" }, { body = { text = "We are open **every** evening.", markdown = true } },
    { text_input = { name = "name", label = "Your name", required = true, helper_text = "as on the reservation" } },
    { date_picker = { name = "day", label = "Day", min_date = "2026-01-01", required = true } },
    { dropdown = { name = "time", label = "Time", { id = "18", title = "18:00" }, { id = "20", title = "20:00" } } },
    { footer = { label = "Next", navigate = "DETAILS", payload = { name = "${form.name}" } } } },
  { id = "DETAILS", title = "Details", terminal = true, data = { name = "Ana" },
    { subheading = "`'How many are you, ' ${data.name} '?'`" },
    { radio_buttons_group = { name = "guests", label = "Guests", required = true,
      { id = "2", title = "Two", description = "by the window" }, { id = "4", title = "Four" } } },
    { checkbox_group = { name = "extras", label = "Anything else?",
      { id = "chair", title = "A high chair" }, { id = "cake", title = "A cake" } } },
    { opt_in = { name = "news", label = "Write to me about new dishes" } },
    { footer = { label = "Book", complete = {
      day = "${screen.WELCOME.form.day}", name = "${data.name}", guests = "${form.guests}" } } } },
}

-- What is said ----------------------------------------------------------------------

local function texts(wa, box, to)
  local hello = assert(wa:send { to = to, text = "Hello Ann! 👋 Your order *1234* is _almost_ ready." })
  assert(box:receive { from = to, name = "Ann Lee", text = "Oh, that was quick! When can I get it?",
    context = { id = hello.id } })
  assert(wa:send { to = to, text = "We are here:\n- Monday to Friday, 9 to 18\n- Saturday, ~9~ 10 to 14\n\n"
    .. "1. Ring the bell\n2. Say `1234`\n\n"
    .. "> Closed on Sundays\n\n```\nprint \"see you\"\n```\nhttps://shop.example/hours?day=mon" })
  assert(box:receive { from = to, text = "🎉" })
  local thanks = assert(box:receive { from = to, text = "Thank you!" })
  assert(wa:send { to = to, reaction = { message_id = thanks.id, emoji = "❤️" } })
  assert(box:receive { from = to, type = "reaction", reaction = { message_id = hello.id, emoji = "👍" } })
  assert(wa:mark_read(thanks.id, { typing = true }))
end

local function media(wa, box, to)
  local photo = assert(wa.media:upload(PHOTO))
  assert(wa:send { to = to, image = { id = photo.id, caption = "The *best* seat we have" } })
  assert(wa:send { to = to, image = "https://cdn.example/garden.jpg" })
  assert(wa:send { to = to, video = { link = "https://cdn.example/tour.mp4", caption = "A short tour" } })
  assert(wa:send { to = to, audio = { file = "examples/files/voice.ogg", voice = true } })
  assert(wa:send { to = to, document = { data = ("total: 42\n"):rep(200), type = "text/plain",
    filename = "invoice.txt", caption = "Your invoice" } })
  assert(wa:send { to = to, sticker = { file = STICKER } })
  assert(wa:send { to = to, sticker = "https://cdn.example/hello.webp" })
  assert(box:receive { from = to, type = "image", image = { id = photo.id, mime_type = "image/jpeg",
    caption = "Is it this one?" } })
  assert(box:receive { from = to, type = "document", document = { id = photo.id, mime_type = "image/jpeg",
    filename = "table.jpg" } })
end

local function places(wa, box, to)
  assert(wa:send { to = to, location = { latitude = 52.5169, longitude = 13.4019, name = "The shop",
    address = "Bodestraße 1, Berlin" } })
  assert(box:receive { from = to, type = "location", location = { latitude = -22.97, longitude = -43.18 } })
  assert(wa:send { to = to, contacts = { {
    name = { formatted_name = "Bo Berg", first_name = "Bo", last_name = "Berg" },
    phones = { { phone = "+15557654321", type = "WORK" } }, emails = { { email = "bo@shop.example", type = "WORK" } },
    org = { company = "The shop", title = "Gardener" } } } })
end

local function interactive(wa, box, to)
  local asked = assert(wa:send { to = to, buttons = { header = "Your visit", body = "Shall we keep it for you?",
    footer = "until tonight",
    { id = "yes", title = "Yes, please" }, { id = "no", title = "No" }, { id = "later", title = "Ask me later" } } })
  assert(box:receive { from = to, button_reply = { id = "yes", title = "Yes, please" }, context = { id = asked.id } })
  local list = assert(wa:send { to = to, list = { body = "What else may it be?", button = "Our menu",
    { title = "Drinks", { id = "tea", title = "Tea", description = "Green or black" }, { id = "coffee",
      title = "Coffee" } },
    { title = "Cakes", { id = "plum", title = "Plum cake", description = "The last piece" } } } })
  assert(box:receive { from = to, list_reply = { id = "tea", title = "Tea", description = "Green or black" },
    context = { id = list.id } })
  assert(wa:send { to = to, cta_url = { body = "Your parcel is on its way.", button = "Track it",
    url = "https://shop.example/t/1234" } })
  assert(wa:send { to = to, location_request = "Where shall we deliver?" })
  assert(wa:send { to = to, address_request = { body = "And the address?", country = "IN" } })
  assert(wa:send { to = to, call_permission_request = "May we call you about your order?" })
  assert(wa:send { to = to, voice_call = { body = "Questions?", button = "Call us", ttl_minutes = 60 } })
  assert(wa:send { to = to, contact_request = "How can we reach you?" })
  assert(wa:send { to = to, carousel = { body = "This week",
    { header = { image = "https://cdn.example/apples.jpg" }, body = "Apples", cta_url = { button = "Buy",
      url = "https://shop.example/a" } },
    { header = { image = "https://cdn.example/pears.jpg" }, body = "Pears", cta_url = { button = "Buy",
      url = "https://shop.example/b" } },
    { header = { image = "https://cdn.example/plums.jpg" }, body = "Plums", cta_url = { button = "Buy",
      url = "https://shop.example/c" } } } })
end

local function shop(wa, box, to)
  assert(wa:send { to = to, product = { body = "Fresh today", catalog_id = "7123", id = "apple" } })
  assert(wa:send { to = to, products = { header = "Fruit", body = "Fresh today", catalog_id = "7123",
    { title = "Sweet", "apple", "pear" }, { title = "Sour", "lemon" } } })
  assert(wa:send { to = to, catalog = { body = "All we have", thumbnail = "apple" } })
  assert(box:receive { from = to, type = "order", order = { catalog_id = "7123", text = "As soon as you can",
    product_items = {
    { product_retailer_id = "apple", quantity = 4, item_price = 0.5, currency = "USD" } } } })
  assert(wa:send { to = to, order_details = {
    body = "Your order is ready to be paid", reference_id = "order-1234", type = "physical-goods", currency = "BRL",
    payment_settings = { pix_dynamic_code = { code = "00020101021226700014br.gov.bcb.pix", key_type = "CNPJ",
                                              key = "39580525000189", merchant_name = "Ann's Bakery" } },
    tax = "1.20", shipping = { amount = "5", description = "Express" }, discount = "0.50",
    { name = "Bread", amount = "12.50", quantity = 2, retailer_id = "bread" },
    { name = "Cake", amount = "30.00", sale_amount = "25.00", retailer_id = "cake" } } })
  assert(wa:send { to = to, order_status = { body = "It is on its way", reference_id = "order-1234", status = "shipped",
    description = "By tomorrow noon" } })
end

local function with_templates(wa, _, to)
  assert(wa:send { to = to, template = { name = "spring_sale", language = "en_US",
    header = { image = { file = PHOTO } },
    body = { "Ann", "20 %" }, buttons = { { url = "sale" }, false, { payload = "stop" } } } })
  assert(wa:send { to = to, template = { name = "new_plants", language = "en_US", body = { "Ann" },
    carousel = { filled "aloe", filled "echeveria" } } })
  assert(wa:send { to = to, template = { name = "last_chance", language = "en_US", body = { "Ann" },
    expires = os.time() + 3600, buttons = { { code = "SAVE20" } } } })
  assert(wa:send { to = to, template = { name = "your_code", language = "en_US", otp = "314159" } })
  assert(wa:send { to = to, template = { name = "appointment_reminder", language = "en_US",
    body = { customer = "Ann", day = "Monday", time = "10" } } })
end

local function form(wa, to)
  local flow = assert(wa.flows:deploy("booking", booking, { publish = true }))
  assert(wa:send { to = to, flow = { body = "Book a table", button = "Book", id = flow.id, token = "table-1" } })
end

local function forms(wa, box, to)
  form(wa, to)
  assert(box:receive { from = to, type = "interactive", interactive = { type = "nfm_reply",
    nfm_reply = { name = "flow", body = "Sent",
    response_json = json.encode { name = "Ann", day = "2026-12-01", guests = "2", flow_token = "table-1" } } } })
end

local function troubles(wa, box, to)
  local lost = assert(wa:send { to = to, text = "This one did not arrive." })
  assert(box:set_status(lost.id, "failed", 131026))
  local gone = assert(box:receive { from = to, text = "a secret" })
  assert(box:receive { from = to, type = "revoke", revoke = { original_message_id = gone.id } })
  local wrong = assert(box:receive { from = to, text = "See you at for" })
  assert(box:receive { from = to, type = "edit", edit = { original_message_id = wrong.id, message = { type = "text",
    text = { body = "See you at four" } } } })
  assert(box:receive { from = to, type = "request_welcome" })
  assert(box:receive { from = to, type = "unsupported", errors = { { code = 131051,
    title = "Message type unknown" } } })
  assert(box:receive { from = to, type = "ephemeral_thing", ephemeral_thing = { seconds = 5 } })
end

local parts = { texts = texts, media = media, places = places, interactive = interactive, shop = shop,
                templates = with_templates, forms = forms, troubles = troubles }

local ORDER = { "texts", "media", "places", "interactive", "shop", "templates", "forms", "troubles" }

--- Everything, each part in a chat of its own.
function M.all(wa, box)
  create_templates(wa)
  local chats = {}
  for i, name in ipairs(ORDER) do
    local to = ("1555200%04d"):format(i)
    assert(box:receive { from = to, name = name, text = "Hello, I am " .. name })
    parts[name](wa, box, to)
    chats[name] = to
  end
  return chats
end

--- A Flow alone.
function M.form(wa)
  form(wa, ANN)
  return ANN
end

--- What the docs' picture shows.
function M.picture(wa, box)
  local others = { { BO, "Bo Berg", "Do you have plum cake today?" }, { "5521998765432", "Cida Rocha", "Obrigada! 🙏" },
                   { "4915123456789", "Jörg Müller", "Alles klar, bis morgen" } }
  for _, other in ipairs(others) do assert(box:receive { from = other[1], name = other[2], text = other[3] }) end
  assert(wa:send { to = BO, text = "Yes, the last piece is yours." })
  texts(wa, box, ANN)
  local photo = assert(wa.media:upload(PHOTO))
  assert(wa:send { to = ANN, image = { id = photo.id, caption = "A seat is free at *18:00*" } })
  assert(wa:send { to = ANN, buttons = { body = "Shall we keep it for you?",
    { id = "yes", title = "Yes, please" }, { id = "no", title = "No" } } })
end

return M
