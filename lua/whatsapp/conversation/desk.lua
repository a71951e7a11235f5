--- A bot's conversations: finds the one that an event belongs to, opens, resumes and
--- ends them, and fires their timers.
--
-- A conversation goes on only while its lane's event is claimed. So timers put events
-- of our own into the inbox, and events of the same customer that come in another lane
-- (by user id, say, and not by phone) are put into its lane.

local Error = require "whatsapp.error"
local commands = require "whatsapp.conversation.command"
local journals = require "whatsapp.conversation.journal"
local lanes = require "whatsapp.conversation.lanes"
local routing = require "whatsapp.conversation.routing"
local starting = require "whatsapp.conversation.starting"
local states = require "whatsapp.conversation.state"
local talks = require "whatsapp.conversation.talk"
local timers = require "whatsapp.conversation.timers"
local trouble = require "whatsapp.conversation.trouble"
local webhook = require "whatsapp.webhook"

local must = trouble.must

local unpack = table.unpack or unpack -- luacheck: ignore 143

local Desk = {}
Desk.__index = Desk

local M = {}

local function by_event() return setmetatable({}, { __mode = "k" }) end

--- The conversations of a bot.
---@param bot whatsapp.Bot
---@param report fun(bot: whatsapp.Bot, err: any, event?: whatsapp.Event, traceback?: string): number|nil
---@param work fun(bot: whatsapp.Bot) has what is in the inbox handled
---@return table
function M.new(bot, report, work)
  return setmetatable({ bot = bot, report = report, work = work, known = {}, live = {}, live_count = 0,
    -- By event: when it comes again, where it belongs, how often it had one begin anew.
    again = by_event(), routes = routing.new(), restarts = by_event() }, Desk)
end

--- Lets every conversation be replayed that goes on next.
function Desk:forget_all()
  self.live, self.live_count = {}, 0
end

--- A replay is to word its messages as they were, of conversations that begin from now on:
--- for tests, whose code does not change.
function Desk:be_strict()
  self.strict = self.strict or {}
end

--- Makes a conversation known: only those can be resumed.
---@param definition whatsapp.Conversation
function Desk:add(definition)
  local known = self.known[definition.name]
  if known and known ~= definition then
    local _, err = Error.config("name", ("another conversation of the bot is called %q"):format(definition.name),
      "each needs a name of its own: by it, it is found when it goes on")
    Error.raise(err)
  end
  self.known[definition.name] = definition
end

function Desk:now() return self.bot.inbox.clock() end

function Desk:random() return self.bot.client:loop().random() end

--- A name for something new.
---@return string
function Desk:new_id()
  return ("%08x%08x"):format(math.floor(self:random() * 2 ^ 32), math.floor(self:random() * 2 ^ 32))
end

--- The client for the number that a conversation is with.
---@param head table
---@return whatsapp.Client
function Desk:client(head)
  local client = self.bot.client
  if not head.number or client.config.phone_number_id == head.number then return client end
  return client:with { phone_number_id = head.number }
end

--- The journal of a conversation that this process has under way.
---@param lane string
---@return table|nil
function Desk:journal(lane)
  local talk = self.live[lane]
  return talk and talk.journal
end

--- What stands in a lane.
---@param lane string
---@return table|nil journal
function Desk:load(lane)
  return must(journals.load(self.bot.store, lane, self:journal(lane)))
end

-- Running --------------------------------------------------------------------------------

-- As many coroutines are kept; more are replayed when they are needed.
local MOST_LIVE = 1000

local function forget(self, lane)
  if self.live[lane] then self.live[lane], self.live_count = nil, self.live_count - 1 end
end

local function keep_alive(self, talk)
  if not commands.outlive then return end
  local lane = talk.journal.lane
  if not self.live[lane] then
    if self.live_count >= MOST_LIVE then self:forget_all() end
    self.live_count = self.live_count + 1
  end
  self.live[lane] = talk
end

local function unknown_conversation(head)
  return Error.new { kind = "config", field = head.name,
    message = ("the bot has no conversation %s, version %s, to go on with"):format(head.name, head.code),
    hint = "bot:on(…, conversation), bot:add(conversation), or its `versions`" }
end

