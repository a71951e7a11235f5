--- The journal of one conversation: a record of the store, of lines of JSON. The
--- first line, the head, says whose and which conversation it is; each further one
--- what became of a command: begun, not begun after all, suspended until a time, or done with its
--- results; or what came for it while nobody could go on. Every write names the
--- version it follows, so that of two holders one is refused.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"

local unpack = table.unpack or unpack -- luacheck: ignore 143

local PREFIX = "conversation/"

local M = { PREFIX = PREFIX }

local Journal = {}
Journal.__index = Journal

-- Values -----------------------------------------------------------------------------

local function keep(value)
  if value == nil then return json.null end
  if not Error.is(value) then return value end
  local fields = {}
  for name, field in pairs(value) do fields[name] = field end
  return { ["whatsapp.Error"] = fields }
end

local function restored(value)
  if value == json.null then return nil end
  local fields = type(value) == "table" and value["whatsapp.Error"]
  return fields and Error.new(fields) or value
end

-- Results as they can be kept; numbers of 15 digits and more come back as text.
function M.pack(...)
  local n = select("#", ...)
  local values = n == 0 and json.array {} or {}
  for i = 1, n do values[i] = keep((select(i, ...))) end
  return values
end

--- The values that were packed.
---@return any ...
function M.unpack(values)
  local list = {}
  for i = 1, #values do list[i] = restored(values[i]) end
  return unpack(list, 1, #values)
end

-- Lines --------------------------------------------------------------------------------

-- Puts what a line says into what is known of its command.
local function merge(self, entry)
  if entry.key then self.keys[entry.key] = true end
  if entry.kept ~= nil then
    if entry.kept then table.insert(self.kept, entry) else self.kept = {} end
    return
  end
  local n, mark, step = entry.n, entry.mark, self.steps[entry.n]
  if mark then
    local place = self.marks[mark]
    self.marks[mark] = (place == nil or place == n) and n
  end
  if entry.event then self.newest = entry.key end
  if n > self.last then self.last = n end
  if entry.undone or not step then
    self.steps[n] = not entry.undone and entry or nil
    return
  end
  if entry.due ~= nil then step.due = entry.due end
  step.c, step.mark = entry.c or step.c, mark or step.mark
  step.values, step.event = entry.values or step.values, entry.event or step.event
end

-- All lines at once, as one array: a line by itself costs as much again.
local function read(self, text)
  local entries = json.decode_own("[" .. text:gsub("\n+$", ""):gsub("\n", ",") .. "]")
  if not entries or type(entries[1]) ~= "table" then return nil end
  self.head = json.whole(entries[1])
  for i = 2, #entries do
    local entry = entries[i]
    if entry.values then json.whole(entry.values) end
    merge(self, entry)
  end
  return self
end

local function new(store, lane)
  return setmetatable({ store = store, lane = lane, name = PREFIX .. lane, steps = {}, keys = {}, marks = {},
                        kept = {}, last = 0, buffer = {} }, Journal)
end

--- What the store has for a lane: a conversation that is open, or the trace of one
--- that has ended.
---@param store whatsapp.Store
---@param lane string
---@param known? table a journal of the lane that was read before, and may still be as it was
---@return table|nil journal nil, and no error, when there is nothing
---@return whatsapp.Error? err
function M.load(store, lane, known)
  local text, version = store:get(PREFIX .. lane)
  if not text then return nil, version end
  if known and known.version == version then return known end
  local self = new(store, lane)
  self.version = version
  if read(self, text) then
    if self.head.key then self.keys[self.head.key] = true end
    return self
  end
  return nil, Error.new { kind = "io", message = ("the record %s is no conversation"):format(self.name) }
end

-- Writing ------------------------------------------------------------------------------

local DAY = 24 * 60 * 60

-- An ended conversation is remembered as long as Meta may deliver its last event again.
local REMEMBERED = 8 * DAY

-- What a customer is known as, too, is remembered from one conversation to the next.
local KNOWN = 90 * DAY

-- A number that reads back as text.
local LONG = "[:,%[]%-?" .. ("%d"):rep(15)

local function cannot(field, why)
  return nil, Error.new { kind = "invalid", field = field, message = why, hint = "what a step returns is kept as JSON" }
end

-- A line, and what it will say when it is read again: long integers are texts then.
local function line_of(entry)
  local text, why = json.encode_unsorted(entry)
  if not text then return cannot(entry.c, why) end
  if entry.n and not entry.values then return text .. "\n", entry end
  local known
  known, why = json.decode_raw(text, true)
  if not known then return cannot(entry.c, why) end
  if text:find(LONG) then text = assert(json.encode(known)) end
  return text .. "\n", known
end

--- Begins a conversation in a lane. Without `due` the first `flush` writes it.
---@param store whatsapp.Store
---@param lane string
---@param head table name, code (its version), id, started, to, args, keep (seconds), …
---@param version number|nil of the record it takes the place of
---@param due? number when it is to begin: written at once
---@return table|nil journal
---@return whatsapp.Error? err
function M.create(store, lane, head, version, due)
  local self = new(store, lane)
  if head.key then self.keys[head.key] = true end
  local text, err
  text, self.head = line_of(head)
  if not text then return nil, self.head end
  self.version, self.begun = version, text
  if due then
    local ok
    ok, err = self:flush(head.started, due)
    if not ok then return nil, err end
  end
  return self
end

--- Notes that a customer who comes in one lane is known in another.
---@param store whatsapp.Store
---@param lane string
---@param known_as string the lane of the customer's conversations
---@param now number
---@param previous table|nil the journal in its lane
---@return true|nil
---@return whatsapp.Error? err
function M.alias(store, lane, known_as, now, previous)
  local text = assert(line_of { alias = known_as, ended = now })
  local ok, err = store:put(PREFIX .. lane, text, previous and previous.version,
    { due = false, expires = now + KNOWN })
  return ok and true, err
end

--- Whether a name leads elsewhere for some time yet.
---@param record table
---@param now number
---@return boolean
function M.is_fresh(record, now)
  return now - record.head.ended < KNOWN / 2
end

--- Adds a line, which the next `flush` writes.
---@param entry { n: integer, c: string, due?: number, values?: table, event?: string, key?: string, undone?: true }
---   `key`: of the event that it comes of; `undone`: it has not begun
---@return true|nil
---@return whatsapp.Error? err of kind `invalid` for what JSON cannot carry
function Journal:note(entry)
  local text, known = line_of(entry)
  if not text then return nil, known end
  self.buffer[#self.buffer + 1] = text
  merge(self, known)
  return true
end

--- Notes the results of a command.
---@param n integer
---@param command string
---@param ... any
---@return true|nil
---@return whatsapp.Error? err
function Journal:done(n, command, ...)
  return self:note { n = n, c = command, values = M.pack(...) }
end

-- Writes what was noted: behind what is there, or with the head as a new record.
local function write(self, due, options)
  local method = self.begun and self.store.put or self.store.append
  local version, err = method(self.store, self.name, (self.begun or "") .. table.concat(self.buffer), self.version,
    options)
  if not version then return nil, err end
  self.version, self.due, self.begun, self.buffer = version, due, nil, {}
  return true
end

--- Writes what was noted.
---@param now number
---@param due number|false when the conversation goes on by itself
---@return true|nil
---@return whatsapp.Error? err kind `state` with `conflict`: another writes this conversation
function Journal:flush(now, due)
  local is_new = self.begun or #self.buffer > 0
  if not is_new and (self.due == nil or self.due == due) then return true end
  return write(self, due, { due = due, expires = math.max(now, due or 0) + self.head.keep })
end

--- The time that the record is due at has come: the next `flush` writes another, or none.
function Journal:fired() self.due = true end

--- Leaves the conversation as it is, with what was noted, to be looked at again at some time.
---@param due number
---@return true|nil
---@return whatsapp.Error? err
function Journal:put_off(due)
  return write(self, nil, { due = due })
end

--- Notes what came for the conversation while nobody could go on with it.
---@param event whatsapp.Event
---@param now number
---@return true|nil noted also when it was before
---@return whatsapp.Error? err
function Journal:keep(event, now)
  if self.keys[event.key] then return true end
  return self:note { kept = event:dump(), key = event.key, at = now }
end

--- What came for it is where it can be taken.
---@return true|nil
---@return whatsapp.Error? err
function Journal:forget_kept()
  assert(self:note { kept = false })
  return write(self)
end

--- Ends the conversation; a trace of it remains.
---@param now number
---@param how "done"|"cancelled"|"failed"|"replaced"|"ended"
---@param why? string
---@return true|nil
---@return whatsapp.Error? err
function Journal:close(now, how, why)
  local head = {}
  for name, value in pairs(self.head) do head[name] = value end
  head.args, head.event, head.ended, head.how, head.why = nil, nil, now, how, why
  head.key = self.newest or head.key
  local text = assert(line_of(head))
  local version, err = self.store:put(self.name, text, self.version, { due = false, expires = now + REMEMBERED })
  if not version then return nil, err end
  self.version, self.head = version, head
  return true
end

return M
