--- What a customer sends besides texts: what is written short, as Graph has it.

local blame = require "whatsapp.testing.blame"
local json = require "whatsapp.json"
local line = require "whatsapp.testing.line"
local messages = require "whatsapp.message"
local schema = require "whatsapp.schema"

local M = {}

-- By kind: Graph's table for what was given; for those that have another place than their
-- name in the message, what they are there.
local content_of = {}

-- A file is uploaded, so that the bot can download it.
local function upload(user, kind, content)
  if type(content) == "string" then content = { file = content } end
  if type(content) ~= "table" or not content.file then return content end
  local media = user.test.bot.client.media
  local uploaded, err = media:upload(content.file)
  if uploaded then uploaded, err = media:get(uploaded.id) end
  if not uploaded then blame.raise("%s", tostring(err)) end
  local name = content.filename or content.file:match "[^/\\]*$"
  return { id = uploaded.id, mime_type = uploaded.mime_type, sha256 = uploaded.sha256, caption = content.caption,
           voice = content.voice, animated = content.animated, filename = kind == "document" and name or nil }
end

for _, kind in ipairs { "image", "video", "audio", "document", "sticker" } do content_of[kind] = upload end

function content_of.text(_, _, content)
  return type(content) == "string" and { body = content } or content
end

-- As for `wa:send`, else as Graph has it.
local function as_sent(_, kind, content)
  local built = messages.build { to = line.BUSINESS, [kind] = content }
  return built and built[kind] or content
end

content_of.location, content_of.contacts = as_sent, as_sent

function content_of.reaction(user, _, content)
  local last = user.thread.last
  if type(content) == "string" then content = { emoji = content } end
  if type(content) ~= "table" or content.message_id or not last then return content end
  return { emoji = content.emoji, message_id = last.id }
end

-- The catalog that the bot's last message shows.
local function catalog_of(user)
  local last = user.thread.last
  local action = last and last.interactive and last.interactive.action or {}
  return action.catalog_id or "catalog"
end

-- { sku1 = 2 }: how many of each; what they cost, the customer's cart says: { sku1 = { quantity, price } }.
function content_of.order(user, _, content)
  if type(content) ~= "table" or content.product_items then return content end
  local items = {}
  for _, id in ipairs(schema.sorted_keys(content)) do
    local given = type(content[id]) == "table" and content[id] or { quantity = content[id] }
    items[#items + 1] = { product_retailer_id = id, quantity = given.quantity or 1, item_price = given.price or 0,
                          currency = given.currency or "USD" }
  end
  return { catalog_id = catalog_of(user), product_items = items }
end

function content_of.button(_, _, content)
  return type(content) == "string" and { payload = content, text = content } or content
end

-- What becomes of the customer's own last message.
function content_of.edit(user, _, content)
  if type(content) == "string" then content = { message = { type = "text", text = { body = content } } } end
  if type(content) == "table" then content.original_message_id = content.original_message_id or user.wamid end
  return content
end

function content_of.revoke(user, _, content)
  return content == true and { original_message_id = user.wamid } or content
end

-- The number that a customer has from now on.
function content_of.system(user, _, content)
  if type(content) ~= "string" then return content end
  return { type = "user_changed_number", wa_id = content,
           body = ("User %s changed from %s to %s"):format(user.name, user.number, content) }
end

-- What is answered to a message of the bot's.
local interactive = {}

function interactive.address_reply(content)
  return "nfm_reply", { name = "address_message", body = "Sent", response_json = assert(json.encode(content)) }
end

function interactive.call_permission_reply(content)
  if type(content) == "string" then content = { response = content, response_source = "user_action" } end
  return "call_permission_reply", content
end

-- What there is no content of, and the message's errors.
local EMPTY = { request_welcome = {},
  unsupported = { { code = 131051, title = "Message type unknown", message = "Message type unknown" } } }

-- What comes in another field than messages.
local elsewhere = {}

