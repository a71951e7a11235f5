--- How fast to go: a bucket of tokens. Pure: the clock is the caller's.

local Bucket = {}
Bucket.__index = Bucket

local M = {}

--- A bucket of `size` tokens. A token that is taken comes back `size / rate`
--- seconds later, so that no such span ever sees more than `size` of them.
---@param rate number tokens a second
---@param size? integer default: those of one second, at least 1
---@return table bucket
function M.bucket(rate, size)
  size = size or math.max(1, math.floor(rate))
  return setmetatable({ span = size / rate, size = size, back = {}, at = 1 }, Bucket)
end

--- Seconds until the next token, without taking it.
---@param now number
---@return number
function Bucket:wait(now)
  return math.max(0, (self.back[self.at] or now) - now)
end

--- Takes the next token, which may be used after the seconds returned.
---@param now number
---@return number seconds
function Bucket:take(now)
  local wait = self:wait(now)
  self.back[self.at] = now + wait + self.span
  self.at = self.at % self.size + 1
  return wait
end

local Leaky = {}
Leaky.__index = Leaky

--- The rate to one recipient: a burst is lent and repaid one by one.
---@param rate number messages a second
---@param burst integer
---@return table bucket with the same two methods
function M.lending(rate, burst)
  return setmetatable({ step = 1 / rate, burst = burst, due = nil }, Leaky)
end

function Leaky:wait(now)
  return math.max(0, (self.due or now) - (self.burst - 1) * self.step - now)
end

function Leaky:take(now)
  local wait = self:wait(now)
  self.due = math.max(self.due or now, now) + self.step
  return wait
end

--- Whether the whole burst is free again, so that the bucket can be forgotten.
---@param now number
---@return boolean
function Leaky:full(now)
  return (self.due or now) <= now
end

-- The buckets of a client ----------------------------------------------------------

local Pacer = {}
Pacer.__index = Pacer

local PAIR_RATE, PAIR_BURST = 1 / 6, 45
local PAIRS_MAX = 1000

--- What a client and its siblings share.
function M.pacer()
  return setmetatable({ buckets = {}, pairs = {}, pair_count = 0 }, Pacer)
end

local function drop_full(self, now)
  local count = 0
  for key, bucket in pairs(self.pairs) do
    if bucket:full(now) then self.pairs[key] = nil else count = count + 1 end
  end
  self.pair_count = count
  self.pairs_max = math.max(PAIRS_MAX, count * 2)
end

local function pair_bucket(self, key, now)
  local bucket = self.pairs[key]
  if not bucket then
    if self.pair_count >= (self.pairs_max or PAIRS_MAX) then drop_full(self, now) end
    bucket = M.lending(PAIR_RATE, PAIR_BURST)
    self.pairs[key] = bucket
    self.pair_count = self.pair_count + 1
  end
  return bucket
end

local function rate_bucket(self, key, rate)
  local bucket = self.buckets[key]
  if not bucket or bucket.rate ~= rate then
    bucket = M.bucket(rate)
    bucket.rate = rate
    self.buckets[key] = bucket
  end
  return bucket
end

--- Seconds to wait before a call may go out; takes its place in the line unless
--- that is longer than `left`.
---@param key string|nil whose rate it is; nil: none
---@param rate number|false
---@param pair string|nil the recipient, when the rate to one is kept too
---@param now number
---@param left number seconds until the deadline
---@return number seconds
---@return boolean taken
function Pacer:reserve(key, rate, pair, now, left)
  local wait, mine, theirs = 0, nil, nil
  if key and rate then
    mine = rate_bucket(self, key, rate)
    wait = mine:wait(now)
  end
  if pair then
    theirs = pair_bucket(self, pair, now)
    wait = math.max(wait, theirs:wait(now))
  end
  if wait >= left then return wait, false end
  if mine then mine:take(now) end
  if theirs then theirs:take(now) end
  return wait, true
end

return M
