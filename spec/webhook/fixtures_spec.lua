-- What Meta sends, by field and type, and the events that it is. fixtures/meta
-- has the examples of Meta's OpenAPI file; the others are our own.

local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local files = require "spec.support.files"

local FOLDER = "spec/webhook/fixtures/"
local PHONE, USER_ID = "5511987654321", "BR.93810274665120"
local NUMBER = "106540352242922"
local GROUP = "Y2FwaV9ncm91cDox"

local hook = whatsapp.webhook { insecure = true, app_secret = "s" }

local function events_of(name)
  local body = files.read(FOLDER .. name .. ".json")
  return assert(hook:parse(body, whatsapp.webhook.sign(body, "s")))
end

-- Every field that is expected is there and the same; `none` lists fields that
-- must not be there.
local function agrees(expected, actual, where)
  for name, value in pairs(expected) do
    if name == "none" then
      for _, absent in ipairs(value) do
        assert.is_nil(actual[absent], ("%s: %s is there: %s"):format(where, absent, tostring(actual[absent])))
      end
    elseif type(value) == "table" then
      assert.is_table(actual[name], where .. ": no " .. name)
      agrees(value, actual[name], where .. "." .. name)
    else
      assert.are.equal(value, actual[name], where .. "." .. name)
    end
  end
end

-- The fields of `more` over those of `base`.
local function with(base, more)
  local event = {}
  for name, value in pairs(base) do event[name] = value end
  for name, value in pairs(more) do event[name] = value end
  return event
end

-- Meta's -------------------------------------------------------------------------

local FROM_SHEENA = { kind = "message", from = "16505551234", phone = "16505551234", phone_number_id = NUMBER,
                      name = "Sheena Nelson", lane = NUMBER .. "/16505551234",
                      display_phone_number = "15550783881" }

