--- The store of one process: tables, gone with it.

local agenda = require "whatsapp.store.agenda"
local answers = require "whatsapp.store.answers"

local M = { options = {} }

local Memory = { name = "memory" }
Memory.__index = Memory

---@param options { keep_keys: number, keep_seen: number }
---@return table backend
function M.open(options)
  return setmetatable({
    keep_keys = options.keep_keys, keep_seen = options.keep_seen,
    kept = {}, expiry = agenda.new(),       -- of keys, ranks and what was seen, by their first letter
    lanes = {}, later = agenda.new(),       -- lanes that are held or wait
    ready = {}, first = 1, last = 0,        -- those that can be claimed, in turn
    events = 0, token = 0,
    records = {}, dues = agenda.new(), ends = agenda.new(),
    version = 0,
  }, Memory)
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

-- A lane: its name, its events in order, at `first` to `last`, whether it stands
-- in `ready`, and, when it is held, the token.

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

-- Where a lane's event of a time belongs: behind those that are as old.
local function place_of(lane, at)
  local low, high = lane.first, lane.last + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if lane.events[middle].at > at then high = middle else low = middle + 1 end
  end
  return low
end

-- The shorter side moves, so that neither end of a lane costs more when it is long.
local function put_in(lane, event)
  local events, place = lane.events, place_of(lane, event.at)
  if place - lane.first < lane.last - place then
    lane.first, place = lane.first - 1, place - 1
    for i = lane.first, place - 1 do events[i] = events[i + 1] end
  else
    lane.last = lane.last + 1
    for i = lane.last, place + 1, -1 do events[i] = events[i - 1] end
  end
  events[place] = event
end

local function take_out(lane, place)
  local events = lane.events
  if place - lane.first < lane.last - place then
    for i = place, lane.first + 1, -1 do events[i] = events[i - 1] end
    events[lane.first] = nil
    lane.first = lane.first + 1
  else
    for i = place, lane.last - 1 do events[i] = events[i + 1] end
    events[lane.last] = nil
    lane.last = lane.last - 1
  end
end

local function insert(self, item)
  local lane = self.lanes[item.lane]
  if not lane then
    lane = { name = item.lane, events = {}, first = 1, last = 0, ready = false }
    self.lanes[item.lane] = lane
    make_ready(self, lane)
  end
  put_in(lane, { key = item.key, at = item.at, body = item.body, tries = 0 })
  self.events = self.events + 1
end

local function see(self, customer, at)
  local name = "s" .. customer
  local before = self.kept[name]
  if not before or at > before then keep(self, name, at, at + self.keep_seen) end
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
  local event = lane.events[lane.first]
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
  for i = lane.first, lane.last do
    if lane.events[i].key == key then return i end
  end
end

function Memory:renew(item, now, lease)
  local lane, held = lane_of(self, item)
  if not held then return answers.lost() end
  make_wait(self, lane, now + lease)
  return true
end

function Memory:confirm(item)
  local lane, held = lane_of(self, item)
  if not held then
    if lane and position(lane, item.key) then return answers.lost() end
    return true
  end
  take_out(lane, position(lane, item.key))
  self.events = self.events - 1
  lane.token = nil
  if lane.first <= lane.last then
    make_ready(self, lane)
  else
    make_wait(self, lane, nil)
    self.lanes[lane.name] = nil
  end
  return true
end

function Memory:release(item, now, delay, anew)
  local lane, held = lane_of(self, item)
  if not held then
    if lane and lane.token and position(lane, item.key) then return answers.lost() end
    return true
  end
  lane.token = nil
  if anew then lane.events[position(lane, item.key)].tries = 0 end
  if delay > 0 then make_wait(self, lane, now + delay) else make_ready(self, lane) end
  return true
end

function Memory:pending(now)
  if next_lane(self) then return self.events, 0 end
  local _, time = self.later:first()
  return self.events, answers.wait(time, now)
end

-- Records --------------------------------------------------------------------------------

-- The record, or nil when there is none; nil and an error when it is not the one.
local function expected(self, name, version)
  local record = self.records[name]
  if version == true then return record end
  local its = record and record.version
  if its ~= version then return nil, answers.mismatch(its) end
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
  return write(self, name, { pieces = { text } }, { due = options.due or false, expires = options.expires or false })
end

function Memory:append(name, text, version, options)
  local record, err = expected(self, name, version)
  if err then return nil, err end
  record = record or { pieces = {} }
  record.pieces[#record.pieces + 1] = text
  return write(self, name, record, options)
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
  return answers.first(names, limit)
end

function Memory:due(now, limit)
  return self.dues:due(now, limit)
end

return M
