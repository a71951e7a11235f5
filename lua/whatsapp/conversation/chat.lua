--- What a conversation's function talks through. Everything that reaches out of the
--- function is a command to the driver, whose result the journal keeps.

local Error = require "whatsapp.error"
local answer = require "whatsapp.conversation.answer"
local choices = require "whatsapp.conversation.choices"
local commands = require "whatsapp.conversation.command"
local selector = require "whatsapp.webhook.selector"
local webhook = require "whatsapp.webhook"

---@class whatsapp.Chat
---@field to string whom it is with: a phone number, user id or group id
---@field name? string what the customer calls themselves, once a message told
---@field event? whatsapp.Event the one that opened it, or was taken last; its methods are for steps
local Chat = { __name = "whatsapp.Chat" }
Chat.__index = Chat

local M = {}

--- The chat of a conversation.
---@param head table
---@param definition whatsapp.Conversation
---@param event whatsapp.Event|nil that opened it
---@return whatsapp.Chat
function M.new(head, definition, event)
  return setmetatable({ to = head.to, name = event and event.name, event = event, definition = definition,
                        in_group = head.group }, Chat)
end

local HEARS = { wait = true, ask = true, choose = true }

-- Raises where a chat cannot be used: a bug in its function.
local function must_be_here(chat, name)
  if getmetatable(chat) ~= Chat then error(("call it with a colon: chat:%s(…)"):format(name), 3) end
  local why = commands.misplaced(chat)
  if chat.definition.beside and HEARS[name] then why = "a conversation that is beside others hears nothing" end
  if why then error(("chat:%s: %s"):format(name, why), 3) end
end

-- Saying ---------------------------------------------------------------------------------

local ENVELOPE = { to = true, reply_to = true, recipient_type = true, callback_data = true, type = true }

-- "send buttons": what the journal calls a message.
local function name_of(message)
  if type(message.type) == "string" then return "send " .. message.type end
  for key in pairs(message) do
    if type(key) == "string" and not ENVELOPE[key] then return "send " .. key end
  end
  return "send"
end

-- Raises for what is no message of a chat's: a bug in its function.
local function must_be_message(message, must_be)
  local why
  if type(message) ~= "table" then
    why = ("%s, not a %s"):format(must_be, type(message))
  elseif message.to ~= nil then
    why = "leave out `to`: a message goes to whom the chat is with"
  elseif message.callback_data ~= nil then
    why = "leave out `callback_data`: the conversation has its own, to know its statuses"
  end
  if why then error(why, 3) end
end

local function is_decision(value) return value == "skip" or value == "resend" or type(value) == "function" end

local ON_UNKNOWN = { is_decision, '"skip", "resend" or a function that returns one of them' }

local SEND = {
  on_unknown = ON_UNKNOWN,
  timeout = { function(value) return type(value) == "number" end, "a number of seconds" },
  retries = { function(value) return type(value) == "number" end, "a number" },
}

--- Sends a message.
---
--- It is sent once: when the process died before its answer was noted, or the answer
--- was lost, its status webhook tells whether it went out; where none comes,
--- `on_unknown` decides: "skip" (the result is then `{ unknown = true }`), "resend",
--- or a function of the message that returns one of them.
---@param message whatsapp.Reply as for `wa:send`, without `to` and `callback_data`
---@param options? { on_unknown?: "skip"|"resend"|function, timeout?: number, retries?: integer }
---@return { id: string, wa_id?: string, status?: string, unknown?: boolean }|nil sent
---@return whatsapp.Error? err
function Chat:send(message, options)
  must_be_here(self, "send")
  must_be_message(message, "the message must be a table")
  local checked, per_call = answer.options(options, SEND), {}
  for name, value in pairs(checked) do
    if name ~= "on_unknown" then per_call[name] = value end
  end
  return commands.ask { op = "send", command = name_of(message), message = message,
                        options = per_call, on_unknown = checked.on_unknown }
end

local function message_of(text) return type(text) == "table" and text or { text = text } end

