--- What a bot has received and not yet handled: events in a store, claimed one
--- customer at a time, and confirmed when their handler has ended.

local webhook = require "whatsapp.webhook"
local window = require "whatsapp.window"

local Inbox = {}
Inbox.__index = Inbox

local M = {}

-- A clock of Meta's that is this far ahead is not believed.
local AHEAD = 300

-- Seconds between two looks for what has expired.
local PURGE_EVERY = 300

--- An inbox over a store.
---@param store whatsapp.Store
---@param settings { clock: (fun(): number), lease: number, tries: integer }
---@return table
function M.new(store, settings)
  return setmetatable({
    store = store, clock = settings.clock, lease = settings.lease, tries = settings.tries,
    begun = {},    -- by key: claims of which an event was given out and has not ended
    held = {},     -- claims under way: the time of each at which it is to be renewed
    stalled = {},  -- those among them that wait for the store: { event, time }
    handled = {},  -- by key: those handled whose confirmation the store did not take
  }, Inbox)
end

-- Taking in --------------------------------------------------------------------------

local function item_of(event, now)
  local at = event.timestamp
  if at <= 0 or at > now + AHEAD then at = now end
  return { key = event.key, lane = event.lane, at = at, body = event:dump(), seen = window.names_of(event) }
end

--- Stores events, all or none; what was stored before is not stored again.
---@param events whatsapp.Event[]
---@return integer|nil added
---@return whatsapp.Error? err
function Inbox:add(events)
  local now, items = self.clock(), {}
  for i = 1, #events do items[i] = item_of(events[i], now) end
  if #items == 0 then return 0 end
  return self.store:add(items, now)
end

-- Giving out -------------------------------------------------------------------------

-- One of those that waited long enough for the store.
local function take_stalled(self, now)
  for claim, one in pairs(self.stalled) do
    if one.time <= now then
      self.stalled[claim] = nil
      return one.event, claim
    end
  end
end

-- What was handled here, and could not be confirmed until the lease had ended.
local function is_handled(self, claim)
  local before = self.handled[claim.key]
  if before then self.held[before] = nil end
  return before ~= nil
end

-- What is under way here, and came again since its lease ran out before it was renewed
-- (the clock was set, the process was suspended): nobody else has it.
local function take_on(self, claim, now)
  local begun = self.begun[claim.key]
  if not begun then return false end
  begun.token, self.held[begun] = claim.token, now + self.lease / 2
  return true
end

--- The next event that can be handled, with its claim.
---@return whatsapp.Event|nil event nil when there is none
---@return table|whatsapp.Error|nil claim
---@return boolean|nil more without an event: whether to ask again at once
function Inbox:next()
  local now = self.clock()
  local event, claim = take_stalled(self, now)
  if event then return event, claim end
  local err
  claim, err = self.store:claim(now, self.lease)
  if not claim then return nil, err end
  if take_on(self, claim, now) then return nil, nil, true end
  self.held[claim] = now + self.lease / 2
  if not is_handled(self, claim) then
    event, err = webhook.restore(claim.body)
    if event then
      self.begun[claim.key] = claim
      return event, claim
    end
    -- Written by something else than a bot: nobody could handle it.
  end
  local ok, why = self:done(claim)
  return nil, err or why, ok
end

--- Whether an event was begun so often, without an end, that it seems to end its process.
---@param claim table
---@return boolean
function Inbox:is_poison(claim)
  return claim.tries > self.tries
end

-- Only forward: a status that comes after a later one is old news.
local RANKS = { sent = 1, delivered = 2, read = 3, played = 4, failed = 5 }

