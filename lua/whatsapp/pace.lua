--- How fast to go: a bucket of tokens. Pure: the clock is the caller's.

local Bucket = {}
Bucket.__index = Bucket

local M = {}

--- A bucket of as many tokens as a second has, at least one. A token that is
--- taken comes back after the span in which so many are allowed, and `slack`, so
--- that no such time ever sees more of them.
---@param rate number tokens a second
---@param slack? number seconds
---@return table bucket
function M.bucket(rate, slack)
  local size = math.max(1, math.floor(rate))
  return setmetatable({ rate = rate, span = size / rate + (slack or 0), size = size, back = {}, at = 1 }, Bucket)
end

--- Seconds until the next token, without taking it.
---@param now number
---@return number
function Bucket:wait(now)
  return math.max(0, (self.back[self.at] or now) - now)
end

--- Takes the next token, which may be used after the seconds returned; none when
--- that would not be before `latest`.
---@param now number
---@param latest? number
---@return number|nil seconds
---@return number? wait what it would have been
function Bucket:take(now, latest)
  local wait = self:wait(now)
  if latest and now + wait >= latest then return nil, wait end
  self.back[self.at] = now + wait + self.span
  self.at = self.at % self.size + 1
  return wait
end

-- A bucket for all workers of an nginx: token number n is used when entry n is
-- added, which only one of them can do, and the entry says when it is back. So
-- nothing is ever locked, nor lost with a worker that is killed. `head` is where to
-- start looking: at the last entry, or, since it is counted later, just before.
local Shared = {}
Shared.__index = Shared

local SHARED_SIZE = 100 -- entries are small: this many fit everywhere
local EXTRA = 10        -- seconds for which an entry outlives its use

--- The same bucket, kept in an lua_shared_dict.
---@param dict table of ngx.shared
---@param key string
---@param rate number tokens a second
---@param slack? number seconds
---@return table bucket
function M.shared_bucket(dict, key, rate, slack)
  local size = math.max(1, math.min(math.floor(rate), SHARED_SIZE))
  local name = ("whatsapp %s %.14g "):format(key, rate)
  return setmetatable({ dict = dict, rate = rate, size = size,
                        span = size / rate + (slack or 0), head = name .. "head", name = name }, Shared)
end

--- See `Bucket:take`.
---@param now number of a clock that all workers share
---@param latest? number
---@return number|nil seconds
---@return number? wait
---@return string? why the dictionary fails
function Shared:take(now, latest)
  local n = self.dict:get(self.head) or 0
  while true do
    n = n + 1
    local due = math.max(now, self.dict:get(self.name .. n - self.size) or now)
    local wait = due - now
    if latest and due >= latest then return nil, wait end
    local added, why = self.dict:add(self.name .. n, due + self.span, wait + self.span + EXTRA)
    if added then
      self.dict:incr(self.head, 1, 0)
      return wait
    end
    if why ~= "exists" then return nil, wait, why end
  end
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

function Leaky:take(now, latest)
  local wait = self:wait(now)
  if latest and now + wait >= latest then return nil, wait end
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
---@param dict? table of ngx.shared: the rates are then those of all workers
function M.pacer(dict)
  return setmetatable({ dict = dict, rates = {}, pairs = {}, pair_count = 0,
                        pairs_max = PAIRS_MAX }, Pacer)
end

-- Per rate of a key: its bucket and those of the faster ones, slowest first.
local function lines_of(buckets)
  local lines = {}
  for rate in pairs(buckets) do
    local line = {}
    for _, bucket in pairs(buckets) do
      if bucket.rate >= rate then line[#line + 1] = bucket end
    end
    table.sort(line, function(a, b) return a.rate < b.rate end)
    lines[rate] = line
  end
  return lines
end

--- The buckets in which a call must queue, one after the other: that of its
--- rate, and those of the key's faster rates, since siblings with rates of their
--- own still share the fastest.
---@param key string whose rate it is
---@param rate number a second
---@param slack? number seconds, as for a bucket
---@return table[] buckets
function Pacer:line(key, rate, slack)
  local known = self.rates[key]
  if known and known.lines[rate] then return known.lines[rate] end
  if not known then
    known = { buckets = {} }
    self.rates[key] = known
  end
  known.buckets[rate] = self.dict and M.shared_bucket(self.dict, key, rate, slack)
    or M.bucket(rate, slack)
  known.lines = lines_of(known.buckets)
  return known.lines[rate]
end

local function drop_full(self, now)
  local count = 0
  for key, bucket in pairs(self.pairs) do
    if bucket:full(now) then self.pairs[key] = nil else count = count + 1 end
  end
  self.pair_count = count
  self.pairs_max = math.max(PAIRS_MAX, count * 2)
end

--- The bucket of one recipient.
---@param recipient string
---@param now number
---@return table bucket
function Pacer:pair(recipient, now)
  local bucket = self.pairs[recipient]
  if not bucket then
    if self.pair_count >= self.pairs_max then drop_full(self, now) end
    bucket = M.lending(PAIR_RATE, PAIR_BURST)
    self.pairs[recipient] = bucket
    self.pair_count = self.pair_count + 1
  end
  return bucket
end

return M
