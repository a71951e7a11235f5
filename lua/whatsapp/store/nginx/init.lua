--- The store in an lua_shared_dict: for all workers of one nginx. It outlives
--- workers and reloads, and is gone with nginx.
--
-- The first letter of an entry says what it is:
--   k, r, s   a key, a rank, when a customer was seen: nginx lets them expire
--   q         a lane's events, in order: of each its time and id
--   h         a lane's holder: a token
--   e, n      an event: time, key and body; how often it was claimed
--   w         a lane's place in line; p: who stands at a place
--   v, t      a record's version and number of pieces; one piece of its text
--   c         the counters
--   and the three letters of each agenda.

local Error = require "whatsapp.error"
local agenda = require "whatsapp.store.agenda"
local answers = require "whatsapp.store.answers"
local check = require "whatsapp.store.check"
local dictionary = require "whatsapp.store.nginx.dictionary"

local M = { short = "dict", options = { dict = check.name } }

local Nginx = {}
Nginx.__index = Nginx

-- Tables that are in the dictionary ----------------------------------------------------

local function table_of(dict, letter)
  return setmetatable({}, {
    __index = function(_, name) return dict:get(letter .. name) end,
    __newindex = function(_, name, value) dict:set(letter .. name, value) end,
  })
end

local function heap_of(dict, letter)
  return setmetatable({}, {
    __index = function(_, place)
      local entry = dict:get(letter .. place)
      if place == "n" then return entry or 0 end
      local time, name = entry:match "^(%S+) (.*)$"
      return { tonumber(time), name }
    end,
    __newindex = function(_, place, value)
      if type(value) == "table" then value = ("%.17g %s"):format(value[1], value[2]) end
      dict:set(letter .. place, value)
    end,
  })
end

local function agenda_of(dict, letters)
  local times, entries, heap = letters:match "(.)(.)(.)"
  return agenda.new(table_of(dict, times), table_of(dict, entries), heap_of(dict, heap))
end

-- Opening ------------------------------------------------------------------------------

---@param options { dict: string, keep_keys: number, keep_seen: number }
---@return table|nil backend
---@return whatsapp.Error? err
function M.open(options)
  local shared = rawget(_G, "ngx") and ngx.shared
  if not shared then
    return Error.config("dict", "is for nginx, and this is not nginx", "use another store here")
  end
  local dict = shared[options.dict]
  if not dict then
    return Error.config("dict", ("names no dictionary of this nginx: %s"):format(options.dict),
      ("add `lua_shared_dict %s 10m;` to the http block"):format(options.dict))
  end
  local made = dictionary.new(dict)
  return setmetatable({
    name = "nginx", label = options.dict, dict = made,
    keep_keys = options.keep_keys, keep_seen = options.keep_seen,
    later = agenda_of(made, "lmo"), dues = agenda_of(made, "dfg"), ends = agenda_of(made, "xyz"),
  }, Nginx)
end

-- An operation: its work in one transaction. One that brings nothing new is urgent:
-- a full dictionary must not be in its way.
local function operation(urgent, work)
  return function(self, ...)
    local done, a, b = self.dict:transact(urgent, work, self, ...)
    if done then return a, b end
    return nil, Error.new { kind = "io", retry = "auto", retryable = true,
      message = ("lua_shared_dict %s: %s"):format(self.label, tostring(a)),
      hint = "make it larger when it has no memory; nothing was written" }
  end
end

-- What is forgotten in time --------------------------------------------------------------

Nginx.advance = operation(false, function(self, id, rank, now)
  local known = self.dict:get("r" .. id)
  local its, expires = (known or ""):match "^(%S+) (%S+)$"
  if its and tonumber(expires) > now and tonumber(its) > rank then return false end
  self.dict:set("r" .. id, ("%.17g %.17g"):format(rank, now + self.keep_keys), self.keep_keys)
  return true
end)

Nginx.last_seen = operation(true, function(self, customer) return self.dict:get("s" .. customer) end)

-- The inbox ------------------------------------------------------------------------------

-- A lane's events in one text: of each the time, so that it sorts by its bytes, and
-- the id.
local RECORD, AT = 36, 20

local function record_of(at, id)
  return ("%020.6f%016d"):format(at, id)
end

local function id_of(record)
  return tonumber(record:sub(AT + 1))
end

-- Behind those that are as old.
local function insert(queue, record)
  local place = #queue
  while place > 0 and queue:sub(place - RECORD + 1, place - RECORD + AT) > record:sub(1, AT) do
    place = place - RECORD
  end
  return queue:sub(1, place) .. record .. queue:sub(place + 1)