--- Sends a text.
---@param text string|whatsapp.Reply or any message
---@param options? table as for `send`
---@return table|nil sent
---@return whatsapp.Error? err
function Chat:say(text, options)
  must_be_here(self, "say")
  if type(text) ~= "string" then must_be_message(text, "what is said must be a text or a message") end
  -- chat:say(chat:ask "…"): behind an answer comes its event.
  if webhook.is_event(options) then options = nil end
  return self:send(message_of(text), options)
end

-- Listening ------------------------------------------------------------------------------

local WAIT = { timeout = answer.OPTIONS.timeout }

-- The customer is gone: what is left to do is done, once.
local function give_up(self)
  local last = not self.given_up and self.definition.on_timeout
  self.given_up = true
  if last then last(self) end
  self:cancel()
end

-- The next event that will do. `command.read(event)` says what it is worth: kept with it,
-- and not asked again.
local function wait(self, command)
  command.op, command.command = "wait", "wait"
  local of_all = not command.timeout and self.definition.timeout
  command.timeout = command.timeout or self.definition.timeout
  if command.timeout == math.huge then command.timeout = nil end
  local event, first, second = commands.ask(command)
  if event then
    self.event = event
    self.name = event.name or self.name
  elseif of_all then
    give_up(self)
  end
  return event, first, second
end

-- Statuses are the handlers', and settle what was sent.
local function must_be_heard(selection)
  for _, word in ipairs(type(selection) == "table" and selection or { selection }) do
    if tostring(word):match "^[^.]+" == "status" then error("a conversation does not wait for statuses", 3) end
  end
  for key in pairs(type(selection) == "table" and selection or {}) do
    if type(key) ~= "number" then error(("%s is an option: give it behind the selectors"):format(tostring(key)), 3) end
  end
end

--- Waits for an event; those it does not ask for go to the bot's handlers.
---@param selection string|string[] as for `bot:on`: a type, a kind, "kind.type"; any of a list
---@param options? { timeout?: number } seconds (math.huge: as long as it takes), else those of the conversation
---@return whatsapp.Event|nil event
---@return whatsapp.Error? err of kind `timeout`
function Chat:wait(selection, options)
  must_be_here(self, "wait")
  must_be_heard(selection)
  options = answer.options(options, WAIT)
  return wait(self, { test = selector.test(selection), timeout = options.timeout })
end

-- A question: sent, perhaps again and again, until an event will do.
local Question = {}
Question.__index = Question

local function question_of(chat, name, options)
  return setmetatable({ chat = chat, name = name, options = options, ids = {}, misses = 0 }, Question)
end

-- Sends it, or something about it.
function Question:say(message)
  local sent, err = commands.ask { op = "send", command = self.name, message = message, options = {},
                                   on_unknown = self.options.on_unknown, again = self.said }
  self.said = true
  if sent then
    self.unseen = sent.unknown
    if sent.id then self.ids[sent.id] = true else self.anonymous = true end
  end
  return sent, err
end

-- Whether it belongs to another question: an older one's button, tapped twice.
function Question:is_stale(event)
  local answered = answer.is_bound(event) and event.context and event.context.id
  return answered and not self.anonymous and not self.ids[answered]
end

-- Whether it may be an answer. What was filled in for another question is for the handlers.
function Question:hears(event)
  return answer.is_one(event, self.options.type) and (event.reply_id ~= nil or not self:is_stale(event))
end

-- The next event that may be an answer, and what `read` makes of it. However often it is
-- asked, the time to answer is one.
function Question:hear(read)
  local event, first, second
  local function test(one) return self:hears(one) end
  repeat
    local command = { test = test, timeout = self.options.timeout, read = read, due = self.due }
    event, first, second = wait(self.chat, command)
    self.due = command.due
  until not (event and self:is_stale(event))
  return event, first, second
end

-- Whoever answers as often in vain is a machine, which answers for ever.
local MOST_MISSES = 50

-- Whether there was one bad answer too many. What came before the question was seen is none.
function Question:is_over()
  if not self.unseen then self.misses = self.misses + 1 end
  if self.options.tries then return self.misses >= self.options.tries end
  if self.misses < MOST_MISSES then return false end
  error(Error.new { kind = "state", message = ("a question got %d bad answers in a row"):format(MOST_MISSES),
    hint = "`tries` gives it up sooner" }, 0)
