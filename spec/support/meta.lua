--- What Meta sends to a webhook, made up and signed.

local json = require "whatsapp.json"
local webhook = require "whatsapp.webhook"

local M = { secret = "app secret of the specs", verify_token = "token of the specs",
            phone_number_id = "106540352242922", phone = "15551234567" }

local made = 0

--- A message that a customer wrote.
---@param fields table from, text; others as Graph has them
---@return table
function M.message(fields)
  made = made + 1
  local message = { id = ("wamid.%06d"):format(made), timestamp = tostring(os.time()), from = M.phone }
  for name, value in pairs(fields) do message[name] = value end
  if type(message.text) == "string" then message.type, message.text = "text", { body = message.text } end
  return message
end

--- What became of a message.
---@param id string
---@param status string
---@param more? table
---@return table
function M.status(id, status, more)
  local made_up = { id = id, status = status, timestamp = tostring(os.time()), recipient_id = M.phone }
  for name, value in pairs(more or {}) do made_up[name] = value end
  return made_up
end

--- A body with messages and statuses, one after another.
---@param items table[]
---@param phone_number_id? string
---@return string
function M.body(items, phone_number_id)
  local changes = {}
  for i, item in ipairs(items) do
    local list = item.status and "statuses" or "messages"
    changes[i] = { field = "messages", value = {
      messaging_product = "whatsapp", [list] = { item },
      metadata = { display_phone_number = "15550000000", phone_number_id = phone_number_id or M.phone_number_id },
      contacts = { { wa_id = item.from or item.recipient_id, profile = { name = "Ann" } } },
    } }
  end
  return (assert(json.encode { object = "whatsapp_business_account",
                               entry = { { id = "102290129340398", changes = changes } } }))
end

--- Hands items to a bot as Meta would.
---@param bot whatsapp.Bot
---@param items table[]
---@param phone_number_id? string
---@return integer status
function M.deliver(bot, items, phone_number_id)
  local body = M.body(items, phone_number_id)
  return (bot:handle("POST", nil, { ["X-Hub-Signature-256"] = webhook.sign(body, M.secret) }, body))
end

--- The options of a webhook for them.
---@return table
function M.hook()
  return { app_secret = M.secret, verify_token = M.verify_token }
end

return M
