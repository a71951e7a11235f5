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
---@field event? whatsapp.Event the one that opened it, or was taken last: plain data, that answers nothing
local Chat = { __name = "whatsapp.Chat" }
Chat.__index = Chat

local M = {}

--- The chat of a conversation.
---@param head table
---@return whatsapp.Chat
function M.new(head)
  local event = head.event and webhook.restore(head.event)
  return setmetatable({ to = head.to, name = event and event.name, event = event }, Chat)
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

local function wrong(message)
  if type(message) ~= "table" then
    return Error.invalid(nil, ("the message must be a table, not a %s"):format(type(message)))
  end
  if message.to ~= nil then return Error.invalid("to", "it goes to whom the chat is with", "leave it out") end
  if message.callback_data ~= nil then
    return Error.invalid("callback_data", "the conversation has its own, to know its statuses", "leave it out")
  end
end

local SEND = {
  on_unknown = { function(value) return value == "skip" or value == "resend" or type(value) == "function" end,
    '"skip", "resend" or a function that returns one of them' },
  timeout = { function(value) return type(value) == "number" end, "a number of seconds" },
  retries = { function(value) return type(value) == "number" end, "a number" },
}

--- Sends a message.
---
--- It is sent once: when the process died before its answer was noted, or the answer
--- was lost, its status webhook tells whether it went out; where none comes,
--- `on_unknown` decides: "skip" (the result is then `{ unknown = true }`), "resend",
--- or a function of the message that returns one of them.
---@param message table as for `wa:send`, without `to` and `callback_data`
---@param options? { on_unknown?: "skip"|"resend"|function, timeout?: number, retries?: integer }
---@return { id: string, wa_id?: string, status?: string, unknown?: boolean }|nil sent
---@return whatsapp.Error? err
function Chat.send(_, message, options)
  local none, err = wrong(message)
  if err then return none, err end
  local checked, per_call = answer.options(options, SEND), {}
  for name, value in pairs(checked) do
    if name ~= "on_unknown" then per_call[name] = value end
  end
  return commands.ask { op = "send", command = name_of(message), message = message,
                        options = per_call, on_unknown = checked.on_unknown }
end

--- Sends a text.
---@param text string|table or any message
---@param options? table as for `send`
---@return table|nil sent
---@return whatsapp.Error? err
function Chat:say(text, options)
  return self:send(type(text) == "table" and text or { text = text }, options)
end

-- Listening ------------------------------------------------------------------------------

local WAIT = { timeout = answer.OPTIONS.timeout }

local function wait(self, name, test, timeout)
  local event, err = commands.ask { op = "wait", command = name, test = test, timeout = timeout }
  if not event then return nil, err end
  self.event = event
  self.name = event.name or self.name
  return event
end

--- Waits for an event; those it does not ask for go to the bot's handlers.
---@param selection string|string[] as for `bot:on`: a type, a kind, "kind.type"; any of a list
---@param options? { timeout?: number } seconds
---@return whatsapp.Event|nil event
---@return whatsapp.Error? err of kind `timeout`
function Chat:wait(selection, options)
  options = answer.options(options, WAIT)
  return wait(self, "wait", selector.test(selection), options.timeout)
end

local function heard(self, options)
  return wait(self, "wait", answer.is_one, options.timeout)
end

--- Asks, and asks again until the answer will do.
---
---     local name = chat:ask "What is your name?"
---     local age = chat:ask("Your age?", { number = { min = 18 }, retry = "A number of 18 or more, please" })
---
---@param question string|table a text or any message
---@param options? { number?: true|{ min?: number, max?: number }, pattern?: string, one_of?: string[],
---   check?: (fun(value: any, event: whatsapp.Event): any, string|nil), retry?: string|table, timeout?: number }
---   `pattern`: its first capture, else the match, is the answer. `check` returns the answer, or nil
---   and what to say then. `retry`: what is said when it will not do, else the question again.
---   `timeout`: seconds without an answer
---@return any answer a text without the spaces around it, a number, or what `check` returned
---@return whatsapp.Event|whatsapp.Error event of kind `timeout` and others when there is no answer
function Chat:ask(question, options)
  options = answer.options(options, answer.OPTIONS)
  local sent, err = self:say(question)
  while sent do
    local event, why, value
    event, err = heard(self, options)
    if not event then return nil, err end
    value, why = answer.read(event, options)
    if value ~= nil then return value, event end
    sent, err = self:say(why or options.retry or question)
  end
  return nil, err
end

local CHOOSE = {
  retry = answer.OPTIONS.retry, timeout = answer.OPTIONS.timeout,
  button = { function(value) return type(value) == "string" end, "a text" },
  more = { function(value) return type(value) == "string" end, "a text" },
}

--- Lets the customer choose: up to three are buttons, more a list, more than ten
--- pages of it. Who types a title, an id or a number has chosen too.
---@param question string
---@param list (string|{ id?: string, title: string, description?: string })[]
---@param options? { retry?: string|table, timeout?: number, button?: string, more?: string } `button`: what is
---   tapped to see the list ("Choose"); `more`: the row to the next page ("More")
---@return string|nil chosen the text, or the id
---@return whatsapp.Event|whatsapp.Error event of kind `timeout` and others when nothing was chosen
function Chat:choose(question, list, options)
  options = answer.options(options, CHOOSE)
  local known, page = choices.read(list), 1
  local sent, err = self:send(choices.message(known, question, page, options))
  while sent do
    local event
    event, err = heard(self, options)
    if not event then return nil, err end
    local chosen = choices.chosen(known, event, options)
    if chosen == "more" then
      page = choices.following(known, page)
    elseif chosen then
      return chosen.value, event
    elseif options.retry then
      sent, err = self:say(options.retry)
    end
    if sent and (chosen or not options.retry) then
      sent, err = self:send(choices.message(known, question, page, options))
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
function Chat.step(_, name, fn, options)
  if type(name) ~= "string" or type(fn) ~= "function" then error("a step has a name and a function", 2) end
  options = answer.options(options, STEP)
  return commands.ask { op = "step", command = "step " .. name, name = name, fn = fn, once = options.once }
end

--- The time, in seconds since 1970; the same when the conversation is replayed.
---@return number
function Chat.now(_)
  return (commands.ask { op = "now", command = "now" })
end

--- A random number, as `math.random` gives it.
---@param from? integer with this one alone: from 1 to it
---@param to? integer
---@return number
function Chat.random(_, from, to)
  if from and not to then from, to = 1, from end
  return (commands.ask { op = "random", command = "random", from = from, to = to })
end

--- Waits for some time; what the customer writes goes to the bot's handlers.
---@param seconds number
function Chat.sleep(_, seconds)
  if not answer.OPTIONS.timeout[1](seconds) then error("sleep takes seconds above 0", 2) end
  commands.ask { op = "sleep", command = "sleep", seconds = seconds }
end

--- Runs another conversation within this one.
---@param other whatsapp.Conversation
---@param ... any its function's further arguments
---@return any ... what its function returns
function Chat:call(other, ...)
  return other.fn(self, ...)
end

--- Ends the conversation here.
function Chat.cancel(_)
  commands.ask { op = "leave", command = "cancel" }
end

--- Lets the function begin anew with other arguments, and an empty journal: for
--- conversations that go round and round.
---@param ... any the function's arguments behind the chat: what JSON can carry
function Chat.restart(_, ...)
  commands.ask { op = "leave", command = "restart", args = { n = select("#", ...), ... } }
end

return M
