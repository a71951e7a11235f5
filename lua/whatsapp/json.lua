--- JSON as Graph needs it, the same bytes on every Lua.
--
-- Decoding is lua-cjson's, in an instance of our own. Encoding is ours: the
-- stock lua-cjson writes 14 digits, knows no empty array and follows the
-- table's hash order, which differs from run to run.

local loaded, cjson = pcall(require, "cjson")
if not loaded then
  error("whatsapp: the Lua module cjson is needed; install it: luarocks install lua-cjson (Debian: apt install "
    .. "lua-cjson)\n" .. tostring(cjson), 0)
end

local floor, huge = math.floor, math.huge
local tointeger = math.tointeger
local byte, find, format = string.byte, string.find, string.format
local gsub, sub = string.gsub, string.sub
local concat, sort = table.concat, table.sort

local MAX_DEPTH = 100

local function new_decoder(depth)
  local decoder = cjson.new()
  decoder.decode_invalid_numbers(false)
  decoder.decode_max_depth(depth)
  return decoder.decode
end

local decode = new_decoder(MAX_DEPTH)
local decode_inner = new_decoder(MAX_DEPTH - 10)

local M = {}

--- JSON `null`, for native payloads and in every `.raw`.
M.null = cjson.null

local EXACT = 1e14 -- whole numbers below it are written with all their digits

local plain = cjson.new()

local array_mt = { __name = "whatsapp.array" }

--- Marks a table as a JSON array, so that an empty one goes out as `[]`.
---@generic T: table
---@param list? T
---@return T
function M.array(list)
  return setmetatable(list or {}, array_mt)
end

