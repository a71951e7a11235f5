--- Walks through what Meta sends and makes an event of everything that happened,
--- in order. Pure: no network, clock or file. Nothing is dropped: what no row of
--- `fields.lua` knows becomes an event of kind "unknown".

local event = require "whatsapp.webhook.event"
local fields = require "whatsapp.webhook.fields"
local json = require "whatsapp.json"
local read = require "whatsapp.webhook.read"

local text_of = read.text_of

local M = {}

local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

-- A walk: what it found so far, and where it is.
--   events, digest
--   field, account_id, time, phone_number_id, display_phone_number, people

local function add(walk, row, raw, part, contact)
  local events = walk.events
  events[#events + 1] = event.new({
    field = walk.field,
    part = part,
    account_id = walk.account_id,
    time = walk.time,
    phone_number_id = walk.phone_number_id,
    display_phone_number = walk.display_phone_number,
    contact = contact,
    raw = raw,
    -- Room for what is read out of it: a table that grows is twice as slow.
    kind = nil, type = nil, id = nil, timestamp = nil, key = nil, lane = nil, from = nil, phone = nil,
    user_id = nil, name = nil, text = nil,
  }, row, not contact and walk.people or nil, walk.digest)
end

local function add_unknown(walk, raw)
  add(walk, nil, raw, "unknown")
end

local expand = {}

local function add_list(walk, row, list, contact)
  if not is_list(list) then return add_unknown(walk, list) end
  for i = 1, #list do
    local item = list[i]
    if row.expand and type(item) == "table" then
      expand[row.expand](walk, row, item)
    else
      add(walk, row, item, row.list, contact)
    end
  end
end

-- A part of the history: threads of messages, each with one customer. What
-- remains of it says how far the history has come.
function expand.history(walk, row, chunk)
  local rest = {}
  for name, value in pairs(chunk) do rest[name] = value end
  if is_list(chunk.threads) then
    rest.threads = nil
    for _, thread in ipairs(chunk.threads) do
      local context = type(thread) == "table" and type(thread.context) == "table" and thread.context or {}
      if type(thread) ~= "table" or not is_list(thread.messages) then
        add_unknown(walk, thread)
      else
        add_list(walk, event.row("history", "threads"), thread.messages, {
          wa_id = context.wa_id or thread.id, user_id = context.user_id,
          profile = { name = context.name, username = context.username },
        })
      end
    end
  end
  if is_list(chunk.errors) then
    rest.errors = nil
    add_list(walk, event.row("history", "errors"), chunk.errors)
  end
  add(walk, row, rest, row.list)
end

-- Lists and tables that Meta added since.
local function add_new(walk, rows, value)
  local known, names = rows.lists, nil
  for name, new in pairs(value) do
    if not known[name] and type(new) == "table" and next(new) ~= nil then
      names = names or {}
      names[#names + 1] = tostring(name)
    end
  end
  if not names then return end
  table.sort(names)
  for i = 1, #names do add_unknown(walk, { [names[i]] = value[names[i]] }) end
end

local function add_value(walk, rows, value)
  local before = #walk.events
  for i = 1, #rows do
    local row = rows[i]
    local list = value[row.list]
    if list ~= nil and list ~= json.null then add_list(walk, row, list) end
  end
  add_new(walk, rows, value)
  if #walk.events == before then add_unknown(walk, value) end
end

-- The lists that each field knows.
for _, rows in pairs(fields) do
  rows.lists = { metadata = true, contacts = true }
  for _, row in ipairs(rows) do rows.lists[row.list or 0] = true end
end

local function add_change(walk, change)
  local value = change.value
  local metadata = type(value) == "table" and value.metadata
  if type(metadata) ~= "table" then metadata = type(value) == "table" and value or {} end
  walk.field = text_of(change.field)
  walk.phone_number_id = text_of(metadata.phone_number_id)
  walk.display_phone_number = text_of(metadata.display_phone_number)
  local rows = fields[walk.field or 0]
  if not rows or type(value) ~= "table" then
    return add_unknown(walk, value == nil and change or value)
  end
  walk.people = read.people(value.contacts)
  if rows[1].list then return add_value(walk, rows, value) end
  return add(walk, rows[1], value)
end

local function add_entry(walk, entry)
  walk.field, walk.people = nil, nil
  walk.phone_number_id, walk.display_phone_number = nil, nil
  if type(entry) ~= "table" then return add_unknown(walk, entry) end
  walk.account_id, walk.time = text_of(entry.id), read.seconds(entry.time)
  if not is_list(entry.changes) then return add_unknown(walk, entry) end
  for i = 1, #entry.changes do
    local change = entry.changes[i]
    if type(change) == "table" then add_change(walk, change) else add_unknown(walk, change) end
  end
end

--- The events in what Meta sent.
---@param payload table decoded, with its nulls
---@param digest fun(text: string): string a short text of a long one, the same for the same
---@return whatsapp.Event[]
function M.events(payload, digest)
  local walk = { events = {}, digest = digest }
  if not is_list(payload.entry) then
    add_unknown(walk, payload)
    return walk.events
  end
  for i = 1, #payload.entry do
    walk.account_id, walk.time = nil, nil
    add_entry(walk, payload.entry[i])
  end
  return walk.events
end

return M
