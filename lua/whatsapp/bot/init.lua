--- A bot: what Meta sends is stored before it is acknowledged, then handed to
--- your handlers, one customer's events one after the other.

local Error = require "whatsapp.error"
local clock = require "whatsapp.clock"
local handlers = require "whatsapp.bot.handlers"
local inboxes = require "whatsapp.bot.inbox"
local receive = require "whatsapp.bot.receive"
local run = require "whatsapp.bot.run"
local schema = require "whatsapp.schema"
local stores = require "whatsapp.store"
local webhook = require "whatsapp.webhook"

local refuse = Error.refuse

---@alias whatsapp.Handler fun(event: whatsapp.Event, ...: string): any

---@class whatsapp.BotOptions
---@field client whatsapp.Client answers, and says which loop there is
---@field webhook? whatsapp.Webhook made from the environment unless given
---@field store? whatsapp.Store the client's unless given, or else memory, which forgets with the process
---@field lease? number seconds after which an event whose process fell silent is handled by another (60): a
--- handler that blocks the process for longer is begun a second time elsewhere
---@field concurrency? integer how many customers are served at a time in this process (16)
---@field tries? integer how often an event is begun without coming to an end before it is left (5)
---@field later? fun(bot: whatsapp.Bot) has `bot:work()` called after the answer is out
---@field clock? fun(): number seconds since 1970, for tests

---@class whatsapp.Bot
---@field client whatsapp.Client
---@field webhook whatsapp.Webhook
---@field store whatsapp.Store
local Bot = { __name = "whatsapp.Bot" }
Bot.__index = Bot