-- Makes the event come again after `seconds`. `why`: "held", it is held on to meanwhile;
-- "asked", `on_error` wants it; else, after a conflict, it counts as tried in vain.
local function postpone(self, event, seconds, why)
  self.again[event] = { seconds = seconds, why = why }
end

-- Seconds after which a conversation that cannot go on here is looked at again, here or by a
-- process that has the code for it: the longer it could not, the later.
local SOON, HOUR = 20, 60 * 60

local function next_look(self, journal)
  local step, first, now = journal.steps[journal.last], journal.kept[1], self:now()
  local since = first and first.at or step and step.due or journal.head.started
  if since > now then return since end
  return now + math.min(math.max(now - since, SOON), HOUR)
end

-- As many events wait for a conversation that cannot go on.
local MOST_KEPT = 100

-- Whether an event waits with its conversation. Others of its customer pass it by: those
-- that interrupt, and what tells what became of a message.
local function waits_with(journal, event)
  return not timers.is(event) and event.kind ~= "status" and not journal.keys[event.key]
end

-- Nothing is lost: once this process, or another, knows the code, it goes on.
local function keep_for_later(self, event, journal)
  if not journal.version then return end
  local ok, err = true, nil
  if waits_with(journal, event) and #journal.kept < MOST_KEPT then
    ok, err = journal:keep(routing.moved(self, event, journal.lane), self:now())
  end
  if ok then ok, err = journal:put_off(next_look(self, journal)) end
  if ok then return end
  if err.conflict then return postpone(self, event, 0) end
  self.report(self.bot, err, event)
  postpone(self, event, 1, "held")
end

-- Whom and what it is about, for `on_error`: a timer's event says nothing by itself.
local function describe(self, event, head)
  if not head then return end
  event.conversation = head.name
  if not timers.is(event) then return end
  event.from, event.phone_number_id = not head.group and head.to or nil, head.number
  event.group_id = head.group and head.to
  webhook.attach(event, self.bot.client)
end

-- A store that fails is tried again, a bug is told, and ends the conversation
-- unless `on_error` wants it tried again.
local function failed(self, event, talk, err, class, traceback)
  forget(self, talk.journal.lane)
  describe(self, event, talk.journal.head)
  if class == "store" then
    if err.conflict then return postpone(self, event, 0) end
    self.report(self.bot, err, event)
    return postpone(self, event, 1, "held")
  end
  local seconds = self.report(self.bot, err, event, traceback)
  if seconds then return postpone(self, event, seconds, "asked") end
  if class == "kept" then return keep_for_later(self, event, talk.journal) end
  local ok, why = talk.journal:close(self:now(), "failed", tostring(err))
  if not ok then self.report(self.bot, why, event) end
end

--- The head of a new conversation.
---@param definition whatsapp.Conversation
---@param head table whom it is with, and by what
---@param args any[] packed
---@return table
function Desk:head(definition, head, args)
  local id = self:new_id()
  if self.strict then self.strict[id] = true end
  return { name = definition.name, code = definition.version, id = id, started = self:now(),
           keep = definition.keep, to = head.to, group = head.group, number = head.number, key = head.key,
           event = head.event, args = args }
end

local run

-- As often a conversation begins anew before it waits for anything.
local MOST_RESTARTS = 20

-- Whether an event has one go round and round.
local function goes_round(self, event)
  self.restarts[event] = (self.restarts[event] or 0) + 1
  return self.restarts[event] > MOST_RESTARTS
end

local function no_end(definition)
  return Error.new { kind = "state", hint = "let it wait for something first: chat:ask, chat:wait, chat:sleep",
    message = ("the conversation %s began anew %d times in a row"):format(definition.name, MOST_RESTARTS) }
end

-- The same conversation from its beginning, with the code of today.
local function restart(self, event, journal, args)
  local definition = self.known[journal.head.name]
  if goes_round(self, event) then return failed(self, event, { journal = journal }, no_end(definition), "code") end
  local head = self:head(definition, journal.head, args)
  head.key = journal.newest or head.key
  local anew, err = journals.create(self.bot.store, journal.lane, head, journal.version)
  if not anew then return failed(self, event, { journal = journal }, err, "code") end
  return run(self, event, talks.new(self, definition, anew))
end