end

local FEW = 8

-- Many at once: each by itself would move the others again and again. An id that is
-- larger came later, so that the order is that of the bytes.
local function insert_all(queue, records)
  if #records <= FEW then
    for i = 1, #records do queue = insert(queue, records[i]) end
    return queue
  end
  for place = 1, #queue, RECORD do records[#records + 1] = queue:sub(place, place + RECORD - 1) end
  table.sort(records)
  return table.concat(records)
end

local function remove(queue, id)
  for place = 1, #queue, RECORD do
    if id_of(queue:sub(place, place + RECORD - 1)) == id then
      return queue:sub(1, place - 1) .. queue:sub(place + RECORD)
    end
  end
end

local function count(self, name, step)
  local n = (self.dict:get(name) or 0) + step
  self.dict:set(name, n)
  return n
end

local function make_ready(self, lane)
  self.later:set(lane, nil)
  if self.dict:get("w" .. lane) then return end
  local place = count(self, "c last", 1)
  self.dict:set("w" .. lane, place)
  self.dict:set("p" .. place, lane)
end

-- What stands in line for a lane that left it is dropped when it comes up.
local function make_wait(self, lane, time)
  self.dict:set("w" .. lane, nil)
  self.later:set(lane, time)
end

local function next_lane(self)
  local first, last = (self.dict:get "c first" or 0) + 1, self.dict:get "c last" or 0
  for place = first, last do
    local lane = self.dict:get("p" .. place)
    if lane and self.dict:get("w" .. lane) == place then return lane end
    self.dict:set("p" .. place, nil)
    self.dict:set("c first", place)
  end
end

