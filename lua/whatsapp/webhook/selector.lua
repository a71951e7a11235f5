--- Which events a handler is for.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local M = {}

local KINDS = {}
for word in ("message status template account phone_number flow call group preferences echo history "
  .. "sync security payment unknown"):gmatch "%S+" do KINDS[word] = true end

-- What the business itself wrote, and what is long past, asks for no answer: a
-- mere type does not select it.
local APART = { echo = true, history = true }

local function refuse(field, message, hint)
  local _, err = Error.config(field, message, hint)
  Error.raise(err)
end

-- Any of a list; else the one.
local function any(field, value, make)
  if type(value) ~= "table" then return make(field, value) end
  if value[1] == nil then refuse(field, "is an empty list") end
  local tests = {}
  for i = 1, #value do tests[i] = make(schema.join(field, i), value[i]) end
  return function(event)
    for i = 1, #tests do
      local found = tests[i](event)
      if found then return found end
    end
  end
end

-- Selectors ------------------------------------------------------------------------

local function selector(field, word)
  if type(word) ~= "string" then
    refuse(field, ("must be a string or a list of them, not a %s"):format(type(word)))
  end
  local kind, subject = word:match "^([%w_]+)%.([%w_]+)$"
  if kind and not KINDS[kind] then
    local near = schema.nearest(kind, KINDS)
    refuse(field, ("%q begins with no kind of event"):format(word), near and ("did you mean %s?"):format(near))
  elseif not kind and not word:find "^[%w_]+$" then
    refuse(field, ("%q is no selector"):format(word), 'use a type, a kind, or "kind.type"')
  end
  if kind then return function(event) return event.kind == kind and event.type == subject end end
  if KINDS[word] then return function(event) return event.kind == word end end
  return function(event) return event.type == word and not APART[event.kind] end
end

-- Matches ---------------------------------------------------------------------------

-- What a match found: the further arguments of the handler.
local function found(yes, ...)
  return yes and { n = select("#", ...), ... }
end

local function captures(first, _, ...)
  return found(first, ...)
end

local NOTHING = { n = 0 }

-- The id of what was tapped, or a Lua pattern in what was written.
local function by_text(value)
  return function(event)
    if event.reply_id ~= nil then return event.reply_id == value and NOTHING end
    return event.text ~= nil and captures(event.text:find(value))
  end
end

local function match(field, value)
  if type(value) == "function" then
    return function(event) return found(value(event)) end
  elseif type(value) ~= "string" then
    refuse(field, ("must be a pattern, an id, a function or a list of them, not a %s"):format(type(value)))
  end
  local ok, why = pcall(string.find, "", value)
  if not ok then refuse(field, "is no Lua pattern: " .. tostring(why)) end
  return by_text(value)
end

--- A test of events. Raises an error of kind `config` for what selects nothing.
---@param selection string|string[] a type, a kind or "kind.type"; any of a list
---@param matching? string|function|table an id that was tapped, a pattern, a function; any of a list
---@return fun(event: whatsapp.Event): { n: integer }|nil|false captures, or not this one
function M.test(selection, matching)
  local selects = any("selector", selection, selector)
  if matching == nil then
    return function(event) return selects(event) and NOTHING end
  end
  local matches = any("match", matching, match)
  return function(event) return selects(event) and matches(event) end
end

return M
