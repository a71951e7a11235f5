--- A bot's handlers: which of them gets an event, and the middleware around them.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"
local selector = require "whatsapp.webhook.selector"

local unpack = table.unpack or unpack -- luacheck: ignore 143

local Handlers = {}
Handlers.__index = Handlers

local M = {}

--- None yet.
---@return table
function M.new()
  return setmetatable({ rules = {}, interrupts = {}, middleware = {} }, Handlers)
end

--- The same ones; what is added to either later is its own.
---@return table
function Handlers:copy()
  local made = M.new()
  for name, list in pairs(made) do
    for i, one in ipairs(self[name]) do list[i] = one end
  end
  made.fallback = self.fallback
  return made
end

-- What a handler may be ----------------------------------------------------------------

--- Whether a value can be called.
---@param value any
---@return boolean
function M.is_callable(value)
  if type(value) == "function" then return true end
  local metatable = type(value) == "table" and getmetatable(value)
  return type(metatable) == "table" and metatable.__call ~= nil
end

--- Whether a value is a conversation, whose module is loaded once there is one.
---@param value any
---@return boolean
function M.is_conversation(value)
  local module = package.loaded["whatsapp.conversation"]
  return module ~= nil and module.is(value)
end

--- The value, which must be something that can be called.
---@param field string
---@param value any
---@return function|table value
function M.callable(field, value)
  if not M.is_callable(value) then Error.refuse(field, ("must be a function, not a %s"):format(type(value))) end
  return value
end

local function handler_of(value)
  return M.is_conversation(value) and value or M.callable("handler", value)
end

-- Adding them --------------------------------------------------------------------------

local INTERRUPT = { interrupt = { type = "boolean" } }

-- Whether a rule comes before an open conversation.
local function interrupts(options)
  if options == nil then return false end
  local checked, err = schema.check(options, { type = "table", fields = INTERRUPT }, "options")
  if checked then return checked.interrupt or false end
  err.kind = "config"
  Error.raise(err)
end

-- The arguments behind the selection. Without `matching` the others move up; a handler
-- that is nil, since its name was mistyped, leaves all where they are.
local function read_rule(n, ...)
  local first, second = ...
  local is_options = n == 2 and type(second) == "table" and not M.is_callable(second)
    and not M.is_conversation(second)
  if n < 2 or is_options then return nil, first, second end
  return ...
end

--- Adds a handler of what is selected: see `Bot:on`.
---@return whatsapp.Handler|whatsapp.Conversation handler
function Handlers:on(selection, ...)
  local matching, handler, options = read_rule(select("#", ...), ...)
  local rule = { handler = handler_of(handler), test = selector.test(selection, matching) }
  local list = interrupts(options) and self.interrupts or self.rules
  list[#list + 1] = rule
  return handler
end

--- The handler of what no other one matches.
---@return whatsapp.Handler|whatsapp.Conversation handler
function Handlers:otherwise(handler)
  self.fallback = handler_of(handler)
  return handler
end

--- Adds a middleware.
function Handlers:use(middleware)
  self.middleware[#self.middleware + 1] = M.callable("middleware", middleware)
end

-- Finding the one ----------------------------------------------------------------------

-- The first rule that matches: its handler, and what the match found.
local function find(rules, event)
  for _, rule in ipairs(rules) do
    local captures = rule.test(event)
    if captures then return rule.handler, captures end
  end
end

-- What a call of the client's refused, and the handler hands on, is as good as raised.
local function no_error(value, err, ...)
  if value == nil and Error.is(err) then Error.raise(err) end
  return value, err, ...
end

-- A conversation is opened with the event.
local function call(handler, talks, event, ...)
  if M.is_conversation(handler) then return talks:open(handler, event, ...) end
  return no_error(handler(event, ...))
end

local function dispatch(self, event, talks)
  local handler, captures = find(self.interrupts, event)
  if not handler then
    if talks and talks:offer(event) then return end
    handler, captures = find(self.rules, event)
  end
  if handler then return call(handler, talks, event, unpack(captures, 1, captures.n)) end
  -- A conversation has no end that its own statuses open anew.
  if not self.fallback or (event.kind ~= "message" and M.is_conversation(self.fallback)) then return end
  return call(self.fallback, talks, event)
end

local function through(self, event, talks, i)
  local middleware = self.middleware[i]
  if not middleware then return dispatch(self, event, talks) end
  local called = false
  return middleware(event, function()
    if called then error("the middleware has let the event go on before: it can only once", 2) end
    called = true
    return through(self, event, talks, i + 1)
  end)
end

--- Has an event handled, through the middleware.
---@param event whatsapp.Event
---@param talks table|nil the bot's conversations, when it has any
---@return any ... what the first middleware, or the handler, returns
function Handlers:handle(event, talks)
  return through(self, event, talks, 1)
end

return M
