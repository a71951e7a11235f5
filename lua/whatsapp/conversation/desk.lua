--- A bot's conversations: finds the one that an event belongs to, opens, resumes and
--- ends them, and fires their timers.
--
-- A conversation goes on only while its lane's event is claimed. So timers and
-- `start` put events of our own into the inbox, and events of the same customer that
-- come in another lane (by user id, say, and not by phone) are put into its lane.

local Error = require "whatsapp.error"
local journals = require "whatsapp.conversation.journal"
local json = require "whatsapp.json"
local lanes = require "whatsapp.conversation.lanes"
local states = require "whatsapp.conversation.state"
local talks = require "whatsapp.conversation.talk"
local webhook = require "whatsapp.webhook"

local unpack = table.unpack or unpack -- luacheck: ignore 143

local Desk = {}
Desk.__index = Desk

local M = {}

--- The field of our own events.
local FIELD = "whatsapp.conversation"

--- The conversations of a bot.
---@param bot whatsapp.Bot
---@param report fun(bot: whatsapp.Bot, err: any, event?: whatsapp.Event, traceback?: string): number|nil
---@param work fun(bot: whatsapp.Bot) has what is in the inbox handled
---@return table
function M.new(bot, report, work)
  return setmetatable({ bot = bot, report = report, work = work, known = {}, live = {}, live_count = 0,
                        again = setmetatable({}, { __mode = "k" }) }, Desk)
end

--- Makes a conversation known: only those can be resumed.
---@param definition whatsapp.Conversation
function Desk:add(definition)
  self.known[definition.name] = definition
end

function Desk:now() return self.bot.inbox.clock() end

function Desk:random() return self.bot.client:loop().random() end

local function new_id(self)
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

-- What the store says, or the end of it: see `guarded`.
local TROUBLE = {}

local function must(value, err)
  if err then error({ TROUBLE, err }, 0) end
  return value
end

local function load(self, lane)
  return must(journals.load(self.bot.store, lane))
end

-- Events of our own ---------------------------------------------------------------------

-- As text that makes one again.
local function own_event(lane, key, raw)
  return assert(webhook.restore(assert(json.encode { field = FIELD, lane = lane, key = key, raw = raw })))
end

-- Puts an event into a conversation's own lane.
local function move(self, event, lane)
  local moved = assert(webhook.restore(event:dump()))
  moved.lane, moved.key = lane, event.key .. "@"
  must(self.bot.inbox:add { moved })
  return true
end

-- Running --------------------------------------------------------------------------------

-- As many coroutines are kept; more are replayed when they are needed.
local MOST_LIVE = 1000

local function forget(self, lane)
  if self.live[lane] then self.live[lane], self.live_count = nil, self.live_count - 1 end
end

local function keep_alive(self, talk)
  local lane = talk.journal.lane
  if not self.live[lane] then
    if self.live_count >= MOST_LIVE then self.live, self.live_count = {}, 0 end
    self.live_count = self.live_count + 1
  end
  self.live[lane] = talk
end

local function unknown_conversation(head)
  return Error.new { kind = "config", field = head.name,
    message = ("the bot has no conversation %s, version %s, to go on with"):format(head.name, head.code),
    hint = "bot:on(…, conversation), bot:add(conversation), or its `versions`" }
end

-- Makes the event come again after `seconds`.
local function postpone(self, event, seconds)
  self.again[event] = seconds
end

-- A timer whose conversation cannot go on here is looked at again after so long.
local LATER = 60

-- What was due stays due: once this process, or another, knows its code, it goes on.
local function put_off(self, event, journal)
  if event.field ~= FIELD or not event.raw.timer or not journal.version then return end
  local ok, err = journal:put_off(self:now() + LATER)
  if not ok and not err.conflict then self.report(self.bot, err, event) end
end

