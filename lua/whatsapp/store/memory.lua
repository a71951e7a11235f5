--- The store of one process: tables, gone with it.

local Error = require "whatsapp.error"
local agenda = require "whatsapp.store.agenda"

local M = { options = {} }

local SEEN_KEPT = 2 * 24 * 60 * 60

local Memory = { name = "memory" }
Memory.__index = Memory

---@param options { keep_keys: number }
---@return table backend
function M.open(options)
  return setmetatable({
    keep_keys = options.keep_keys,
    kept = {}, expiry = agenda.new(),       -- of keys, ranks and what was seen, by their first letter
    lanes = {}, later = agenda.new(),       -- lanes that are held or wait
    ready = {}, first = 1, last = 0,        -- those that can be claimed, in turn
    events = 0, token = 0,
    records = {}, dues = agenda.new(), ends = agenda.new(),
    version = 0,
  }, Memory)
end

local function conflict(message)
  return nil, Error.new { kind = "state", conflict = true, message = message }
end

-- What is forgotten in time ----------------------------------------------------------

local function keep(self, name, value, time)
  self.kept[name] = value
  self.expiry:set(name, time)
end

-- What is kept of a name, unless its time has passed.
local function kept(self, name, now)
  local time = self.expiry.times[name]
  if time and time > now then return self.kept[name] end
end

function Memory:purge(now)
  local name = self.expiry:take(now)
  while name do
    self.kept[name] = nil
    name = self.expiry:take(now)
  end
  name = self.ends:take(now)
  while name do
    self:remove(name)
    name = self.ends:take(now)
  end
  return true
end

function Memory:advance(id, rank, now)
  local known = kept(self, "r" .. id, now)
  if known and known > rank then return false end
  keep(self, "r" .. id, rank, now + self.keep_keys)
  return true
end

function Memory:last_seen(customer)
  return self.kept["s" .. customer]
end

-- The inbox ----------------------------------------------------------------------------

-- A lane: its name, its events in order, whether it stands in `ready`, and, when
-- it is held, the token.

local function make_ready(self, lane)
  self.later:set(lane.name, nil)
  if lane.ready then return end
  lane.ready = true
  self.last = self.last + 1
  self.ready[self.last] = lane
end

local function make_wait(self, lane, time)
  lane.ready = false
  self.later:set(lane.name, time)
end

-- Those whose time has come can be claimed.
local function wake(self, now)
  local name = self.later:take(now)
  while name do
    make_ready(self, self.lanes[name])
    name = self.later:take(now)
  end
end

-- The lane whose turn it is; what does not stand there any more is dropped.
local function next_lane(self)
  while self.first <= self.last do
    local lane = self.ready[self.first]
    if lane.ready then return lane end
    self.ready[self.first] = nil
    self.first = self.first + 1
  end
end

local function insert(self, item)
  local lane = self.lanes[item.lane]
  if not lane then
    lane = { name = item.lane, events = {}, ready = false }
    self.lanes[item.lane] = lane
    make_ready(self, lane)
  end
  local events = lane.events
  local place = #events + 1
  while place > 1 and events[place - 1].at > item.at do place = place - 1 end
  table.insert(events, place, { key = item.key, at = item.at, body = item.body, tries = 0 })
  self.events = self.events + 1
end

local function see(self, customer, at)
  local name = "s" .. customer
  local before = self.kept[name]
  if not before or at > before then keep(self, name, at, at + SEEN_KEPT) end
end

function Memory:add(items, now)
  self:purge(now)
  local added = 0
  for i = 1, #items do
    local item = items[i]
    local key = "k" .. item.key
    if not kept(self, key, now) then
      keep(self, key, true, now + self.keep_keys)
      insert(self, item)
      for _, customer in ipairs(item.seen or {}) do see(self, customer, item.at) end
      added = added + 1
    end
  end
  return added
end

