--- A customer of a test: writes to the bot, and expects what it says.

local blame = require "whatsapp.testing.blame"
local contents = require "whatsapp.testing.content"
local flow = require "whatsapp.testing.flow"
local hook = require "whatsapp.testing.hook"
local json = require "whatsapp.json"
local line = require "whatsapp.testing.line"
local messages = require "whatsapp.message"
local schema = require "whatsapp.schema"
local stage = require "whatsapp.testing.stage"
local transcript = require "whatsapp.testing.transcript"

---@class whatsapp.TestUser
---@field number string the phone number as digits; the user id of who has none
---@field name string
---@field group? whatsapp.TestUser the group that is written in; a group's own is itself
local User = { __name = "whatsapp.TestUser" }
User.__index = User

local M = {}

-- What customers write -------------------------------------------------------------------

local function happens(user, shown, fn, ...)
  if user.group == user then blame.raise "a group does nothing by itself: ann:at(team):says(…)" end
  user.thread.wrote = user.test.now
  stage.happens(user.test, user, ">", shown, fn, user.test, user, ...)
  return user
end

local function write(user, shown, message)
  return happens(user, shown, hook.message, message)
end

--- Writes a text.
---@param text string
---@return whatsapp.TestUser self
function User:says(text)
  if type(text) == "number" then text = schema.number_text(text) end
  if type(text) ~= "string" or text == "" then blame.raise 'says takes a text: ann:says "Hello"' end
  return write(self, line.text(text), { type = "text", text = { body = text } })
end

-- The bot's newest message to a customer that is shown so.
local function message_like(user, list, text)
  local wanted = line.canonical(text)
  for _, payload in ipairs(list) do
    if line.of(payload) == wanted then return payload end
  end
  stage.fail(user.test, "the bot has said no %q", text)
end

-- What stands beside a message's kind, in Graph's words.
local function put_in(user, message, envelope)
  local answered, referral = envelope.reply_to, envelope.referral
  if type(answered) == "string" then answered = message_like(user, user.thread.heard, answered) end
  if answered or envelope.forwarded then
    message.context = { from = answered and line.BUSINESS, id = answered and answered.id,
                        forwarded = envelope.forwarded }
  end
  message.referral = type(referral) == "string" and { source_url = referral, source_type = "ad" } or referral
end

--- Sends anything else: `{ image = "photo.jpg" }` or `{ image = { file = "photo.jpg", caption = "Look" } }`
--- (a file, which is uploaded first), `{ reaction = "👍" }` to the bot's last message,
--- `{ location = { latitude = …, longitude = … } }`: a type with what Graph has in it; more of them
--- in docs/testing.md. Beside it `reply_to` (a message as `expects` returned it, or its line),
--- `forwarded = true`, `referral` (the ad's address, or Graph's table).
---@param message table
---@return whatsapp.TestUser self
function User:sends(message)
  local kind, content, envelope = contents.kind(message)
  if kind == "text" and not envelope then return self:says(content) end
  if kind == "flow_reply" then return self:submits(content) end
  local shown = contents.shown(kind, content, envelope)
  local field, value = contents.change(self, kind, content)
  if field then return happens(self, shown, hook.customer, field, value) end
  local made = contents.message(self, kind, content)
  if envelope then put_in(self, made, envelope) end
  return write(self, shown, made)
end

--- Is written to by a person of the business's, at the WhatsApp Business app, of which the
--- bot is told: an `echo`.
---@param text string
---@return whatsapp.TestUser self
function User:hears(text)
  if type(text) ~= "string" or text == "" then blame.raise 'hears takes a text: ann:hears "Hello"' end
  local test = self.test
  test.echoes = (test.echoes or 0) + 1
  test:receives("smb_message_echoes", { message_echoes = { { from = line.BUSINESS, to = self.phone,
    to_user_id = self.user_id, id = ("wamid.echo%s.%d"):format(test.id, test.echoes),
    timestamp = ("%d"):format(math.floor(test.now)), type = "text", text = { body = text } } } })
  return self
end

-- What is tapped -------------------------------------------------------------------------

local function find_choice(payload, wanted)
  for _, choice in ipairs(line.choices(payload)) do
    if choice.id == wanted or choice.title == wanted then return choice end
  end
end

local WORDS = { button_reply = { "button", "taps" }, list_reply = { "row", "picks" }, button = { "button", "taps" } }

local function listed(payload)
  local titles = {}
  for i, choice in ipairs(line.choices(payload)) do titles[i] = ("[%s]"):format(choice.title) end
  return table.concat(titles, " ")
end

