--- What an event says, read out of Graph's table. Pure; whatever types the parts
--- have, it does not raise.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local message = require "whatsapp.message"

local find, floor, format, lower = string.find, math.floor, string.format, string.lower

local M = {}

-- Parts ----------------------------------------------------------------------------

-- A text, or a whole number as digits; nothing for what is empty.
local function text_of(value)
  if value == nil then return nil end
  local kind = type(value)
  if kind == "string" then return value ~= "" and value or nil end
  if kind == "number" and floor(value) == value and value > -2 ^ 63 and value < 2 ^ 63 then
    return format("%.0f", value)
  end
end

local function table_of(value)
  return type(value) == "table" and value or nil
end

local function tidy_table(value)
  return type(value) == "table" and json.tidy(value) or nil
end

local MILLISECONDS = 1e11 -- no such second before the year 5138

--- Seconds since 1970 of a number or a text, which may mean milliseconds; nil for
--- anything else.
---@param value any
---@return number|nil
function M.seconds(value)
  if type(value) == "string" then value = tonumber(value) end
  if type(value) ~= "number" or not (value >= 0 and value < 1e15) then return nil end
  return floor(value >= MILLISECONDS and value / 1000 or value)
end

M.text_of = text_of

local function errors_of(list)
  if type(list) ~= "table" then return nil end
  local found
  for i = 1, #list do
    if type(list[i]) == "table" then
      found = found or {}
      found[#found + 1] = Error.of_webhook(list[i])
    end
  end
  return found
end

-- Messages ---------------------------------------------------------------------------

-- What the table of a message type says. `media`: it is a file; `answers`: a text
-- of JSON with what the customer filled in. Else it becomes the event's `data`.
local media = { media = true, text = "caption" }
local reply = { text = "title", reply_id = "id" }
local answers = { answers = "response_json", text = "body" }

local CONTENT = {
  text = { plain = true, text = "body" },
  image = media, video = media, audio = media, document = media, sticker = media,
  button = { text = "text", reply_id = "payload" },
  button_reply = reply, list_reply = reply,
  flow_reply = answers, address_reply = answers,
  order = { text = "text" },
  system = { text = "body" },
  reaction = { text = "emoji" },
}

local OTHER = {}

local function read_content(event, word, content)
  local shape = CONTENT[word] or OTHER
  if type(content) ~= "table" then return end
  event.text = shape.text and text_of(content[shape.text])
  event.reply_id = shape.reply_id and text_of(content[shape.reply_id])
  if shape.media then
    event.media = json.tidy(content)
  elseif shape.answers then
    local given = content[shape.answers]
    local _, decoded = json.decode(type(given) == "string" and given or "")
    event.data = table_of(decoded)
  elseif not shape.plain then
    event.data = json.tidy(content)
  end
end

-- The word for a message and the table that belongs to it.
local function content_of(raw)
  local word = text_of(raw.type)
  if word ~= "interactive" then return word, raw[word or 0] end
  local outer = table_of(raw.interactive)
  word = outer and text_of(outer.type)
  if not word then return "interactive", outer end
  local content = outer[word]
  if word ~= "nfm_reply" then return word, content end
  return type(content) == "table" and content.name == "address_message" and "address_reply" or "flow_reply",
    content
end

local readers = {}

function readers.message(event, raw)
  local word, content = content_of(raw)
  event.type = lower(word or "unknown")
  read_content(event, event.type, content)
  if event.type == "edit" and event.data then
    -- What the message says now; the edit itself stays in `data`.
    local edited, edit = table_of(event.data.message), event.data
    if edited then
      word, content = content_of(edited)
      read_content(event, word and lower(word), content)
    end
    event.data = edit
  end
  if raw.context ~= nil then event.context = tidy_table(raw.context) end
end

function readers.status(event, raw)
  if raw.type == "call" then event.kind = "call" end
  if raw.type == "payment" then
    event.kind, event.data = "payment", tidy_table(raw.payment)
  end
  if raw.recipient_type == "group" then
    event.group_id = text_of(raw.recipient_id)
    event.phone = text_of(raw.recipient_participant_id)
    event.user_id = text_of(raw.recipient_participant_user_id)
  end
end

-- The customer is at the other end of the line.
function readers.call(event, raw)
  local from = text_of(raw.from)
  local made_by_us = raw.direction == "BUSINESS_INITIATED"
    or (raw.direction ~= "USER_INITIATED" and from ~= nil and from == event.display_phone_number)
  local side = made_by_us and "to" or "from"
  event.phone, event.user_id = text_of(raw[side]), text_of(raw[side .. "_user_id"])
end

-- Meta moved what an alert says into a table of its own.
function readers.alert(event, raw)
  local info = table_of(raw.alert_info) or raw
  event.text = text_of(info.alert_description)
end

function readers.failure(event, raw)
  event.errors = { Error.of_webhook(raw) }
end

-- Whom it is about -----------------------------------------------------------------------

--- The contacts of a value, to look people up in; nil when there are none.
---@param contacts any
---@return table|nil
function M.people(contacts)
  if type(contacts) ~= "table" or contacts[1] == nil then return nil end
  local people = { list = contacts, by_id = {} }
  for i = 1, #contacts do
    local contact = contacts[i]
    if type(contact) == "table" then
      people.by_id[text_of(contact.wa_id) or 0] = contact
      people.by_id[text_of(contact.user_id) or 0] = contact
    end
  end
  return people
end

-- By the form that each number has only once. Seldom needed.
local function find_user(people, phone)
  if not people.by_user then
    people.by_user = {}
    for id, contact in pairs(people.by_id) do
      people.by_user[id ~= 0 and message.canonical_user(id) or 0] = contact
    end
  end
  local user = message.canonical_user(phone)
  return user and people.by_user[user]
end

local function find_contact(people, phone, user_id)
  if phone or user_id then
    return people.by_id[user_id or phone] or people.by_id[phone or user_id]
      or (phone and find_user(people, phone))
  end
  return #people.list == 1 and table_of(people.list[1]) or nil
end

-- From the contact comes what the item itself does not say.
local function read_contact(event)
  local contact = event.contact
  local profile = table_of(contact.profile)
  event.phone = event.phone or text_of(contact.wa_id)
  event.user_id = event.user_id or text_of(contact.user_id)
  event.name = event.name or (profile and text_of(profile.name))
end

local function read_customer(event, row, people)
  if people and (row.phone or event.phone or event.user_id) then
    event.contact = find_contact(people, event.phone, event.user_id)
  end
  if event.contact then read_contact(event) end
  local user_id = event.user_id
  event.from = user_id and message.is_user_id(user_id) and user_id or event.phone
end

-- Names ------------------------------------------------------------------------------

-- Ids are Meta's, and short; what is longer is not made part of a name.
local LONGEST = 200
local UNKNOWN = {}

-- A store takes no NUL in a name.
local function is_name(text)
  return #text <= LONGEST and not find(text, "\0", 1, true)
end

-- The whole event as text, the same for the same content.
local function substance(event)
  return assert(json.encode { event.field or "", event.part or "", event.account_id or "", event.time or 0,
                              event.phone_number_id or "", event.raw })
end

-- A payment's status may come again with a refund in it. And where there are errors in
-- the place of a message, the message may come later under the same id.
local function key_of(event, row, digest)
  local names = row.key
  if names and event.id and event.kind ~= "payment" then
    local key = event[names[1]]
    for i = 2, #names do key = key .. ":" .. event[names[i]] end
    if row.kind == "status" and event.group_id and event.from then key = key .. ":" .. event.from end
    if row.kind == "message" and event.errors then key = key .. ":" .. event.type end
    if is_name(key) then return key end
  end
  return event.kind .. ":" .. digest(substance(event))
end

-- By the phone where it is known: what Meta says of a customer later may have
-- nothing else.
local function lane_of(event, digest)
  local lane = (event.phone_number_id or event.account_id or "") .. "/"
    .. (event.group_id or event.phone or event.from or event.kind)
  return is_name(lane) and lane or digest(lane)
end

-- Events -------------------------------------------------------------------------------

local MEMBERS = { "id", "name", "text", "phone", "user_id", "group_id", "callback_data", "phone_number_id" }

-- Which members of the raw table become which of the event's: lists of
-- { name, outer, inner }, by row.
local plans = {}

local function path_of(name, path)
  local outer, inner = path:match "^([^.]+)%.(.+)$"
  return { name, outer or path, inner }
end

local function plan_of(row)
  local plan = { timestamp = path_of("timestamp", row.timestamp or "timestamp") }
  for _, name in ipairs(MEMBERS) do
    if row[name] then plan[#plan + 1] = path_of(name, row[name]) end
  end
  plans[row] = plan
  return plan
end

local function member(raw, path)
  local value = raw[path[2]]
  if not path[3] then return value end
  return type(value) == "table" and value[path[3]] or nil
end

local function read_members(event, plan, raw)
  for i = 1, #plan do
    local path = plan[i]
    local value = member(raw, path)
    if value ~= nil then event[path[1]] = text_of(value) end
  end
end

local function read_row(event, row, people)
  local raw, plan = event.raw, plans[row] or plan_of(row)
  event.kind = row.kind
  read_members(event, plan, raw)
  local word = row.type and text_of(raw[row.type])
  event.type = word and lower(word) or row.word
  event.timestamp = M.seconds(member(raw, plan.timestamp))
  if row.read then readers[row.read](event, raw) end
  read_customer(event, row, people)
  if raw.errors ~= nil and not event.errors then event.errors = errors_of(raw.errors) end
end

--- Fills in what an event's raw table says.
---@param event table field, part, raw, and where it came from
---@param row table|nil of `fields.lua`; without one the event is unknown
---@param people table|nil of `people`; without them the event's own contact is used
---@param digest? fun(text: string): string only needed while the event has no key or lane
---@return table event
function M.event(event, row, people, digest)
  event.kind = "unknown"
  if row and type(event.raw) == "table" then read_row(event, row, people) end
  event.type = event.type or (event.kind == "unknown" and event.field) or "unknown"
  event.timestamp = event.timestamp or event.time or 0
  event.key = event.key or key_of(event, row or UNKNOWN, digest)
  event.lane = event.lane or lane_of(event, digest)
  return event
end

return M
