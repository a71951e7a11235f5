--- The store in Redis: for many processes on many machines. What each operation
--- does is in scripts.lua.

local Error = require "whatsapp.error"
local answers = require "whatsapp.store.answers"
local check = require "whatsapp.store.check"
local link = require "whatsapp.store.redis.link"
local loop = require "whatsapp.loop"
local options = require "whatsapp.store.redis.options"

local M = { short = "url", options = options.checks }

local NONE = {}

local Redis = {}
Redis.__index = Redis

---@param given table
---@return table|nil backend
---@return whatsapp.Error? err
function M.open(given)
  local settings, err = options.read(given)
  if not settings then return nil, err end
  local password = settings.password
  settings.password = nil
  local made, why = link.new(settings, function() return password end)
  if not made then
    return Error.config("store", "no client for Redis: " .. why,
      "install the rock whatsapp-redis (in nginx: lua-resty-redis)")
  end
  return setmetatable({ name = "redis", link = made, keep_keys = settings.keep_keys,
                        keep_seen = settings.keep_seen }, Redis)
end

function Redis:close()
  self.link:close()
end

-- Going out and coming back ------------------------------------------------------------

-- A number in full, the same on every Lua.
local function number(value)
  return (value % 1 == 0 and "%.0f" or "%.17g"):format(value)
end

-- A time whose bytes sort as it does; events of the same microsecond are in the
-- order of their arrival.
local function sortable(time)
  return ("%020.6f"):format(time)
end

-- No two writes or claims have the same name.
local function unique()
  local random = loop.current().random
  return ("%08x%08x%08x"):format(random() * 2 ^ 32, random() * 2 ^ 32, random() * 2 ^ 32)
end

local function time_or(value, missing)
  if value == nil then return missing end
  return value and number(value) or "-"
end

-- 1: done, 0: somebody else has it.
local function done_or_lost(value, err)
  if value == nil then return nil, err end
  if value == 0 then return answers.lost() end
  return true
end

-- The inbox ------------------------------------------------------------------------------

function Redis:add(items, now)
  local parts = {}
  local function put(text)
    parts[#parts + 1] = ("%d:"):format(#text)
    parts[#parts + 1] = text
  end
  for _, item in ipairs(items) do
    local seen = item.seen or NONE
    put(item.key)
    put(item.lane)
    put(sortable(item.at))
    put(number(item.at))
    put(number(item.at + self.keep_seen))
    put(item.body)
    put(number(#seen))
    for _, customer in ipairs(seen) do put(customer) end
  end
  return self.link:call("add", nil, { number(now), number(now + self.keep_keys), number(#items),
                                      table.concat(parts) })
end

function Redis:claim(now, lease)
  local token = unique()
  local found, err = self.link:call("claim", nil, { number(now), number(now + lease), token })
  if not found then return nil, err end
  local at, body = found[3]:match "^(%S+) ()"
  return { lane = found[1], key = found[2], at = tonumber(at), body = found[3]:sub(body), tries = tonumber(found[4]),
           token = token }
end

function Redis:renew(item, now, lease)
  return done_or_lost(self.link:call("renew", nil, { item.lane, item.token, number(now + lease) }))
end

function Redis:confirm(item)
  return done_or_lost(self.link:call("confirm", nil, { item.lane, item.token, item.key }))
end

function Redis:release(item, now, delay, anew)
  return done_or_lost(self.link:call("release", nil,
    { item.lane, item.token, item.key, delay > 0 and number(now + delay) or "", anew and "anew" or "" }))
end

function Redis:pending(now)
  local found, err = self.link:call("pending", nil, {})
  if not found then return nil, err end
  return found[1], answers.wait(tonumber(found[2]), now)
end

function Redis:advance(id, rank, now)
  local done, err = self.link:call("advance", nil,
    { "r" .. id, number(rank), number(now), number(now + self.keep_keys) })
  if done == nil then return nil, err end
  return done == 1
end

function Redis:last_seen(customer)
  local at, err = self.link:call("last_seen", nil, { "s" .. customer })
  if not at then return nil, err end
  return tonumber(at)
end

local CHUNK = 500

function Redis:purge(now)
  repeat
    local found, err = self.link:call("purge", nil, { number(now), number(CHUNK) })
    if not found then return nil, err end
    for _, name in ipairs(found[2]) do
      local ok
      ok, err = self.link:call("expire", name, { name, number(now) })
      if not ok then return nil, err end
    end
  until found[1] < CHUNK and #found[2] < CHUNK
  return true
end

-- Records --------------------------------------------------------------------------------

function Redis:get(name)
  local found, err = self.link:call("get", name, { name })
  if not found then return nil, err end
  return found[1], tonumber(found[2])
end

local function version_or(version, missing)
  if version == nil then return missing end
  return version == true and "*" or number(version)
end

-- { 1, the new version }, or { 0, the one it has }.
local function written(found, err)
  if not found then return nil, err end
  if found[1] == 1 then return tonumber(found[2]) end
  return nil, answers.mismatch(found[2])
end

-- What a field becomes that is not given: put clears it, append leaves it.
local function write(how, missing)
  return function(self, name, text, version, given)
    return written(self.link:call("write", name, { name, text, version_or(version, ""), time_or(given.due, missing),
      time_or(given.expires, missing), unique(), how }))
  end
end

Redis.put = write("SET", "-")
Redis.append = write("APPEND", "")

function Redis:remove(name, version)
  local found, err = written(self.link:call("remove", name, { name, version_or(version, "*") }))
  return found and true, err
end

function Redis:list(prefix, after, limit)
  local from = "[" .. prefix
  if after and after >= prefix then from = "(" .. after end
  if from == "[" then from = "-" end
  local behind = check.behind(prefix)
  return self.link:call("list", nil, { from, behind and "(" .. behind or "+", number(limit) })
end

function Redis:due(now, limit)
  local found, err = self.link:call("due", nil, { number(now), number(limit) })
  if not found then return nil, err end
  return found[1], answers.wait(tonumber(found[2]), now)
end

return M
