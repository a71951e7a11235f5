--- The chats as the phone shows them: who the customers are, and what was said by whom.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local agenda = require "whatsapp.sandbox.server.agenda"
local events = require "whatsapp.sandbox.server.events"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local MOST_MESSAGES = 10000
local WINDOW = 24 * 60 * 60
local TYPING = 25

local people = {}                  -- by phone number and by user id (or group): { id, user_id, name }
local chats, by_key = {}, {}       -- oldest first; by person and number of the account
local messages, first, last = {}, 1, 0   -- by serial
local by_wamid = {}

-- Chats ----------------------------------------------------------------------------

-- What an unnamed customer is called: a group has a subject.
local function label(id)
  local node = state.nodes[id]
  return node and node.subject or (id:find "^%d" and "+" or "") .. id
end

-- Whether the 24-hour window is asked for: of those who never wrote only when `window` says so.
local function window_applies(chat)
  local wanted = state.settings.window
  if wanted == nil then return chat ~= nil and chat.heard ~= nil end
  return wanted
end

-- Who is in a group; nil: it is none.
local function members_of(id)
  local node = state.nodes[id]
  if not (node and node.kind == "group") then return nil end
  local members = json.array {}
  for i, one in ipairs(node.participants) do
    members[i] = { id = one.wa_id, name = people[one.wa_id] and people[one.wa_id].name or label(one.wa_id) }
  end
  return members
end

local function shown(chat)
  local person, until_ = chat.person, chat.heard and chat.heard + WINDOW
  return {
    id = person.id, user_id = person.user_id, name = person.name or label(person.id),
    phone_number_id = chat.phone_number_id, unread = chat.unread,
    window_until = until_ and until_ > state.now() and until_ or json.null,
    window_applies = window_applies(chat), members = members_of(person.id),
  }
end

local function publish(chat)
  events.publish("customer", chat, shown)
end

local function person_of(id, about)
  local person = people[id] or { id = id }
  people[id] = person
  local changed = about.name and about.name ~= person.name or about.user_id and about.user_id ~= person.user_id
  person.name, person.user_id = about.name or person.name, about.user_id or person.user_id
  if about.user_id then people[about.user_id] = person end
  return person, changed
end

--- Who somebody is that has no chat by that: a member of a group.
---@param id string
---@param about { name?: string, user_id?: string }
---@return table person
function M.know(id, about)
  return (person_of(id, about))
end

--- Tells that others are in a group now.
---@param group table
function M.regroup(group)
  local chat = by_key[group.id .. " " .. group.phone.id]
  if chat then publish(chat) end
end