-- The message that is tapped: the last one with anything to tap, unless that was tapped.
local function offer_of(user, wanted, what)
  local offer = user.thread.offers[1]
  if not offer then stage.fail(user.test, "there is no %s %q to choose: the bot has offered nothing", what, wanted) end
  if user.thread.tapped[offer] then
    stage.fail(user.test, "there is no %s %q to choose: %q has been answered, and nothing was offered since"
      .. " (an older message is tapped by giving it behind the choice)", what, wanted, line.of(offer))
  end
  return offer
end

-- What Graph says of a tap: a template's button has its own way.
local function tapped(choice)
  if choice.kind == "button" then return { type = "button", button = { payload = choice.id, text = choice.title } } end
  return { type = "interactive", interactive = { type = choice.kind, [choice.kind] = {
    id = choice.id, title = choice.title, description = choice.description } } }
end

local function choose(user, wanted, kind, older)
  local what = kind and WORDS[kind][1] or "button or row"
  stage.listen(user.test)
  local offer = older or offer_of(user, wanted, what)
  local choice = find_choice(offer, wanted)
  if not choice then
    stage.fail(user.test, "there is no %s %q to choose, only %s", what, wanted, listed(offer))
  elseif kind and WORDS[choice.kind][2] ~= WORDS[kind][2] then
    local other = WORDS[choice.kind]
    stage.fail(user.test, "there is no %s %q to choose: it is a %s, which one %s", what, wanted, other[1], other[2])
  end
  user.thread.tapped[offer] = true
  local named = find_choice(offer, choice.title).id == choice.id and choice.title or choice.id
  local message = tapped(choice)
  message.context = { from = line.BUSINESS, id = offer.id }
  return write(user, line.tap(named, older), message)
end

local function check_choice(wanted, older, call)
  if type(wanted) ~= "string" then blame.raise("%s takes a title or an id", call) end
  if older ~= nil and not (type(older) == "table" and older.id and older.type) then
    blame.raise("%s takes a title or id, and behind it a message as expects returns it", call)
  end
end

--- Taps a button of the bot's last question, by its id or title; of a template, by what
--- the bot gave it as payload.
---@param button string
---@param message? table an older message of the bot's with this button, as `expects` returned it
---@return whatsapp.TestUser self
function User:taps(button, message)
  check_choice(button, message, "taps")
  return choose(self, button, "button_reply", message)
end

--- Picks a row of the list in the bot's last question, by its id or title.
---@param row string
---@param message? table an older message of the bot's with this row, as `expects` returned it
---@return whatsapp.TestUser self
function User:picks(row, message)
  check_choice(row, message, "picks")
  return choose(self, row, "list_reply", message)
end

-- Groups, numbers -------------------------------------------------------------------------

--- The same customer in a group: what they write, tap and send is written there.
---@param group whatsapp.TestUser of `t.group`
---@return whatsapp.TestUser
function User:at(group)
  if getmetatable(group) ~= User or group.group ~= group then blame.raise "at takes a group: ann:at(team)" end
  local mark = ("%s@%s"):format(self.mark:match "^%S*", group.mark)
  return setmetatable({ test = self.test, phone = self.phone, user_id = self.user_id, number = self.number,
    name = self.name, group = group, thread = group.thread, mark = mark }, User)
end

--- Takes another phone number, of which WhatsApp tells the bot (`system`).
---@param number string
---@return whatsapp.TestUser self
function User:changes_number(number)
  local phone = messages.user(number)
  if not phone or messages.is_user_id(phone) then blame.raise "changes_number takes a phone number" end
  -- A bot that answers writes to the new one.
  self.test.users[messages.canonical_user(phone)] = self
  self:sends { system = phone }
  self.phone, self.number = phone, phone
  return self
end

-- Flows ----------------------------------------------------------------------------------

local function form_of(user)
  stage.listen(user.test)
  if not user.thread.form then stage.fail(user.test, "the bot has sent no message that opens a Flow") end
  return user.thread.form, line.flow(user.thread.form)
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
  local player = flow(endpoint, settings)
  local first = not given.asks and { screen = given.screen, data = given.data } or nil
  local screen, err = player:open(first)
  if not screen then stage.fail(self.test, "the Flow cannot be opened: %s", tostring(err)) end
  return player
end

--- Sends what the customer filled in on the Flow of the bot's last message that has
--- one: the bot gets a `flow_reply`.
---@param completed whatsapp.flow.Player|table a player at the end of the Flow, or the parameters;
---   the message's token is added to them
---@return whatsapp.TestUser self
function User:submits(completed)
  if type(completed) ~= "table" then blame.raise "submits takes a player of the Flow, or a table of parameters" end
  local form, given = form_of(self)
  local params = completed
  if type(completed.reply) == "function" then
    if not completed.params then stage.fail(self.test, "the Flow has not been completed") end
    params = completed.params
  end
  local sent = { flow_token = given.token }
  for name, value in pairs(params) do sent[name] = value end
  return write(self, contents.shown("flow_reply", sent), { type = "interactive", context = { id = form.id },
    interactive = { type = "nfm_reply", nfm_reply = { name = "flow", body = "Sent",
      response_json = assert(json.encode(sent)) } } })
