--- `wa:send`, `wa:mark_read` and `wa.messages:marketing`.

local Error = require "whatsapp.error"
local config = require "whatsapp.config"
local message = require "whatsapp.message"
local schema = require "whatsapp.schema"

local M = {}

local MESSAGES = "{phone_number_id}/messages"

---@class whatsapp.Sent
---@field id string the wamid: names the message in replies, reactions and status webhooks
---@field wa_id? string the recipient's WhatsApp id (may differ from `input`; absent for a BSUID)
---@field input? string the recipient as it was sent
---@field status? "accepted"|"held_for_quality_assessment"|"paused" for templates
---@field advice? string what WhatsApp does to a file of it, e.g. to a voice note of more than 512 KB
---@field raw table the decoded answer
---@field wait fun(self, state?: "sent"|"delivered"|"read", options?: table):
--- whatsapp.Delivery|nil, whatsapp.Error? waits until the message has reached the state or a later
--- one ("delivered"; `timeout` of 60 seconds in all, and other per-call options, which may stand alone)

local function sent_to_string(sent)
  return ("whatsapp.Sent: %s"):format(sent.id)
end

-- A client's messages know it by their metatable: what is in them is plain data.
local function metatable_of(client)
  local metatable = client.sent_metatable
  if not metatable then
    local function wait(sent, state, options) return client.messages:wait(sent.id, state, options) end
    metatable = { __name = "whatsapp.Sent", __index = { wait = wait }, __tostring = sent_to_string }
    client.sent_metatable = metatable
  end
  return metatable
end

local function first(list)
  return type(list) == "table" and type(list[1]) == "table" and list[1] or {}
end

local function sent_of(client, body, meta)
  local accepted, contact = first(body.messages), first(body.contacts)
  if type(accepted.id) ~= "string" then
    return nil, Error.new { kind = "protocol", outcome = "unknown", status = meta.status,
      message = "Graph's answer names no message id",
      hint = "it may have been sent: look before you send it again" }
  end
  return setmetatable({ id = accepted.id, status = accepted.message_status,
    wa_id = contact.wa_id, input = contact.input, raw = meta.raw }, metatable_of(client))
end

-- Codes that an id which Graph does not know (any more) may bring.
local UNKNOWN_ID = { [100] = true, [131009] = true }

local function may_be_the_media(err)
  return err.outcome == "rejected" and (err.kind == "media" or UNKNOWN_ID[err.code])
end

-- Uploads the files of a message, sends it, and once more with new ids when one
-- that was known before is refused: then no message was sent.
local function upload_and_send(client, call, uploads, options)
  local known, err = client.media:upload_all(uploads, options, call.finish)
  if not known then return nil, err end
  local body, meta = client:perform(call, options)
  if body or not known[1] or not may_be_the_media(meta) then return body, meta end
  client.media:forget(known)
  known, err = client.media:upload_all(uploads, options, call.finish)
  if not known then return nil, err end
  return client:perform(call, options)
end

local function deliver(client, path, payload, uploads, input, options, before)
  local finish = client:finish_of(options)
  local preflight = payload.type == "template" and require "whatsapp.preflight"
  if before and (preflight or uploads[1]) then before(true) end
  if preflight then
    local ok, err = preflight.check(client, payload, input, options, finish)
    if not ok then return nil, err end
  end
  local call = { method = "POST", path = path, json = payload, finish = finish, before = before,
                 recipient = payload.to or payload.recipient }
  local body, meta
  if uploads[1] then
    body, meta = upload_and_send(client, call, uploads, options)
  else
    body, meta = client:perform(call, options)
  end
  if not body then
    if preflight then preflight.learn(client, payload, meta, options) end
    return nil, meta
  end
  local sent, err = sent_of(client, body, meta)
  if not sent then return nil, err end
  for _, file in ipairs(uploads) do sent.advice = sent.advice or file.advice end
  return sent
end

--- Sends what `message.compile` made of a message.
---@param client whatsapp.Client
---@param payload table
---@param uploads table[]
---@param input whatsapp.Message
---@param options? table per-call options
---@param before? fun(waits: boolean) is called when it has to wait or to upload first, and before its bytes leave
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function M.compiled(client, payload, uploads, input, options, before)
  return deliver(client, MESSAGES, payload, uploads, input, options, before)
end

--- Sends a message. See the contract of each kind in docs/messages.md.
---@param client whatsapp.Client
---@param input whatsapp.Message the recipient, one kind with its content, and the envelope
---@param options? table per-call options
---@param before? fun(waits: boolean) as for `compiled`
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function M.send(client, input, options, before)
  local payload, uploads = message.compile(input)
  if not payload then return nil, uploads end
  return M.compiled(client, payload, uploads, input, options, before)
end

--- What a marketing message has beside the message itself.
M.MARKETING = {
  product_policy = { type = "string", one_of = { CLOUD_API_FALLBACK = true, STRICT = true } },
  message_activity_sharing = { type = "boolean" },
}

--- Sends a template as a marketing message that Meta optimises. Meta's page:
--- "Marketing Messages API"; operation sendMarketingMessage.
---@param client whatsapp.Client
---@param input whatsapp.Message as for `send`, of the kind template; and `product_policy`
--- ("CLOUD_API_FALLBACK" or "STRICT"), `message_activity_sharing`
---@param options? table per-call options
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function M.marketing(client, input, options)
  local given, err = schema.check(input, { type = "map" }, "message")
  if not given then return nil, err end
  local rest, more = {}, {}
  for key, value in pairs(given) do
    local near = type(key) == "string" and schema.is_slip(key, M.MARKETING)
    ;(near and more or rest)[key] = value
  end
  more, err = schema.fields(more, { fields = M.MARKETING })
  if not more then return nil, err end
  local payload, uploads = message.compile(rest)
  if not payload then return nil, uploads end
  if payload.type ~= "template" then
    return Error.invalid("template", "is missing", "a marketing message is a template")
  end
  for key, value in pairs(more) do payload[key] = value end
  return deliver(client, "{phone_number_id}/marketing_messages", payload, uploads, rest, options)
end

local TYPING = { typing = true }

--- Marks a received message (and those before it) as read. With `typing` the customer sees that you
--- type, until you send or 25 seconds have passed. Meta's pages: "Mark messages as read", "Typing indicators".
---@param client whatsapp.Client
---@param message_id string the wamid of a received message
---@param options? table `typing = true` shows the typing indicator; and per-call options
---@return true|nil
---@return whatsapp.Error? err
function M.mark_read(client, message_id, options)
  local id, err = schema.check(message_id, { type = "wamid" }, "message_id")
  if not id then return nil, err end
  if options ~= nil and type(options) ~= "table" then
    return Error.invalid("options", ("must be a table, not a %s"):format(type(options)))
  end
  local ok
  ok, err = config.only_call_options(options or {}, TYPING)
  if not ok then return nil, err end
  local rest, typing = {}, false
  for key, value in pairs(options or {}) do
    if key == "typing" then typing = value else rest[key] = value end
  end
  typing, err = schema.check(typing, { type = "boolean" }, "typing")
  if typing == nil then return nil, err end
  local body
  body, err = client:perform({ method = "POST", path = MESSAGES, idempotent = true, json = {
    messaging_product = "whatsapp", status = "read", message_id = id,
    typing_indicator = typing and { type = "text" } or nil,
  } }, rest)
  if not body then return nil, err end
  return require("whatsapp.resource").success(body)
end

return M