--- The tables in a decoded list, whatever else it may be or hold.
---@param list any
---@return table[]
function M.tables(list)
  local found = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    if type(item) == "table" then found[#found + 1] = item end
  end
  return found
end

-- Encoding ------------------------------------------------------------------

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
                  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(char)
  return escapes[char] or format("\\u%04x", byte(char))
end

local function encode_string(text)
  if find(text, '[%c"\\]') then text = gsub(text, '[%c"\\]', escape) end
  return '"' .. text .. '"'
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
  if floor(number) == number and number >= -2 ^ 63 and number < 2 ^ 63 then
    return format("%.0f", number)
  end
  for digits = 14, 17 do
    local text = format("%." .. digits .. "g", number)
    if tonumber(text) == number then return (gsub(text, ",", ".")) end
  end
end

local encode_value

-- On the way back from what cannot be carried: the keys to it, the innermost first.
local function add_key(keys, key)
  keys = keys or {}
  keys[#keys + 1] = key
  return keys
end

-- Why a table is neither an array nor an object.
local function wrong_keys(value)
  local kinds = {}
  for key in pairs(value) do kinds[type(key)] = true end
  if kinds.number and kinds.string then return "a table that mixes named and numbered keys" end
  if kinds.number then return "an array with holes" end
  return "a table with a key that is not a string"
end

local function encode_array(value, out, n, depth)
  local last = #value
  for key in pairs(value) do
    if type(key) ~= "number" or key > last or key < 1 or key % 1 ~= 0 then
      return nil, wrong_keys(value)
    end
  end
  n = n + 1
  out[n] = "["
  for i = 1, last do
    if i > 1 then
      n = n + 1
      out[n] = ","
    end
    local item, err, keys = value[i]
    if item == nil then return nil, "an array with holes" end
    n, err, keys = encode_value(item, out, n, depth)
    if not n then return nil, err, add_key(keys, i) end
  end
  n = n + 1
  out[n] = "]"
  return n
end

-- Names come again and again: the first thousand are kept as they go out.
local names, name_count = {}, 0

local function encode_name(key)
  local name = encode_string(key) .. ":"
  if name_count < 1000 then
    names[key] = name
    name_count = name_count + 1
  end
  return name
end

local function sorted_names(value)
  local keys, count = {}, 0
  for key in pairs(value) do
    if type(key) ~= "string" then return nil, wrong_keys(value) end
    count = count + 1
    keys[count] = key
  end
  if count > 1 then sort(keys) end
  return keys, count
end

local function encode_object(value, out, n, depth)
  local keys, count = sorted_names(value)
  if not keys then return nil, count end
  local before = "{"
  for i = 1, count do
    local key = keys[i]
    local item, name = value[key], names[key] or encode_name(key)
    n = n + 1
    if type(item) == "string" then
      out[n] = before .. name .. encode_string(item)
    else
      local err, to_it
      out[n] = before .. name
      n, err, to_it = encode_value(item, out, n, depth)
      if not n then return nil, err, add_key(to_it, key) end
    end
    before = ","
  end
  n = n + 1
  out[n] = count > 0 and "}" or "{}"
  return n
end

-- Appends a value to `out` behind `n`; returns the new count, or nil and why.
function encode_value(value, out, n, depth)
  local kind = type(value)
  local text, err
  if kind == "string" then
    text = encode_string(value)
  elseif kind == "table" then
    if depth >= MAX_DEPTH then
      return nil, format("a table nested more than %d levels deep", MAX_DEPTH)
    end
    if value[1] ~= nil or getmetatable(value) == array_mt then
      return encode_array(value, out, n, depth + 1)
    end
    return encode_object(value, out, n, depth + 1)
  elseif kind == "number" then
    text, err = encode_number(value)
    if not text then return nil, err end
  elseif kind == "boolean" then
    text = tostring(value)
  elseif value == M.null then
    text = "null"
  else
    return nil, "a " .. kind
  end
  n = n + 1
  out[n] = text
  return n
end

--- Encodes a value: keys sorted, integers exact, `{}` an object.
---@param value any
---@return string|nil json
---@return string|nil why what JSON cannot carry, e.g. "a function"
---@return any[]|nil keys the keys to it, the innermost first; nil: it is the value itself
function M.encode(value)
  local out = {}
  local n, err, keys = encode_value(value, out, 0, 0)
  if not n then return nil, "JSON cannot carry " .. err, keys end
  return concat(out)
end

local function write_lines(value, order, out, indent)
  if type(value) ~= "table" or next(value) == nil then
    out[#out + 1] = assert(M.encode(value))
    return
  end
  local inner = indent .. "  "
  local is_list = value[1] ~= nil
  out[#out + 1] = is_list and "[\n" or "{\n"
  local keys = is_list and value or order(value)
  for i = 1, #keys do
    out[#out + 1] = (i > 1 and ",\n" or "") .. inner
    if not is_list then out[#out + 1] = M.encode(keys[i]) .. ": " end
    write_lines(value[is_list and i or keys[i]], order, out, inner)
  end
  out[#out + 1] = "\n" .. indent .. (is_list and "]" or "}")
end

--- Encodes a value for people, a property a line. Raises for what JSON cannot carry.
---@param value any
---@param order fun(object: table): string[] its names, as they are to follow each other
---@return string
function M.lines(value, order)
  local out = {}
  write_lines(value, order, out, "")
  return concat(out)
end

-- Whether lua-cjson writes a value as `encode` does, but for the order of names.
local function is_plain(value, depth)
  if depth > MAX_DEPTH or getmetatable(value) ~= nil then return false end
  local named, numbered = false, 0
  for key, item in next, value do
    if type(key) == "string" then named = true else numbered = numbered + 1 end
    local kind = type(item)
    if kind == "table" then
      if not is_plain(item, depth + 1) then return false end
    elseif kind == "number" then
      if item % 1 ~= 0 or item >= EXACT or item <= -EXACT then return false end
    elseif kind ~= "string" and kind ~= "boolean" and item ~= M.null then
      return false
    end
  end
  return numbered == 0 or not named and numbered == #value
end

--- Encodes a table, with names in any order: several times faster where it is like
--- most that were decoded.
---@param value table
---@return string|nil json
---@return string|nil why as for `encode`
function M.encode_unsorted(value)
  if is_plain(value, 1) then return plain.encode(value) end
  return M.encode(value)
end

-- Decoding ------------------------------------------------------------------

-- The position of the quote that ends the string opened at `open`.
local function string_end(text, open)
  local at = open + 1
  while true do
    local found = find(text, '["\\]', at)
    if not found or byte(text, found) == 34 then return found end
    at = found + 2
  end
end

local function quote_if_long(sign, digits, rest)
  local text = sign .. digits .. rest
  -- LuaJIT has no number at all for some exponents.
  if (#digits >= 15 and rest == "") or math.abs(tonumber(text) or huge) == huge then
    return '"' .. text .. '"'
  end
end

-- Integers of 15 digits and more are ids: as numbers they would lose digits
-- on LuaJIT, so they become strings, as do numbers too large for any Lua. Only
-- what stands outside JSON strings is touched.
local function quote_long_integers(text)
  local out, at = {}, 1
  repeat
    local open = find(text, '"', at, true)
    local close = open and string_end(text, open)
    local outside = text:sub(at, open and open - 1)
    out[#out + 1] = gsub(outside, "(%-?)(%d+)([%.eE%d%+%-]*)", quote_if_long)
    if open then out[#out + 1] = text:sub(open, close) end
    at = close and close + 1
  until not close
  return concat(out)
end

-- What decoding leaves to be mended, found in one walk: lua-cjson gives floats
-- on Lua 5.4 (a count of 3 must print as 3, not 3.0), and long numbers may have
-- lost digits. Returns whether there are long numbers, and nulls or number ids.
local function mend(value)
  local long, untidy = false, false
  for key, item in next, value do
    local kind = type(item)
    if kind == "number" then
      if item >= EXACT or item <= -EXACT then long = true end
      if key == "id" or (type(key) == "string" and sub(key, -3) == "_id") then untidy = true end
      if tointeger then value[key] = tointeger(item) or item end
    elseif kind == "table" then
      local inner_long, inner_untidy = mend(item)
      long, untidy = long or inner_long, untidy or inner_untidy
    elseif kind == "userdata" then
      untidy = true
    end
  end
  return long, untidy
end

local function tidy(value)
  if type(value) ~= "table" then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    if type(key) ~= "number" and item ~= M.null then
      local is_id = key == "id" or sub(key, -3) == "_id"
      copy[key] = is_id and type(item) == "number" and format("%.0f", item) or tidy(item)
    end
  end
  for i = 1, #value do
    if value[i] ~= M.null then copy[#copy + 1] = tidy(value[i]) end
  end
  return copy
end

-- A text that was cut within a pair has half of it, which lua-cjson refuses, and all
-- else with it: it becomes U+FFFD, as in other languages.
local function replace_halves(text)
  -- From here on a backslash begins an escape.
  text = gsub(text, "\\\\", "\\u005c")
  text = gsub(text, "\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", function(high, low)
    local point = 0x10000 + (tonumber(high, 16) - 0xd800) * 0x400 + tonumber(low, 16) - 0xdc00
    return string.char(0xf0 + floor(point / 0x40000), 0x80 + floor(point / 0x1000) % 64,
      0x80 + floor(point / 64) % 64, 0x80 + point % 64)
  end)
  return (gsub(text, "\\u[dD][89a-fA-F]%x%x", "\\ufffd"))
end

--- Drops nulls (what follows one in an array moves up) and makes every id a
--- string of digits.
---@type fun(value: table): table the value stays as it is
M.tidy = tidy

--- Decodes a JSON object or array, at most 100 levels deep. `null` is
--- `whatsapp.null`; integers of 15 digits and more are strings of digits.
---@param text string
---@param inner? boolean at most 90 levels: a table around it can still be encoded and decoded
---@return table|nil raw
---@return boolean|string untidy whether there are nulls or numeric ids; or why the text is no JSON
function M.decode_raw(text, inner)
  local read = inner and decode_inner or decode
  local ok, value = pcall(read, text)
  if not ok and type(text) == "string" and find(text, "\\u[dD][89a-fA-F]") then
    text = replace_halves(text)
    ok, value = pcall(read, text)
  end
  if not ok then return nil, tostring(value) end
  if type(value) ~= "table" then return nil, "neither an object nor an array" end
  local long, untidy = mend(value)
  if long then
    value = read(quote_long_integers(text))
    mend(value)
  end
  return value, untidy
end

--- Decodes what `encode` has written of a table without numbers of 15 digits and more, as
--- it is: in Lua 5.4 all numbers are floats, until `whole`.
---@param text string
---@return table|nil
function M.decode_own(text)
  local ok, value = pcall(decode, text)
  return ok and value or nil
end

--- Makes whole numbers in a decoded table integers, where this Lua has those.
---@param value table
---@return table value
function M.whole(value)
  if tointeger then mend(value) end
  return value
end

--- The same, and as people want it: without nulls, and every id a string of
--- digits.
---@param text string
---@return table|nil raw
---@return table|string tidied or why the text is no JSON
function M.decode(text)
  local value, untidy = M.decode_raw(text)
  if not value then return nil, untidy end
  return value, untidy and tidy(value) or value
end

return M