end

-- What becomes of the bot's messages -----------------------------------------------------

local STATUSES = { sent = true, delivered = true, read = true, played = true, failed = true }

local UNDELIVERABLE = 131026

local function report(user, status, code, older)
  stage.listen(user.test)
  local payload = older or user.thread.last
  if not payload then stage.fail(user.test, "the bot has said nothing that could be %s", status) end
  if status == "failed" then code = code or UNDELIVERABLE end
  stage.happens(user.test, user, "~", line.status(status, code, older), hook.status, user.test, user, payload,
    status, code)
  return user
end

--- Has the bot told what became of its last message to this customer.
---
---     ann:reports "read"
---     ann:reports("failed", { code = 131049 })
---
---@param status "sent"|"delivered"|"read"|"played"|"failed"
---@param options? { code?: integer, message?: table } `code`: of a failure, 131026; `message`: an older
---   one, as `expects` returned it
---@return whatsapp.TestUser self
function User:reports(status, options)
  if options ~= nil and type(options) ~= "table" then blame.raise 'reports takes "failed", { code = 131026 }' end
  options = options or {}
  if not STATUSES[status] then
    blame.raise("reports takes one of %s, not %s", table.concat(schema.sorted_keys(STATUSES), ", "), tostring(status))
  end
  return report(self, status, options.code, options.message)
end

-- What customers expect ------------------------------------------------------------------

-- "[Yes]": a button, and no pattern that any Y, e or s would meet.
local TAPPED = "^%[[^%[%]%%]*%]$"

local function meets(payload, wanted)
  if type(wanted) == "function" then return wanted(payload) end
  local words = line.words(payload)
  if line.kind(payload) == wanted or words:find(wanted, 1, true) or line.of(payload):find(wanted, 1, true) then
    return true
  end
  local ok, found = pcall(string.find, words, wanted)
  return ok and found ~= nil and not wanted:find(TAPPED)
end

local function described(wanted)
  return type(wanted) == "function" and "what the function takes" or ("%q"):format(wanted)
end

--- Expects the next message that was not looked at yet: its words or some of them, also
--- as the transcript shows it ("Size? [S] [M]"), a pattern in its words, or its kind
--- ("buttons", "image", "template", …). A function decides itself.
---@param wanted string|fun(payload: table): any
---@return whatsapp.TestUser self
---@return table payload as it was sent, with its `id`
function User:expects(wanted)
  if type(wanted) ~= "function" and type(wanted) ~= "string" then
    blame.raise("expects takes words, a pattern, a kind of message or a function, not a %s", type(wanted))
  end
  stage.listen(self.test)
  local payload = table.remove(self.thread.unread, 1)
  if not payload then
    stage.fail(self.test, "expected %s, but the bot said nothing more", described(wanted))
  elseif not meets(payload, wanted) then
    stage.fail(self.test, "expected %s, but the bot said %q", described(wanted), line.of(payload))
  end
  return self, payload
end

--- Expects that there is nothing more.
---@return whatsapp.TestUser self
function User:expects_nothing()
  stage.listen(self.test)
  local payload = self.thread.unread[1]
  if payload then stage.fail(self.test, "expected nothing more, but the bot said %q", line.of(payload)) end
  return self
end

-- Transcripts ------------------------------------------------------------------------------

local play = {}

local function key_of(id) return messages.canonical_user(id) or id end

play[">"] = function(user, text)
  local what, first, second = line.read_customer(text)
  if what == "tap" then
    return choose(user, first, nil, second and message_like(user, user.thread.offers, second))
  elseif what == "whole" and type(json.decode(first)) == "table" then
    return user:sends((json.decode(first)))
  elseif what ~= "kind" or not (contents.is_known(first) or second:find "^[{%[]") then
    return user:says(line.unescape(text))
  end
  local content = contents.read(second)
  if first == "system" and type(content) ~= "table" then return user:changes_number(second) end
  return user:sends { [first] = content }
end

play["<"] = function(user, text)
  stage.listen(user.test)
  local payload = table.remove(user.thread.unread, 1)
  local said = payload and line.of(payload) or "nothing more"
  if said ~= line.canonical(text) then stage.fail(user.test, "expected %q, but the bot said %q", text, said) end
end

play["~"] = function(user, text)
  local status, code, of = line.read_status(text)
  if not STATUSES[status] then stage.fail(user.test, "%q is no status", text) end
  return report(user, status, code, of and message_like(user, user.thread.heard, of))
end

-- Whether a name can stand before a line: one word, no number, nobody else's.
local function is_mark(test, name)
  return name:find "^[^%s<>~+!=#@*]+$" and not messages.user(name) and not test.named[name]