end

local function no_answer(tries)
  return Error.new { kind = "cancelled", message = ("there was no good answer in %d tries"):format(tries) }
end

local ASK = { on_unknown = ON_UNKNOWN }
for name, rule in pairs(answer.OPTIONS) do ASK[name] = rule end

--- Asks, and asks again until the answer will do.
---
---     local name = chat:ask "What is your name?"
---     local age = chat:ask("Your age?", { number = { min = 18 }, retry = "A number of 18 or more, please" })
---
--- A tap on another question's button is no answer. Where nobody can say whether the
--- question was sent, and `on_unknown` has it skipped, it is asked when the customer writes.
---@param question string|whatsapp.Reply a text or any message
---@param options? { number?: true|{ min?: number, max?: number }, pattern?: string, one_of?: string[],
---   type?: string|string[], check?: (fun(value: any, event: whatsapp.Event): any, string|nil),
---   retry?: string|table, timeout?: number, tries?: integer, on_unknown?: "skip"|"resend"|function }
---   `pattern`: its first capture, else the match, is the answer. `type`: only messages of it, or of one of them,
---   are answers (orders and what was filled in are answers to such questions alone). `check` returns the answer
---   (what JSON can carry; true: as it is), or nil or false and what to say then; it runs outside of the function,
---   once for each answer, as a step does. `retry`: what is said when it will not do, else the question again.
---   `timeout`: seconds without a good answer, else those of the conversation; `tries`: as many bad ones end it
---@return any answer a text without the spaces around it, a number, what `check` returned; of a `type` the event's
---   `media` or, where it has neither that nor words, its `data`
---@return whatsapp.Event|whatsapp.Error event of kind `timeout`, `cancelled` (after `tries`) and others
function Chat:ask(question, options)
  must_be_here(self, "ask")
  options = answer.options(options, ASK)
  answer.must_fit(options)
  if type(question) ~= "string" then must_be_message(question, "the question must be a text or a message") end
  local asked = question_of(self, "ask", options)
  local function read(event) return answer.read(event, options) end
  local sent, err = asked:say(message_of(question))
  while sent do
    local event, value, why = asked:hear(read)
    if not event then return nil, value end
    local unseen = asked.unseen and not answer.is_particular(options)
    if value ~= nil and not unseen then return value, event end
    if asked:is_over() then return nil, no_answer(options.tries) end
    sent, err = asked:say(message_of(asked.unseen and question or why or options.retry or question))
  end
  return nil, err
end

local CHOOSE = {
  retry = answer.OPTIONS.retry, timeout = answer.OPTIONS.timeout, tries = answer.OPTIONS.tries, on_unknown = ON_UNKNOWN,
  button = { function(value) return type(value) == "string" end, "a text" },
  more = { function(value) return type(value) == "string" end, "a text" },
}

--- Lets the customer choose: up to three are buttons, more a list, more than ten
--- pages of it; in a group, where nothing can be tapped, a text. Who types a title (without
--- its emoji, say), an id or a number has chosen too. A tap on another question's button is no choice.
---@param question string|{ body: string, header?: string|table, footer?: string } `header`: a text or, with
---   buttons, also a picture, video or document
---@param list (string|{ id?: string, title: string, description?: string })[]
---@param options? { retry?: string|table, timeout?: number, tries?: integer, button?: string,
---   more?: string, on_unknown?: "skip"|"resend"|function } `button`: what is tapped to see the list ("Choose");
---   `more`: the row to the next page ("More")
---@return string|nil chosen the text, or the id as text
---@return whatsapp.Event|whatsapp.Error event of kind `timeout`, `cancelled` (after `tries`) and others
function Chat:choose(question, list, options)
  must_be_here(self, "choose")
  options = answer.options(options, CHOOSE)
  if type(question) ~= "string" then choices.must_be_question(question) end
  local known, page = choices.read(list, self.in_group), 1
  local asked = question_of(self, "choose", options)
  local function read(event) return choices.chosen(known, event, options) end
  local sent, err = asked:say(choices.message(known, question, page, options))
  while sent do
    local event, chosen, more = asked:hear(read)
    if not event then return nil, chosen end
    if chosen then return chosen, event end
    if more then page = choices.following(known, page) end
    if not more and asked:is_over() then return nil, no_answer(options.tries) end
    if options.retry and not more and not asked.unseen then
      sent, err = asked:say(message_of(options.retry))
    else
      sent, err = asked:say(choices.message(known, question, page, options))
    end
  end
  return nil, err
