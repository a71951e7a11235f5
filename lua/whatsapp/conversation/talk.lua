--- One conversation under way: resumes the chat's function and does what its
--- commands ask for, outside of its coroutine. What the journal has results of is
--- not done again.

local Error = require "whatsapp.error"
local chats = require "whatsapp.conversation.chat"
local commands = require "whatsapp.conversation.command"
local journals = require "whatsapp.conversation.journal"
local mark_of = require "whatsapp.conversation.mark"
local starting = require "whatsapp.conversation.starting"
local webhook = require "whatsapp.webhook"

local unpack = table.unpack or unpack -- luacheck: ignore 143

local Talk = {}
Talk.__index = Talk

local M = {}

-- A command's answer when it has to wait for an event or a time.
local SUSPEND = {}

-- What went wrong, for `run`: `class` says what is to become of the conversation.
local function fail(class, err, traceback)
  error({ class = class, err = err, traceback = traceback }, 0)
end

-- For a store that could not write: nothing is lost, the event is handled again.
local function must(ok, err)
  if ok then return ok end
  fail(err.kind == "invalid" and "code" or "store", err)
end

-- An event of the journal: its methods are there for steps.
local function restored(self, text)
  return webhook.lend(assert(webhook.restore(text)), self.desk.bot.client)
end

--- A conversation at its journal's beginning: `run` replays it.
---@param desk table
---@param definition whatsapp.Conversation
---@param journal table
---@return table
function M.new(desk, definition, journal)
  local fn = definition:code(journal.head.code)
  local self = setmetatable({ desk = desk, definition = definition, journal = journal, position = 0,
    refused = 0,                 -- messages in a row
    reworded = {},               -- the places of messages that are worded anew
    early = {} }, Talk)          -- by places ahead: where their message was sent now
  self.chat = chats.new(journal.head, definition, journal.head.event and restored(self, journal.head.event))
  self.co = commands.create(self.chat, function(...) return fn(self.chat, ...) end)
  return self
end

-- The time by which it was woken, where the clock of this process is behind.
function Talk:now() return math.max(self.desk:now(), self.woken or 0) end

--- What it waits for has come due.
---@param at number by the clock of the process that saw it
function Talk:wake(at)
  self.woken = at
  self.journal:fired()
end

-- Going on -----------------------------------------------------------------------------

-- Errors that are not the customer's, nor the network's: of the code, or the setup.
local OURS = { invalid = true, config = true, auth = true, permission = true }

local function advance(self, ...)
  local command, first, second = commands.resume(self.co, ...)
  if command == nil then fail("code", first, second) end
  self.position = self.position + 1
  self.command = command
  local refused, where = commands.refused(self.co)
  if refused and not self.journal.steps[self.position] then self.tell(refused, where) end
  -- Returned as a handler returns it: told of, not lost.
  local returned = command == false and first == nil and Error.is(second) and not OURS[second.kind]
  if returned and second ~= refused then self.tell(second) end
end

local function begin(self)
  local args = self.journal.head.args
  advance(self, journals.unpack(args))
end

local function flush(self, due)
  must(self.journal:flush(self:now(), due or false))
end

local function note(self, entry)
  entry.n, entry.c = self.position, self.command.command
  must(self.journal:note(entry))
end

local function done(self, ...)
  must(self.journal:done(self.position, self.command.command, ...))
end

local function suspend_until(self, time)
  note(self, { due = time })
  return SUSPEND
end

-- Commands -----------------------------------------------------------------------------

local perform = {}

function perform.now(self)
  done(self, self:now())
end

function perform.random(self, command)
  local number = self.desk:random()
  if not command.from then return done(self, number) end
  done(self, command.from + math.floor(number * (command.to - command.from + 1)))
end

function perform.sleep(self, command, step)
  if not step and command.seconds > 0 then return suspend_until(self, self:now() + command.seconds) end
  if step and self:now() < step.due then return SUSPEND end
  done(self)
end

local function timed_out(self)
  done(self, nil, Error.new { kind = "timeout", message = "nothing that was waited for came in time" })
end

local function call(fn, ...)
  local traceback, arguments = nil, { n = select("#", ...), ... }
  local results = { xpcall(function() return journals.pack(fn(unpack(arguments, 1, arguments.n))) end,
    function(raised)
      traceback = debug.traceback(tostring(raised), 2)
      return raised
    end) }
  if not results[1] then fail("code", results[2], traceback) end
  return results[2]
end

-- What the event is worth is kept with it: to a customer whose answer was good, it stays so.
local function take(self, event, command)
  self.event, self.consumed = nil, true
  note(self, { event = event:dump(), key = event.key, values = command.read and call(command.read, event) or {} })
end

-- What is here before its time is over is in time, whatever Meta's clock says.
local function is_late(self, event, due)
  return math.min(event.timestamp, self:now()) > due