--- The chat of a customer with a number of the account; a new one when there is none.
---@param id string  a phone number or a business-scoped user id; or a group's
---@param phone table
---@param about? { name?: string, user_id?: string }
---@return table chat  its `person` has `id` and `name`
function M.with(id, phone, about)
  local person, changed = person_of(id, about or {})
  local key = person.id .. " " .. phone.id
  local chat = by_key[key]
  if not chat then
    chat, changed = { person = person, phone_number_id = phone.id, unread = 0 }, true
    chats[#chats + 1], by_key[key] = chat, chat
  end
  if changed then publish(chat) end
  return chat
end

local function chat_of(message)
  return by_key[message.customer .. " " .. message.phone_number_id]
end

--- Whether the business may write freely: within a day of what the customer wrote last.
--- To one who never wrote it may, unless `window` is asked for.
---@param id string
---@param phone table
---@return boolean
function M.is_open(id, phone)
  local person = people[id]
  local chat = person and by_key[person.id .. " " .. phone.id]
  if not window_applies(chat) then return true end
  return chat ~= nil and chat.heard ~= nil and state.now() < chat.heard + WINDOW
end

-- Messages -------------------------------------------------------------------------

local kinds_of_media = { image = true, video = true, audio = true, document = true, sticker = true }

-- Where the page finds the media that a message names, by id or link.
local function media_in(value, found)
  for key, item in pairs(value) do
    if type(item) == "table" then
      local node = kinds_of_media[key] and state.nodes[tostring(item.id)]
      if node and node.kind == "media" then
        found[node.id] = { url = "api/media/" .. node.id, mime_type = node.mime_type,
                           filename = node.filename, file_size = node.size }
      elseif kinds_of_media[key] and item.link == state.settings.graph_url .. "/samples/photo.png" then
        found[item.link] = { url = "samples/photo.png", mime_type = "image/png" }
      end
      media_in(item, found)
    end
  end
  return found
end

local function reply_to(payload)
  return type(payload.context) == "table" and (payload.context.message_id or payload.context.id) or json.null
end

local function forget_oldest()
  local message = messages[first]
  by_wamid[message.id], messages[first] = nil, nil
  first = first + 1
end

local function add(chat, message)
  last = last + 1
  message.serial, message.customer, message.phone_number_id = last, chat.person.id, chat.phone_number_id
  message.time, message.error = message.time or state.now(), json.null
  message.reply_to, message.reactions = reply_to(message.payload), json.array {}
  message.media = media_in(message.payload, {})
  messages[last], by_wamid[message.id] = message, message
  if last - first >= MOST_MESSAGES then forget_oldest() end
  events.publish("message", message)
end

---@param wamid string
---@return table|nil message
function M.message(wamid)
  return by_wamid[wamid]
end

--- Puts a reaction to a message, or takes it away.
---@param wamid string
---@param from "business"|"customer"
---@param emoji? string  none, or an empty one: takes it away
function M.react(wamid, from, emoji)
  local message = by_wamid[wamid]
  if not message then return end
  local kept = json.array {}
  for _, reaction in ipairs(message.reactions) do
    if reaction.from ~= from then kept[#kept + 1] = reaction end
  end
  if emoji and emoji ~= "" then kept[#kept + 1] = { emoji = emoji, from = from } end
  message.reactions = kept
  events.publish("message", message)
end

-- What the business is seen doing until it sends, or for 25 seconds.
local function set_typing(chat, on)
  local told = { customer = chat.person.id, phone_number_id = chat.phone_number_id, on = on }
  chat.typing = on and told or nil
  events.publish("typing", told)
  return told
end

local function end_typing(told)
  local chat = chat_of(told)
  if chat.typing == told then set_typing(chat, false) end
end

--- What the business sends.
---@param id string  the wamid
---@param to string
---@param phone table
---@param body table  Graph's, as it was sent
---@param template? table  its definition
function M.sent(id, to, phone, body, template)
  local chat = M.with(to, phone)
  if chat.typing then set_typing(chat, false) end
  if body.type == "reaction" then return M.react(body.reaction.message_id, "business", body.reaction.emoji) end
  add(chat, { id = id, direction = "out", type = body.type, payload = body, status = "accepted",
    template = template and { name = template.name, language = template.language,
                              category = template.category, components = template.components } })
end

-- What a customer does to a message that is there already.
local changes = {
  reaction = function(message) M.react(message.reaction.message_id, "customer", message.reaction.emoji) end,
  revoke = function(message)
    local original = by_wamid[message.revoke.original_message_id]
    if not original then return end
    original.status = "deleted"
    events.publish("message", original)
  end,
  edit = function(message)
    local original, new = by_wamid[message.edit.original_message_id], message.edit.message
    if not original or type(new) ~= "table" then return end
    original.payload[new.type], original.edited = new[new.type], true
    events.publish("message", original)
  end,
}

local function add_written(chat, message, status, sender)
  add(chat, { id = message.id, direction = "in", type = message.type, payload = message, status = status,
              time = tonumber(message.timestamp), sender = sender and (sender.name or label(sender.id)) })
end

--- What a customer writes.
---@param chat table
---@param message table  as the webhook has it
---@param sender? table  the person, in the chat of a group
function M.received(chat, message, sender)
  chat.heard = math.max(chat.heard or 0, tonumber(message.timestamp))
  local change = changes[message.type]
  if change and type(message[message.type]) == "table" then
    change(message)
  else
    add_written(chat, message, "delivered", sender)
  end
  publish(chat)
end

--- What a customer writes who is blocked: he has sent it, and it does not arrive.
---@param chat table
---@param message table  as the webhook would have had it
function M.lost(chat, message)
  add_written(chat, message, "sent")
end

--- A call, new or gone on: it has its place among the messages.
---@param call table
function M.show_call(call)
  local chat, message = M.with(call.wa_id, call.phone), by_wamid[call.id]
  local payload = { call = { state = call.state, duration = call.duration } }
  if message then
    message.payload, message.status = payload, call.state
    return events.publish("message", message)
  end
  local is_heard = call.by == "customer"
  if is_heard then chat.heard = math.max(chat.heard or 0, call.at) end
  add(chat, { id = call.id, direction = is_heard and "in" or "out", type = "call", payload = payload,
              status = call.state })
  publish(chat)
end

--- What has become of a message.
---@param wamid string
---@param status "sent"|"delivered"|"read"|"failed"|"deleted"
---@param failure? { code: integer, title: string }
function M.set_status(wamid, status, failure)
  local message = by_wamid[wamid]
  if not message or message.status == status then return end
  local was = message.status
  message.status, message.error = status, json.null
  if failure then
    message.error = { code = failure.code, title = failure.title, hint = (Error.explain(failure.code) or {}).hint }
  end
  events.publish("message", message)
  local unread = (status == "delivered" and 1 or 0) - (was == "delivered" and 1 or 0)
  if message.direction == "in" or unread == 0 then return end
  local chat = chat_of(message)
  chat.unread = chat.unread + unread
  publish(chat)
end

--- The business has read what a customer wrote, up to a message.
---@param wamid string
---@param types boolean  and is seen typing
function M.mark_read(wamid, types)
  local message = by_wamid[wamid]
  if not message or message.direction ~= "in" then return end
  for i = message.serial, first, -1 do
    local other = messages[i]
    if other.direction == "in" and other.type ~= "call" and other.status ~= "sent"
      and other.customer == message.customer and other.phone_number_id == message.phone_number_id then
      if other.status == "read" then break end
      M.set_status(other.id, "read")
    end
  end
  if types then agenda.at(state.now() + TYPING, end_typing, set_typing(chat_of(message), true)) end
end

--- The messages sent to a customer that wait to be read, oldest first.
---@param id string
---@param phone_number_id? string  in the chat with this number only
---@return string[]|nil wamids  nil: there is no such customer
function M.unread(id, phone_number_id)
  local person, left, found = people[id], 0, {}
  if not person then return nil end
  for _, chat in ipairs(chats) do
    if chat.person == person and (phone_number_id or chat.phone_number_id) == chat.phone_number_id then
      left = left + chat.unread
    end
  end
  for i = last, first, -1 do
    if left == 0 then break end
    local message = messages[i]
    if message.customer == person.id and message.direction == "out" and message.status == "delivered"
      and (phone_number_id or message.phone_number_id) == message.phone_number_id then
      table.insert(found, 1, message.id)
      left = left - 1
    end
  end
  return found
end

-- As a whole -----------------------------------------------------------------------

--- All chats, oldest first.
---@return table[]
function M.list()
  return chats
end

--- All messages, oldest first.
---@return table[]
function M.messages()
  local found = json.array {}
  for i = first, last do found[i - first + 1] = messages[i] end
  return found
end

--- A chat as it is kept.
---@param chat table
---@return table
function M.kept(chat)
  return { person = chat.person, phone_number_id = chat.phone_number_id, unread = chat.unread, heard = chat.heard }
end

---@param kept_messages table[]  oldest first
---@param kept_chats table[]     likewise
---@param kept_people table<string, table>  by id
function M.restore(kept_messages, kept_chats, kept_people)
  for id, person in pairs(kept_people) do
    people[id] = person
    if person.user_id then people[person.user_id] = person end
  end
  for i, chat in ipairs(kept_chats) do
    chat.person = people[chat.person.id]
    by_key[chat.person.id .. " " .. chat.phone_number_id], chats[i] = chat, chat
  end
  first = math.max(1, #kept_messages - MOST_MESSAGES + 1)
  for i = first, #kept_messages do
    local message = kept_messages[i]
    message.serial, last = i, i
    messages[i], by_wamid[message.id] = message, message
  end
end

--- Everything there is, for a page that opens.
---@return { customers: table[], messages: table[] }
function M.all()
  local whole = { customers = json.array {}, messages = M.messages() }
  for i, chat in ipairs(chats) do whole.customers[i] = shown(chat) end
  return whole
end

return M
