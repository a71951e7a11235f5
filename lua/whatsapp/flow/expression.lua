--- The expressions of Flow JSON: ${form.x}, conditions, and what stands in backticks.
-- Source: Meta's "Flow JSON": dynamic properties, nested expressions; "Components": If;
-- WhatsApp Web's own client of Flows.
--
-- Two values side by side are joined to a text; nothing binds more loosely, so that
-- what is calculated in a text stands in brackets: `'Sum: ' (${data.a} + ${data.b})`.

local schema = require "whatsapp.schema"

local M = {}

local DEPTH, OPERATORS = 50, 500

-- Reading -----------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

local function fail(reader, why)
  error({ why = why, at = reader.at }, 0)
end

local function skip(reader)
  reader.at = reader.text:find("%S", reader.at) or #reader.text + 1
  return reader.text:sub(reader.at, reader.at)
end

-- Takes what a pattern matches here; its capture or whole.
local function take(reader, pattern)
  local from, to, captured = reader.text:find("^" .. pattern, reader.at)
  if not from then return nil end
  reader.at = to + 1
  return captured or reader.text:sub(from, to)
end

local function take_string(reader, quote)
  local out = {}
  reader.at = reader.at + 1
  while true do
    local plain, char = reader.text:match("^([^\\'\"]*)(.?)", reader.at)
    if char == "" then fail(reader, "a text without an end") end
    reader.at = reader.at + #plain + 1
    out[#out + 1] = plain
    if char == quote then return { "value", table.concat(out) } end
    if char == "\\" then
      char = reader.text:sub(reader.at, reader.at)
      if char == "" then fail(reader, "a text without an end") end
      reader.at = reader.at + 1
    end
    out[#out + 1] = char
  end
end

local WORDS = { ["true"] = true, ["false"] = false }

local joined

local function take_value(reader)
  local char = skip(reader)
  if char == "'" or char == '"' then return take_string(reader, char) end
  local reference = take(reader, "%${%s*([^{}]-)%s*}")
  if reference then return { "reference", reference } end
  if take(reader, "%(") then
    local inner = joined(reader)
    skip(reader)
    return take(reader, "%)") and inner or fail(reader, "a bracket without an end")
  end
  local number = take(reader, "%d+%.?%d*")
  if number then return { "value", tonumber(number) } end
  local from = reader.at
  local value = WORDS[take(reader, "%a+")]
  if value ~= nil then return { "value", value } end
  reader.at = from
  fail(reader, char == "" and "the end where a value should be" or "no value")
end

local function unary(reader)
  skip(reader)
  reader.depth = reader.depth + 1
  if reader.depth > DEPTH then fail(reader, "nesting too deep") end
  local sign = not reader.text:find("^!=", reader.at) and take(reader, "[!-]")
  local value
  if sign then value = { sign == "!" and "not" or "minus", unary(reader) } else value = take_value(reader) end
  reader.depth = reader.depth - 1
  return value
end

-- From the loosest to the tightest; the longer of two that begin alike comes first.
local LEVELS = { { "||" }, { "&&" }, { "==", "!=" }, { "<=", ">=", "<", ">" }, { "+", "-" }, { "*", "/", "%" } }

local function take_operator(reader, level)
  skip(reader)
  for _, operator in ipairs(LEVELS[level]) do
    if reader.text:sub(reader.at, reader.at + #operator - 1) == operator then
      reader.at = reader.at + #operator
      return operator
    end
  end
end

local function binary(reader, level)
  if not LEVELS[level] then return unary(reader) end
  local left = binary(reader, level + 1)
  while true do
    local operator = take_operator(reader, level)
    if not operator then return left end
    reader.operators = reader.operators + 1
    if reader.operators > OPERATORS then fail(reader, "too many operators") end
    left = { operator, left, binary(reader, level + 1) }
  end
end

function joined(reader)
  local first = binary(reader, 1)
  local parts = { "join", first }
  while true do
    local char = skip(reader)
    if char == "" or char == ")" then break end
    parts[#parts + 1] = binary(reader, 1)
  end
  return parts[3] and parts or first
end

--- An expression without its backticks.
---@param text string
---@return string
function M.inner(text)
  return text:match "^%s*`(.*)`%s*$" or text
end

--- Reads an expression, with or without its backticks.
---@param text string
---@return table|nil tree
---@return string|nil why it is none
---@return integer|nil at the character where
function M.parse(text)
  local reader = setmetatable({ text = M.inner(text), at = 1, depth = 0, operators = 0 }, Reader)
  local ok, tree = pcall(function()
    local whole = joined(reader)
    return skip(reader) == "" and whole or fail(reader, "a bracket that nothing opens")
  end)
  if ok then return tree end
  if type(tree) ~= "table" or not tree.why then error(tree, 0) end
  return nil, tree.why, tree.at
end

--- Whether a text is an expression in backticks.
---@param value any
---@return boolean
function M.is_nested(value)
  return type(value) == "string" and value:find "^%s*`.*`%s*$" ~= nil
end

-- Weighing ------------------------------------------------------------------------------

--- What a reference stands for: the value at `a.b[0].c`; nil where there is none.
---@param context table|fun(path: string): any
---@param path string
---@return any
function M.look_up(context, path)
  if type(context) == "function" then return context(path) end
  local value = context
  for name in path:gmatch "[^.%[%]]+" do
    if type(value) ~= "table" then return nil end
    local index = tonumber(name)
    if index and value[name] == nil then name = index + 1 end
    value = value[name]
  end
  return value
end

--- A value as WhatsApp writes it in a text.
---@param value any
---@return string
function M.text(value)
  if type(value) == "number" then return schema.number_text(value) or "" end
  return (type(value) == "string" or type(value) == "boolean") and tostring(value) or ""
end

local function is_empty(value) return value == nil or value == "" end

-- What is not filled in is empty. A field for numbers has their digits.
local function equal(a, b)
  if a == nil then a = "" end
  if b == nil then b = "" end
  if type(a) == "number" and type(b) == "string" then b = tonumber(b) or b end
  if type(b) == "number" and type(a) == "string" then a = tonumber(a) or a end
  return a == b
end

local function with_numbers(fn)
  return function(a, b)
    a, b = tonumber(a), tonumber(b)
    if a and b then return fn(a, b) end
  end
end

-- What is empty counts as 0; there are two decimal places.
local function calculated(fn)
  local calculate = with_numbers(function(a, b) return math.floor(fn(a + 0.0, b + 0.0) * 100 + 0.5) / 100 end)
  return function(a, b)
    local value = calculate(is_empty(a) and 0 or a, is_empty(b) and 0 or b)
    if value and value - value == 0 then return value end
  end
end

-- What is divided by nothing comes to 0.
local function divided(fn)
  return calculated(function(a, b) return b == 0 and 0 or fn(a, b) end)
end

-- A comparison of what are no numbers is not true.
local function compared(fn)
  local compare = with_numbers(fn)
  return function(a, b) return compare(a, b) == true end
end

local operators = {
  ["=="] = equal, ["!="] = function(a, b) return not equal(a, b) end,
  ["<"] = compared(function(a, b) return a < b end), ["<="] = compared(function(a, b) return a <= b end),
  [">"] = compared(function(a, b) return a > b end), [">="] = compared(function(a, b) return a >= b end),
  ["+"] = calculated(function(a, b) return a + b end), ["-"] = calculated(function(a, b) return a - b end),
  ["*"] = calculated(function(a, b) return a * b end), ["/"] = divided(function(a, b) return a / b end),
  ["%"] = divided(math.fmod),
  ["&&"] = function(a, b) return a == true and b == true end,
  ["||"] = function(a, b) return a == true or b == true end,
  ["not"] = function(a) return a ~= true end,
  minus = function(a) return tonumber(a) and -tonumber(a) end,
}

local function weigh(tree, context)
  local kind = tree[1]
  if kind == "value" then return tree[2] end
  if kind == "reference" then return M.look_up(context, tree[2]) end
  if kind ~= "join" then
    return operators[kind](weigh(tree[2], context), tree[3] and weigh(tree[3], context))
  end
  local parts = {}
  for i = 2, #tree do parts[i - 1] = M.text(weigh(tree[i], context)) end
  return table.concat(parts)
end

--- What an expression comes to; nil for a text that is none.
---@param text string
---@param context { form: table, data: table, screen: table }|fun(path: string): any
---@return any
function M.evaluate(text, context)
  local tree = M.parse(text)
  if tree then return weigh(tree, context) end
end

local function resolve_table(value, context)
  local copy = setmetatable({}, getmetatable(value))
  for _, item in ipairs(value) do copy[#copy + 1] = M.resolve(item, context) end
  for key, item in pairs(value) do
    if type(key) ~= "number" then copy[key] = M.resolve(item, context) end
  end
  return copy
end

--- A value with all references and expressions in it replaced by what they stand for.
--- What stands for nothing is left out.
---@param value any
---@param context { form: table, data: table, screen: table }
---@return any
function M.resolve(value, context)
  if type(value) == "table" then return resolve_table(value, context) end
  if type(value) ~= "string" then return value end
  if M.is_nested(value) then return M.evaluate(value, context) end
  local path = value:match "^%${%s*([^{}]-)%s*}$"
  if path then return M.look_up(context, path) end
  return value
end

return M