end

function perform.wait(self, command, step)
  local event, due = self.event, step and step.due or command.due
  local in_time = event and not (due and is_late(self, event, due))
  if in_time and command.test(event) then return take(self, event, command) end
  if not command.timeout then return SUSPEND end
  if not due then return suspend_until(self, self:now() + command.timeout) end
  if self:now() >= due then return timed_out(self) end
  if step then return SUSPEND end
  return suspend_until(self, due)
end

-- Steps ----------------------------------------------------------------------------------

local function begin_effect(self)
  note(self, { due = false, mark = self.command.mark })
  flush(self)
end

function perform.step(self, command, step)
  if step and command.once then
    return done(self, nil, Error.new { kind = "state", outcome = "unknown",
      message = ("the step %s was begun and interrupted"):format(command.name),
      hint = "it may have happened: look before you do it again" })
  end
  begin_effect(self)
  note(self, { values = call(command.fn) })
end

-- However often it is asked for, it is one: it is named by the command that opens it.
function perform.start(self, command)
  local head, event = self.journal.head, self.chat.event
  local with = { to = head.to, group = head.group, number = head.number, event = event and event:dump() }
  done(self, must(starting.beside(self.desk, command.definition, self.journal.lane,
    ("%s.%d"):format(head.id, self.position), with, journals.pack(unpack(command.args, 1, command.args.n)))))
end

-- Sends ----------------------------------------------------------------------------------

-- Seconds that the status of a message has to settle whether it was sent.
local SETTLE = 20

local function address(self, message)
  local head, copy = self.journal.head, {}
  for name, value in pairs(message) do copy[name] = value end
  copy.to = head.to
  copy.recipient_type = head.group and "group" or nil
  copy.callback_data = M.mark(self.journal.lane, head.id, self.position)
  return copy
end

local function keep_sent(self, sent)
  self.refused = 0
  done(self, { id = sent.id, wa_id = sent.wa_id, input = sent.input, status = sent.status, fallback = sent.fallback })
end

-- As many messages are refused in a row before a function is taken to go round and round.
local MOST_REFUSED = 20

local function keep_refused(self, err)
  self.refused = self.refused + 1
  if self.refused > MOST_REFUSED then fail("code", err) end
  if OURS[err.kind] then self.tell(err) end
  done(self, nil, err)
end

-- It has begun while its bytes are under way: what waits for its turn, or was refused and is
-- to be repeated, was surely not sent.
local function send(self, command)
  self.event = nil      -- it was no answer to what is said now
  local begun = false
  local function before(waits)
    if waits and begun then note(self, { undone = true }) end
    begun = not waits
    if begun then begin_effect(self) else flush(self) end
  end
  local client = self.desk:client(self.journal.head)
  local sent, err = client:deliver(address(self, command.message), command.options, before)
  if not begun then note(self, { mark = command.mark }) end
  if sent then return keep_sent(self, sent) end
  if err.outcome == "unknown" then return suspend_until(self, self:now() + SETTLE) end
  keep_refused(self, err)
end

local function skipped(self)
  return Error.new { kind = "state", outcome = "unknown",
    message = ("the conversation %s cannot know whether its message to %s (command %d, %q) was sent"):format(
      self.definition.name, self.journal.head.to, self.position, self.command.command),
    hint = "it is not sent again; on_unknown decides that" }
end

-- Whether a message was sent, nobody can say any more.
local function decide(self, command)
  local decision = command.on_unknown or self.definition.on_unknown
  if type(decision) == "function" then decision = call(decision, command.message)[1] end
  if decision == "resend" then return send(self, command) end
  self.tell(skipped(self))
  done(self, { unknown = true })
end

function perform.send(self, command, step)
  if not step then return send(self, command) end
  -- Begun, and its answer lost. A customer who writes on waits for nothing.
  if not step.due then return suspend_until(self, self:now() + SETTLE) end
  local writes_on = self.event and self.event.kind == "message"
  if self:now() < step.due and not writes_on then return SUSPEND end
  return decide(self, command)
end

-- "conversation:LANE#ID#N": what a status tells of which message.
function M.mark(lane, id, n)
  return ("conversation:%s#%s#%d"):format(lane, id, n)
end

--- The lane, the conversation and the command of a status's callback_data.
---@param mark string|nil
---@return string|nil lane
---@return string id
---@return integer n
function M.read_mark(mark)
  if not mark then return nil end
  local lane, id, n = mark:match "^conversation:(.+)#([^#]+)#(%d+)$"
  return lane, id, tonumber(n)
end

