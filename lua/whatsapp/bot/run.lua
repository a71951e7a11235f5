--- What a bot has stored, handled: from the inbox to the handlers, and what time asks for.

local Error = require "whatsapp.error"
local trouble = require "whatsapp.bot.trouble"
local webhook = require "whatsapp.webhook"
local window = require "whatsapp.window"

local guarded, report = trouble.guarded, trouble.report

local M = {}

--- The bot's conversations.
---@param bot whatsapp.Bot
---@return table
function M.desk(bot)
  if not bot.talks then bot.talks = require("whatsapp.conversation").desk(bot, report, M.begin) end
  return bot.talks
end

-- One event ----------------------------------------------------------------------------

-- Whether an event is a timer of a conversation, put into the inbox here.
local function is_own(event)
  return event.field == "whatsapp.conversation"
end

local function process(bot, event)
  if is_own(event) then
    M.desk(bot):handle(event)
    return nil
  end
  if bot.talks and bot.talks:redirect(event) then return nil end
  webhook.attach(event, bot.client)
  event.bot = bot
  local ok, err = window.recover(event, bot.store)
  local again = not ok and report(bot, err, event)
  if again then return again end
  bot.handlers:handle(event, bot.talks)
end

-- Seconds until the event is to be handled again; nil when it is not. And why: it is
-- "asked" for, as often as may be, or "held" on to until then; else it was tried in vain.
local function handle_event(bot, event)
  local again = guarded(bot, event, function() return process(bot, event) end)
  if again then return again, "asked" end
  if bot.talks then return bot.talks:postponed(event) end
end

local function poison(claim)
  return Error.new { kind = "state", outcome = "unknown",
    message = ("the event was begun %d times and never ended, so it is left"):format(claim.tries - 1),
    hint = "its handler ends the process, or blocks it for longer than `lease` seconds" }
end

-- What an event that is left had a conversation do is not left. As `handle_event`.
local function leave(bot, event)
  if not (bot.talks or is_own(event)) then return nil end
  M.desk(bot):leave(event)
  return bot.talks:postponed(event)
end

local STALL = 1 -- seconds until the store is asked again

-- One event from claim to confirmation.
local function run(bot, event, claim)
  local again, why
  if bot.inbox:is_poison(claim) then
    report(bot, poison(claim), event)
    again, why = leave(bot, event)
  else
    local news, err = bot.inbox:is_news(event)
    if news == nil then
      report(bot, err, event)
      return bot.inbox:stall(event, claim, STALL)
    end
    if news then again, why = handle_event(bot, event) end
  end
  if why == "held" then return bot.inbox:stall(event, claim, again) end
  local ok, err
  if again then ok, err = bot.inbox:again(claim, again, why == "asked") else ok, err = bot.inbox:done(claim) end
  if not ok then report(bot, err, event) end
end

-- All of them --------------------------------------------------------------------------

-- The next task of a worker. All workers of the process count, so that one who
-- finds no place leaves word, and the next who is free looks again. `own` has what
-- one `work` has begun, and counts the places that it has taken.
local function next_task(bot, own)
  local inbox = bot.inbox
  local function take(n) bot.active, own.taken = bot.active + n, own.taken + n end
  while bot.active < bot.concurrency and not (bot.ending and bot.ending()) do
    take(1)
    bot.behind = false
    local ok, event, claim, more = pcall(inbox.next, inbox)
    if not ok then event, claim = nil, event end
    if event then
      own.begun[claim] = event
      return function()
        guarded(bot, event, function() run(bot, event, claim) end)
        own.begun[claim] = nil
        inbox:leave(claim)
        take(-1)
      end
    end
    take(-1)
    if claim then report(bot, claim) end
    if not bot.behind and not more then return nil end
  end
  bot.behind = true
end

-- Handlers that were ended from outside, or yielded by themselves.
local function leave_begun(bot, own)
  for claim, event in pairs(own.begun) do
    local again = report(bot, Error.new { kind = "state", outcome = "unknown",
      message = "the handler did not come to its end: it yielded by itself, or was ended from outside",
      hint = "in plain Lua nothing but the client's calls may suspend it; it begins again, a lease later" }, event)
    if again then bot.inbox:again(claim, again, true) else bot.inbox:leave(claim) end
  end
end

local function upkeep(bot)
  local ok, err = bot.inbox:upkeep()
  if not ok then report(bot, err) end
end

local function purge(bot)
  local ok, err = bot.inbox:purge()
  if not ok then report(bot, err) end
end

--- Handles what is stored: see `Bot:work`.
---@param bot whatsapp.Bot
function M.work(bot)
  local own, loop = { taken = 0, begun = {} }, bot.client:loop()
  local ready, why = true, nil
  if loop.ready then ready, why = loop.ready() end
  if not ready then return report(bot, why) end
  guarded(bot, nil, function()
    loop.gather(bot.concurrency, function() return next_task(bot, own) end,
      function() guarded(bot, nil, function() upkeep(bot) end) end, bot.inbox.lease / 4)
  end)
  bot.active = bot.active - own.taken
  leave_begun(bot, own)
end

--- Has what is stored handled: now, or after the answer is out.
---@param bot whatsapp.Bot
function M.begin(bot)
  if bot.later then return bot.later(bot) end
  return bot:work()
end

-- What nobody tells of is looked for this often, in seconds.
local IDLE, SOON = 5, 1

-- Timers of conversations.
local function fire(bot)
  if not bot.talks then return nil end
  local seconds, err = bot.talks:tick()
  if err then report(bot, err) end
  return seconds
end

--- Does what time asks for: see `Bot:tick`.
---@param bot whatsapp.Bot
---@return number seconds until the next call is due
function M.tick(bot)
  upkeep(bot)
  guarded(bot, nil, function() purge(bot) end)
  local due = fire(bot)
  M.begin(bot)
  local seconds, err = bot.inbox:wait()
  if err then report(bot, err) end
  -- What is due now has been begun, or could not be: nothing that haste would help.
  if seconds == 0 then seconds = SOON end
  return math.min(seconds or IDLE, due or IDLE, IDLE)
end

return M
