--- Tests of your own bots and Flows: customers who write to it and see what it says. What the
--- bot gets is signed as Meta's is, what it sends goes to a sandbox; only the clock
--- and the customers are made up.
---
---     local t = require("whatsapp.testing").bot(bot)
---     local ann = t.user "4915112345678"
---     ann:says "order"
---     ann:expects "What is your name?"
---     t:advance(3600)

local client = require "whatsapp.client"
local complaint = require "whatsapp.complaint"
local json = require "whatsapp.json"
local line = require "whatsapp.testing.line"
local sandboxes = require "whatsapp.sandbox"
local store = require "whatsapp.store"
local webhook = require "whatsapp.webhook"

local M = {}

---@class whatsapp.Test
---@field bot whatsapp.Bot the one under test: the given one's handlers, with the test's client, store and clock
---@field sandbox whatsapp.Sandbox
---@field user fun(number: string, name?: string): whatsapp.TestUser a customer
local Test = { __name = "whatsapp.Test" }
Test.__index = Test

---@class whatsapp.TestUser
local User = { __name = "whatsapp.TestUser" }
User.__index = User

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

-- By the way of the bot's own client: only straight from Graph can media be downloaded.
local function new_client(sandbox, own)
  local options = sandbox:options(own and own.config.mode)
  options.rate = false
  return client.new(options)
end

-- Failing ----------------------------------------------------------------------------------

--- What was said so far, a line each: ">" by a customer, "<" by the bot, "+" seconds
--- that passed.
---@return string
function Test:transcript()
  return table.concat(self.lines, "\n") .. "\n"
end

local function fail(self, text)
  error(("%s\n\nThe transcript so far:\n%s"):format(text, self:transcript()), 3)
end

-- What the bot says ------------------------------------------------------------------------

