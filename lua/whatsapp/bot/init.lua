--- A bot: what Meta sends is stored before it is acknowledged, then handed to
--- your handlers, one customer's events one after the other.

local Error = require "whatsapp.error"
local clock = require "whatsapp.clock"
local complaint = require "whatsapp.complaint"
local inboxes = require "whatsapp.bot.inbox"
local schema = require "whatsapp.schema"
local selector = require "whatsapp.webhook.selector"
local stores = require "whatsapp.store"
local webhook = require "whatsapp.webhook"
local window = require "whatsapp.window"

local refuse = Error.refuse
local unpack = table.unpack or unpack -- luacheck: ignore 143

---@alias whatsapp.Handler fun(event: whatsapp.Event, ...: string): any

---@class whatsapp.Bot
---@field client whatsapp.Client
---@field webhook whatsapp.Webhook
---@field store whatsapp.Store
local Bot = { __name = "whatsapp.Bot" }
Bot.__index = Bot

function Bot.__tostring(bot)
  return ("whatsapp.Bot: %d handlers, %s"):format(#bot.rules, tostring(bot.store))
end

-- Troubles ---------------------------------------------------------------------------

local function complain(err, event, traceback)
  complaint.write(("whatsapp: bot: %s%s"):format(event and tostring(event) .. ": " or "",
    complaint.describe(err, traceback)))
end

-- Later, Meta might deliver again what the store has forgotten by then.
local LATEST = 7 * 24 * 60 * 60

-- Tells `on_error`, whose answer says whether the event is to be handled again.
local function report(self, err, event, traceback)
  if not self.error_handler then return complain(err, event, traceback) end
  local ok, answer = pcall(self.error_handler, err, event, traceback)
  if not ok then return complain(answer, event) end
  return type(answer) == "number" and answer >= 0 and math.min(answer, LATEST) or nil
end

-- Handlers -----------------------------------------------------------------------------

local function is_callable(value)
  if type(value) == "function" then return true end
  local metatable = type(value) == "table" and getmetatable(value)
  return type(metatable) == "table" and metatable.__call ~= nil
end

-- Loaded once there is one.
local function is_conversation(value)
  local module = package.loaded["whatsapp.conversation"]
  return module ~= nil and module.is(value)
end

local begin_work

-- The bot's conversations.
local function desk(self)
  if not self.talks then self.talks = require("whatsapp.conversation").desk(self, report, begin_work) end
  return self.talks
end

local function must_be_callable(field, value)
  if not is_callable(value) then refuse(field, ("must be a function, not a %s"):format(type(value))) end
  return value
end

local function must_handle(self, value)
  if not is_conversation(value) then return must_be_callable("handler", value) end
  self:add(value)
  return value
end

-- What a call of the client's refused, and the handler hands on, is as good as raised.
local function no_error(value, err, ...)
  if value == nil and Error.is(err) then Error.raise(err) end
  return value, err, ...
end

-- A conversation is opened with the event.
local function call(self, handler, event, ...)
  if is_conversation(handler) then return self.talks:open(handler, event, ...) end
  return no_error(handler(event, ...))
end

local INTERRUPT = { interrupt = { type = "boolean" } }

-- Whether a rule comes before an open conversation.
local function interrupts(options)
  if options == nil then return false end
  local checked, err = schema.check(options, { type = "table", fields = INTERRUPT }, "options")
  if checked then return checked.interrupt or false end
  err.kind = "config"
  Error.raise(err)
end

-- The arguments of `on` behind the selection. Without `matching` the others move up;
-- a handler that is nil, since its name was mistyped, leaves all where they are.
local function read_rule(n, ...)
  local first, second = ...
  local is_options = n == 2 and type(second) == "table" and not is_callable(second) and not is_conversation(second)
  if n < 2 or is_options then return nil, first, second end
  return ...
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
---@param selection string|string[] a type, a kind, or "kind.type"; any of a list. A mere type
---   selects no echoes and no history
---@param matching? string|function|table the exact id of what was tapped, else a Lua pattern in the
---   text; a function of the event; any of a list
---@param handler whatsapp.Handler|whatsapp.Conversation a conversation is opened, in the place of one that is open
---@param options? { interrupt?: boolean }
---@return whatsapp.Bot self
function Bot:on(selection, ...)
  local matching, handler, options = read_rule(select("#", ...), ...)
  must_handle(self, handler)
  local list = interrupts(options) and self.interrupts or self.rules
  list[#list + 1] = { test = selector.test(selection, matching), handler = handler }
  return self
end

--- Makes a conversation known that no handler opens, so that it can be resumed here:
--- one that is only started from the business's side, by another process.
---@param conversation whatsapp.Conversation
---@return whatsapp.Bot self
function Bot:add(conversation)
  if not is_conversation(conversation) then refuse("conversation", "must be one of whatsapp.conversation") end
  desk(self):add(conversation)
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
  return desk(self):list(customer)
end

--- The handler of events that no other one matches, statuses among them.
---@param handler whatsapp.Handler|whatsapp.Conversation
---@return whatsapp.Bot self
function Bot:otherwise(handler)
  self.fallback = must_handle(self, handler)
  return self
end

--- Adds a middleware around all handlers: it calls `next()` to let the event go on,
--- or does not; a second call of it raises. They run in the order in which they were added.
---@param middleware fun(event: whatsapp.Event, next: fun(): any): any
---@return whatsapp.Bot self
function Bot:use(middleware)
  self.middleware[#self.middleware + 1] = must_be_callable("middleware", middleware)
  return self
end

--- The handler of errors: what a handler raised, the error object of a `nil, err` that
--- it returned, and failures of the store (without an event). The event counts as
--- handled, unless a number is returned: then it is handled again after so many seconds,
--- one at least and seven days at most, as often as a number is returned, and its
--- customer's next ones wait for it.
---@param handler fun(err: any, event: whatsapp.Event|nil, traceback: string|nil): number|nil
---@return whatsapp.Bot self
function Bot:on_error(handler)
  self.error_handler = must_be_callable("handler", handler)
  return self
end

-- Handling -----------------------------------------------------------------------------

-- The first rule that matches: its handler, and what the match found.
local function find_rule(rules, event)
  for _, rule in ipairs(rules) do
    local captures = rule.test(event)
    if captures then return rule.handler, captures end
  end
end

local function dispatch(self, event)
  local handler, captures = find_rule(self.interrupts, event)
  if not handler then
    if self.talks and self.talks:offer(event) then return end
    handler, captures = find_rule(self.rules, event)
  end
  if handler then return call(self, handler, event, unpack(captures, 1, captures.n)) end
  -- A conversation has no end that its own statuses open anew.
  if not self.fallback or (event.kind ~= "message" and is_conversation(self.fallback)) then return end
  return call(self, self.fallback, event)
end

local function through(self, event, i)
  local middleware = self.middleware[i]
  if not middleware then return dispatch(self, event) end
  local called = false
  return middleware(event, function()
    if called then error("the middleware has let the event go on before: it can only once", 2) end
    called = true
    return through(self, event, i + 1)
  end)
end

-- The result of a function. What it raised goes to `on_error`, whose answer is the
-- result then.
local function guarded(self, event, fn)
  local traceback
  local ok, result = xpcall(fn, function(raised)
    traceback = type(raised) == "string" and debug.traceback(raised, 2) or nil
    return raised
  end)
  if ok then return result end
  return report(self, result, event, traceback)
end

-- Whether an event is a timer of a conversation, put into the inbox here.
local function is_own(event)
  return event.field == "whatsapp.conversation"
end

local function process(self, event)
  if is_own(event) then
    desk(self):handle(event)
    return nil
  end
  if self.talks and self.talks:redirect(event) then return nil end
  webhook.attach(event, self.client)
  event.bot = self
  local ok, err = window.recover(event, self.store)
  local again = not ok and report(self, err, event)
  if again then return again end
  through(self, event, 1)
end

-- Seconds until the event is to be handled again; nil when it is not. And why: it is
-- "asked" for, as often as may be, or "held" on to until then; else it was tried in vain.
local function handle_event(self, event)
  local again = guarded(self, event, function() return process(self, event) end)
  if again then return again, "asked" end
  if self.talks then return self.talks:postponed(event) end
end

local function poison(claim)
  return Error.new { kind = "state", outcome = "unknown",
    message = ("the event was begun %d times and never ended, so it is left"):format(claim.tries - 1),
    hint = "its handler ends the process, or blocks it for longer than `lease` seconds" }
end

-- What an event that is left had a conversation do is not left. As `handle_event`.
local function leave(self, event)
  if not (self.talks or is_own(event)) then return nil end
  desk(self):leave(event)
  return self.talks:postponed(event)
end

local STALL = 1 -- seconds until the store is asked again

-- One event from claim to confirmation.
local function run(self, event, claim)
  local again, why
  if self.inbox:is_poison(claim) then
    report(self, poison(claim), event)
    again, why = leave(self, event)
  else
    local news, err = self.inbox:is_news(event)
    if news == nil then
      report(self, err, event)
      return self.inbox:stall(event, claim, STALL)
    end
    if news then again, why = handle_event(self, event) end
  end
  if why == "held" then return self.inbox:stall(event, claim, again) end
  local ok, err
  if again then ok, err = self.inbox:again(claim, again, why == "asked") else ok, err = self.inbox:done(claim) end
  if not ok then report(self, err, event) end
end

-- The next task of a worker. All workers of the process count, so that one who
-- finds no place leaves word, and the next who is free looks again. `own` counts
-- the places that one `work` has taken.
local function next_task(self, own)
  local inbox = self.inbox
  local function take(n) self.active, own.taken = self.active + n, own.taken + n end
  while self.active < self.concurrency and not (self.ending and self.ending()) do
    take(1)
    self.behind = false
    local ok, event, claim, more = pcall(inbox.next, inbox)
    if not ok then event, claim = nil, event end
    if event then
      return function()
        guarded(self, event, function() run(self, event, claim) end)
        take(-1)
      end
    end
    take(-1)
    if claim then report(self, claim) end
    if not self.behind and not more then return nil end
  end
  self.behind = true
end

local function upkeep(self)
  local ok, err = self.inbox:upkeep()
  if not ok then report(self, err) end
end

local function purge(self)
  local ok, err = self.inbox:purge()
  if not ok then report(self, err) end
end

--- Handles what is stored, until there is nothing more that can be: at most
--- `concurrency` customers at a time. `handle` and `tick` call it. Meanwhile it
--- holds on to what takes longer than a lease, whenever a handler waits.
function Bot:work()
  local own = { taken = 0 }
  guarded(self, nil, function()
    self.client:loop().gather(self.concurrency, function() return next_task(self, own) end,
      function() guarded(self, nil, function() upkeep(self) end) end, self.inbox.lease / 4)
  end)
  -- Also those of handlers that were ended from outside.
  self.active = self.active - own.taken
end

function begin_work(self)
  if self.later then return self.later(self) end
  return self:work()
end

-- Receiving ----------------------------------------------------------------------------

local TEXT = "text/plain; charset=utf-8"

local function answer(status, text, more)
  local headers = { ["Content-Type"] = TEXT }
  for name, value in pairs(more or {}) do headers[name] = value end
  return status, headers, text
end

local function header(headers, wanted)
  if type(headers) ~= "table" then return nil end
  for name, value in pairs(headers) do
    if type(name) == "string" and name:lower() == wanted then return value end
  end
end

local CHALLENGE = { signature = 403, invalid = 400 }

local function challenge(self, query)
  local text, err = self.webhook:challenge(query == nil and {} or query)
  if text then return answer(200, text) end
  return answer(CHALLENGE[err.kind] or 500, tostring(err))
end

local function receive(self, headers, body)
  if type(body) == "string" and #body >= webhook.BODY_MAX then
    return answer(413, "the body is too large")
  end
  local events, err = self.webhook:parse(body, header(headers, "x-hub-signature-256"))
  if not events then return answer(err.kind == "signature" and 401 or 400, tostring(err)) end
  local ok, added
  ok, added, err = pcall(self.inbox.add, self.inbox, events)
  if not ok then added, err = nil, added end
  if not added then
    report(self, err)
    return answer(500, "the events could not be stored; deliver them again", { ["Retry-After"] = "5" })
  end
  begin_work(self)
  return answer(200, "ok")
end

--- Answers a request of Meta's to the webhook's address; for any web server. 200
--- comes only when all events are stored: 500 otherwise, and Meta delivers again.
--- Without a `later` the handlers have run when it returns.
---@param method string "GET" or "POST"
---@param query table<string, string>|string|nil the decoded parameters, or the query string
---@param headers table<string, string> in any case
---@param body string|nil the bytes as they came
---@return integer status 200, 400, 401, 403, 405, 413 or 500
---@return table<string, string> headers
---@return string body
function Bot:handle(method, query, headers, body)
  if method == "GET" then return challenge(self, query) end
  if method == "POST" then return receive(self, headers, body == nil and "" or body) end
  return answer(405, "GET and POST only", { Allow = "GET, POST" })
end

-- What nobody tells of is looked for this often, in seconds.
local IDLE, SOON = 5, 1

-- Timers of conversations.
local function fire(self)
  if not self.talks then return nil end
  local seconds, err = self.talks:tick()
  if err then report(self, err) end
  return seconds
end

--- Does what time asks for: events whose process has died, those that are to be
--- handled again, what the store would not take, conversations' timers, and, every
--- five minutes, what has expired in the store. Call it again
--- after the seconds that it returns, also when nothing was received; nginx's `start` does.
---@return number seconds until the next call is due, 5 at most
function Bot:tick()
  upkeep(self)
  guarded(self, nil, function() purge(self) end)
  local due = fire(self)
  begin_work(self)
  local seconds, err = self.inbox:wait()
  if err then report(self, err) end
  -- What is due now has been begun, or could not be: nothing that haste would help.
  if seconds == 0 then seconds = SOON end
  return math.min(seconds or IDLE, due or IDLE, IDLE)
end

-- Making one ---------------------------------------------------------------------------

local new

--- A bot with the same handlers and some other options: for tests, with a client,
--- a store and a clock of their own. Handlers added later are this one's alone.
---@param options table as for `whatsapp.bot`
---@return whatsapp.Bot
function Bot:with(options)
  local merged = { webhook = self.webhook, store = self.store }
  for name, value in pairs(self.options) do merged[name] = value end
  for name, value in pairs(options) do merged[name] = value end
  local sibling = new(merged)
  for _, name in ipairs { "rules", "interrupts", "middleware" } do
    for i, handler in ipairs(self[name]) do sibling[name][i] = handler end
  end
  sibling.fallback, sibling.error_handler = self.fallback, self.error_handler
  for _, conversation in pairs(self.talks and self.talks.known or {}) do sibling:add(conversation) end
  return sibling
end

local positive = { type = "number", min = 0.001, max = 86400 }
local whole = { type = "number", min = 1, max = 10000, whole = true }

local OPTIONS = {
  client = function(value) return type(value) == "table" and value.send ~= nil, "must be a client of whatsapp.new" end,
  webhook = function(value) return webhook.is(value), "must be a webhook of whatsapp.webhook" end,
  store = function(value) return stores.is(value), "must be a store, e.g. whatsapp.store.memory()" end,
  clock = function(value) return is_callable(value), "must be a function that returns seconds since 1970" end,
  later = function(value) return is_callable(value), "must be a function" end,
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
---
--- `webhook` is made from the environment unless given; `store` is the client's, or
--- else memory, which forgets with the process. `lease`: seconds after which an
--- event whose process fell silent is handled by another (60): a handler that blocks
--- the process for longer is begun a second time elsewhere. `concurrency`: how many customers
--- are served at a time in this process (16). `tries`: how often an event is begun
--- without coming to an end before it is left (5). `later(bot)`: has `bot:work()` called after the answer is out.
---@param options { client: whatsapp.Client, webhook?: whatsapp.Webhook, store?: whatsapp.Store,
---   lease?: number, concurrency?: integer, tries?: integer, later?: fun(bot: whatsapp.Bot),
---   clock?: fun(): number }
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
    rules = {}, interrupts = {}, middleware = {}, active = 0, behind = false,
  }, Bot)
  bot.inbox = inboxes.new(bot.store, { clock = options.clock or clock, lease = options.lease or 60,
                                       tries = options.tries or 5 })
  return bot
end

return new
