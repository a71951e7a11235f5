--- JSON as Graph needs it, the same bytes on every Lua.
--
-- Decoding is lua-cjson's, in an instance of our own. Encoding is ours: the
-- stock lua-cjson writes 14 digits, knows no empty array and follows the
-- table's hash order, which differs from run to run.

local cjson = require "cjson"

local floor, huge = math.floor, math.huge
local tointeger = math.tointeger
local format, rep, find, gsub, byte = string.format, string.rep, string.find, string.gsub, string.byte
local concat, sort = table.concat, table.sort

local decoder = cjson.new()
decoder.decode_invalid_numbers(false)
local MAX_DEPTH = 100

local M = {}

--- JSON `null`, for native payloads and in every `.raw`.
M.null = cjson.null

local array_mt = { __name = "whatsapp.array" }

--- Marks a table as a JSON array, so that an empty one goes out as `[]`.
---@generic T: table
---@param list? T
---@return T
function M.array(list)
  return setmetatable(list or {}, array_mt)
end

-- Encoding ------------------------------------------------------------------

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
                  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(char)
  return escapes[char] or format("\\u%04x", byte(char))
end

local function encode_string(text)
  return '"' .. gsub(text, '[%c"\\]', escape) .. '"'
end

local function encode_number(number)
  if number ~= number or number == huge or number == -huge then
    return nil, "a number that is not finite"
  end
  if floor(number) == number and number > -1e15 and number < 1e15 then
    return format("%d", number)
  end
  if tointeger and math.type(number) == "integer" then
    return format("%d", number)
  end
  if floor(number) == number and number >= -2 ^ 53 and number <= 2 ^ 53 then
    return format("%.0f", number)
  end
  for digits = 14, 17 do
    local text = format("%." .. digits .. "g", number)
    if tonumber(text) == number then return (gsub(text, ",", ".")) end
  end
end

-- The array length of a table, or nil when it is an object.
local function array_length(value)
  local n = 0
  for key in pairs(value) do
    if type(key) ~= "number" then return nil end
    n = n + 1
  end
  if n == 0 then return getmetatable(value) == array_mt and 0 or nil end
  return n
end

local encode_value

local function encode_array(value, n, out, depth)
  out[#out + 1] = "["
  for i = 1, n do
    if value[i] == nil then return nil, "an array with holes" end
    if i > 1 then out[#out + 1] = "," end
    local ok, err = encode_value(value[i], out, depth)
    if not ok then return nil, err end
  end
  out[#out + 1] = "]"
  return true
end

local function encode_object(value, out, depth)
  local keys = {}
  for key in pairs(value) do
    if type(key) ~= "string" then
      return nil, "a table that mixes named and numbered keys"
    end
    keys[#keys + 1] = key
  end
  sort(keys)
  out[#out + 1] = "{"
  for i = 1, #keys do
    if i > 1 then out[#out + 1] = "," end
    out[#out + 1] = encode_string(keys[i])
    out[#out + 1] = ":"
    local ok, err = encode_value(value[keys[i]], out, depth)
    if not ok then return nil, err end
  end
  out[#out + 1] = "}"
  return true
end

function encode_value(value, out, depth)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = encode_string(value)
  elseif kind == "number" then
    local text, err = encode_number(value)
    if not text then return nil, err end
    out[#out + 1] = text
  elseif kind == "boolean" then
    out[#out + 1] = tostring(value)
  elseif value == M.null then
    out[#out + 1] = "null"
  elseif kind == "table" then
    if depth >= MAX_DEPTH then
      return nil, format("a table nested more than %d levels deep", MAX_DEPTH)
    end
    local n = array_length(value)
    if n then return encode_array(value, n, out, depth + 1) end
    return encode_object(value, out, depth + 1)
  else
    return nil, "a " .. kind
  end
  return true
end

--- Encodes a value: keys sorted, integers exact, `{}` an object.
---@param value any
---@return string|nil json
---@return string|nil why  what JSON cannot carry, e.g. "a function"
function M.encode(value)
  local out = {}
  local ok, err = encode_value(value, out, 0)
  if not ok then return nil, "JSON cannot carry " .. err end
  return concat(out)
end

-- Decoding ------------------------------------------------------------------

local LONG_INTEGER = "[%[:,%s]%-?" .. rep("%d", 15)

-- The position of the quote that ends the string opened at `open`.
local function string_end(text, open)
  local at = open + 1
  while true do
    local found = find(text, '["\\]', at)
    if not found or byte(text, found) == 34 then return found end
    at = found + 2
  end
end

local function quote_if_long(digits, rest)
  if #digits >= 15 and rest == "" then return '"' .. digits .. '"' end
end

-- Integers of 15 digits and more are ids: as numbers they would lose digits
-- on LuaJIT, so they become strings. Only what stands outside JSON strings is
-- touched.
local function quote_long_integers(text)
  local out, at = {}, 1
  repeat
    local open = find(text, '"', at, true)
    local close = open and string_end(text, open)
    local outside = text:sub(at, open and open - 1)
    out[#out + 1] = gsub(outside, "(%-?%d+)([%.eE%d%+%-]*)", quote_if_long)
    if open then out[#out + 1] = text:sub(open, close) end
    at = close and close + 1
  until not close
  return concat(out)
end

-- lua-cjson gives floats on Lua 5.4: a count of 3 must print as 3, not 3.0.
local function to_integers(value)
  for key, item in pairs(value) do
    if type(item) == "number" then
      value[key] = tointeger(item) or item
    elseif type(item) == "table" then
      to_integers(item)
    end
  end
  return value
end

--- Decodes a JSON object or array. `null` stays `whatsapp.null` and integers of
--- 15 digits or more come as strings of digits.
---@param text string
---@return table|nil value
---@return string|nil why
function M.decode(text)
  if find(text, LONG_INTEGER) then text = quote_long_integers(text) end
  local ok, value = pcall(decoder.decode, text)
  if not ok then return nil, tostring(value) end
  if type(value) ~= "table" then return nil, "neither an object nor an array" end
  return tointeger and to_integers(value) or value
end

local function is_id(key)
  return key == "id" or (type(key) == "string" and key:sub(-3) == "_id")
end

--- A copy as people want it: without nulls (what follows one in an array moves
--- up), and with every id a string of digits.
---@param value any
---@return any
function M.tidy(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do
    if type(key) ~= "number" and item ~= M.null then
      copy[key] = type(item) == "number" and is_id(key) and format("%.0f", item) or M.tidy(item)
    end
  end
  for i = 1, #value do
    if value[i] ~= M.null then copy[#copy + 1] = M.tidy(value[i]) end
  end
  return copy
end

return M
