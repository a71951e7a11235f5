--- Conversations: a straight function that asks and answers, suspended at each
--- question and resumed by the customer's next message, in any process that shares
--- the store. docs/conversations.md says how, and what a crash does when.

local Error = require "whatsapp.error"
local desks = require "whatsapp.conversation.desk"
local loop = require "whatsapp.loop"
local schema = require "whatsapp.schema"

---@alias whatsapp.Talk fun(chat: whatsapp.Chat, ...: any): ...

---@class whatsapp.ConversationOptions
---@field version? string|number 1 unless given
---@field versions? table<string|number, whatsapp.Talk|"restart"> what those opened by older ones do
---@field on_unknown? "skip"|"resend"|(fun(message: table): "skip"|"resend") of a send that may have happened: "skip"
---@field keep? number seconds after which one in which nothing happens is forgotten, 30 days
---@field timeout? number seconds without an answer after which it ends, for all questions without a timeout of theirs
---@field on_timeout? fun(chat: whatsapp.Chat) is then run in the place of the rest
---@field beside? boolean whether it is opened beside the customer's open one, and hears nothing

---@class whatsapp.Conversation
---@field name string
---@field version string
---@field fn whatsapp.Talk
local Conversation = { __name = "whatsapp.Conversation" }
Conversation.__index = Conversation

function Conversation:__tostring()
  return ("whatsapp.Conversation: %s, version %s"):format(self.name, self.version)
end

--- The function for those that were opened by some version of the code; nil for none.
---@param version string
---@return whatsapp.Talk|"restart"|nil
function Conversation:code(version)
  if version == self.version then return self.fn end
  return self.versions[version]
end

--- Opens the conversation from the business's side. It is stored, then begun by
--- whichever process is next; where the customer has a conversation open, it is not
--- (unless it is one `beside` that).
--- Outside of the 24-hour window it has to begin with a template.
---
---     order:start(bot, "+1 555 123 4567", "order 42")
---
---@param bot whatsapp.Bot
---@param to string|number a phone number or user id
---@param ... any the function's arguments behind the chat: what JSON can carry
---@return true|nil
---@return whatsapp.Error? err of kind `invalid`, or `state` when a conversation is open
function Conversation:start(bot, to, ...)
  if type(bot) ~= "table" or type(bot.add) ~= "function" then
    return Error.invalid("bot", "must be a bot of whatsapp.bot", "conversation:start(bot, to, …)")
  end
  -- In another's function it would be done again with each replay.
  local closed = loop.closed()
  if closed then return nil, closed end
  return bot:add(self).talks:start(self, to, ...)
end

-- Making one ---------------------------------------------------------------------------

local refuse = Error.refuse

local DAY = 24 * 60 * 60

local OPTIONS = { version = true, versions = true, on_unknown = true, keep = true, beside = true, timeout = true,
                  on_timeout = true }

local function version_of(value, field)
  if type(value) ~= "string" and type(value) ~= "number" then refuse(field, "must be a string or a number") end
  -- The same to each Lua: 2 and 2.0 are one number to some.
  return type(value) == "number" and ("%.14g"):format(value) or value
end

local function versions_of(given, current)
  if given == nil then return {} end
  if type(given) ~= "table" then refuse("versions", "must be a table, not a " .. type(given)) end
  local versions = {}
  for version, code in pairs(given) do
    local field = schema.join("versions", version)
    if type(code) ~= "function" and code ~= "restart" then refuse(field, 'must be a function, or "restart"') end
    versions[version_of(version, field)] = code
  end
  if versions[current] then refuse(schema.join("versions", current), "is the version of the function itself") end
  return versions
end

local DECISIONS = { skip = true, resend = true }

local function check(options)
  local decision = options.on_unknown
  if decision ~= nil and type(decision) ~= "function" and not DECISIONS[decision] then
    refuse("on_unknown", 'must be "skip", "resend" or a function that returns one of them')
  end
  for _, name in ipairs { "keep", "timeout" } do
    local seconds = options[name]
    if seconds ~= nil and not (type(seconds) == "number" and seconds > 0) then
      refuse(name, "must be a number of seconds above 0")
    end
  end
  if options.on_timeout ~= nil and (type(options.on_timeout) ~= "function" or not options.timeout) then
    refuse("on_timeout", "must be a function, beside a timeout")
  end
  if options.beside and options.timeout then refuse("timeout", "is for questions: beside others it hears nothing") end
  if options.beside ~= nil and type(options.beside) ~= "boolean" then refuse("beside", "must be true or false") end
end

--- Makes a conversation, which is a handler too: `bot:on("text", "^order$", order)`.
--- Raises an error object of kind `config`.
---
--- `version` (1): give another one when the function asks other things than before;
--- `versions`: what those opened by older ones do: go on with the function that is
--- there under their version, or "restart" with the new one. `on_unknown`: see
--- `chat:send`. `keep`: seconds after which one in which nothing happens is
--- forgotten, 30 days. `timeout`: seconds without an answer after which it ends, for all
--- questions and waits without a timeout of theirs; `on_timeout`: a function of the chat,
--- run then in the place of the rest. `beside`: it is opened beside the customer's open one, as often as
--- it is, and hears nothing: reminders.
---@param name string
---@param fn whatsapp.Talk called with the chat, and the pattern's captures or what `start` was given
---@param options? whatsapp.ConversationOptions
---@return whatsapp.Conversation
local function new(name, fn, options)
  if type(name) ~= "string" or name == "" then refuse("name", "must be a text") end
  if type(fn) ~= "function" then refuse("fn", "must be a function, not a " .. type(fn)) end
  options = Error.must(schema.options(options, OPTIONS))
  check(options)
  local version = version_of(options.version or 1, "version")
  return setmetatable({
    name = name, fn = fn, version = version, versions = versions_of(options.versions, version),
    on_unknown = options.on_unknown or "skip", keep = options.keep or 30 * DAY, beside = options.beside or false,
    timeout = options.timeout, on_timeout = options.on_timeout,
  }, Conversation)
end

--- Whether a value is a conversation.
---@param value any
---@return boolean
local function is(value)
  return getmetatable(value) == Conversation
end

---@class whatsapp.ConversationMaker
---@overload fun(name: string, fn: whatsapp.Talk, options?: whatsapp.ConversationOptions): whatsapp.Conversation
local M = { is = is, desk = desks.new }

setmetatable(M, { __call = function(_, name, fn, options) return new(name, fn, options) end })

return M
