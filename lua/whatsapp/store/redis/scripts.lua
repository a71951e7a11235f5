--- The operations of the store, as Lua that Redis runs: each is whole or has not
--- happened, and can be repeated when nobody knows whether it did.
--
-- An event's id is a number; what is sorted by bytes has it in sixteen digits. In
-- `queue` stand all lanes' events, as lane, NUL, time, id and key: so the first of a
-- lane is found by its name. A lane stands in `ready` (by turn) or in `later` (by
-- time). `holds` has the lane's token and the event's name in `queue`; `claims` says
-- the same by token, for a claim that is asked for again. A record's `writers` is
-- the last write, for the same reason.

local M = {}

--- The keys, in the order in which all scripts get them; behind them a script may
--- get the text of one record.
M.keys = { "events", "queue", "tries", "ready", "later", "holds", "claims", "numbers", "kept", "expiry",
           "versions", "writers", "names", "dues", "ends" }

local HEAD = {}
for i, name in ipairs(M.keys) do HEAD[i] = ("local %s = KEYS[%d]\n"):format(name, i) end

local PARTS = {}

-- A full Redis refuses a script's first write when it could take memory. What handles
-- what is there begins with one that cannot, so that a full Redis gets empty.
PARTS.urgent = [[
redis.call('HDEL', numbers, '')
]]

PARTS.forget = [[
local function forget(now, limit)
  local names = redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, limit)
  for _, name in ipairs(names) do
    redis.call('HDEL', kept, name)
    redis.call('ZREM', expiry, name)
  end
  return #names
end
]]

PARTS.lanes = [[
local function make_ready(lane)
  redis.call('ZREM', later, lane)
  if not redis.call('ZSCORE', ready, lane) then
    redis.call('ZADD', ready, redis.call('HINCRBY', numbers, 'turn', 1), lane)
  end
end
local function make_wait(lane, time)
  redis.call('ZADD', later, time, lane)
  redis.call('ZREM', ready, lane)
end
local function first_event(lane)
  return redis.call('ZRANGEBYLEX', queue, '[' .. lane .. '\0', '(' .. lane .. '\1', 'LIMIT', 0, 1)[1]
end
local function key_of(lane, name)
  return string.sub(name, #lane + 38)
end
local function id_of(lane, name)
  return string.sub(name, #lane + 22, #lane + 37)
end
local function is_here(lane, key)
  local names = redis.call('ZRANGEBYLEX', queue, '[' .. lane .. '\0', '(' .. lane .. '\1')
  for _, name in ipairs(names) do
    if key_of(lane, name) == key then return true end
  end
  return false
end
-- The token and the event's name of whoever holds the lane.
local function hold_of(lane)
  local hold = redis.call('HGET', holds, lane)
  if not hold then return false end
  local at = string.find(hold, ' ', 1, true)
  return string.sub(hold, 1, at - 1), string.sub(hold, at + 1)
end
]]

PARTS.records = [[
local function set_time(list, name, time)
  if time == '-' then
    redis.call('ZREM', list, name)
  elseif time ~= '' then
    redis.call('ZADD', list, time, name)
  end
end
local function remove(name, text)
  redis.call('DEL', text)
  redis.call('HDEL', versions, name)
  redis.call('HDEL', writers, name)
  redis.call('ZREM', names, name)
  redis.call('ZREM', dues, name)
  redis.call('ZREM', ends, name)
end
]]

-- now, expires, how many items, and these, each as: key, lane, time (sortable),
-- time, when seen expires, body, how many names are in seen, and these. Each part
-- has its length and a colon before it: so many are too many arguments for Lua.
local ADD = [[
local now, expires, count, list = unpack(ARGV)
local added, place = 0, 1
local function part()
  local colon = string.find(list, ':', place, true)
  local length = tonumber(string.sub(list, place, colon - 1))
  place = colon + length + 1
  return string.sub(list, colon + 1, colon + length)
end
forget(now, 2 * count)
for _ = 1, count do
  local key, lane, order, at, gone, body = part(), part(), part(), part(), part(), part()
  local seen = {}
  for i = 1, tonumber(part()) do seen[i] = 's' .. part() end
  local known = redis.call('ZSCORE', expiry, 'k' .. key)
  if not known or tonumber(known) <= tonumber(now) then
    redis.call('ZADD', expiry, expires, 'k' .. key)
    local id = string.format('%016d', redis.call('HINCRBY', numbers, 'id', 1))
    redis.call('HSET', events, id, at .. ' ' .. body)
    redis.call('ZADD', queue, 0, lane .. '\0' .. order .. id .. key)
    if not redis.call('ZSCORE', later, lane) then make_ready(lane) end
    for _, customer in ipairs(seen) do
      local before = redis.call('HGET', kept, customer)
      if not before or tonumber(before) < tonumber(at) then
        redis.call('HSET', kept, customer, at)
        redis.call('ZADD', expiry, gone, customer)
      end
    end
    added = added + 1
  end
end
return added
]]

-- now, until, token
local CLAIM = [[
local now, till, token = ARGV[1], ARGV[2], ARGV[3]
local lane = redis.call('HGET', claims, token)
local name
if lane then
  local _
  _, name = hold_of(lane)
else
  for _, each in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, 1000)) do
    make_ready(each)
  end
  lane = redis.call('ZRANGE', ready, 0, 0)[1]
  if not lane then return false end
  name = first_event(lane)
  local old = hold_of(lane)
  if old then redis.call('HDEL', claims, old) end
  redis.call('HSET', holds, lane, token .. ' ' .. name)
  redis.call('HSET', claims, token, lane)
  redis.call('HINCRBY', tries, id_of(lane, name), 1)
  make_wait(lane, till)
end
local id = id_of(lane, name)
return { lane, key_of(lane, name), redis.call('HGET', events, id), redis.call('HGET', tries, id) }
]]