function elsewhere.call(user, content)
  local call = { id = "wacid.test", event = "connect", direction = "USER_INITIATED" }
  if type(content) == "string" then content = { event = content } end
  for name, value in pairs(type(content) == "table" and content or {}) do call[name] = value end
  call.from, call.from_user_id, call.to = user.phone, user.user_id, line.BUSINESS
  call.timestamp = ("%d"):format(math.floor(user.test.now))
  if call.event == "terminate" then call.status = call.status or "COMPLETED" end
  return "calls", { calls = { call } }
end

function elsewhere.preferences(user, content)
  if type(content) == "string" then content = { value = content } end
  local preference = { wa_id = user.phone, user_id = user.user_id, category = "marketing_messages",
                       timestamp = math.floor(user.test.now) }
  for name, value in pairs(content) do preference[name] = value end
  preference.detail = preference.detail or ("User requested to %s marketing messages"):format(preference.value)
  return "user_preferences", { user_preferences = { preference } }
end

-- Those there are; Meta may add others.
local KINDS = { interactive = true, flow_reply = true }
for _, list in ipairs { content_of, interactive, EMPTY, elsewhere } do
  for kind in pairs(list) do KINDS[kind] = true end
end

--- Whether there is such a kind of message, as far as is known.
---@param kind string
---@return boolean
function M.is_known(kind)
  return KINDS[kind] == true
end

-- What stands beside the kind.
local ENVELOPE = { reply_to = true, forwarded = true, referral = true }

--- The kind of message in a table with one key, what is there, and what is beside it.
---@param message any
---@return string kind
---@return any content
---@return table|nil envelope
function M.kind(message)
  local kind, envelope
  for name, value in pairs(type(message) == "table" and message or {}) do
    if ENVELOPE[name] then
      envelope = envelope or {}
      envelope[name] = value
    elseif kind or type(name) ~= "string" then
      kind = nil
      break
    else
      kind = name
    end
  end
  if not kind then blame.raise 'sends takes one kind of message: ann:sends { image = "photo.jpg" }' end
  if not KINDS[kind] and schema.is_slip(kind, KINDS) then
    blame.raise("there is no kind of message %s; did you mean %s?", kind, schema.nearest(kind, KINDS))
  end
  return kind, message[kind], envelope
end

--- Graph's message.
---@param user whatsapp.TestUser
---@param kind string
---@param content any
---@return table
function M.message(user, kind, content)
  if EMPTY[kind] then return { type = kind, errors = EMPTY[kind][1] and EMPTY[kind] or nil } end
  local value = content
  if content_of[kind] then value = content_of[kind](user, kind, content) end
  if interactive[kind] then
    local word
    kind, word, value = "interactive", interactive[kind](content)
    value = { type = word, [word] = value }
  end
  if type(value) ~= "table" then
    blame.raise("what Graph has in a message of type %s is a table, not a %s", kind, type(value))
  end
  return { type = kind, [kind] = value }
end

--- What comes in another field of the webhook's than messages; nil for messages.
---@param user whatsapp.TestUser
---@param kind string
---@param content any
---@return string|nil field
---@return table value
function M.change(user, kind, content)
  if elsewhere[kind] then return elsewhere[kind](user, content) end
end

-- JSON for a line.
local function encoded(kind, value)
  local text, err = json.encode(value)
  if not text then blame.raise("%s cannot be sent: %s", kind, err) end
  return text
end

--- The line of a transcript: "(image) photo.jpg"; all in braces with an envelope.
---@param kind string
---@param content any
---@param envelope? table
---@return string
function M.shown(kind, content, envelope)
  if envelope then
    local whole = { [kind] = content }
    for name, value in pairs(envelope) do whole[name] = value end
    if type(whole.reply_to) == "table" then whole.reply_to = line.of(whole.reply_to) end
    return encoded(kind, whole)
  end
  if type(content) == "string" then return ("(%s) %s"):format(kind, line.escape(content)) end
  if type(content) ~= "table" then return ("(%s)"):format(kind) end
  return ("(%s) %s"):format(kind, encoded(kind, content))
end

--- What stands behind the kind there.
---@param text string
---@return any content
function M.read(text)
  if text == "" then return true end
  return json.decode(text) or line.unescape(text)
end

return M
