--- What is asked of the sandbox, in this order: each operation that it knows, rightly,
--- and wrongly in the ways that have words of their own.
---
---   { "media", "get", "{media}" }             a method of a client, with its arguments
---   { "GET", "{phone_number_id}", { query = … }, refused = 100 }     or past its checks
---
--- `keep` remembers a part of the answer, by its path, and `{name}` stands for it;
--- `refused` is the code of the error that there must be; `wait` is how often it is
--- asked again until the function finds that it has become so.

local KEY = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n"
local TO = "15551234567"
local NOBODY = "300000000000999"

local FLOW = [[{ "version": "7.1", "screens": [ { "id": "WELCOME", "title": "Welcome", "terminal": true,
  "layout": { "type": "SingleColumnLayout", "children": [ { "type": "TextHeading", "text": "Hello" },
    { "type": "Footer", "label": "Done", "on-click-action": { "name": "complete", "payload": {} } } ] } } ] }]]
local BAD_FLOW = FLOW:gsub('"text":', '"txt":')

local function message(kind, content)
  return { json = { messaging_product = "whatsapp", to = TO, type = kind, [kind] = content } }
end

local function template(name, ...)
  return message("template", { name = name, language = { code = "en_US" }, components = { ... } })
end

local function approved(found) return found.status == "APPROVED" end

local MESSAGES, TEMPLATES = "{phone_number_id}/messages", "{business_account_id}/message_templates"

