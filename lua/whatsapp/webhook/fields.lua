--- What each webhook field carries, as data for `read.lua` and `parse.lua`.
--
-- A field has rows. A row with a `list` makes an event of each item of that list
-- in the value; a row without one makes an event of the value itself. In a row:
--
--   kind    the event's
--   type    the member whose text, in lower case, is the event's type
--   word    the type when there is no such member
--   id, name, text, phone, user_id, group_id, phone_number_id, callback_data,
--   timestamp   the members that are the event's ("a.b" is b in a)
--   key     which of "kind", "id" and "type" tell the event from all others; else a
--           digest of the whole does
--   read    a reader of `read.lua` for what no member says
--   expand  an item holds events itself: see `parse.lua`
--
-- Meta's page: "Webhooks reference".

-- The lists that look alike wherever they stand.
local function messages(list, kind, phone)
  return { list = list, kind = kind, id = "id", phone = phone, user_id = phone and phone .. "_user_id",
           group_id = "group_id", key = kind == "message" and { "id" } or { "kind", "id", "type" },
           read = "message" }
end

local function errors(kind)
  return { list = "errors", kind = kind, word = "error", text = "message", read = "failure" }
end

local statuses = { list = "statuses", kind = "status", type = "status", id = "id", phone = "recipient_id",
                   user_id = "recipient_user_id", callback_data = "biz_opaque_callback_data",
                   key = { "id", "type" }, read = "status" }

local groups = {
  { list = "groups", kind = "group", type = "type", id = "group_id", group_id = "group_id",
    name = "subject", text = "reason", phone = "wa_id", user_id = "user_id" },
  statuses, errors "group",
}

local function template(word)
  return { { kind = "template", type = "event", word = word, id = "message_template_id",
             name = "message_template_name", text = "reason" } }
end

local function account(word, text)
  return { { kind = "account", type = "event", word = word, text = text } }
end

local function phone_number(word, text)
  return { { kind = "phone_number", type = "event", word = word, text = text,
             phone_number_id = "phone_number_settings.phone_number_id", timestamp = "timestamp" } }
end

return {
  messages = { messages("messages", "message", "from"), statuses, errors "account" },
  smb_message_echoes = { messages("message_echoes", "echo", "to"), statuses, errors "echo" },
  history = {
    { list = "history", kind = "history", word = "progress", expand = "history" },
    { list = "threads", kind = "history", id = "id", key = { "kind", "id", "type" }, read = "message" },
    messages("messages", "history", "from"), messages("message_echoes", "history", "to"), errors "history",
  },
  calls = {
    { list = "calls", kind = "call", type = "event", id = "id", key = { "id", "type" },
      callback_data = "biz_opaque_callback_data", read = "call" },
    statuses, errors "call",
  },
  user_preferences = {
    { list = "user_preferences", kind = "preferences", type = "value", text = "detail", phone = "wa_id",
      user_id = "user_id" },
    errors "preferences",
  },
  smb_app_state_sync = {
    { list = "state_sync", kind = "sync", type = "action", name = "contact.full_name",
      phone = "contact.phone_number", user_id = "contact.user_id", timestamp = "metadata.timestamp" },
    errors "sync",
  },
  user_id_update = {
    { list = "user_id_update", kind = "sync", word = "user_id_update", text = "detail", phone = "wa_id",
      user_id = "user_id.current" },
  },

  group_lifecycle_update = groups,
  group_participants_update = groups,
  group_participant_update = groups, -- so in Meta's OpenAPI file
  group_settings_update = groups,
  group_status_update = groups,

  message_template_status_update = template "status",
  message_template_quality_update = template "quality",
  template_category_update = template "category",
  template_correct_category_detection = template "correct_category",
  message_template_components_update = template "components",

  account_update = account "update",
  account_alerts = { { kind = "account", word = "alert", read = "alert" } },
  account_review_update = account("review", "decision"),
  business_capability_update = account "capability",
  partner_solutions = { { kind = "account", type = "event", word = "solution", id = "solution_id" } },
  business_username_updates = { { kind = "account", word = "username", name = "username", text = "status" } },

  phone_number_name_update = phone_number("name", "decision"),
  phone_number_quality_update = phone_number "quality",
  account_settings_update = phone_number "settings",

  flows = { { kind = "flow", type = "event", word = "flow", id = "flow_id", text = "message" } },
  security = { { kind = "security", type = "event", word = "security" } },
  payment_configuration_update = {
    { kind = "payment", word = "configuration", name = "configuration_name", text = "status",
      timestamp = "updated_timestamp" },
  },
}