end

-- Doing ----------------------------------------------------------------------------------

local STEP = { once = { function(value) return type(value) == "boolean" end, "true or false" } }

--- Runs a function of yours, outside of the chat's, and keeps what it returns (as
--- JSON): it is not run again. When the process dies while it runs, it is run again,
--- or, with `once`, not: then the result is nil and an error of outcome `unknown`.
---@param name string what the journal calls it
---@param fn fun(): any
---@param options? { once?: boolean }
---@return any ...
function Chat:step(name, fn, options)
  must_be_here(self, "step")
  if type(name) ~= "string" or type(fn) ~= "function" then error("a step has a name and a function", 2) end
  options = answer.options(options, STEP)
  return commands.ask { op = "step", command = "step " .. name, name = name, fn = fn, once = options.once }
end

--- The time, in seconds since 1970; the same when the conversation is replayed.
---@return number
function Chat:now()
  must_be_here(self, "now")
  return (commands.ask { op = "now", command = "now" })
end

local function is_whole(value) return type(value) == "number" and value % 1 == 0 end

--- A random number, as `math.random` gives it.
---@param from? integer with this one alone: from 1 to it
---@param to? integer
---@return number
function Chat:random(from, to)
  must_be_here(self, "random")
  if from and not to then from, to = 1, from end
  if from ~= nil and not (is_whole(from) and is_whole(to) and from <= to) then
    error("random takes whole numbers, the first no greater than the second", 2)
  end
  return (commands.ask { op = "random", command = "random", from = from, to = to })
end

--- Waits for some time; what the customer writes goes to the bot's handlers.
---@param seconds number none, or less, are over at once
function Chat:sleep(seconds)
  must_be_here(self, "sleep")
  local has_end = type(seconds) == "number" and seconds < math.huge
  if not has_end then error("sleep takes a number of seconds", 2) end
  commands.ask { op = "sleep", command = "sleep", seconds = seconds }
end

--- Runs another conversation's function within this one: a part of it, so that what
--- changes there changes this one. To cancel or restart there is to do so here.
---@param other whatsapp.Conversation
---@param ... any its function's further arguments
---@return any ... what its function returns
function Chat:call(other, ...)
  must_be_here(self, "call")
  if type(other) ~= "table" or type(other.fn) ~= "function" then error("call takes a conversation", 2) end
  return other.fn(self, ...)
end

--- Opens a conversation made with `{ beside = true }` with the same customer: it goes on by
--- itself, whatever becomes of this one. Once, whatever crashes.
---@param other whatsapp.Conversation
---@param ... any its function's further arguments: what JSON can carry
function Chat:start(other, ...)
  must_be_here(self, "start")
  if type(other) ~= "table" or not other.beside then
    error("start takes a conversation that is made with { beside = true }; chat:call runs another as a part of this", 2)
  end
  commands.ask { op = "start", command = "start " .. other.name, definition = other,
                 args = { n = select("#", ...), ... } }
end

--- Ends the conversation here.
function Chat:cancel()
  must_be_here(self, "cancel")
  commands.ask { op = "leave", command = "cancel" }
end

--- Lets the function begin anew with other arguments, and an empty journal: for
--- conversations that go round and round.
---@param ... any the function's arguments behind the chat: what JSON can carry
function Chat:restart(...)
  must_be_here(self, "restart")
  commands.ask { op = "leave", command = "restart", args = { n = select("#", ...), ... } }
end

return M