function Bot.__tostring(bot)
  return ("whatsapp.Bot: %d handlers, %s"):format(#bot.handlers.rules, tostring(bot.store))
end

-- Handlers -----------------------------------------------------------------------------

-- A conversation that is opened here can be resumed here.
local function know(self, handler)
  if handlers.is_conversation(handler) then self:add(handler) end
  return self
end

--- Adds a handler: the first one that matches an event gets it, with the match's
--- captures. A customer's open conversation comes before the handlers, except for those
--- with `{ interrupt = true }`. Raises an error object of kind `config` for what can
--- never match.
---
---     bot:on("text", "^order (%d+)$", function(event, number) … end)
---     bot:on("button_reply", { "yes", "no" }, function(event) … end)
---     bot:on({ "status.failed", "template.rejected" }, function(event) … end)
---
--- `matching` is the exact id of what was tapped, else a Lua pattern in the text; a function of the
--- event; any of a list. A conversation as handler is opened, in the place of one that is open.
---@param selection string|string[] a type, a kind, or "kind.type"; any of a list. A mere type
---   selects no echoes and no history
---@param ... any matching (may be left out), handler, options
---@return whatsapp.Bot self
---@overload fun(self: whatsapp.Bot, selection: string|string[], handler: whatsapp.Handler|table,
---  options?: { interrupt?: boolean }): whatsapp.Bot
---@overload fun(self: whatsapp.Bot, selection: string|string[], matching: string|function|table,
---  handler: whatsapp.Handler|whatsapp.Conversation, options?: { interrupt?: boolean }): whatsapp.Bot
function Bot:on(selection, ...)
  return know(self, self.handlers:on(selection, ...))
end

--- Makes a conversation known that no handler opens, so that it can be resumed here:
--- one that is only started from the business's side, by another process.
---@param conversation whatsapp.Conversation
---@return whatsapp.Bot self
function Bot:add(conversation)
  if not handlers.is_conversation(conversation) then refuse("conversation", "must be one of whatsapp.conversation") end
  run.desk(self):add(conversation)
  return self
end

--- The open conversations in the bot's store: one customer's with the client's number,
--- that of an event's customer, else all. Each says what it stands at, and has
--- `finish()` to end it.
---
---     for _, open in ipairs(assert(bot:conversations "+1 555 123 4567")) do print(open.name, open.at) end
---
---@param customer? string|number|whatsapp.Event a phone number, user id or event
---@return whatsapp.ConversationState[]|nil
---@return whatsapp.Error? err
function Bot:conversations(customer)
  return run.desk(self):list(customer)
end

--- The handler of events that no other one matches, statuses among them.
---@param handler whatsapp.Handler|whatsapp.Conversation
---@return whatsapp.Bot self
function Bot:otherwise(handler)
  return know(self, self.handlers:otherwise(handler))
end

--- Adds a middleware around all handlers: it calls `next()` to let the event go on,
--- or does not; a second call of it raises. They run in the order in which they were added.
---@param middleware fun(event: whatsapp.Event, next: fun(): any): any
---@return whatsapp.Bot self
function Bot:use(middleware)
  self.handlers:use(middleware)
  return self
end

--- The handler of errors: what a handler raised, the error object of a `nil, err` that
--- it returned; without an event, failures of the store and, once a minute at most, why a
--- request was refused (a wrong secret shows there). The event counts as
--- handled, unless a number is returned: then it is handled again after so many seconds,
--- one at least and seven days at most, as often as a number is returned, and its
--- customer's next ones wait for it.
---@param handler fun(err: any, event: whatsapp.Event|nil, traceback: string|nil): number|nil the traceback
---   begins with the message
---@return whatsapp.Bot self
function Bot:on_error(handler)
  self.error_handler = handlers.callable("handler", handler)
  return self
end

--- Handles what is stored, until there is nothing more that can be: at most
--- `concurrency` customers at a time. `handle` and `tick` call it. Meanwhile it
--- holds on to what takes longer than a lease, whenever a handler waits.
function Bot:work()
  run.work(self)
end

--- Answers a request of Meta's to the webhook's address; for any web server. 200
--- comes only when all events are stored: 500 otherwise, and Meta delivers again.
--- Without a `later` the handlers have run when it returns.
---@param method string "GET" or "POST"
---@param query table<string, string>|string|nil the decoded parameters, or the query string
---@param headers table<string, string|string[]> in any case
---@param body string|nil the bytes as they came
---@return integer status 200, 400, 401, 403, 405, 413 or 500
---@return table<string, string> headers
---@return string body
function Bot:handle(method, query, headers, body)
  return receive.handle(self, method, query, headers, body)
end

--- Does what time asks for: events whose process has died, those that are to be
--- handled again, what the store would not take, conversations' timers, and, every
--- five minutes, what has expired in the store. Call it again after the seconds that it
--- returns, also when nothing was received; nginx's `start` does.
---@return number seconds until the next call is due, 5 at most
function Bot:tick()
  return run.tick(self)
end

--- Begins nothing more: what was begun comes to its end, what is stored is left to other
--- processes and the next start. `handle` goes on storing. For the end of a process;
--- `whatsapp.http` and nginx do it themselves.
---@return integer active how many events are still being handled here, or their end is not stored yet
function Bot:stop()
  self.ending = function() return true end
  return self.active + self.inbox:unconfirmed()
end

-- Making one ---------------------------------------------------------------------------

local new

--- A bot with the same handlers and some other options: for tests, with a client,
--- a store and a clock of their own. Handlers added later are this one's alone.
---@param options table as for `whatsapp.bot`, those that differ
---@return whatsapp.Bot
function Bot:with(options)
  local merged = { webhook = self.webhook, store = self.store }
  for name, value in pairs(self.options) do merged[name] = value end
  for name, value in pairs(options) do merged[name] = value end
  local sibling = new(merged)
  sibling.handlers, sibling.error_handler = self.handlers:copy(), self.error_handler
  for _, conversation in pairs(self.talks and self.talks.known or {}) do sibling:add(conversation) end
  return sibling
end

local positive = { type = "number", min = 0.001, max = 86400 }
local whole = { type = "number", min = 1, max = 10000, whole = true }

local OPTIONS = {
  client = function(value) return type(value) == "table" and value.send ~= nil, "must be a client of whatsapp.new" end,
  webhook = function(value) return webhook.is(value), "must be a webhook of whatsapp.webhook" end,
  store = function(value) return stores.is(value), "must be a store, e.g. whatsapp.store.memory()" end,
  clock = function(value) return handlers.is_callable(value), "must be a function that returns seconds since 1970" end,
  later = function(value) return handlers.is_callable(value), "must be a function" end,
  lease = positive, concurrency = whole, tries = whole,
}

local function check_option(name, value)
  local check = OPTIONS[name]
  if type(check) == "table" then
    local checked, err = schema.check(value, check, name)
    return checked ~= nil, err and err.message
  end
  return check(value)
end

local function check(options)
  options = Error.must(schema.options(options, OPTIONS))
  for _, name in ipairs(schema.sorted_keys(options)) do
    local ok, why = check_option(name, options[name])
    if not ok then refuse(name, why) end
  end
  if not options.client then refuse("client", "is missing", "client = whatsapp.new()") end
  return options
end

--- Makes a bot; raises an error object of kind `config`.
---@param options whatsapp.BotOptions
---@return whatsapp.Bot
function new(options)
  options = check(options)
  local client = options.client
  local store = options.store or client.config.store or stores.memory()
  if not client.config.store then client = assert(client:with { store = store }) end
  local bot = setmetatable({
    client = client,
    webhook = options.webhook or webhook(),
    store = store,
    concurrency = options.concurrency or 16,
    later = options.later, options = options,
    handlers = handlers.new(), active = 0, behind = false,
    refused = {}, -- by kind of error: when it was told last that a request was refused
  }, Bot)
  bot.inbox = inboxes.new(bot.store, { clock = options.clock or clock, lease = options.lease or 60,
                                       tries = options.tries or 5 })
  return bot
end

return new