function Memory:claim(now, lease)
  wake(self, now)
  local lane = next_lane(self)
  if not lane then return nil end
  self.ready[self.first] = nil
  self.first = self.first + 1
  local event = lane.events[1]
  self.token = self.token + 1
  event.tries = event.tries + 1
  lane.token = self.token
  make_wait(self, lane, now + lease)
  return { key = event.key, lane = lane.name, at = event.at, body = event.body, tries = event.tries,
           token = self.token }
end

-- The lane of a claim, and whether the claim still holds it.
local function lane_of(self, item)
  local lane = self.lanes[item.lane]
  return lane, lane ~= nil and lane.token == item.token
end

local function position(lane, key)
  for i, event in ipairs(lane.events) do
    if event.key == key then return i end
  end
end

local LOST = "the event is not held by this claim any more"

function Memory:renew(item, now, lease)
  local lane, held = lane_of(self, item)
  if not held then return conflict(LOST) end
  make_wait(self, lane, now + lease)
  return true
end

function Memory:confirm(item)
  local lane, held = lane_of(self, item)
  if not held then
    if lane and position(lane, item.key) then return conflict(LOST) end
    return true
  end
  table.remove(lane.events, position(lane, item.key))
  self.events = self.events - 1
  lane.token = nil
  if #lane.events > 0 then
    make_ready(self, lane)
  else
    make_wait(self, lane, nil)
    self.lanes[lane.name] = nil
  end
  return true
end

function Memory:release(item, now, delay)
  local lane, held = lane_of(self, item)
  if not held then
    if lane and lane.token and position(lane, item.key) then return conflict(LOST) end
    return true
  end
  lane.token = nil
  if delay > 0 then make_wait(self, lane, now + delay) else make_ready(self, lane) end
  return true
end

function Memory:pending(now)
  if next_lane(self) then return self.events, 0 end
  local _, time = self.later:first()
  return self.events, time and math.max(0, time - now)
end

-- Records --------------------------------------------------------------------------------

-- The record, or nil when there is none; nil and an error when it is not the one.
local function expected(self, name, version)
  local record = self.records[name]
  if version == true then return record end
  if (record and record.version) ~= version then
    return conflict(record and ("the record has version %d"):format(record.version) or "there is no such record")
  end
  return record
end

local function schedule(list, name, time)
  if time ~= nil then list:set(name, time or nil) end
end

local function write(self, name, record, options)
  self.version = self.version + 1
  record.version = self.version
  self.records[name] = record
  schedule(self.dues, name, options.due)
  schedule(self.ends, name, options.expires)
  return record.version
end

local NONE = {}

function Memory:get(name)
  local record = self.records[name]
  if not record then return nil end
  local pieces = record.pieces
  if #pieces > 1 then record.pieces = { table.concat(pieces) } end
  return record.pieces[1], record.version
end

function Memory:put(name, text, version, options)
  local _, err = expected(self, name, version)
  if err then return nil, err end
  options = options or NONE
  return write(self, name, { pieces = { text } }, { due = options.due or false, expires = options.expires or false })
end

function Memory:append(name, text, version, options)
  local record, err = expected(self, name, version)
  if err then return nil, err end
  record = record or { pieces = {} }
  record.pieces[#record.pieces + 1] = text
  return write(self, name, record, options or NONE)
end

function Memory:remove(name, version)
  local record = self.records[name]
  if not record then return true end
  local _, err = expected(self, name, version or true)
  if err then return nil, err end
  self.records[name] = nil
  self.dues:set(name, nil)
  self.ends:set(name, nil)
  return true
end

function Memory:list(prefix, after, limit)
  local names = {}
  for name in pairs(self.records) do
    if name:sub(1, #prefix) == prefix and (not after or name > after) then names[#names + 1] = name end
  end
  table.sort(names)
  for i = #names, (limit or 100) + 1, -1 do names[i] = nil end
  return names
end

function Memory:due(now, limit)
  local names, times = {}, {}
  while #names < (limit or 100) do
    local name, time = self.dues:take(now)
    if not name then break end
    names[#names + 1], times[#times + 1] = name, time
  end
  local _, next_time = self.dues:first()
  for i, name in ipairs(names) do self.dues:set(name, times[i]) end
  return names, next_time and math.max(0, next_time - now)
end

return M