local asked = {
  -- Media, and what is sent.
  { "media", "upload", { data = "\137PNG\r\n\26\n", type = "image/png", filename = "a.png" }, keep = { media = "id" } },
  { "media", "get", "{media}" },
  { "GET", NOBODY, {}, refused = 100 },
  { "POST", "{phone_number_id}/media", { json = {} }, refused = 100 },
  { "messages", "send", { to = TO, text = "Hello" }, keep = { wamid = "id" } },
  { "messages", "send", { to = TO, image = { id = "{media}", caption = "Look" } } },
  { "messages", "send", { to = TO, location = { latitude = 1, longitude = 2 } } },
  { "messages", "send", { to = TO, reaction = { message_id = "{wamid}", emoji = "👍" } } },
  { "messages", "send", { to = TO, buttons = { body = "Well?", { id = "yes", title = "Yes" } } } },
  { "messages", "send", { to = TO, template = { name = "order_confirmation", language = "en_US",
    body = { "John", "#1234" } } } },
  { "messages", "send", { to = "US.13491208655302741918", text = "Hello" } },
  { "messages", "mark_read", "{wamid}" },
  { "messages", "mark_read", "{wamid}", { typing = true } },
  { "messages", "marketing", { to = TO, template = { name = "promo", language = "en_US", body = { "John" },
    header = { image = "https://shop.example/a.jpg" }, buttons = { { url = "new" } } } } },
  { "messages", "history", "{wamid}", keep = { history = "data.1.id" } },
  { "GET", "{phone_number_id}/message_history", { query = { message_id = "{wamid}",
    fields = "id,message_id,events{id,delivery_status,timestamp,webhook_update_state,application}" } } },
  { "messages", "events", "{history}" },
  { "POST", MESSAGES, { json = {} }, refused = 100 },
  { "POST", MESSAGES, message("text", {}), refused = 100 },
  { "POST", MESSAGES, message("text", { body = ("x"):rep(4097) }), refused = 100 },
  { "POST", MESSAGES, message("image", { id = NOBODY }), refused = 131009 },
  { "POST", MESSAGES, message("telegram", {}), refused = 100 },
  { "POST", MESSAGES, template "nothing", refused = 132001 },
  { "POST", MESSAGES, template "order_confirmation", refused = 132000 },
  { "POST", MESSAGES, template "promo", refused = 132012 },
  { "POST", MESSAGES, { json = { messaging_product = "whatsapp", status = "read" } }, refused = 100 },
  { "POST", "{phone_number_id}/marketing_messages", message("text", { body = "Hello" }), refused = 100 },
  { "GET", "{phone_number_id}/message_history", { query = { fields = "colour" } }, refused = 100 },
  { "GET", "{history}/events", { query = { status_filter = "LOST" } }, refused = 100 },
  { "messages", "send", { to = "+1 555 0131026", text = "Hello" }, refused = 131026 },
  { "messages", "send", { to = "+1 555 0130429", text = "Hello" }, refused = 130429 },
  { "messages", "send", { to = "+1 555 0131031", text = "Hello" }, refused = 131031 },
  { "messages", "send", { to = "+1 555 0131016", text = "Hello" }, refused = 131016 },
  { "media", "delete", "{media}" },

  -- Templates.
  { "templates", "create", { name = "on_its_way", language = "en_US", category = "UTILITY",
    body = "Hello {{1}}, it is on its way.", examples = { "Ann" } }, keep = { template = "id" } },
  { "templates", "get", "{template}", wait = approved },
  { "templates", "list", { limit = 2 } },
  { "templates", "list", { status = "APPROVED" } },
  { "templates", "update", "{template}", { body = "Hi {{1}}, it is on its way.", examples = { "Ann" } } },
  { "POST", TEMPLATES, { json = { name = "A B", language = "en_US", category = "UTILITY" } }, refused = 100 },
  { "GET", TEMPLATES, { query = { fields = "colour" } }, refused = 100 },
  { "POST", "{template}", { json = {} }, refused = 100 },
  { "templates", "delete", "on_its_way" },
  { "DELETE", TEMPLATES, { query = { name = "nothing" } }, refused = 100 },
  { "GET", "{template}", {}, refused = 100 },

  -- Flows.
  { "encryption", "get" },
  { "encryption", "set", KEY },
  { "encryption", "get" },
  { "POST", "{phone_number_id}/whatsapp_business_encryption", { json = {} }, refused = 100 },
  { "flows", "create", { name = "sign up", categories = { "SIGN_UP" } }, keep = { flow = "id" } },
  { "POST", "{business_account_id}/flows", { json = { name = "sign up" } }, refused = 100 },
  { "POST", "{flow}/publish", {}, refused = 139002 },
  { "flows", "upload", "{flow}", { data = BAD_FLOW } },
  { "flows", "list" },
  { "flows", "upload", "{flow}", { data = FLOW } },
  { "flows", "get", "{flow}" },
  { "flows", "get", "{flow}", { fields = { "id", "name", "status", "categories", "validation_errors", "json_version",
    "data_api_version", "endpoint_uri", "preview", "whatsapp_business_account", "application" } } },
  { "GET", "{flow}", { query = { fields = "colour" } }, refused = 100 },
  { "flows", "update", "{flow}", { name = "sign in", categories = { "SIGN_IN" } } },
  { "flows", "assets", "{flow}" },
  { "POST", "{flow}/deprecate", {}, refused = 139003 },
  { "flows", "publish", "{flow}" },
  { "DELETE", "{flow}", {}, refused = 139004 },
  { "flows", "deprecate", "{flow}" },
  { "flows", "create", { name = "another", categories = { "OTHER" } }, keep = { flow = "id" } },
  { "flows", "delete", "{flow}" },
  { "flows", "migrate", { source_waba_id = "200000000000009", source_flow_names = { "lead" } } },

  -- Groups.
  { "groups", "create", { subject = "Neighbours", description = "All of us" } },
  { "groups", "list", keep = { group = "data.1.id" } },
  { "groups", "get", "{group}" },
  { "groups", "get", "{group}", { fields = { "subject", "description", "participants", "join_approval_mode" } } },
  { "groups", "update", "{group}", { subject = "Good neighbours" } },
  { "groups", "create_invite_link", "{group}" },
  { "groups", "delete_invite_link", "{group}" },
  { "POST", "{phone_number_id}/groups", { json = { messaging_product = "whatsapp" } }, refused = 100 },
  { "groups", "delete", "{group}" },

  -- The number.
  { "phone_numbers", "list" },
  { "phone_numbers", "list", { limit = 1 } },
  { "phone_numbers", "get" },
  { "phone_numbers", "get", "{phone_number_id}", { fields = { "id", "name_status", "messaging_limit_tier" } } },
  { "GET", "{phone_number_id}", { query = { fields = "colour" } }, refused = 100 },
  { "phone_numbers", "update", { search_visibility = "HIDDEN" } },
  { "phone_numbers", "set_pin", "123456" },
  { "POST", "{phone_number_id}", { json = { pin = "12" } }, refused = 100 },
  { "phone_numbers", "request_code", "SMS" },
  { "phone_numbers", "verify_code", "123456" },
  { "POST", "{phone_number_id}/verify_code", { json = { code = "000000" } }, refused = 100 },
  { "phone_numbers", "deregister" },
  { "messages", "send", { to = TO, text = "Hello" }, refused = 133010 },
  { "POST", "{phone_number_id}/register", { json = { messaging_product = "whatsapp", pin = "654321" } },
    refused = 133005 },
  { "phone_numbers", "register", "123456" },
  { "profile", "get" },
  { "profile", "update", { about = "Plants", email = "us@shop.example", vertical = "RETAIL",
    websites = { "https://shop.example/" } } },
  { "profile", "get" },
  { "POST", "{phone_number_id}/whatsapp_business_profile", { json = { messaging_product = "whatsapp", about = "" } },
    refused = 100 },
  { "commerce", "get" },
  { "commerce", "update", { is_cart_enabled = false } },
  { "settings", "get" },
  { "settings", "update", { calling = { status = "enabled" } } },
  { "settings", "get" },
  { "POST", "{phone_number_id}/settings", { json = { colour = {} } }, refused = 100 },
  { "automation", "update", { enable_welcome_message = true, prompts = { "Opening hours" },
    commands = { { command_name = "track", command_description = "Where is my order?" } } } },
  { "automation", "get" },
  { "qr_codes", "create", "Hello", keep = { code = "code" } },
  { "qr_codes", "create", { prefilled_message = "Hello", generate_qr_image = "PNG" } },
  { "qr_codes", "list" },
  { "qr_codes", "get", "{code}" },
  { "qr_codes", "update", "{code}", "Hi" },
  { "POST", "{phone_number_id}/message_qrdls", { json = {} }, refused = 100 },
  { "qr_codes", "delete", "{code}" },
  { "GET", "{phone_number_id}/message_qrdls/{code}", {}, refused = 100 },
  { "blocked_users", "block", { "+1 555 123 4567" } },
  { "blocked_users", "list" },
  { "blocked_users", "unblock", { "+1 555 123 4567" } },
  { "POST", "{phone_number_id}/block_users", { json = { messaging_product = "whatsapp" } }, refused = 100 },

  -- The account.
  { "business_account", "get" },
  { "business_account", "get", "{business_account_id}", { fields = { "id", "name", "currency", "country" } } },
  { "business_account", "update", "{business_account_id}", { name = "Lucky Shrub" } },
  { "GET", "{business_account_id}", { query = { fields = "colour" } }, refused = 100 },
  { "subscribed_apps", "list" },
  { "subscribed_apps", "subscribe", { override_callback_uri = "https://shop.example/hook", verify_token = "secret" } },
  { "subscribed_apps", "list" },
  { "POST", "{business_account_id}/subscribed_apps", { json = { override_callback_uri = "x" } }, refused = 100 },
  { "subscribed_apps", "unsubscribe" },
  { "subscribed_apps", "list" },
}

return asked