-- lane, token, until
local RENEW = [[
local lane, token = ARGV[1], ARGV[2]
if hold_of(lane) ~= token then return 0 end
make_wait(lane, ARGV[3])
return 1
]]

-- lane, token, key
local CONFIRM = [[
local lane, token = ARGV[1], ARGV[2]
local holder, name = hold_of(lane)
if holder ~= token then return is_here(lane, ARGV[3]) and 0 or 1 end
local id = id_of(lane, name)
redis.call('ZREM', queue, name)
redis.call('HDEL', events, id)
redis.call('HDEL', tries, id)
redis.call('HDEL', holds, lane)
redis.call('HDEL', claims, token)
if first_event(lane) then
  make_ready(lane)
else
  redis.call('ZREM', later, lane)
  redis.call('ZREM', ready, lane)
end
return 1
]]

-- lane, token, key, until ('' for now), 'anew' or ''
local RELEASE = [[
local lane, token = ARGV[1], ARGV[2]
local holder, name = hold_of(lane)
if holder ~= token then return holder and is_here(lane, ARGV[3]) and 0 or 1 end
if ARGV[5] == 'anew' then redis.call('HDEL', tries, id_of(lane, name)) end
redis.call('HDEL', holds, lane)
redis.call('HDEL', claims, token)
if ARGV[4] == '' then make_ready(lane) else make_wait(lane, ARGV[4]) end
return 1
]]

local PENDING = [[
local count = redis.call('HLEN', events)
if redis.call('ZCARD', ready) > 0 then return { count, '0' } end
return { count, redis.call('ZRANGE', later, 0, 0, 'WITHSCORES')[2] or false }
]]

-- name, rank, now, expires
local ADVANCE = [[
local name, rank, now, expires = unpack(ARGV)
local known, time = redis.call('HGET', kept, name), redis.call('ZSCORE', expiry, name)
if known and tonumber(time) > tonumber(now) and tonumber(known) > tonumber(rank) then return 0 end
redis.call('HSET', kept, name, rank)
redis.call('ZADD', expiry, expires, name)
return 1
]]

local LAST_SEEN = "return redis.call('HGET', kept, ARGV[1])"

local GET = [[
local version = redis.call('HGET', versions, ARGV[1])
if not version then return false end
return { redis.call('GET', KEYS[#KEYS]) or '', version }
]]

-- name, text, version ('' none, '*' any), due and expires ('' as it was, '-' none),
-- the write, 'SET' or 'APPEND'
local WRITE = [[
local name, text, version, due, expires, write, how = unpack(ARGV)
local its = redis.call('HGET', versions, name)
if its and redis.call('HGET', writers, name) == write then return { 1, its } end
if version ~= '*' and version ~= (its or '') then return { 0, its } end
local new = redis.call('HINCRBY', numbers, 'version', 1)
redis.call(how, KEYS[#KEYS], text)
redis.call('HSET', versions, name, new)
redis.call('HSET', writers, name, write)
redis.call('ZADD', names, 0, name)
set_time(dues, name, due)
set_time(ends, name, expires)
return { 1, new }
]]

-- name, version ('*' any)
local REMOVE = [[
local name, version = ARGV[1], ARGV[2]
local its = redis.call('HGET', versions, name)
if its and version ~= '*' and version ~= its then return { 0, its } end
if its then remove(name, KEYS[#KEYS]) end
return { 1, its or 0 }
]]

-- name, now
local EXPIRE = [[
local time = redis.call('ZSCORE', ends, ARGV[1])
if time and tonumber(time) <= tonumber(ARGV[2]) then remove(ARGV[1], KEYS[#KEYS]) end
return 1
]]

-- from, to, limit
local LIST = "return redis.call('ZRANGEBYLEX', names, ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])"

-- now, limit
local DUE = [[
local list = redis.call('ZRANGEBYSCORE', dues, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
return { list, redis.call('ZRANGE', dues, #list, #list, 'WITHSCORES')[2] or false }
]]

-- now, limit
local PURGE = [[
local more = forget(ARGV[1], ARGV[2])
return { more, redis.call('ZRANGEBYSCORE', ends, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2]) }
]]

local function script(body, ...)
  local text = table.concat(HEAD)
  for _, part in ipairs { ... } do text = text .. PARTS[part] end
  return text .. body
end

--- The scripts by name.
M.text = {
  add = script(ADD, "forget", "lanes"),
  claim = script(CLAIM, "urgent", "lanes"),
  renew = script(RENEW, "urgent", "lanes"),
  confirm = script(CONFIRM, "urgent", "lanes"),
  release = script(RELEASE, "urgent", "lanes"),
  pending = script(PENDING),
  advance = script(ADVANCE, "urgent"),
  last_seen = script(LAST_SEEN),
  get = script(GET),
  write = script(WRITE, "records"),
  remove = script(REMOVE, "records"),
  expire = script(EXPIRE, "records"),
  list = script(LIST),
  due = script(DUE),
  purge = script(PURGE, "forget"),
}

return M
