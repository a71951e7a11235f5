--- The chats as the phone shows them: who the customers are, and what was said by whom.

local json = require "whatsapp.json"
local agenda = require "whatsapp.sandbox.server.agenda"
local events = require "whatsapp.sandbox.server.events"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local MOST_MESSAGES = 10000
local WINDOW = 24 * 60 * 60
local TYPING = 25

local customers, by_id = {}, {}    -- oldest first; by phone number, user id or group
local heard = {}                   -- by number and customer: when the customer last wrote
local messages, first, last = {}, 1, 0   -- by serial
local by_wamid = {}
local typing = {}                  -- by customer: what was told of it last

-- Customers ------------------------------------------------------------------------

-- What an unnamed one is called: a group has a subject.
local function label(id)
  local node = state.nodes[id]
  return node and node.subject or (id:find "^%d" and "+" or "") .. id
end

local function shown(customer)
  local at = heard[customer.phone_number_id .. " " .. customer.id]
  return {
    id = customer.id, user_id = customer.user_id, name = customer.name or label(customer.id),
    phone_number_id = customer.phone_number_id, unread = customer.unread,
    window_until = at and at + WINDOW > state.now() and at + WINDOW or json.null,
  }
end

local function publish(customer)
  events.publish("customer", shown(customer))
end

--- The customer with a phone number or user id (or the group); a new one when it is not
--- known yet.
---@param id string
---@param phone table  the number of the account that is spoken with
---@param about? { name?: string, user_id?: string }
---@return table customer
function M.customer(id, phone, about)
  about = about or {}
  local customer = by_id[id]
  local name, user_id = about.name, about.user_id
  if customer and customer.phone_number_id == phone.id and (name or customer.name) == customer.name
    and (user_id or customer.user_id) == customer.user_id then return customer end
  if not customer then
    customer = { id = id, unread = 0 }
    customers[#customers + 1], by_id[id] = customer, customer
  end
  customer.phone_number_id, customer.name = phone.id, name or customer.name
  if user_id then customer.user_id, by_id[user_id] = user_id, customer end
  publish(customer)
  return customer
end

--- Until when the customer can be written to freely.
---@param id string
---@param phone table
---@return number|nil at
function M.window_until(id, phone)
  local customer = by_id[id]
  local at = customer and heard[phone.id .. " " .. customer.id]
  return at and at + WINDOW
end

-- Messages -------------------------------------------------------------------------

local kinds_of_media = { image = true, video = true, audio = true, document = true, sticker = true }

-- Where the page finds the media that a message names, by id or link.
local function media_in(value, found)
  for key, item in pairs(value) do
    if type(item) == "table" then
      local node = kinds_of_media[key] and state.nodes[tostring(item.id)]
      if node and node.kind == "media" then
        found[node.id] = { url = "/api/media/" .. node.id, mime_type = node.mime_type,
                           filename = node.filename, file_size = node.size }
      elseif kinds_of_media[key] and item.link == state.settings.graph_url .. "/samples/photo.png" then
        found[item.link] = { url = "/samples/photo.png", mime_type = "image/png" }
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

local function add(customer, phone, message)
  last = last + 1
  message.serial, message.customer, message.phone_number_id = last, customer.id, phone.id
  message.time, message.error = message.time or state.now(), json.null
  message.reply_to, message.reactions = reply_to(message.payload), json.array {}
  message.media = media_in(message.payload, {})
  messages[last], by_wamid[message.id] = message, message
  if last - first >= MOST_MESSAGES then forget_oldest() end
  events.publish("message", message)
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
local function set_typing(customer, phone, on)
  local told = { customer = customer.id, phone_number_id = phone.id, on = on }
  typing[customer.id] = on and told or nil
  events.publish("typing", told)
  return told
end

local function end_typing(told)
  local customer = by_id[told.customer]
  if typing[customer.id] == told then set_typing(customer, state.nodes[told.phone_number_id], false) end
end

--- What the business sends.
---@param id string  the wamid
---@param to string
---@param phone table
---@param body table  Graph's, as it was sent
---@param template? table  its definition
function M.sent(id, to, phone, body, template)
  local customer = M.customer(to, phone)
  if typing[customer.id] then end_typing(typing[customer.id]) end
  if body.type == "reaction" then return M.react(body.reaction.message_id, "business", body.reaction.emoji) end
  add(customer, phone, { id = id, direction = "out", type = body.type, payload = body, status = "accepted",
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

--- What a customer writes.
---@param customer table
---@param phone table
---@param message table  as the webhook has it
function M.received(customer, phone, message)
  local at = tonumber(message.timestamp) or state.now()
  local key = phone.id .. " " .. customer.id
  heard[key] = math.max(heard[key] or 0, at)
  if changes[message.type] then
    changes[message.type](message)
  else
    add(customer, phone, { id = message.id, direction = "in", type = message.type, payload = message,
                           status = "delivered", time = at })
  end
  publish(customer)
end

--- What has become of a message.
---@param wamid string
---@param status "sent"|"delivered"|"read"|"failed"|"deleted"
---@param failure? { code: integer, title: string }
function M.set_status(wamid, status, failure)
  local message = by_wamid[wamid]
  if not message or message.status == status then return end
  local customer, was = by_id[message.customer], message.status
  message.status, message.error = status, failure or json.null
  events.publish("message", message)
  local unread = (status == "delivered" and 1 or 0) - (was == "delivered" and 1 or 0)
  if message.direction == "in" or unread == 0 then return end
  customer.unread = customer.unread + unread
  publish(customer)
end

--- The business has read what a customer wrote, up to a message.
---@param wamid string
---@param types boolean  and is seen typing
function M.mark_read(wamid, types)
  local message = by_wamid[wamid]
  if not message or message.direction ~= "in" then return end
  for i = message.serial, first, -1 do
    local other = messages[i]
    if other and other.direction == "in" and other.customer == message.customer
      and other.phone_number_id == message.phone_number_id then
      if other.status == "read" then break end
      M.set_status(other.id, "read")
    end
  end
  if not types then return end
  local told = set_typing(by_id[message.customer], state.nodes[message.phone_number_id], true)
  agenda.at(state.now() + TYPING, end_typing, told)
end

--- The messages sent to a customer that wait to be read, oldest first.
---@param id string
---@return string[]|nil wamids  nil: there is no such customer
function M.unread(id)
  local customer, found = by_id[id], {}
  if not customer then return nil end
  local left, i = customer.unread, last
  while left > 0 and i >= first do
    local message = messages[i]
    if message.customer == customer.id and message.direction == "out" and message.status == "delivered" then
      table.insert(found, 1, message.id)
      left = left - 1
    end
    i = i - 1
  end
  return found
end

-- As a whole -----------------------------------------------------------------------

--- Everything there is, for a page that opens.
---@return { customers: table[], messages: table[] }
function M.all()
  local whole = { customers = json.array {}, messages = json.array {} }
  for i, customer in ipairs(customers) do whole.customers[i] = shown(customer) end
  for i = first, last do whole.messages[i - first + 1] = messages[i] end
  return whole
end

return M
