--- Tests of your own bots and Flows: customers who write to it and see what it says. What the
--- bot gets is signed as Meta's is, what it sends goes to a sandbox; only the clock
--- and the customers are made up. docs/testing.md
---
---     local t = require("whatsapp.testing").bot(bot)
---     local ann = t.user "4915112345678"
---     ann:says "order"
---     ann:expects "What is your name?"
---     t:advance(3600)

local Error = require "whatsapp.error"
local blame = require "whatsapp.testing.blame"
local borrow = require "whatsapp.testing.borrow"
local client = require "whatsapp.client"
local complaint = require "whatsapp.complaint"
local fields = require "whatsapp.webhook.fields"
local hook = require "whatsapp.testing.hook"
local json = require "whatsapp.json"
local sandboxes = require "whatsapp.sandbox"
local schema = require "whatsapp.schema"
local stage = require "whatsapp.testing.stage"
local store = require "whatsapp.store"
local users = require "whatsapp.testing.user"
local webhook = require "whatsapp.webhook"

local M = {}

---@class whatsapp.Test
---@field bot whatsapp.Bot the one under test: the given one's handlers, with the test's client, store and clock
---@field sandbox whatsapp.Sandbox
---@field now number the time, in seconds since 1970
---@field user fun(who: string|number|{ phone?: string, user_id?: string }, name?: string): whatsapp.TestUser a
---   customer, by phone number, user id or both; the same one for the same number
---@field group fun(id: string, name?: string): whatsapp.TestUser a group, in which customers write: `ann:at(team)`
local Test = { __name = "whatsapp.Test" }
Test.__index = Test

--- What was said so far, a line each: ">" by a customer, "<" by the bot, "+" seconds
--- that passed; see `plays`, which takes it.
---@return string
function Test:transcript()
  return stage.transcript(self)
end

-- Time ---------------------------------------------------------------------------------------

-- Seconds until something happens, at most `left`.
local function next_step(self, left)
  local _, due = self.bot.store:due(self.now)
  local _, pending = self.bot.store:pending(self.now)
  local step = math.min(left, type(due) == "number" and due or left, type(pending) == "number" and pending or left)
  return step > 0 and step or math.min(left, 1)
end

local function pass(self, seconds)
  self.bot:tick()
  while seconds > 0 do
    local step = next_step(self, seconds)
    self.now, seconds = self.now + step, seconds - step
    self.bot:tick()
    stage.listen(self)
  end
  return true
end

--- Lets time pass: timers fire at their time.
---@param seconds number
function Test:advance(seconds)
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds < math.huge) then
    stage.fail(self, "advance takes seconds from 0 on, not %s", tostring(seconds))
  end
  stage.happens(self, nil, "+", schema.number_text(seconds), pass, self, seconds)
end

-- Trouble ------------------------------------------------------------------------------------

-- Sandboxes with faults of ours.
local faulty = setmetatable({}, { __mode = "k" })

--- Has Graph refuse the bot's next message.
---@param code integer of the error: 131026, 131047, …
function Test:refuses(code)
  if type(code) ~= "number" or code % 1 ~= 0 then
    stage.fail(self, "refuses takes a code of Graph's, not %s", tostring(code))
  end
  faulty[self.sandbox] = true
  stage.happens(self, nil, "!", ("%d"):format(code), function()
    local ok, err = self.sandbox:fault { method = "POST", path = "/messages$", code = code }
    return ok, tostring(err)
  end)
end

-- Templates ----------------------------------------------------------------------------------

-- The sandbox's one, of an earlier test; else what Meta made of it.
local function template_of(test, template)
  local templates = test.bot.client.templates
  local page, err = templates:list { name = template.name, language = template.language }
  for _, known in ipairs(page and page.data or {}) do
    if known.name == template.name and known.language == template.language then return known end
  end
  if not page then return nil, err end
  return templates:create(template)
end

--- Has Meta approve a template of yours: what the sandbox does not know it refuses (132001).
--- One that it knows, by name and language, stays as it is.
---
---     t:approves { name = "paid", language = "en_US", category = "UTILITY", body = "Your invoice is paid." }
---
---@param template table as for `wa.templates:create`
function Test:approves(template)
  if type(template) ~= "table" then
    blame.raise 't:approves takes a template as wa.templates:create does: { name = …, language = …, body = … }'
  end
  local known, err = template_of(self, template)
  local approved = known and (known.status == "APPROVED" or self.sandbox:review(known.id, "APPROVED"))
  if not approved then stage.fail(self, "the template cannot be approved: %s", tostring(err)) end
end

-- What else happens ---------------------------------------------------------------------

-- Whether a field is about one of the business's numbers.
local function is_numbered(field)
  local rows = fields[field]
  return rows ~= nil and rows[1].list ~= nil
end

--- Has the bot told of anything else that Meta tells of.
---
---     t:receives("message_template_status_update", { event = "APPROVED", message_template_name = "order" })
---
---@param field string of the webhook
---@param value table as Graph has it
function Test:receives(field, value)
  if type(field) ~= "string" or type(value) ~= "table" then
    stage.fail(self, 'receives takes a field and what Graph has in it: t:receives("flows", { event = … })')
  elseif not fields[field] and schema.is_slip(field, fields) then
    stage.fail(self, "there is no field %s; did you mean %s?", field, schema.nearest(field, fields))
  end
  local text, err = json.encode(value)
  if not text then stage.fail(self, "%s cannot be received: %s", field, err) end
  stage.happens(self, nil, "*", ("%s %s"):format(field, text), hook.change, self, field, json.decode(text),
    is_numbered(field))