-- A store that fails is tried again, a bug is told, and ends the conversation
-- unless `on_error` wants it tried again.
local function failed(self, event, talk, err, class, traceback)
  forget(self, talk.journal.lane)
  if class == "store" then
    if not err.conflict then self.report(self.bot, err, event) end
    return postpone(self, event, err.conflict and 0 or 1)
  end
  local seconds = self.report(self.bot, err, event, traceback)
  if seconds then return postpone(self, event, seconds) end
  if class == "kept" then return put_off(self, event, talk.journal) end
  local ok, why = talk.journal:close(self:now(), "failed", tostring(err))
  if not ok then self.report(self.bot, why, event) end
end

local function head_of(self, definition, head, args)
  return { name = definition.name, code = definition.version, id = new_id(self), started = self:now(),
           keep = definition.keep, to = head.to, group = head.group, number = head.number, key = head.key,
           event = head.event, args = args }
end

local run

-- The same conversation from its beginning, with the code of today.
local function restart(self, event, journal, args)
  local definition = self.known[journal.head.name]
  local head = head_of(self, definition, journal.head, args)
  head.key = journal.newest or head.key
  local anew, err = journals.create(self.bot.store, journal.lane, head, journal.version)
  if not anew then
    return failed(self, event, { journal = journal }, err, err.kind == "invalid" and "code" or "store")
  end
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

-- Lets a conversation go on. `offered`: the event, for a command that waits for one.
function run(self, event, talk, offered)
  local state, err, class, traceback = talk:run(offered)
  if not state then
    failed(self, event, talk, err, class, traceback)
    return true
  end
  local consumed = talk.consumed
  if state == "waiting" then keep_alive(self, talk) else leave(self, event, talk) end
  return consumed
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

-- What the status of one of our messages says, when that is not known yet.
local function settle(self, event)
  local lane, id, n = talks.read_mark(event.callback_data)
  if not lane then return end
  local journal = load(self, lane)
  if not journal or journal.head.ended or journal.head.id ~= id then return end
  local step = journal.steps[n]
  if not step or step.values then return end
  if lane ~= event.lane then return move(self, event, lane) end
  local talk = talk_of(self, event, journal)
  if not talk then return end
  talks.settle(talk.journal, n, event)
  run(self, event, talk)
end

-- The customer's other names lead here from now on: the next event may have no other.
local function teach(self, event, journal)
  local names = lanes.of_event(event)
  for i = 2, #names do
    must(lanes.remember(self.bot.store, names[i], journal.lane, self:now(), load(self, names[i])))
  end
end

local function offer(self, event)
  if event.kind == "status" then return settle(self, event) and false end
  if not event.phone_number_id or not (event.from or event.group_id) then return false end
  local store = self.bot.store
  local found = must(lanes.find(store, lanes.of_event(event)))
  local journal = found.journal
  if not journal then return false end
  if journal.head.ended then return journal.keys[event.key] or false end
  if journal.lane ~= event.lane then
    must(lanes.remember(store, event.lane, journal.lane, self:now(), found.there))
    return move(self, event, journal.lane)
  end
  teach(self, event, journal)
  local talk = talk_of(self, event, journal)
  if not talk then return true end
  if not talk.journal.keys[event.key] then return run(self, event, talk, event) end
  run(self, event, talk)
  return true
end

-- A store that fails is asked again a second later, whatever `on_error` says.
local function guarded(self, fn, event, ...)
  local ok, result = pcall(fn, self, event, ...)
  if ok then return result end
  if type(result) ~= "table" or result[1] ~= TROUBLE then error(result, 0) end
  self.report(self.bot, result[2], event)
  postpone(self, event, 1)
  return true
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
function Desk:postponed(event)
  return self.again[event]
end

-- Opening ----------------------------------------------------------------------------------

local function begin(self, event, definition, lane, head, previous)
  local journal, err = journals.create(self.bot.store, lane, head, previous and previous.version)
  if not journal then
    return failed(self, event, { journal = { lane = lane } }, err, err.kind == "invalid" and "kept" or "store")
  end
  run(self, event, talks.new(self, definition, journal))
end

