--- What Meta would send to the webhook.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local webhook = require "whatsapp.webhook"

local M = {}

local function body_of(test, user, value)
  value.messaging_product = "whatsapp"
  value.metadata = { phone_number_id = test.sandbox.phone_number_id, display_phone_number = "15550000000" }
  value.contacts = { { wa_id = user.phone, user_id = user.user_id, profile = { name = user.name } } }
  return assert(json.encode { object = "whatsapp_business_account", entry = { {
    id = test.sandbox.business_account_id, changes = { { field = "messages", value = value } } } } })
end

local function post(test, body)
  local headers = { ["X-Hub-Signature-256"] = webhook.sign(body, test.sandbox.app_secret) }
  local status, _, text = test.bot:handle("POST", nil, headers, body)
  if status == 200 then return true end
  return nil, ("the bot answered %d: %s"):format(status, text)
end

--- A message of a customer's.
---@param test whatsapp.Test
---@param user whatsapp.TestUser
---@param message table as Graph has it: type and content
---@return true|nil
---@return string? why the bot did not take it
function M.message(test, user, message)
  test.count = test.count + 1
  message.id = ("wamid.test%d.%d"):format(test.began, test.count)
  message.from, message.from_user_id, message.timestamp = user.phone, user.user_id, ("%d"):format(math.floor(test.now))
  return post(test, body_of(test, user, { messages = { message } }))
end

-- Meta's words for what a code says.
local function errors_of(code)
  local known = Error.explain(code)
  return { { code = code, title = known and known.title or "Error", message = known and known.title or "Error",
             error_data = { details = known and known.meaning or "An error of the test" } } }
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
  return post(test, body_of(test, user, { statuses = { {
    id = payload.id, status = status, timestamp = ("%d"):format(math.floor(test.now)),
    recipient_id = user.phone, recipient_user_id = user.user_id,
    biz_opaque_callback_data = payload.biz_opaque_callback_data,
    errors = code and errors_of(code) or nil,
  } } }))
end

return M