local function event_text(item)
  return ("%.17g %d:%s%s"):format(item.at, #item.key, item.key, item.body)
end

local function read_event(text)
  local at, length, place = text:match "^(%S+) (%d+):()"
  return tonumber(at), text:sub(place, place + length - 1), text:sub(place + length)
end

-- The event itself; its record, which says its place in the lane, goes to `records`.
local function add_event(self, item, records)
  local id = count(self, "c id", 1)
  self.dict:set("e" .. id, event_text(item))
  local mine = records[item.lane] or {}
  mine[#mine + 1], records[item.lane] = record_of(item.at, id), mine
end

local function line_up(self, lane, records)
  local queue = self.dict:get("q" .. lane)
  self.dict:set("q" .. lane, insert_all(queue or "", records))
  if not queue then make_ready(self, lane) end
end

local function see(self, customer, at)
  local before = self.dict:get("s" .. customer)
  if not before or before < at then self.dict:set("s" .. customer, at, self.keep_seen) end
end

Nginx.add = operation(false, function(self, items, now)
  local dict, added, lanes, records = self.dict, 0, {}, {}
  for _, item in ipairs(items) do
    local known = dict:get("k" .. item.key)
    if not known or known <= now then
      dict:set("k" .. item.key, now + self.keep_keys, self.keep_keys)
      if not records[item.lane] then lanes[#lanes + 1] = item.lane end
      add_event(self, item, records)
      for _, customer in ipairs(item.seen or {}) do see(self, customer, item.at) end
      added = added + 1
    end
  end
  for _, lane in ipairs(lanes) do line_up(self, lane, records[lane]) end
  if added > 0 then count(self, "c events", added) end
  return added
end)

-- Where tries are counted anew, an event's claims go on from the next multiple of this, so
-- that no two of them have the same token.
local ROUND = 2 ^ 20

Nginx.claim = operation(true, function(self, now, lease)
  local woken = self.later:take(now)
  while woken do
    make_ready(self, woken)
    woken = self.later:take(now)
  end
  local lane = next_lane(self)
  if not lane then return nil end
  local id = id_of(self.dict:get("q" .. lane):sub(1, RECORD))
  local claims = count(self, "n" .. id, 1)
  local token = ("%d:%d"):format(id, claims)
  self.dict:set("h" .. lane, token)
  make_wait(self, lane, now + lease)
  local at, key, body = read_event(self.dict:get("e" .. id))
  return { key = key, lane = lane, at = at, body = body, tries = claims % ROUND, token = token }
end)

-- Whether a key is among a lane's events.
local function is_here(self, lane, key)
  local queue = self.dict:get("q" .. lane) or ""
  for place = 1, #queue, RECORD do
    local _, its = read_event(self.dict:get("e" .. id_of(queue:sub(place, place + RECORD - 1))))
    if its == key then return true end
  end
end

-- The event's id, of a claim that holds it.
local function event_of(item) return tonumber(item.token:match "^%d+") end

Nginx.renew = operation(true, function(self, item, now, lease)
  if self.dict:get("h" .. item.lane) ~= item.token then return answers.lost() end
  make_wait(self, item.lane, now + lease)
  return true
end)

Nginx.confirm = operation(true, function(self, item)
  local dict, lane = self.dict, item.lane
  if dict:get("h" .. lane) ~= item.token then
    if is_here(self, lane, item.key) then return answers.lost() end
    return true
  end
  local id = event_of(item)
  local queue = remove(dict:get("q" .. lane), id)
  dict:drop("e" .. id)
  dict:drop("n" .. id)
  dict:set("h" .. lane, nil)
  count(self, "c events", -1)
  if queue == "" then
    dict:set("q" .. lane, nil)
    make_wait(self, lane, nil)
  else
    dict:set("q" .. lane, queue)
    make_ready(self, lane)
  end
  return true
end)

Nginx.release = operation(true, function(self, item, now, delay, anew)
  local lane = item.lane
  local holder = self.dict:get("h" .. lane)
  if holder ~= item.token then
    if holder and is_here(self, lane, item.key) then return answers.lost() end
    return true
  end
  if anew then
    local claims = "n" .. event_of(item)
    self.dict:set(claims, (math.floor(self.dict:get(claims) / ROUND) + 1) * ROUND)
  end
  self.dict:set("h" .. lane, nil)
  if delay > 0 then make_wait(self, lane, now + delay) else make_ready(self, lane) end
  return true
end)

Nginx.pending = operation(true, function(self, now)
  local events = self.dict:get "c events" or 0
  if next_lane(self) then return events, 0 end
  local _, time = self.later:first()
  return events, answers.wait(time, now)
end)

-- Records --------------------------------------------------------------------------------

-- A record's version and the number of its pieces.
local function version_of(self, name)
  local version, pieces = (self.dict:get("v" .. name) or ""):match "^(%d+) (%d+)$"
  return tonumber(version), tonumber(pieces) or 0
end

local function piece(name, i) return ("t%d %s"):format(i, name) end

local function mismatch(its, version)
  if version == true or its == version then return nil end
  return answers.mismatch(its)
end

local function write(self, name, pieces, text, options)
  local version = count(self, "c version", 1)
  self.dict:set(piece(name, pieces), text)
  self.dict:set("v" .. name, ("%d %d"):format(version, pieces))
  if options.due ~= nil then self.dues:set(name, options.due or nil) end
  if options.expires ~= nil then self.ends:set(name, options.expires or nil) end
  return version
end

local function drop_pieces(self, name, from, to)
  for i = from, to do self.dict:drop(piece(name, i)) end
end

local function drop(self, name, pieces)
  drop_pieces(self, name, 1, pieces)
  self.dict:set("v" .. name, nil)
  self.dues:set(name, nil)
  self.ends:set(name, nil)
end

Nginx.get = operation(true, function(self, name)
  local version, pieces = version_of(self, name)
  if not version then return nil end
  local list = {}
  for i = 1, pieces do list[i] = self.dict:get(piece(name, i)) end
  return table.concat(list), version
end)

Nginx.put = operation(false, function(self, name, text, version, options)
  local its, pieces = version_of(self, name)
  local err = mismatch(its, version)
  if err then return nil, err end
  drop_pieces(self, name, 2, pieces)
  return write(self, name, 1, text, { due = options.due or false, expires = options.expires or false })
end)

Nginx.append = operation(false, function(self, name, text, version, options)
  local its, pieces = version_of(self, name)
  local err = mismatch(its, version)
  if err then return nil, err end
  return write(self, name, pieces + 1, text, options)
end)

Nginx.remove = operation(true, function(self, name, version)
  local its, pieces = version_of(self, name)
  if not its then return true end
  local err = mismatch(its, version or true)
  if err then return nil, err end
  drop(self, name, pieces)
  return true
end)

Nginx.list = operation(true, function(self, prefix, after, limit)
  local names = {}
  for _, name in ipairs(self.dict:names("v" .. prefix)) do
    name = prefix .. name
    if not after or name > after then names[#names + 1] = name end
  end
  return answers.first(names, limit)
end)

Nginx.due = operation(true, function(self, now, limit)
  return self.dues:due(now, limit)
end)

Nginx.purge = operation(true, function(self, now)
  local name = self.ends:take(now)
  while name do
    drop(self, name, select(2, version_of(self, name)))
    name = self.ends:take(now)
  end
  self.dict:flush()
  return true
end)

return M
