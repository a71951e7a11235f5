--- The customers' side: what they write.

local received = require "whatsapp.sandbox.received"
local answer = require "whatsapp.sandbox.server.answer"
local block_users = require "whatsapp.sandbox.server.block_users"
local calls = require "whatsapp.sandbox.server.calls"
local chats = require "whatsapp.sandbox.server.chats"
local groups = require "whatsapp.sandbox.server.groups"
local state = require "whatsapp.sandbox.server.state"
local wamid = require "whatsapp.sandbox.server.wamid"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local MOST_DIGITS = 15 -- of a phone number (E.164)

-- What can be said shortly; the rest is written as Graph has it: `type`, and a field
-- of that name.
local short = {
  text = function(value) return "text", { body = value } end,
  button_reply = function(value)
    return "interactive", { type = "button_reply", button_reply = value }
  end,
  list_reply = function(value)
    return "interactive", { type = "list_reply", list_reply = value }
  end,
}

-- Types that have nothing to say.
local EMPTY = { request_welcome = true, unsupported = true }

local UNSUPPORTED = { { code = 131051, title = "Message type unknown", message = "Message type unknown",
                        error_data = { details = "Message type is currently not supported." } } }

local function content_of(body)
  if body.type then
    if body[body.type] == nil and not EMPTY[body.type] then answer.invalid(body.type, "is missing") end
    return body.type, body[body.type]
  end
  for name, of in pairs(short) do
    if body[name] ~= nil then return of(body[name]) end
  end
  answer.invalid("text", "is missing", "say text, button_reply or list_reply; or type, and a field of that name")
end

-- Files, and what their message always says of them.
local FLAGS = { image = false, video = false, document = false, audio = "voice", sticker = "animated" }

-- What WhatsApp itself adds: of a file its type and digest; what a reaction that is
-- taken back has not is an emoji.
local function complete(kind, content)
  if type(content) ~= "table" then return end
  if kind == "reaction" and content.emoji == "" then content.emoji = nil end
  local flag = FLAGS[kind]
  if flag == nil then return end
  local node = state.nodes[tostring(content.id)]
  if node and node.kind == "media" then
    content.mime_type, content.sha256 = content.mime_type or node.mime_type, node.sha256
    if kind == "document" then content.filename = content.filename or node.filename end
  end
  if flag and content[flag] == nil then content[flag] = false end
end

local function phone_of(id)
  local phone = state.nodes[id or state.settings.phone_number_id]
  if phone and phone.kind == "phone_number" then return phone end
  answer.invalid("phone_number_id", ("there is no phone number %s"):format(id))
end

-- The phone or the business-scoped user id of who writes.
local function customer_of(id, field)
  if received.is_user_id(id) then return nil, id end
  local digits = id:gsub("[%s+().-]", "")
  if state.nodes[digits] and state.nodes[digits].kind == "group" then
    answer.invalid(field, "is a group", "say who writes in it, and the group as group_id")
  end
  if digits:find "^%d+$" and #digits <= MOST_DIGITS then return digits end
  answer.invalid(field, "must be a phone number or a business-scoped user id")
end

local function group_of(id)
  local group = state.nodes[id]
  if group and group.kind == "group" then return group end
  answer.invalid("group_id", ("there is no group %s"):format(id))
end

local function checked(body, what)
  local whole, err = received[what](body)
  return whole or answer.invalid(err.field, err.message, err.hint)
end

--- A customer writes: { from, user_id?, name?, text | button_reply | list_reply | type … }
---@param body table
---@return string id  the wamid
function M.write(body)
  body = checked(body, "message")
  local from, user_id = customer_of(body.from, "from")
  user_id = user_id or body.user_id
  local phone = phone_of(body.phone_number_id)
  local kind, content = content_of(body)
  complete(kind, content)
  if kind == "interactive" and type(content) == "table" and type(content.call_permission_reply) == "table" then
    calls.replied(phone, from or user_id, content.call_permission_reply)
  end
  local group = body.group_id and group_of(body.group_id)
  if group and from then groups.join(group, from) end
  local about = { name = body.name, user_id = from and user_id }
  local chat = group and chats.with(group.id, phone) or chats.with(from or user_id, phone, about)
  local person = group and chats.know(from or user_id, about) or chat.person
  user_id = user_id or person.user_id
  local message = { id = body.id or wamid.new(from or user_id), from = from, from_user_id = user_id, type = kind,
                    context = body.context, group_id = body.group_id,
                    timestamp = ("%.0f"):format(body.timestamp or state.time()) }
  message[kind], message.referral = content, body.referral
  if kind == "unsupported" then message.errors = body.errors or UNSUPPORTED end
  if not group and block_users.is_blocked(phone, from or user_id) then
    chats.lost(chat, message)
    return message.id
  end
  webhooks.send(phone, from or user_id, "messages", {
    contacts = kind ~= "system" and {
      { wa_id = from, user_id = user_id, profile = { name = person.name or "Customer" } } } or nil,
    messages = { message },
  })
  chats.received(chat, message, group and person)
  return message.id
end

--- A customer calls: { from, name?, phone_number_id?, cta_payload? }
---@param body table
---@return string id
function M.call(body)
  body = checked(body, "call")
  local digits, user_id = customer_of(body.from, "from")
  local phone = phone_of(body.phone_number_id)
  if block_users.is_blocked(phone, digits or user_id) then answer.invalid("from", "is blocked by the business") end
  local chat = chats.with(digits or user_id, phone, { name = body.name })
  return calls.ring(phone, chat.person.id, body.cta_payload)
end

--- A customer who has not written yet, or another name for one: { id, name?, phone_number_id? }
---@param body table
---@return string id
function M.add(body)
  body = checked(body, "customer")
  local digits, user_id = customer_of(body.id, "id")
  return chats.with(digits or user_id, phone_of(body.phone_number_id), { name = body.name }).person.id
end

return M
