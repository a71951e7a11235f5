--- What Meta would send to the webhook.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local line = require "whatsapp.testing.line"
local webhook = require "whatsapp.webhook"

local M = {}

local function post(test, field, value)
  local entry = { id = test.sandbox.business_account_id, time = math.floor(test.now),
                  changes = { { field = field, value = value } } }
  local body = assert(json.encode { object = "whatsapp_business_account", entry = { entry } })
  local headers = { ["X-Hub-Signature-256"] = webhook.sign(body, test.sandbox.app_secret) }
  local status, _, text = test.bot:handle("POST", nil, headers, body)
  if status == 200 then return true end
  return nil, ("the bot answered %d: %s"):format(status, text)
end

-- By phone number, which the value names.
local function of_number(test, value)
  value.messaging_product = "whatsapp"
  value.metadata = value.metadata
    or { phone_number_id = test.sandbox.phone_number_id, display_phone_number = line.BUSINESS }
  return value
end

--- Any other thing that happens: of the account, say.
---@param test whatsapp.Test
---@param field string
---@param value table as Graph has it
---@param numbered boolean whether it is about the business's number
---@return true|nil
---@return string? why the bot did not take it
function M.change(test, field, value, numbered)
  return post(test, field, numbered and of_number(test, value) or value)
end

local function contact_of(user)
  return { wa_id = user.phone, user_id = user.user_id, profile = { name = user.name } }
end

--- What a customer did, of another field than messages.
---@param test whatsapp.Test
---@param user whatsapp.TestUser
---@param field string
---@param value table
---@return true|nil
---@return string? why the bot did not take it
function M.customer(test, user, field, value)
  value.contacts = { contact_of(user) }
  return post(test, field, of_number(test, value))
end

--- A message of a customer's.
---@param test whatsapp.Test
---@param user whatsapp.TestUser
---@param message table as Graph has it: type and content
---@return true|nil
---@return string? why the bot did not take it
function M.message(test, user, message)
  test.count = test.count + 1
  message.id = ("wamid.test%s.%d"):format(test.id, test.count)
  message.from, message.from_user_id, message.timestamp = user.phone, user.user_id, ("%d"):format(math.floor(test.now))
  message.group_id = user.group and user.group.number
  user.wamid = message.id
  -- What WhatsApp itself says has no contacts.
  local contacts = message.type ~= "system" and { contact_of(user) } or nil
  return post(test, "messages", of_number(test, { contacts = contacts, messages = { message } }))
end

-- Meta's words for what a code says.
local function errors_of(code)
  local known = Error.explain(code)
  return { { code = code, title = known and known.title or "Error", message = known and known.title or "Error",
             error_data = { details = known and known.meaning or "An error of the test" } } }
end

-- Whom a status is about: a customer, a group, or one of it.
local function recipient_of(user)
  if not user.group then return { recipient_id = user.phone, recipient_user_id = user.user_id } end
  local person = user.group ~= user and user or {}
  return { recipient_type = "group", recipient_id = user.group.number, recipient_participant_id = person.phone,
           recipient_participant_user_id = person.user_id }
end

--- What has become of a message of the bot's.
---@param test whatsapp.Test
---@param user whatsapp.TestUser whom it went to
---@param payload table the message
---@param status "sent"|"delivered"|"read"|"played"|"failed"
---@param code? integer of a failure
---@return true|nil
---@return string? why
function M.status(test, user, payload, status, code)
  local item = recipient_of(user)
  item.id, item.status, item.timestamp = payload.id, status, ("%d"):format(math.floor(test.now))
  item.biz_opaque_callback_data = payload.biz_opaque_callback_data
  item.errors = code and errors_of(code) or nil
  return post(test, "messages", of_number(test, { contacts = { user.group ~= user and contact_of(user) or nil },
                                                  statuses = { item } }))
end

return M