local function leave(self, event, talk)
  local command, journal = talk.command, talk.journal
  if command and command.command == "restart" then
    forget(self, journal.lane)
    return restart(self, event, journal, journals.pack(unpack(command.args, 1, command.args.n)))
  end
  forget(self, journal.lane)
  local ok, err = journal:close(self:now(), command and "cancelled" or "done")
  if not ok then return failed(self, event, talk, err, "store") end
end

-- Lets a conversation go on. `offered`: the event, for a command that waits for one. Whether
-- the event is done with, and whether the conversation went on.
function run(self, event, talk, offered)
  local function tell(err, traceback)
    describe(self, event, talk.journal.head)
    self.report(self.bot, err, event, traceback)
  end
  local state, err, class, traceback = talk:run(tell, offered)
  if not state then
    failed(self, event, talk, err, class, traceback)
    return true, talk.journal.head.ended ~= nil
  end
  local consumed = talk.consumed
  if state == "waiting" then keep_alive(self, talk) else leave(self, event, talk) end
  return consumed, true
end

-- The conversation of a journal: as it stands in this process, else to be replayed.
-- Nil, and all is done, when there is no code for it.
local function talk_of(self, event, journal)
  local head, live = journal.head, self.live[journal.lane]
  if live and live.journal.version == journal.version then return live end
  forget(self, journal.lane)
  local definition = self.known[head.name]
  local code = definition and definition:code(head.code)
  if code == "restart" then
    restart(self, event, journal, head.args)
  elseif code then
    return talks.new(self, definition, journal)
  else
    failed(self, event, { journal = journal }, unknown_conversation(head), "kept")
  end
end

-- Events ---------------------------------------------------------------------------------

