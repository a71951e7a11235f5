--- What a bot has received and not yet handled: events in a store, claimed one
--- customer at a time, and confirmed when their handler has ended.

local webhook = require "whatsapp.webhook"
local window = require "whatsapp.window"

local Inbox = {}
Inbox.__index = Inbox

local M = {}

-- A clock of Meta's that is this far ahead is not believed.
local AHEAD = 300

--- An inbox over a store.
---@param store whatsapp.Store
---@param settings { clock: (fun(): number), lease: number, tries: integer }
---@return table
function M.new(store, settings)
  return setmetatable({
    store = store, clock = settings.clock, lease = settings.lease, tries = settings.tries,
    held = {},         -- claims under way: the time of each at which it is to be renewed
    unconfirmed = {},  -- those handled whose confirmation the store did not take
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

--- The next event that can be handled, with its claim.
---@return whatsapp.Event|nil event nil, and no error, when there is none
---@return table|whatsapp.Error|nil claim
function Inbox:next()
  local now = self.clock()
  local claim, err = self.store:claim(now, self.lease)
  if not claim then return nil, err end
  self.held[claim] = now + self.lease / 2
  local event
  event, err = webhook.restore(claim.body)
  if event then return event, claim end
  -- Written by something else than a bot: nobody could handle it.
  self:done(claim)
  return nil, err
end

--- Whether an event was begun so often that it seems to end its process.
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
  if not rank then return true end
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
  self.held[claim] = nil
  local ok, err = self.store:confirm(claim, self.clock())
  if ok then return true end
  if not is_lost(err) then
    self.unconfirmed[claim] = true
    self.held[claim] = 0
  end
  return nil, err
end

--- The event is to be handled again later; its customer's others wait.
---@param claim table
---@param delay number seconds
---@return true|nil
---@return whatsapp.Error? err
function Inbox:again(claim, delay)
  self.held[claim] = nil
  return self.store:release(claim, self.clock(), delay)
end

-- Upkeep -----------------------------------------------------------------------------

local function confirm_late(self)
  local late = {}
  for claim in pairs(self.unconfirmed) do late[#late + 1] = claim end
  for _, claim in ipairs(late) do
    self.unconfirmed[claim] = nil
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
    if ok then
      self.held[claim] = now + self.lease / 2
    elseif is_lost(err) then
      self.held[claim], self.unconfirmed[claim] = nil, nil
    else
      return nil, err
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
  return seconds
end

return M