--- Notes what a status says about a message whose answer was lost.
---@param journal table
---@param n integer
---@param event whatsapp.Event
---@return boolean|nil settled false when there was nothing to settle
---@return whatsapp.Error? err
function M.settle(journal, n, event)
  local step = journal.steps[n]
  if not step or step.values then return false end
  local values = journals.pack { id = event.id }
  if event.type == "failed" then values = journals.pack(nil, (event.errors or {})[1]) end
  return journal:note { n = n, c = step.c, values = values, key = event.key }
end

-- The loop -------------------------------------------------------------------------------

-- More commands than these, and it would take too long to replay them.
local MOST = 5000

local function diverged(self, what, ...)
  fail("kept", Error.new { kind = "state", hint = "give changed code a new version, and keep the old one in `versions`",
    message = ("the conversation %s "):format(self.definition.name) .. what:format(...) })
end

local function not_the_same(self, command)
  fail("kept", Error.new { kind = "state", hint = "the time, chance and whatever changes come from chat:now(), "
      .. "chat:random() and steps",
    message = ("the conversation %s was given the same answers, and says something else as command %d (%q)"):format(
      self.definition.name, self.position, command.command) })
end

local function moved(self, place, was)
  diverged(self, "now sends as command %d (%q) what its journal has as command %d", place,
    self.journal.steps[place].c, was)
end

-- A message may be worded anew. One that has moved is seen: the journal has it, once, at
-- another place, where another one is sent now. What is said of a bad answer does not move.
local function check_message(self, step, command)
  local mark, here = mark_of(command.message), self.position
  command.mark = mark
  if not (step and step.mark) or step.mark == mark then return end
  if (self.desk.strict or {})[self.journal.head.id] then not_the_same(self, command) end
  if command.again then return end
  local early, place = self.early[here], self.journal.marks[mark]
  if early then moved(self, early, here) end
  if place and self.reworded[place] then moved(self, here, place) end
  if place and place > here then self.early[place] = here end
  self.reworded[here] = true
end

-- Whether it may be that answers were given to other questions than theirs.
local function may_have_moved(self)
  for place in pairs(self.early) do
    if place > self.position then return true end
  end
  return false
end

-- The step of the journal that the code has come to, if there is one.
local function step_here(self)
  local step, command = self.journal.steps[self.position], self.command
  if step and not (command and command.command == step.c) then
    diverged(self, "has %q as command %d in its journal, but its code now %s", step.c, self.position,
      command and ("asks for %q"):format(command.command) or "ends")
  end
  if command and command.message then check_message(self, step, command) end
  return step
end

local function check_length(self)
  if self.position <= MOST then return end
  fail("code", Error.new { kind = "state", hint = "let it begin anew now and then: chat:restart(…)",
    message = ("the conversation %s has more than %d commands"):format(self.definition.name, MOST) })
end

local function results(self, step)
  self.command.due = step.due or self.command.due
  if not step.event then return journals.unpack(step.values) end
  local event = restored(self, step.event)
  if not self.command.test(event) then
    diverged(self, "was given a %s.%s by command %d, but its code now waits for something else", event.kind,
      event.type, self.position)
  end
  return event, journals.unpack(step.values)
end

local function run(self)
  if self.position == 0 then begin(self) end
  while true do
    local step, command = step_here(self), self.command
    if not command or command.op == "leave" then return end
    if not (step and step.values) then
      check_length(self)
      if perform[command.op](self, command, step) == SUSPEND then return end
      step = self.journal.steps[self.position]
    end
    advance(self, results(self, step))
  end
end

-- When the conversation goes on by itself.
local function due_of(self)
  local step = self.journal.steps[self.position]
  return step and not step.values and step.due or false
end

-- What was done stays done, whatever comes of it.
local function save(self, failure)
  if failure.class == "store" or #self.journal.buffer == 0 then return failure end
  local ok, err = self.journal:flush(self:now(), false)
  return ok and failure or { class = "store", err = err }
end

--- Lets the conversation go on as far as it can. `consumed` says then whether the
--- event was taken.
---@param tell fun(err: whatsapp.Error, traceback?: string) is told what does not end it
---@param event whatsapp.Event|nil for the command that waits for one
---@return "waiting"|"over"|"left"|nil state
---@return any err
---@return "store"|"kept"|"code"|nil class
---@return string|nil traceback
function Talk:run(tell, event)
  self.tell, self.event, self.consumed = tell, event, false
  local ok, failure = pcall(function()
    run(self)
    if self.command and self.command.op ~= "leave" then flush(self, due_of(self)) end
  end)
  self.event = nil
  if not ok then
    failure = type(failure) == "table" and failure.class and failure or { class = "code", err = failure }
    if failure.class == "code" and may_have_moved(self) then failure.class = "kept" end
    failure = save(self, failure)
    return nil, failure.err, failure.class, failure.traceback
  end
  if not self.command then return "over" end
  return self.command.op == "leave" and "left" or "waiting"
end

return M