-- Lets a conversation go on, and has what came while it could not come now, in its order.
local function catch_up(self, event, talk)
  local journal, events = talk.journal, {}
  for i, entry in ipairs(journal.kept) do events[i] = assert(webhook.restore(entry.kept)) end
  if waits_with(journal, event) then events[#events + 1] = routing.moved(self, event, journal.lane) end
  local _, on = run(self, event, talk)
  if not on then return end
  must(self.bot.inbox:add(events))
  if journal.head.ended then return end
  local ok, err = journal:forget_kept()
  -- Who was faster did the same, or has begun it anew.
  if not ok and not err.conflict then must(nil, err) end
end

-- What a status says is noted, once; then it is for the handlers too, unless it comes again.
local function settle(self, event, journal, n)
  talks.settle(journal, n, event)
  local talk = talk_of(self, event, journal)
  if talk then run(self, event, talk) end
  return self.again[event] ~= nil
end

local function offer(self, event)
  local found = routing.found(self, event)
  local journal = found and found.journal
  if not journal or journal.lane ~= event.lane then return false end
  if event.kind == "status" then return settle(self, event, journal, found.n) end
  if journal.head.ended then return journal.keys[event.key] or false end
  local talk = talk_of(self, event, journal)
  if not talk then return true end
  if talk.journal.kept[1] then
    catch_up(self, event, talk)
  elseif not talk.journal.keys[event.key] then
    return (run(self, event, talk, event))
  else
    run(self, event, talk)
  end
  return true
end

-- A store that fails is asked again a second later, whatever `on_error` says.
local function guarded(self, fn, event, ...)
  local ok, result = trouble.caught(fn, self, event, ...)
  if ok then return result end
  self.report(self.bot, result, event)
  postpone(self, event, 1, "held")
  return true
end

--- Puts an event into the lane of its customer's conversations, if that is another:
--- there it is handled.
---@param event whatsapp.Event
---@return boolean moved
function Desk:redirect(event)
  return guarded(self, routing.redirect, event)
end

--- Gives an event to its customer's open conversation.
---@param event whatsapp.Event
---@return boolean taken false: it is for the bot's handlers
function Desk:offer(event)
  return guarded(self, offer, event) or false
end

--- Seconds after which an event is to be handled again; nil: it is handled.
---@param event whatsapp.Event
---@return number|nil
---@return "held"|"asked"|nil why it is held on to meanwhile; it is asked for; else tried in vain
function Desk:postponed(event)
  local again = self.again[event]
  self.again[event] = nil
  if again then return again.seconds, again.why end
end

-- A conversation whose event is left is looked at again after so long.
local LEFT = 600

local function leave_event(self, event)
  local journal = self:load(event.lane)
  if not journal or journal.head.ended or not (timers.is(event) or journal.keys[event.key]) then return end
  must(journal:put_off(self:now() + LEFT))
end

--- An event was begun too often and is left. The conversation that it was to go on
--- with, or had begun to, is not: it has a timer.
---@param event whatsapp.Event
function Desk:leave(event)
  guarded(self, leave_event, event)
end

-- Opening ----------------------------------------------------------------------------------

local function begin(self, event, definition, lane, head, previous)
  local journal, err = journals.create(self.bot.store, lane, head, previous and previous.version)
  if not journal then return failed(self, event, { journal = { lane = lane } }, err, "kept") end
  run(self, event, talks.new(self, definition, journal))
end

-- One handler ends what another has begun. The customer's other names lead here now.
local function close_others(self, event)
  local names = lanes.of_event(event)
  for i = 2, #names do
    local journal = self:load(names[i])
    if journal and not journal.head.ended then
      forget(self, journal.lane)
      must(journal:close(self:now(), "replaced"))
    end
  end
  must(lanes.teach(self.bot.store, names, event.lane, self:now()))
end

-- What an event began goes on when it comes again.
local function resumed(self, event, journal)
  if not journal or not journal.keys[event.key] then return false end
  local talk = not journal.head.ended and talk_of(self, event, journal)
  if talk then run(self, event, talk) end
  return true
end

local function open(self, event, definition, ...)
  local head = { to = event.group_id or event.from, group = event.group_id and true, number = event.phone_number_id,
                 key = event.key, event = event:dump() }
  if definition.beside then
    local id = webhook.digest(event.key):sub(1, 16)
    return must(starting.beside(self, definition, event.lane, id, head, journals.pack(...)))
  end
  local previous = self:load(event.lane)
  if resumed(self, event, previous) then return end
  close_others(self, event)
  forget(self, event.lane)
  begin(self, event, definition, event.lane, self:head(definition, head, journals.pack(...)), previous)
end

-- What becomes of a conversation's messages opens none: that would have no end.
local OPENS_NONE = { status = true, echo = true, history = true }

--- Opens a conversation with the customer of an event, in the place of one that is open.
---@param definition whatsapp.Conversation
---@param event whatsapp.Event
---@param ... any the function's further arguments
function Desk:open(definition, event, ...)
  local _, err
  if OPENS_NONE[event.kind] then
    _, err = Error.invalid("event", ("a conversation is not opened by a %s"):format(event.kind),
      "a customer's message opens one, or conversation:start(bot, to)")
  elseif not event.phone_number_id or not (event.from or event.group_id) then
    _, err = Error.invalid("event", "is about no customer to have a conversation with")
  end
  if err then error(err, 0) end
  guarded(self, open, event, definition, ...)
end

--- See `Conversation:start`.
function Desk:start(definition, to, ...)
  local ok, err = starting.start(self, definition, to, journals.pack(...))
  if ok then
    self.work(self.bot)
    return true
  end
  if err.kind == "invalid" and not err.field then err.field, err.hint = "...", "give what JSON can carry" end
  return nil, err
end

local function fire(self, event)
  local journal = self:load(event.lane)
  if not journal or journal.head.ended then return end
  local talk = talk_of(self, event, journal)
  if not talk then return end
  talk:wake(event.raw.at)
  if journal.kept[1] then return catch_up(self, event, talk) end
  run(self, event, talk)
end

--- Does what an event of our own is for.
---@param event whatsapp.Event
function Desk:handle(event)
  guarded(self, fire, event)
end

--- Puts the timers that are due into the inbox.
---@return number|nil seconds until the next is due
---@return whatsapp.Error? err
function Desk:tick()
  return timers.tick(self.bot.store, self.bot.inbox, self:now())
end

--- The open conversations; see `Bot:conversations`.
---@param customer? string|number|whatsapp.Event
---@return whatsapp.ConversationState[]|nil
---@return whatsapp.Error? err
function Desk:list(customer)
  if customer == nil then return states.list(self) end
  local names, err
  if type(customer) == "table" and customer.lane then
    names = lanes.of_event(customer)
  else
    names, err = lanes.of_user(self.bot.client.config.phone_number_id, customer)
  end
  if names then names, err = lanes.known(self.bot.store, names) end
  if not names then return nil, err end
  return states.list(self, names)
end

return M