local function listen(self)
  for _, message in ipairs(self.follow()) do
    local payload = message.payload
    local user = self.users[payload.to or payload.recipient]
    if user then
      self.lines[#self.lines + 1] = ("%s< %s"):format(user.mark, line.of(payload))
      user.unread[#user.unread + 1] = payload
      payload.id, user.last = message.id, payload
      if line.choices(payload)[1] then user.offer = payload end
      if line.flow(payload) then user.form = payload end
    end
  end
  local err = table.remove(self.errors, 1)
  if err then fail(self, ("the bot raised: %s"):format(tostring(err))) end
end

-- Time ---------------------------------------------------------------------------------------

-- Seconds until something happens, at most `left`.
local function next_step(self, left)
  local _, due = self.bot.store:due(self.now)
  local _, pending = self.bot.store:pending(self.now)
  local step = math.min(left, type(due) == "number" and due or left, type(pending) == "number" and pending or left)
  return step > 0 and step or math.min(left, 1)
end

--- Lets time pass: timers fire at their time.
---@param seconds number
function Test:advance(seconds)
  self.lines[#self.lines + 1] = ("+ %s"):format(tostring(seconds))
  self.bot:tick()
  while seconds > 0 do
    local step = next_step(self, seconds)
    self.now, seconds = self.now + step, seconds - step
    self.bot:tick()
  end
  listen(self)
end

-- What customers write -------------------------------------------------------------------

local function body_of(self, user, message)
  return assert(json.encode { object = "whatsapp_business_account", entry = { {
    id = self.sandbox.business_account_id,
    changes = { { field = "messages", value = {
      messaging_product = "whatsapp",
      metadata = { phone_number_id = self.sandbox.phone_number_id, display_phone_number = "15550000000" },
      contacts = { { wa_id = user.number, profile = { name = user.name } } },
      messages = { message },
    } } },
  } } })
end

local function write(user, shown, message)
  local self = user.test
  self.count = self.count + 1
  message.id = ("wamid.test%d.%d"):format(self.began, self.count)
  message.from, message.timestamp = user.number, ("%d"):format(self.now)
  self.lines[#self.lines + 1] = ("%s> %s"):format(user.mark, (shown:gsub("\n", "\\n")))
  local body = body_of(self, user, message)
  local status, _, text = self.bot:handle("POST", nil,
    { ["X-Hub-Signature-256"] = webhook.sign(body, self.secret) }, body)
  if status ~= 200 then fail(self, ("the bot answered %d: %s"):format(status, text)) end
  listen(self)
  return user
end

--- Writes a text.
---@param text string
---@return whatsapp.TestUser self
function User:says(text)
  return write(self, text, { type = "text", text = { body = text } })
end

-- A file is uploaded, so that the bot can download it.
local function content_of(self, kind, content)
  if type(content) ~= "string" then return content end
  local uploaded, err = self.bot.client.media:upload(content)
  if not uploaded then error(err, 0) end
  return { id = uploaded.id, mime_type = uploaded.type, filename = kind == "document" and content or nil }
end

--- Sends anything else: `{ image = "photo.jpg" }` (a file), `{ location = { latitude = …, longitude = … } }`,
--- a type with what Graph has in it.
---@param message table one key
---@return whatsapp.TestUser self
function User:sends(message)
  local kind, content = next(message)
  if type(kind) ~= "string" or next(message, kind) ~= nil then
    error("one kind of message, e.g. { image = \"photo.jpg\" }", 2)
  end
  if kind == "text" then return self:says(content) end
  return write(self, ("(%s)"):format(kind), { type = kind, [kind] = content_of(self.test, kind, content) })
end

local function find_choice(user, wanted, kind)
  for _, choice in ipairs(user.offer and line.choices(user.offer) or {}) do
    if (choice.id == wanted or choice.title == wanted) and (kind == nil or choice.kind == kind) then return choice end
  end
end

local function choose(user, wanted, kind, what)
  local choice = find_choice(user, wanted, kind)
  if not choice then fail(user.test, ("there is no %s %q to choose"):format(what, wanted)) end
  local content = { id = choice.id, title = choice.title, description = choice.description }
  return write(user, ("[%s]"):format(choice.title), { type = "interactive", context = { id = user.offer.id },
    interactive = { type = choice.kind, [choice.kind] = content } })
end

--- Taps a button of the bot's last question, by its id or title.
---@param button string
---@return whatsapp.TestUser self
function User:taps(button)
  return choose(self, button, "button_reply", "button")
end

--- Picks a row of the list in the bot's last question, by its id or title.
---@param row string
---@return whatsapp.TestUser self
function User:picks(row)
  return choose(self, row, "list_reply", "row")
end

-- Flows ----------------------------------------------------------------------------------

local function form_of(user)
  if not user.form then fail(user.test, "the bot has sent no message that opens a Flow") end
  return user.form, line.flow(user.form)
end

--- Opens the Flow of the bot's last message that has one, as that message says: with
--- its token, on its screen, or asking the endpoint. What was played to its end is for
--- `submits`.
---@param endpoint whatsapp.flow.Endpoint|table|string as for `whatsapp.testing.flow`
---@param options? { screens?: table|string } the Flow's JSON, beside an endpoint
---@return whatsapp.flow.Player player open
function User:opens(endpoint, options)
  local _, given = form_of(self)
  local settings = { flow_token = given.token }
  for name, value in pairs(options or {}) do settings[name] = value end
  local player = M.flow(endpoint, settings)
  local first = not given.asks and { screen = given.screen, data = given.data } or nil
  local screen, err = player:open(first)
  if not screen then fail(self.test, ("the Flow cannot be opened: %s"):format(tostring(err))) end
  return player
end

--- Sends what the customer filled in on the Flow of the bot's last message that has
--- one: the bot gets a `flow_reply`.
---@param completed whatsapp.flow.Player|table a player at the end of the Flow, or the parameters;
---   the message's token is added to them
---@return whatsapp.TestUser self
function User:submits(completed)
  local form, given = form_of(self)
  if type(completed) ~= "table" then error("a player, or a table of parameters", 2) end
  local params = completed
  if type(completed.reply) == "function" then
    if not completed.params then fail(self.test, "the Flow has not been completed") end
    params = completed.params
  end
  local sent = { flow_token = given.token }
  for name, value in pairs(params) do sent[name] = value end
  return write(self, "(flow_reply)", { type = "interactive", context = { id = form.id },
    interactive = { type = "nfm_reply", nfm_reply = { name = "flow", body = "Sent",
      response_json = assert(json.encode(sent)) } } })
end

-- What customers expect ------------------------------------------------------------------

local function matches(payload, wanted)
  local words = line.words(payload)
  if words == wanted or line.kind(payload) == wanted then return true end
  local ok, found = pcall(string.find, words, wanted)
  return ok and found ~= nil
end

--- Expects the next message that was not looked at yet: its words, a pattern in them,
--- or its kind ("buttons", "image", "template", …).
---@param wanted string
---@return table payload as it was sent
function User:expects(wanted)
  local payload = table.remove(self.unread, 1)
  if not payload then fail(self.test, ("expected %q, but the bot said nothing more"):format(wanted)) end
  if not matches(payload, wanted) then
    fail(self.test, ("expected %q, but the bot said %q"):format(wanted, line.of(payload)))
  end
  return payload
end

--- Expects that there is nothing more.
---@return whatsapp.TestUser self
function User:expects_nothing()
  local payload = self.unread[1]
  if payload then fail(self.test, ("expected nothing more, but the bot said %q"):format(line.of(payload))) end
  return self
end

-- Transcripts ------------------------------------------------------------------------------

local play = {}

play[">"] = function(user, text)
  local tapped = text:match "^%[(.*)%]$"
  if tapped then return choose(user, tapped, nil, "button or row") end
  return user:says((text:gsub("\\n", "\n")))
end

play["<"] = function(user, text)
  local payload = table.remove(user.unread, 1)
  local said = payload and line.of(payload) or "nothing more"
  if said ~= text then fail(user.test, ("expected %q, but the bot said %q"):format(text, said)) end
end

play["+"] = function(user, text)
  user.test:advance(tonumber(text) or error(("%q is no number of seconds"):format(text), 0))
end

--- Plays a transcript, a text file: "> " and what the customer writes, in brackets what
--- they tap; "< " and what the bot is to say; "+ " and seconds that pass; "#" a note.
---@param path string
---@return whatsapp.TestUser self
function User:plays(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  for one in text:gmatch "[^\r\n]+" do
    local what, rest = one:match "^([<>+])%s?(.*)$"
    if what then
      play[what](self, rest)
    elseif not one:find "^%s*#" then
      error("no line of a transcript: " .. one, 2)
    end
  end
  return self:expects_nothing()
end

-- Making one -------------------------------------------------------------------------------

local function user_of(self, number, name)
  local digits = tostring(number):gsub("%D", "")
  local user = self.users[digits]
  if user then return user end
  self.user_count = self.user_count + 1
  user = setmetatable({ test = self, number = digits, name = name or "Customer", unread = {},
                        mark = self.user_count > 1 and digits .. " " or "" }, User)
  self.users[digits] = user
  return user
end

--- A test of a bot. The bot stays as it is: the test's has its handlers, but a client
--- for the sandbox (through the gateway or straight to Graph, as its own), a store in
--- memory and a clock of its own. What a handler sends by another client goes where that
--- one sends: answer by `event:reply`, or `event.client`.
---
--- An error that no `on_error` takes fails the test.
---@param bot whatsapp.Bot
---@param options? { sandbox?: whatsapp.Sandbox, store?: whatsapp.Store } `sandbox`: one that runs;
---   else one is started, for all tests of the process
---@return whatsapp.Test
function M.bot(bot, options)
  options = options or {}
  local sandbox = sandbox_of(options)
  local self = setmetatable({ sandbox = sandbox, secret = sandbox.app_secret, now = os.time(), began = os.time(),
    lines = {}, users = {}, user_count = 0, errors = {}, count = 0, follow = sandbox:follow() }, Test)
  self.bot = bot:with {
    client = new_client(sandbox, bot.client), webhook = webhook { app_secret = self.secret },
    store = options.store or store.memory(), clock = function() return self.now end,
    later = function(one) one:work() end,
  }
  if not self.bot.error_handler then
    self.bot:on_error(function(err, _, traceback)
      self.errors[#self.errors + 1] = complaint.describe(err, traceback)
    end)
  end
  self.user = function(number, name) return user_of(self, number, name) end
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