local meta = {
  text_message = { type = "text", text = "Does it come in another color?", timestamp = 1749416383,
    account_id = "419561257915477", id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
    key = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=" },
  text_message_with_context_product_inquiry = { type = "text", text = "Is this still available?",
    context = { id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGA9wcm9kdWN0X2lucXVpcnkA", from = "15550783881",
                referred_product = { catalog_id = "194836987003835", product_retailer_id = "di9ozbzfi4" } } },
  text_message_from_click_to_whatsapp_ad = { type = "text", text = "Hello! Can I get more info on this?",
    raw = { referral = { source_id = "120226305854810726",
                         welcome_message = { text = "Hi there! Let us know how we can help!" } } } },
  reaction_message = { type = "reaction", text = "👍",
    data = { message_id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI0RTJEOTc2ODVERUY5RDlGNkYA", emoji = "👍" } },
  image_message = { type = "image", text = "Taj Mahal", none = { "data" },
    media = { id = "1003383421387256", mime_type = "image/jpeg", caption = "Taj Mahal",
              sha256 = "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=" } },
  location_message = { type = "location", none = { "text" },
    data = { latitude = 37.44221496582, longitude = -122.16165924072, name = "Philz Coffee" } },
  contact_sharing_message = { type = "contacts",
    data = { { name = { formatted_name = "Lucía Gómez" }, phones = { { wa_id = "19835552319" } } } } },
  unsupported_message = { type = "unsupported", none = { "data" },
    errors = { { code = 131051, title = "Message type unknown",
                 details = "Message type is currently not supported." } } },
  button_message = { type = "button", text = "Unsubscribe", reply_id = "Unsubscribe",
    context = { id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJFNjk2OTMwNEZCQjhGMzUyQUYA" } },
  interactive_list_reply_message = { type = "list_reply", text = "Priority Mail Express",
    reply_id = "priority_express", data = { description = "Next Day to 2 Days" } },
  interactive_button_reply_message = { type = "button_reply", text = "Cancel", reply_id = "cancel-button" },
  order_message = { type = "order", none = { "text" },
    data = { catalog_id = "194836987003835", product_items = { { quantity = 2, item_price = 30 },
                                                               { product_retailer_id = "nqryix03ez" } } } },
}

local meta_others = {
  system_message = { kind = "message", type = "system", from = "16505551234", none = { "name", "contact" },
    text = "User Sheena Nelson changed from 16505551234 to 12195555358",
    data = { type = "user_changed_number", wa_id = "12195555358" } },
  group_create_message = { kind = "group", type = "group_create", name = "your-group-subject",
    timestamp = 1750269342, phone_number_id = NUMBER,
    id = "Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD",
    raw = { added_participants = { { wa_id = 16505551234 }, { wa_id = 16505551235 } } } },
  group_settings_update = { kind = "group", type = "group_settings_update", none = { "from" },
    raw = { profile_picture = { mime_type = "image/jpeg" } } },
  group_remove_participants = { kind = "group", type = "group_create", field = "group_participants_update",
    raw = { removed_participants = { {}, { input = 16505551235 } } } },
}

describe("an example of Meta's", function()
  for name, expected in pairs(meta) do meta_others[name] = with(FROM_SHEENA, expected) end

  for _, path in ipairs(files.under(FOLDER .. "meta", "*.json")) do
    local name = path:match "([%w_]+)%.json$"
    it("is read: " .. name, function()
      local events = events_of("meta/" .. name)
      assert.are.equal(1, #events)
      assert.is_table(meta_others[name], "nothing is expected of " .. name)
      agrees(meta_others[name], events[1], name)
    end)
  end

  it("is one of sixteen", function()
    assert.are.equal(16, #files.under(FOLDER .. "meta", "*.json"))
  end)
end)

-- Messages --------------------------------------------------------------------------

local MESSAGE = { kind = "message", from = USER_ID, phone = PHONE, user_id = USER_ID, name = "Ana Souza",
                  lane = NUMBER .. "/" .. PHONE, key = "wamid.HBgNMTE5ODc2NTQzMjEV01AA=",
                  id = "wamid.HBgNMTE5ODc2NTQzMjEV01AA=", timestamp = 1760000001, phone_number_id = NUMBER,
                  field = "messages", account_id = "102290129340398" }

local messages = {
  text = { type = "text", text = "Olá, tudo bem? 👋", none = { "data", "media", "context", "errors", "reply_id" } },
  text_forwarded = { type = "text", context = { forwarded = true, frequently_forwarded = true } },
  text_referral = { type = "text", text = "How much?", raw = { referral = { source_type = "ad" } } },
  text_product = { type = "text", context = { referred_product = { product_retailer_id = "sku-9" } } },
  image = { type = "image", text = "My cat", media = { id = "1401", mime_type = "image/jpeg" } },
  video = { type = "video", media = { id = "1402" }, none = { "text" } },
  audio_voice = { type = "audio", media = { id = "1403", voice = true } },
  document = { type = "document", text = "The bill", media = { id = "1404", filename = "bill.pdf" } },
  sticker = { type = "sticker", media = { id = "1405", animated = false } },
  location = { type = "location", data = { latitude = -23.561414, name = "MASP" } },
  contacts = { type = "contacts", data = { { phones = { { wa_id = "351912345678" } } } } },
  reaction = { type = "reaction", text = "👍", data = { message_id = "wamid.sent3" } },
  reaction_removed = { type = "reaction", data = { message_id = "wamid.sent3", none = { "emoji" } },
                       none = { "text" } },
  button = { type = "button", text = "Stop", reply_id = "stop-promotions", context = { id = "wamid.sent4" } },
  button_reply = { type = "button_reply", text = "Yes", reply_id = "yes", context = { id = "wamid.sent1" } },
  list_reply = { type = "list_reply", text = "Product 1", reply_id = "p1", data = { description = "First" } },
  flow_reply = { type = "flow_reply", text = "Sent",
                 data = { flow_token = "t-1", size = "M", extras = { "milk" }, none = { "tip" } } },
  address_reply = { type = "address_reply", text = "Av. Paulista, 1578",
                    data = { saved_address_id = "a1", values = { in_pin_code = "400063" } } },
  call_permission_reply = { type = "call_permission_reply",
                            data = { response = "accept", expiration_timestamp = 1760604801, is_permanent = false } },
  interactive_new = { type = "carousel_reply", data = { card = 2 } },
  order = { type = "order", text = "Gift wrap, please",
            data = { catalog_id = "7001", product_items = { { quantity = 2, item_price = 30.5 } } } },
  system_identity = { type = "system", text = "User identity changed", raw = { identity = { hash = "h1" } } },
  request_welcome = { type = "request_welcome", none = { "text", "data" } },
  edit = { type = "edit", text = "Two, not three", data = { original_message_id = "wamid.orig1" },
           none = { "media" } },
  edit_image = { type = "edit", text = "Better", media = { id = "1406" },
                 data = { original_message_id = "wamid.orig2" } },
  revoke = { type = "revoke", data = { original_message_id = "wamid.orig1" } },
  unsupported = { type = "unsupported", data = { type = "poll_creation" }, errors = { { code = 131051 } },
                  key = "wamid.HBgNMTE5ODc2NTQzMjEV01AA=:unsupported" },
  new_type = { type = "hologram", data = { depth = 3 } },
  system_number = { type = "system", from = PHONE, user_id = false, name = false, lane = NUMBER .. "/" .. PHONE,
                    data = { wa_id = "5521912345678" } },
  system_user_id = { type = "system", name = false,
                     data = { type = "user_changed_user_id", user_id = "BR.20000000000001" } },
  user_id_only = { type = "text", id = "wamid.u1", key = "wamid.u1", phone = false, lane = NUMBER .. "/" .. USER_ID,
                   contact = { profile = { username = "anasouza" }, parent_user_id = "BR.ENT.5561" } },
  group = { type = "text", group_id = GROUP, lane = NUMBER .. "/" .. GROUP },
}

-- `false` over the base means that the field is not there.
local function expectation(base, more)
  local event, none = with(base, more), {}
  for _, name in ipairs(more.none or {}) do none[#none + 1] = name end
  for name, value in pairs(more) do
    if value == false then
      event[name], none[#none + 1] = nil, name
    end
  end
  event.none = none
  return event
end

describe("a message", function()
  for _, path in ipairs(files.under(FOLDER .. "messages", "*.json")) do
    local name = path:match "([%w_]+)%.json$"
    if name ~= "two_customers" and name ~= "error" then
      it("is read: " .. name, function()
        local events = events_of("messages/" .. name)
        assert.are.equal(1, #events)
        assert.is_table(messages[name], "nothing is expected of " .. name)
        agrees(expectation(MESSAGE, messages[name]), events[1], name)
      end)
    end
  end

  it("gets no other customer's name and id", function()
    local events = events_of "messages/two_customers"
    agrees({ from = "MX.771", name = "Luis", phone = "5215512345678" }, events[1], "the first")
    agrees({ from = "5215587654321", none = { "name", "user_id", "contact" } }, events[2], "the second")
  end)
end)

it("an error that stands alone is an event", function()
  local events = events_of "messages/error"
  assert.are.equal(1, #events)
  agrees({ kind = "account", type = "error", timestamp = 1760000009, phone_number_id = NUMBER,
           errors = { { code = 130429, kind = "rate_limited", message = "Rate limit hit",
                        details = "Throughput reached", retryable = true } } }, events[1], "error")
  assert.is_string(events[1].errors[1].hint)
end)

-- Statuses ---------------------------------------------------------------------------

local STATUS = { kind = "status", id = "wamid.sent9", timestamp = 1760000100, from = USER_ID, phone = PHONE,
                 user_id = USER_ID, phone_number_id = NUMBER, lane = NUMBER .. "/" .. PHONE }

local statuses = {
  sent = { type = "sent", key = "wamid.sent9:sent", name = "Ana Souza", callback_data = "order 1234",
           raw = { pricing = { billable = true, category = "marketing" }, conversation = { id = "c1" } } },
  delivered = { type = "delivered", key = "wamid.sent9:delivered", none = { "callback_data", "errors" } },
  read = { type = "read", key = "wamid.sent9:read" },
  played = { type = "played", key = "wamid.sent9:played" },
  failed = { type = "failed", key = "wamid.sent9:failed", from = PHONE, user_id = false,
             lane = NUMBER .. "/" .. PHONE, callback_data = "order 1234",
             errors = { { code = 131047, kind = "window", title = "Re-engagement message", outcome = "rejected" },
                        { code = 4242, kind = "graph", message = "Something new" } } },
  new = { type = "evaporated", key = "wamid.sent9:evaporated" },
  payment = { kind = "payment", type = "captured", data = { reference_id = "order-1234", currency = "INR" } },
}

describe("a status", function()
  for _, path in ipairs(files.under(FOLDER .. "statuses", "*.json")) do
    local name = path:match "([%w_]+)%.json$"
    if name ~= "group" then
      it("is read: " .. name, function()
        local events = events_of("statuses/" .. name)
        assert.are.equal(1, #events)
        assert.is_table(statuses[name], "nothing is expected of " .. name)
        agrees(expectation(STATUS, statuses[name]), events[1], name)
      end)
    end
  end

  it("of a group is each participant's", function()
    local events = events_of "statuses/group"
    assert.are.equal(2, #events)
    agrees({ kind = "status", group_id = GROUP, from = USER_ID, lane = NUMBER .. "/" .. GROUP,
             key = "wamid.sent9:read:" .. USER_ID }, events[1], "the first")
    agrees({ group_id = GROUP, from = "351912345678", key = "wamid.sent9:read:351912345678" },
      events[2], "the second")
  end)

  it("explains what failed", function()
    assert.truthy(events_of("statuses/failed")[1].errors[1].hint:find("template", 1, true))
  end)
end)

-- Fields -----------------------------------------------------------------------------------

local TEMPLATE = { kind = "template", id = "1689556908129832", name = "order_confirmation",
                   lane = "102290129340398/template", timestamp = 1760000200 }
local ACCOUNT = { kind = "account", account_id = "102290129340398", lane = "102290129340398/account",
                  timestamp = 1760000200, none = { "from", "phone_number_id" } }
local NUMBER_EVENT = { kind = "phone_number", display_phone_number = "15550783881" }
local FLOW = { kind = "flow", id = "6627390910605886" }
local CALL = { kind = "call", id = "wacid.ABGGFjFVU2AfAgo6V", from = USER_ID, phone = PHONE, name = "Ana Souza",
               lane = NUMBER .. "/" .. PHONE }
local IN_GROUP = { kind = "group", id = GROUP, group_id = GROUP, lane = NUMBER .. "/" .. GROUP,
                   timestamp = 1760000400 }

local fields = {
  template_approved = { with(TEMPLATE, { type = "approved", text = "NONE" }) },
  template_rejected = { with(TEMPLATE, { type = "rejected", text = "INVALID_FORMAT",
    raw = { rejection_info = { recommendation = "Add text after {{1}}" } } }) },
  template_paused = { with(TEMPLATE, { type = "paused", none = { "text" },
    raw = { reason = whatsapp.null, other_info = { title = "FIRST_PAUSE" } } }) },
  message_template_quality_update = { with(TEMPLATE, { type = "quality", raw = { new_quality_score = "YELLOW" } }) },
  template_category_update = { with(TEMPLATE, { type = "category", raw = { new_category = "MARKETING" } }) },
  template_correct_category_detection = { with(TEMPLATE, { type = "correct_category" }) },
  message_template_components_update = { with(TEMPLATE, { type = "components",
    raw = { message_template_element = "Thanks, {{1}}" } }) },

  account_account_deleted = { with(ACCOUNT, { type = "account_deleted" }) },
  account_account_restriction = { with(ACCOUNT, { type = "account_restriction" }) },
  account_account_violation = { with(ACCOUNT, { type = "account_violation" }) },
  account_disabled_update = { with(ACCOUNT, { type = "disabled_update" }) },
  account_partner_added = { with(ACCOUNT, { type = "partner_added" }) },
  account_partner_removed = { with(ACCOUNT, { type = "partner_removed" }) },
  account_partner_app_installed = { with(ACCOUNT, { type = "partner_app_installed" }) },
  account_partner_app_uninstalled = { with(ACCOUNT, { type = "partner_app_uninstalled" }) },
  account_partner_client_certification_status_update = {
    with(ACCOUNT, { type = "partner_client_certification_status_update" }) },
  account_ad_account_linked = { with(ACCOUNT, { type = "ad_account_linked" }) },
  account_mm_lite_terms_signed = { with(ACCOUNT, { type = "mm_lite_terms_signed" }) },
  account_auth_intl_price_eligibility_update = { with(ACCOUNT, { type = "auth_intl_price_eligibility_update" }) },
  account_business_primary_location_country_update = {
    with(ACCOUNT, { type = "business_primary_location_country_update", raw = { country = "BR" } }) },
  account_volume_based_pricing_tier_update = { with(ACCOUNT, { type = "volume_based_pricing_tier_update" }) },
  account_account_offboarded = { with(ACCOUNT, { type = "account_offboarded" }) },
  account_account_reconnected = { with(ACCOUNT, { type = "account_reconnected" }) },
  account_alerts = { with(ACCOUNT, { type = "alert", text = "Not eligible yet" }) },
  account_alerts_nested = { with(ACCOUNT, { type = "alert", text = "Try again in a week" }) },
  account_review_update = { with(ACCOUNT, { type = "review", text = "APPROVED" }) },
  business_capability_update = { with(ACCOUNT, { type = "capability",
    raw = { max_daily_conversations_per_business = 2000 } }) },
  business_username_updates = { with(ACCOUNT, { type = "username", name = "luckyshop", text = "approved" }) },
  partner_solutions = { with(ACCOUNT, { type = "solution_created", id = "774485" }) },

  phone_number_name_update = { with(NUMBER_EVENT, { type = "name", text = "REJECTED" }) },
  phone_number_quality_update = { with(NUMBER_EVENT, { type = "upgrade", raw = { current_limit = "TIER_10K" } }) },
  account_settings_update = { { kind = "phone_number", type = "settings", phone_number_id = NUMBER,
                                timestamp = 1760000150 } },
  security = { { kind = "security", type = "pin_changed", display_phone_number = "15550783881",
                 raw = { requester = "61555822107539" } } },

  flow_status_change = { with(FLOW, { type = "flow_status_change",
    text = "Flow Booking changed status from DRAFT to PUBLISHED" }) },
  flow_endpoint_latency = { with(FLOW, { type = "endpoint_latency" }) },
  flow_client_error_rate = { with(FLOW, { type = "client_error_rate", raw = { error_rate = 14.28 } }) },

  call_connect = { with(CALL, { type = "connect", key = "wacid.ABGGFjFVU2AfAgo6V:connect",
    timestamp = 1760000300 }) },
  call_terminate = {
    with(CALL, { type = "terminate", key = "wacid.ABGGFjFVU2AfAgo6V:terminate", callback_data = "call 7",
      raw = { duration = 60 } }),
    { kind = "call", type = "error", errors = { { code = 138007, details = "Nobody answered" } } },
  },
  call_created = { with(CALL, { type = "call_created" }) },
  call_status = { with(CALL, { type = "ringing", key = "wacid.ABGGFjFVU2AfAgo6V:ringing",
    callback_data = "call 7" }) },

  group_lifecycle_update = {
    with(IN_GROUP, { type = "group_create", name = "Bikes" }),
    with(IN_GROUP, { type = "group_create", errors = { { code = 131041 } } }),
  },
  group_participants_update = {
    with(IN_GROUP, { type = "group_participants_add", text = "invite_link", none = { "from" } }),
    with(IN_GROUP, { type = "group_join_request_created", from = USER_ID, phone = PHONE }),
  },
  group_settings_update = { with(IN_GROUP, { type = "group_settings_update" }) },
  group_status_update = { with(IN_GROUP, { type = "group_suspend" }) },

  user_preferences = { { kind = "preferences", type = "stop", from = USER_ID, name = "Ana Souza",
    timestamp = 1760000500, text = "User requested to stop marketing messages" } },
  user_id_update = { { kind = "sync", type = "user_id_update", from = "BR.20000000000001", phone = PHONE,
    raw = { user_id = { previous = USER_ID } } } },
  smb_app_state_sync = {
    { kind = "sync", type = "add", name = "Ana Souza", from = PHONE, timestamp = 1760000600 },
    { kind = "sync", type = "remove", from = "351912345678", timestamp = 1760000601 },
  },
  smb_message_echoes = {
    { kind = "echo", type = "text", text = "From my phone", from = USER_ID, phone = PHONE, id = "wamid.echo1" },
    { kind = "echo", type = "revoke", from = PHONE, data = { original_message_id = "wamid.echo1" } },
  },
  history = {
    { kind = "history", type = "text", id = "wamid.h1", text = "Old", from = USER_ID, phone = PHONE,
      timestamp = 1750000000, raw = { history_context = { status = "READ" } } },
    { kind = "history", type = "media_placeholder", id = "wamid.h2", from = USER_ID, raw = { from = "15550783881" } },
    { kind = "history", type = "image", id = "wamid.h3", from = "351912345678", media = { id = "1407" },
      lane = NUMBER .. "/351912345678" },
    { kind = "history", type = "progress", raw = { metadata = { progress = 55 }, none = { "threads" } } },
  },
  history_declined = {
    { kind = "history", type = "error", errors = { { code = 2593109 } } },
    { kind = "history", type = "progress" },
  },
  history_media = { { kind = "history", type = "video", id = "wamid.h2", media = { id = "1408" } } },
  payment_configuration_update = { { kind = "payment", type = "configuration", name = "razorpay-prod",
    text = "Needs Testing", timestamp = 1760000800 } },

  automatic_events = { { kind = "unknown", type = "automatic_events", phone_number_id = NUMBER,
    raw = { automatic_events = { { event_name = "Purchase" } } } } },
  tracking_events = { { kind = "unknown", type = "tracking_events" } },
  hologram_update = { { kind = "unknown", type = "hologram_update", raw = { depth = 3 } } },
}

describe("a field", function()
  for _, path in ipairs(files.under(FOLDER .. "fields", "*.json")) do
    local name = path:match "([%w_]+)%.json$"
    it("is read: " .. name, function()
      local events = events_of("fields/" .. name)
      assert.is_table(fields[name], "nothing is expected of " .. name)
      assert.are.equal(#fields[name], #events)
      for i, expected in ipairs(fields[name]) do agrees(expected, events[i], ("%s[%d]"):format(name, i)) end
    end)
  end
end)

-- Of all of them ------------------------------------------------------------------------------

describe("every event", function()
  local all = {}
  for _, path in ipairs(files.under(FOLDER, "*.json")) do
    for _, event in ipairs(events_of(path:match "fixtures/(.*)%.json$")) do
      all[#all + 1] = { event = event, path = path }
    end
  end

  it("is of a documented kind and has what stores need", function()
    local kinds = {}
    for kind in ("message status template account phone_number flow call group preferences echo history sync "
      .. "security payment unknown"):gmatch "%S+" do kinds[kind] = true end
    for _, item in ipairs(all) do
      local event = item.event
      assert.is_true(kinds[event.kind], item.path)
      for _, name in ipairs { "type", "key", "lane", "field" } do assert.is_string(event[name], item.path) end
      assert.is_number(event.timestamp)
      -- These stand in no item, and in entries without a time.
      local no_time = event.timestamp == 0 and (event.type == "error" or event.type == "progress")
      assert.is_true(no_time or event.timestamp >= 1740000000, item.path)
      assert.is_nil(event.type:find "%u", item.path)
    end
    assert.is_true(#all > 110)
  end)

  it("comes back from its text as it was", function()
    for _, item in ipairs(all) do
      local text = item.event:dump()
      local back = assert(whatsapp.webhook.restore(text))
      assert.are.same(item.event, back, item.path)
      assert.are.equal(getmetatable(item.event), getmetatable(back))
      assert.are.same(back, whatsapp.webhook.restore(back:dump()))
    end
  end)

  it("has the same key when it is delivered again, and no other's", function()
    for _, path in ipairs(files.under(FOLDER, "*.json")) do
      local name, keys = path:match "fixtures/(.*)%.json$", {}
      local first, second = events_of(name), events_of(name)
      for i, event in ipairs(first) do
        assert.are.equal(event.key, second[i].key)
        assert.is_nil(keys[event.key], path)
        keys[event.key] = true
      end
    end
  end)

  it("leaves nothing of what came behind", function()
    -- Each wamid and each text of a body is in the raw table of an event.
    for _, path in ipairs(files.under(FOLDER, "*.json")) do
      local raws = {}
      for i, event in ipairs(events_of(path:match "fixtures/(.*)%.json$")) do raws[i] = json.encode(event.raw) end
      local found = table.concat(raws, "\n")
      for id in files.read(path):gmatch '"id": "(wamid[^"]+)"' do
        assert.truthy(found:find(id, 1, true), path .. ": " .. id)
      end
    end
  end)
end)
