--- What a customer's message is worth as an answer.

local pattern = require "whatsapp.webhook.pattern"
local schema = require "whatsapp.schema"
local words = require "whatsapp.conversation.words"

local M = {}

local function is_callable(value) return type(value) == "function" end
local function is_text(value) return type(value) == "string" end

local function is_list(value)
  if type(value) ~= "table" or value[1] == nil then return false end
  for i = 1, #value do if not is_text(value[i]) then return false end end
  return true
end

local function is_range(value)
  if type(value) ~= "table" then return value == true end
  for name, limit in pairs(value) do
    if (name ~= "min" and name ~= "max") or type(limit) ~= "number" then return false end
  end
  return next(value) ~= nil
end

local function is_pattern(value) return is_text(value) and pattern.check(value) == true end

-- The types of message that answer questions: any, be it badly; or those that ask for them,
-- and else are for handlers of their own. A form answers the message that it came with.
local TYPES = { order = "asked", flow_reply = "form", address_reply = "form", call_permission_reply = "form" }
for word in ("text image video audio document sticker location contacts button button_reply list_reply")
  :gmatch "%S+" do TYPES[word] = "any" end

-- As a set.
local function types_of(value)
  local types = {}
  for _, word in ipairs(is_text(value) and { value } or value or {}) do types[word] = true end
  return types
end

local function are_types(value)
  return (is_text(value) or is_list(value)) and schema.first_unknown(types_of(value), TYPES) == nil
end

--- The options of `chat:ask`, and what each must be.
M.OPTIONS = {
  number = { is_range, "true, or { min = …, max = … } with numbers" },
  pattern = { is_pattern, "a Lua pattern" },
  one_of = { is_list, "a list of words" },
  type = { are_types, "a type of message, or a list of them: " .. table.concat(schema.sorted_keys(TYPES), ", ") },
  check = { is_callable, "a function" },
  retry = { function(value) return is_text(value) or type(value) == "table" end, "a text or a message" },
  timeout = { function(value) return type(value) == "number" and value > 0 end, "a number of seconds above 0" },
  tries = { function(value) return type(value) == "number" and value >= 1 and value % 1 == 0 end,
            "a whole number above 0" },
}

--- Whether an event is an answer, be it a good one or not.
---@param event whatsapp.Event
---@param asked string|string[]|nil the types that are asked for
---@return boolean
function M.is_one(event, asked)
  local answers = event.kind == "message" and TYPES[event.type]
  return answers == "any" or (answers and types_of(asked)[event.type]) or false
end

--- Whether it answers one message, and no other.
---@param event whatsapp.Event
---@return boolean
function M.is_bound(event)
  return event.reply_id ~= nil or TYPES[event.type] == "form"
end

local function number_of(text, range)
  text = words.with_digits(text)
  -- 3,5 is three and a half to most of the world. But 1,000 is a thousand to some and
  -- one to others, and so is 1.000: that is asked again.
  if text:find "^[+-]?[1-9]%d?%d?[.,]%d%d%d$" then return nil end
  local plain = text:match "^[+-]?%d+$" or text:match "^[+-]?%d*[.,]%d+$"
  local number = plain and tonumber((plain:gsub(",", "."):gsub("^%+", "")))
  if not number or range == true then return number end
  if (range.min and number < range.min) or (range.max and number > range.max) then return nil end
  return number
end

local function itself(word) return word end

-- What there is of a type that was asked for: the file, what was filled in, the words.
local function content_of(event, types)
  if not types_of(types)[event.type] then return nil end
  if event.media then return event.media end
  local has_words = event.type == "text" or event.reply_id
  return has_words and words.trimmed(event.text) or event.data
end

-- A check that says no more than yes or no is one too.
local function checked(value, good, why)
  if good == true then return value end
  return good or nil, why
end

--- What an event answers, nil when that will not do.
---@param event whatsapp.Event
---@param options table
---@return any value
---@return string|nil why what `check` says about it
function M.read(event, options)
  local value = words.trimmed(event.text)
  if options.type then value = content_of(event, options.type) end
  if value == "" then return nil end
  if options.number then value = number_of(value, options.number) end
  if value and options.pattern then value = value:match(options.pattern) end
  if value and options.one_of then value = words.meant(options.one_of, value, itself) end
  if value ~= nil and options.check then return checked(value, options.check(value, event)) end
  return value
end

--- Raises for options that are none: a bug in the chat's function.
---@param given table|nil
---@param known table<string, table>
---@return table options
function M.options(given, known)
  if given == nil then return {} end
  if type(given) ~= "table" then error(("the options must be a table, not a %s"):format(type(given)), 3) end
  local stray = schema.first_unknown(given, known)
  if stray ~= nil then
    local _, err = schema.unknown_key(nil, stray, known)
    error(tostring(err), 3)
  end
  for name, value in pairs(given) do
    if not known[name][1](value) then error(("%s must be %s"):format(name, known[name][2]), 3) end
  end
  return given
end

-- What each makes of the words is not what another takes.
local FORMS = { "number", "pattern", "one_of", "type" }

--- Raises for options that exclude each other.
---@param options table
function M.must_fit(options)
  local given = {}
  for _, name in ipairs(FORMS) do if options[name] then given[#given + 1] = name end end
  if given[2] then error(("an answer is a %s or a %s, not both"):format(given[1], given[2]), 3) end
end

--- Whether not just any text is an answer.
---@param options table
---@return boolean
function M.is_particular(options)
  return (options.number or options.pattern or options.one_of or options.type or options.check) ~= nil
end

return M