end

-- Making one -------------------------------------------------------------------------------

-- One for all tests of a process.
local shared

local function sandbox_of(options)
  if options.sandbox then return options.sandbox end
  if not shared or shared.stopped then
    local started, err = sandboxes.start { gateway_rate = false }
    if not started then error(err, 0) end
    shared = started
  end
  return shared
end

-- What an earlier test has left.
local function clear(sandbox)
  if not faulty[sandbox] then return end
  sandbox:clear_faults()
  faulty[sandbox] = nil
end

-- Several tests may have the same sandbox, in which each knows its requests by the user agent,
-- or the same store, in which no two messages of customers have one id.
local AGENT, tests = "whatsapp.testing/", 0

local function name_of(test)
  tests = tests + 1
  return ("%d.%s.%d"):format(os.time(), tostring(test):match "%w+$", tests)
end

local function is_for(test)
  return function(request)
    local agent = request.headers["user-agent"] or ""
    return agent == test.agent or agent:sub(1, #AGENT) ~= AGENT
  end
end

local REFUSED = { template = "refused: the error is of kind %s (the sandbox knows what t:approves has told it of)" }

-- What Graph refuses shows in the transcript.
local function remark_refusals(self)
  return function(request)
    if request.path:find "/messages$" and (request.status or 0) >= 400 then
      stage.remark(self, REFUSED[request.kind] or "refused: the error is of kind %s", request.kind)
    end
  end
end

-- By the way of the bot's own client: only straight from Graph can media be downloaded.
local function new_client(self, own)
  local options = self.sandbox:options(own and own.config.mode)
  options.rate, options.retries, options.user_agent = false, 0, self.agent
  options.on_request = remark_refusals(self)
  options.window_fallback = own and own.config.window_fallback
  local made = client.new(options)
  made.config.clock = function() return self.now end
  return made
end

-- Where the bot has an `on_error` of its own, what it is told stands in the transcript.
local function watch_errors(self, bot)
  local told = bot.error_handler
  return bot:on_error(function(err, event, traceback)
    if not told then
      self.errors[#self.errors + 1] = complaint.describe(err, traceback)
      return
    end
    stage.remark(self, "on_error: %s", err)
    return told(err, event, traceback)
  end)
end

local function bot_of(self, bot, options)
  -- As it was given, and as the bot has it.
  local own = { bot.options.client, bot.client ~= bot.options.client and bot.client or nil }
  return watch_errors(self, bot:with {
    client = new_client(self, bot.client), webhook = webhook { app_secret = self.sandbox.app_secret },
    store = options.store or store.memory(), clock = function() return self.now end,
    later = function(one) borrow(own, one.client, function() one:work() end) end,
  })
end

local OPTIONS = { sandbox = true, store = true, now = true }

local function check(bot, options)
  if type(bot) ~= "table" or type(bot.with) ~= "function" or type(bot.handle) ~= "function" then
    Error.refuse("bot", "must be a bot of whatsapp.bot")
  end
  options = Error.must(schema.options(options, OPTIONS))
  if options.now ~= nil and (type(options.now) ~= "number" or options.now % 1 ~= 0) then
    Error.refuse("now", "must be a whole number of seconds since 1970")
  end
  return options
end

blame.methods(Test, "t")

--- A test of a bot. The bot stays as it is: the test's has its handlers, but a client
--- for the sandbox (through the gateway or straight to Graph, as its own, without
--- retries), a store in memory and a clock of its own. The bot's own client sends to the
--- sandbox too while handlers run; what they send by another one goes where that one sends.
---
--- An error that no `on_error` takes fails the test. Conversations are replayed
--- whenever something happens, as another process would.
---@param bot whatsapp.Bot
---@param options? { sandbox?: whatsapp.Sandbox, store?: whatsapp.Store, now?: integer } `sandbox`: one that
---   runs; else one is started, for all tests of the process. `now`: when the test begins, in seconds since 1970
---@return whatsapp.Test
function M.bot(bot, options)
  options = check(bot, options)
  local sandbox = sandbox_of(options)
  clear(sandbox)
  local self = setmetatable({ sandbox = sandbox, now = options.now or os.time(), count = 0,
    lines = {}, users = {}, named = {}, errors = {}, late = {} }, Test)
  self.id = name_of(self)
  self.agent, self.follow = AGENT .. self.id, sandbox:follow(is_for(self))
  self.bot = bot_of(self, bot, options)
  stage.replay(self)
  -- With a colon too.
  self.user = function(who, ...)
    if who == self then return users.of(self, ...) end
    return users.of(self, who, ...)
  end
  self.group = function(id, ...)
    if id == self then return users.group(self, ...) end
    return users.group(self, id, ...)
  end
  self.find = function(id, is_group) return users.addressed(self, id, is_group) end
  return self
end

--- A player of a Flow: see `whatsapp.testing.flow`.
---@param endpoint whatsapp.flow.Endpoint
---@param options? { screens?: table|string, flow_token?: string, version?: string }
---@return whatsapp.flow.Player
function M.flow(endpoint, options)
  return require "whatsapp.testing.flow"(endpoint, options)
end

return M
