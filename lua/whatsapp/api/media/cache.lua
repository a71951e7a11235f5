--- Media ids by what they stand for, so that the same bytes are uploaded once.
--- In memory, bounded: the one that was not asked for longest goes first.

local M = {}

local LIMIT = 1000
local LIFE = 25 * 24 * 60 * 60 -- seconds; Graph keeps an upload for 30 days

---@class whatsapp.MediaCache
local Cache = {}
Cache.__index = Cache

--- A cache. Its keys are strings, and its times seconds since the epoch: it may
--- as well lie in a store.
---@return whatsapp.MediaCache
function M.new()
  return setmetatable({ entries = {}, count = 0, turn = 0, claims = setmetatable({}, { __mode = "v" }) }, Cache)
end

--- The id of a key, or nil.
---@param key string
---@param now number
---@return string|nil
function Cache:get(key, now)
  local entry = self.entries[key]
  if not entry then return nil end
  if entry.ends <= now then return self:drop(key) end
  self.turn = self.turn + 1
  entry.used = self.turn
  return entry.id
end

local function oldest(entries)
  local found
  for key, entry in pairs(entries) do
    if not found or entry.used < entries[found].used then found = key end
  end
  return found
end

---@param key string
---@param id string
---@param now number
function Cache:put(key, id, now)
  self:drop(key)
  if self.count >= LIMIT then self:drop(oldest(self.entries)) end
  self.turn = self.turn + 1
  self.entries[key] = { id = id, ends = now + LIFE, used = self.turn }
  self.count = self.count + 1
end

--- Forgets a key.
---@param key string
function Cache:drop(key)
  if not self.entries[key] then return end
  self.entries[key] = nil
  self.count = self.count - 1
end

--- Forgets an id, whatever it stands for.
---@param id string
function Cache:drop_id(id)
  for key, entry in pairs(self.entries) do
    if entry.id == id then self:drop(key) end
  end
end

--- Notes that the caller uploads the key's bytes: for as long as it keeps what is
--- returned, so that one who was ended in between keeps nobody waiting for good.
---@param key string
---@return table claim
function Cache:claim(key)
  local claim = {}
  self.claims[key] = claim
  return claim
end

--- Whether somebody uploads the key's bytes just now.
---@param key string
---@return boolean
function Cache:is_claimed(key)
  return self.claims[key] ~= nil
end

--- Takes a claim back.
---@param key string
---@param claim table
function Cache:release(key, claim)
  if self.claims[key] == claim then self.claims[key] = nil end
end

return M
