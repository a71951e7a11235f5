--- An event: plain data about one thing that happened, with methods to answer it.

local Error = require "whatsapp.error"
local fields = require "whatsapp.webhook.fields"
local json = require "whatsapp.json"
local read = require "whatsapp.webhook.read"

---@alias whatsapp.EventKind
---| "message" | "status" | "template" | "account" | "phone_number" | "flow" | "call" | "group"
---| "preferences" | "echo" | "history" | "sync" | "security" | "payment" | "unknown"

---@class whatsapp.Event
---@field kind whatsapp.EventKind
---@field type string what it is within its kind; see docs/receiving.md. Kinds share words: an
---   `echo` or `history` of a text is of type "text" too
---@field key string the same whenever Meta delivers this event again, and no other event's: to
---   handle each only once. A message has its wamid, a status wamid and status, the others
---   their id or a digest of all they say. At most 280 bytes
---@field lane string the business's number and the customer, by phone if it is known (or the
---   group; else the account and the kind): events of one lane belong one after the other
---@field timestamp number seconds since 1970; 0 when Meta says no time
---@field id? string the wamid; of a status, that of the message it is about; a call, template, flow or group id
---@field from? string the customer it is about, usable as `to`: the user id if there is one, else the phone
---@field phone? string the customer's phone number, as digits
---@field user_id? string the customer's business-scoped user id
---@field name? string the customer's name; of a template, group, … its own
---@field text? string the words in it: body, caption, the title that was tapped, a reason
---@field reply_id? string the id of the button or row that was tapped; the payload of a template's button
---@field context? table `id` and `from` of the message that was answered, `forwarded`, `referred_product`
---@field media? table of a file: id, mime_type, sha256, caption, filename, voice, animated
---@field data? table Graph's own table of the type; of a flow_reply and address_reply what was filled in
---@field errors? whatsapp.Error[] explained
---@field callback_data? string of a status: what the message was sent with
---@field group_id? string the group it happened in
---@field phone_number_id? string the business's number; the account's events have none
---@field display_phone_number? string the same, for people
---@field account_id? string the business account
---@field field? string the webhook field it came with
---@field contact? table Graph's table about the customer
---@field raw any Graph's table of just this event, with its nulls
---@field client? whatsapp.Client once attached
---@field bot? whatsapp.Bot that handles it
local Event = { __name = "whatsapp.Event" }
Event.__index = Event

function Event.__tostring(event)
  return (("whatsapp.Event: %s.%s %s"):format(event.kind, event.type, event.key):gsub("%c+", " "))
end

local M = {}

-- Life -----------------------------------------------------------------------------

--- The row of `fields.lua` for a part of a field.
---@param field string|nil
---@param part string|nil the list; nil for the value itself
---@return table|nil
function M.row(field, part)
  for _, row in ipairs(fields[field or 0] or {}) do
    if row.list == part then return row end
  end
end

--- Makes an event of what is known about it and its raw table; see `read.event`.
---@return whatsapp.Event
function M.new(known, row, people, digest)
  return setmetatable(read.event(known, row, people, digest), Event)
end

-- What an event is made from again.
local KEPT = {
  field = "string", part = "string", account_id = "string", time = "number", phone_number_id = "string",
  display_phone_number = "string", contact = "table", key = "string", lane = "string",
}

--- The event as text, for a store. Fields of your own and the client are not in it.
---@return string json
function Event:dump()
  local kept = { raw = self.raw }
  for name in pairs(KEPT) do kept[name] = self[name] end
  return (assert(json.encode_unsorted(kept)))
end

--- The event that was dumped.
---@param text string
---@return whatsapp.Event|nil
---@return whatsapp.Error? err of kind `invalid` when the text is no dumped event
function M.restore(text)
  local kept = type(text) == "string" and json.decode_raw(text) or {}
  local known = { raw = kept.raw }
  for name, kind in pairs(KEPT) do
    if type(kept[name]) == kind then known[name] = kept[name] end
  end
  if known.raw == nil or not known.key or not known.lane then
    return Error.invalid("text", "is not an event that was dumped")
  end
  return M.new(known, M.row(known.field, known.part))
end