end

local function name_them(user, name)
  if type(name) ~= "string" or name == "" then blame.raise "a customer's name is a text" end
  if name == user.name then return end
  user.name = name
  -- The first one's lines have nothing before them, and their name is whoever plays them.
  if user.mark == "" then return end
  if not is_mark(user.test, name) then return stage.note(user.test, user, "=", line.escape(name)) end
  user.test.named[name], user.mark = user, name .. " "
  stage.note(user.test, user, "=", user.number)
end

play["="] = function(user, text, who)
  local group = text:match "^%(group%) (%S+)$"
  if group then return M.group(user.test, group, who) end
  if messages.user(who) then return M.of(user.test, who, line.unescape(text)) end
  return M.of(user.test, text, who)
end

-- Whom the name before a line means: "Ann", "4915…", "Team", "Ann@Team", "@Team" for whoever plays.
function play.find(user, who)
  local test, person, group = user.test, who:match "^(.-)@(.+)$"
  if group then
    return (person == "" and user or play.find(user, person)):at(test.named[group] or M.group(test, group))
  end
  return test.named[who] or test.users[key_of(who)] or test.user(who)
end

play["*"] = function(user, text)
  local field, json_text = text:match "^(%S+) (.*)$"
  user.test:receives(field, json.decode(json_text or ""))
end

play["+"] = function(user, text) user.test:advance(tonumber(text) or text) end

play["!"] = function(user, text) user.test:refuses(tonumber(text) or text) end

--- Plays a transcript, a text file, line by line: `> ` and what the customer writes, in
--- brackets what they tap, `(image) photo.jpg` what they send; `< ` and what the bot is to
--- say; `~ read` what becomes of that; `+ ` and seconds that pass; `! ` and the code with
--- which the next message is refused; `#` a note. Another customer's lines begin with their number, or
--- with their name where a line `Bob = 4915…` has said whose it is. What `t:transcript()` returns is one.
---@param path string
---@return whatsapp.TestUser self
function User:plays(path)
  transcript.play(self, path, play)
  return self
end

-- Making one -------------------------------------------------------------------------------

blame.methods(User, "ann")

-- What is said between the bot and a customer, or in a group.
local function new_thread() return { unread = {}, heard = {}, offers = {}, tapped = {} } end

-- One who plays a transcript without a name is the first.
local function made(test, phone, user_id)
  local user = setmetatable({ test = test, phone = phone, user_id = user_id, number = phone or user_id,
    name = "Customer", thread = new_thread() }, User)
  user.mark = test.first and user.number .. " " or ""
  test.first = test.first or user
  test.users[key_of(user.number)] = user
  if user_id then test.users[user_id] = user end
  return user
end

local function checked(id)
  local user, err = messages.user(id)
  if not user then blame.raise("t.user takes a phone number or a user id: %s", err.message) end
  return user
end

--- The customer with a phone number, a user id or both, made where there is none.
---@param test whatsapp.Test
---@param who string|number|{ phone?: string|number, user_id?: string }
---@param name? string
---@return whatsapp.TestUser
function M.of(test, who, name)
  local phone, user_id
  if type(who) ~= "table" then
    phone = checked(who)
  else
    phone, user_id = who.phone and checked(who.phone), who.user_id and checked(who.user_id)
    if not (phone or user_id) then blame.raise "t.user takes { phone = …, user_id = … }" end
  end
  if phone and messages.is_user_id(phone) then phone, user_id = nil, phone end
  local user = test.users[key_of(phone or user_id)] or made(test, phone, user_id)
  if name ~= nil then name_them(user, name) end
  return user
end

--- The group with an id, made where there is none: it hears what the bot says there.
---@param test whatsapp.Test
---@param id string
---@param name? string
---@return whatsapp.TestUser
function M.group(test, id, name)
  if type(id) ~= "string" or not id:find "^%S+$" then blame.raise "t.group takes the id of a group" end
  local group = test.users[id]
  if not group then
    group = setmetatable({ test = test, number = id, name = id, mark = id .. " ", thread = new_thread() }, User)
    group.group, test.users[id] = group, group
  end
  if name ~= nil and name ~= group.name and is_mark(test, name) then
    test.named[name], group.name, group.mark = group, name, name .. " "
    stage.note(test, group, "=", "(group) " .. id)
  end
  return group
end

--- Whom the bot writes to, known or not.
---@param test whatsapp.Test
---@param id string
---@param is_group boolean
---@return whatsapp.TestUser
function M.addressed(test, id, is_group)
  if is_group then return M.group(test, id) end
  if test.users[key_of(id)] then return test.users[key_of(id)] end
  if messages.is_user_id(id) then return made(test, nil, id) end
  return made(test, id)
end

return M