-- One handler ends what another has begun. The customer's other names lead here now.
local function close_others(self, event)
  local names = lanes.of_event(event)
  for i = 2, #names do
    local journal = load(self, names[i])
    if journal and not journal.head.ended then
      forget(self, journal.lane)
      must(journal:close(self:now(), "replaced"))
    end
    must(lanes.remember(self.bot.store, names[i], event.lane, self:now(), journal))
  end
end

-- What an event began goes on when it comes again.
local function resumed(self, event, journal)
  if not journal or not journal.keys[event.key] then return false end
  local talk = not journal.head.ended and talk_of(self, event, journal)
  if talk then run(self, event, talk) end
  return true
end

local function open(self, event, definition, ...)
  local previous = load(self, event.lane)
  if resumed(self, event, previous) then return end
  close_others(self, event)
  forget(self, event.lane)
  local head = { to = event.group_id or event.from, group = event.group_id and true, number = event.phone_number_id,
                 key = event.key, event = event:dump() }
  begin(self, event, definition, event.lane, head_of(self, definition, head, journals.pack(...)), previous)
end

--- Opens a conversation with the customer of an event, in the place of one that is open.
---@param definition whatsapp.Conversation
---@param event whatsapp.Event
---@param ... any the function's further arguments
function Desk:open(definition, event, ...)
  if not event.phone_number_id or not (event.from or event.group_id) then
    local _, err = Error.invalid("event", "is about no customer to have a conversation with")
    error(err, 0)
  end
  guarded(self, open, event, definition, ...)
end

local function is_open(name)
  return Error.new { kind = "state", message = ("the customer has the conversation %s open"):format(name),
    hint = "bot:conversations(customer) lists them, and :finish() ends one" }
end

--- See `Conversation:start`.
function Desk:start(definition, to, ...)
  local number = self.bot.client.config.phone_number_id
  local lane, err, found = lanes.to_begin(self.bot.store, number, to)
  if not lane then return nil, err or is_open(found.head.name) end
  local raw = { start = definition.name, to = tostring(to), number = number, args = journals.pack(...) }
  local text, why = json.encode(raw)
  if not text then return Error.invalid("...", why, "give what JSON can carry") end
  local added
  added, err = self.bot.inbox:add { own_event(lane, ("start:%s"):format(new_id(self)), raw) }
  if not added then return nil, err end
  self.work(self.bot)
  return true
end

local function begin_started(self, event)
  local raw, journal = event.raw, load(self, event.lane)
  if resumed(self, event, journal) then return end
  if journal and not journal.head.ended then return self.report(self.bot, is_open(journal.head.name), event) end
  local definition = self.known[raw.start]
  if not definition then
    return failed(self, event, { journal = { lane = event.lane } },
      unknown_conversation { name = raw.start, code = "any" }, "kept")
  end
  local head = head_of(self, definition, { to = raw.to, number = raw.number, key = event.key }, raw.args)
  begin(self, event, definition, event.lane, head, journal)
end

local function fire(self, event)
  local journal = load(self, event.lane)
  if not journal or journal.head.ended then return end
  local talk = talk_of(self, event, journal)
  if talk then run(self, event, talk) end
end

--- Does what an event of our own is for.
---@param event whatsapp.Event
function Desk:handle(event)
  guarded(self, event.raw.start and begin_started or fire, event)
end

-- Time -------------------------------------------------------------------------------------

--- Puts the timers that are due into the inbox.
---@return number|nil seconds until the next is due
---@return whatsapp.Error? err
function Desk:tick()
  local store, now = self.bot.store, self:now()
  local names, seconds = store:due(now)
  if not names then return nil, seconds end
  local events = {}
  for _, name in ipairs(names) do
    local lane = name:sub(1, #journals.PREFIX) == journals.PREFIX and name:sub(#journals.PREFIX + 1)
    local _, version = store:get(name)
    if lane and type(version) == "number" then
      -- The version, so that each firing is one event, whoever sees it.
      events[#events + 1] = own_event(lane, ("timer:%s:%.0f"):format(lane, version), { timer = true })
    end
  end
  local added, err = self.bot.inbox:add(events)
  if not added then return nil, err end
  return seconds
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