--- Gives an event the client that its methods use.
---@param event whatsapp.Event
---@param client whatsapp.Client
---@return whatsapp.Event event
function M.attach(event, client)
  event.client = client
  return event
end

local lent = setmetatable({}, { __mode = "k" })

--- Gives an event a client that is no part of it: what is kept of the event is plain data.
---@param event whatsapp.Event
---@param client whatsapp.Client
---@return whatsapp.Event event
function M.lend(event, client)
  lent[event] = client
  return event
end

--- Whether a value is an event.
---@param value any
---@return boolean
function M.is(value) return getmetatable(value) == Event end

-- Answers ----------------------------------------------------------------------------

-- The client for the number that received the event.
local function client_of(event)
  local client, id = event.client or lent[event], event.phone_number_id
  if not client then
    return nil, Error.new { kind = "state", message = "the event has no client",
      hint = "whatsapp.webhook.attach(event, client); a bot does it for its events" }
  end
  if not id or client.config.phone_number_id == id then return client end
  return client:with { phone_number_id = id }
end

local function lacks(event, field, what)
  return Error.invalid(field, ("the event (%s.%s) has no %s"):format(event.kind, event.type, what))
end

-- An answer to a status has statuses of its own, and so on without end; but one
-- that failed may be made good. What the business wrote, or what is past, is no
-- question.
local function is_question(event)
  if event.kind == "status" then return event.type == "failed" end
  return event.kind ~= "echo" and event.kind ~= "history"
end

-- To the customer, or to the group it happened in.
local function send(event, message, options)
  if not is_question(event) then
    return Error.invalid(nil, ("a %s is no message that could be answered"):format(event.kind),
      "to write all the same, and not without end: wa:send { to = event.from, … }")
  end
  local client, err = client_of(event)
  if not client then return nil, err end
  if type(message) == "string" then message = { text = message } end
  if type(message) ~= "table" then
    return Error.invalid(nil, ("the message must be a string or a table, not a %s"):format(type(message)))
  end
  if message.to ~= nil or message.recipient ~= nil then
    return Error.invalid("to", "an answer goes to whom the event is about", "leave it out, or use wa:send")
  end
  local copy = {}
  for name, value in pairs(message) do copy[name] = value end
  copy.to = event.group_id or event.from
  if not copy.to then return lacks(event, "from", "customer to answer") end
  if event.group_id then copy.recipient_type = "group" end
  return client:send(copy, options)
end

--- Answers, from the number that received the event, to the customer or group. Not
--- for statuses (but `failed`), echoes and history.
---@param message string|whatsapp.Reply a text, or any message as for `wa:send`, without `to`
---@param options? whatsapp.CallOptions
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function Event:reply(message, options)
  return send(self, message, options)
end

--- Reacts to the message; "" takes the reaction back.
---@param emoji string
---@param options? table per-call options
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function Event:react(emoji, options)
  if not self.id then return lacks(self, "id", "message id") end
  return send(self, { reaction = { message_id = self.id, emoji = emoji } }, options)
end

--- Marks the message, and those before it, as read.
---@param options? table `typing = true` shows the typing indicator; and per-call options
---@return true|nil
---@return whatsapp.Error? err
function Event:mark_read(options)
  local client, err = client_of(self)
  if not client then return nil, err end
  if self.kind ~= "message" or not self.id then return lacks(self, "id", "message to mark as read") end
  return client:mark_read(self.id, options)
end

--- Shows the typing indicator until the next message, at most 25 seconds; marks
--- the message as read too, since Graph knows no other way.
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function Event:typing(options)
  if options ~= nil and type(options) ~= "table" then
    return Error.invalid("options", ("must be a table, not a %s"):format(type(options)))
  end
  local with_typing = { typing = true }
  for name, value in pairs(options or {}) do with_typing[name] = value end
  return self:mark_read(with_typing)
end

--- Downloads the file that came; see `wa.media:download`.
---@param path? string the file to write; without it the bytes are returned
---@param options? table per-call options
---@return string|table|nil
---@return table|whatsapp.Error?
function Event:download(path, options)
  local client, err = client_of(self)
  if not client then return nil, err end
  if not self.media then return lacks(self, "media", "file") end
  return client.media:download(self.media.id, path, options)
end

return M