--- Whether an event is still news.
---@param event whatsapp.Event
---@return boolean|nil
---@return whatsapp.Error? err
function Inbox:is_news(event)
  local rank = event.kind == "status" and event.id and RANKS[event.type]
  -- Where the key is not made of the id, that is too long for a name.
  if not rank or event.key:sub(1, #event.id) ~= event.id then return true end
  local who = event.group_id and event.from or ""
  return self.store:advance(("%s %s"):format(event.id, who), rank, self.clock())
end

-- Ending -----------------------------------------------------------------------------

local function is_lost(err)
  return err.kind == "state" and err.conflict
end

--- The event is handled. A store that cannot note it now is asked again later.
---@param claim table
---@return true|nil
---@return whatsapp.Error? err
function Inbox:done(claim)
  self.held[claim], self.begun[claim.key] = nil, nil
  local ok, err = self.store:confirm(claim, self.clock())
  if ok or is_lost(err) then
    self.handled[claim.key] = nil
  else
    self.handled[claim.key], self.held[claim] = claim, 0
  end
  return ok, err
end

--- How many events are handled whose confirmation the store has yet to take.
---@return integer
function Inbox:unconfirmed()
  local count = 0
  for _ in pairs(self.handled) do count = count + 1 end
  return count
end

--- The store cannot say what must be known first. The claim is kept, since to give
--- it back would need the store too; `next` gives it out again after the delay.
---@param event whatsapp.Event
---@param claim table
---@param delay number seconds
function Inbox:stall(event, claim, delay)
  self.stalled[claim] = { event = event, time = self.clock() + delay }
end

-- The least delay, in seconds, of what may fail for ever: it must not keep the process busy.
local SOONEST = 1

--- The event is to be handled again later; its customer's others wait.
---@param claim table
---@param delay number seconds
---@param asked boolean as often as that is asked for: it is not counted as a try
---@return true|nil
---@return whatsapp.Error? err
function Inbox:again(claim, delay, asked)
  self.held[claim], self.begun[claim.key] = nil, nil
  return self.store:release(claim, self.clock(), asked and math.max(delay, SOONEST) or delay, asked)
end

--- What handled the event is over. Unless the event came to an end by it, or is kept,
--- it is not held on to any longer: it comes again when its lease has run out.
---@param claim table
function Inbox:leave(claim)
  if self.begun[claim.key] ~= claim or self.stalled[claim] then return end
  self.held[claim], self.begun[claim.key] = nil, nil
end

-- Upkeep -----------------------------------------------------------------------------

local function confirm_late(self)
  local late = {}
  for _, claim in pairs(self.handled) do late[#late + 1] = claim end
  for _, claim in ipairs(late) do
    local ok, err = self:done(claim)
    if not ok and not is_lost(err) then return nil, err end
  end
  return true
end

local function renew(self, now)
  local due = {}
  for claim, time in pairs(self.held) do
    if time <= now then due[#due + 1] = claim end
  end
  for _, claim in ipairs(due) do
    local ok, err = self.store:renew(claim, now, self.lease)
    if not ok and not is_lost(err) then return nil, err end
    -- It may have ended while the store was asked.
    if self.held[claim] then self.held[claim] = ok and now + self.lease / 2 or nil end
    if not ok and self.stalled[claim] then
      self.stalled[claim], self.begun[claim.key] = nil, nil
    end
  end
  return true
end

--- Notes what could not be noted before, and holds on to what is under way.
---@return true|nil
---@return whatsapp.Error? err
function Inbox:upkeep()
  local ok, err = confirm_late(self)
  if not ok then return nil, err end
  return renew(self, self.clock())
end

--- Takes away what has expired in the store, every few minutes.
---@return true|nil
---@return whatsapp.Error? err
function Inbox:purge()
  local now = self.clock()
  if self.purged and math.abs(now - self.purged) < PURGE_EVERY then return true end
  self.purged = now
  return self.store:purge(now)
end

--- Seconds until there is something to do; nil when there is nothing.
---@return number|nil
---@return whatsapp.Error? err
function Inbox:wait()
  local now = self.clock()
  local count, seconds = self.store:pending(now)
  if not count then return nil, seconds end
  for _, time in pairs(self.held) do
    seconds = math.min(seconds or math.huge, math.max(0, time - now))
  end
  for _, one in pairs(self.stalled) do
    seconds = math.min(seconds or math.huge, math.max(0, one.time - now))
  end
  return seconds
end

return M
