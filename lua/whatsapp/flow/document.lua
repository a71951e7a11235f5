--- Flow JSON as text: read with the place of every value, written so that a line holds
-- one property. Meta names a mistake by line and column; here it becomes a path.

local json = require "whatsapp.json"

local byte, find, sub = string.byte, string.find, string.sub

local M = {}

local DEPTH = 90

-- Reading -------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

local read_value

local function fail(reader, why, at)
  error({ why = why, at = at or reader.at }, 0)
end

local function skip(reader)
  reader.at = find(reader.text, "[^ \t\r\n]", reader.at) or #reader.text + 1
  return byte(reader.text, reader.at)
end

local function read_string(reader)
  local from, at = reader.at, reader.at + 1
  while true do
    local found = find(reader.text, '["\\%c]', at)
    if not found or find(reader.text, "^%c", found) then fail(reader, "a string without an end", found or from) end
    at = found + 1
    if byte(reader.text, found) == 34 then break end
    at = at + 1
  end
  reader.at = at
  local decoded = json.decode_raw("[" .. sub(reader.text, from, at - 1) .. "]")
  return decoded and decoded[1] or fail(reader, "a string that is not one", from)
end

local WORDS = { ["true"] = true, ["false"] = false, null = json.null }

local function read_word(reader)
  local word = reader.text:match("^[%w.+-]+", reader.at)
  if not word then fail(reader, "a character that has no place here") end
  local value = WORDS[word]
  if value == nil then
    local decoded = json.decode_raw("[" .. word .. "]")
    if not decoded then fail(reader, ("%s is no value: texts have quotes"):format(word)) end
    value = decoded[1]
  end
  reader.at = reader.at + #word
  return value
end

-- Behind a value: a comma (and more) or the end.
local function goes_on(reader, closing)
  local char = skip(reader)
  reader.at = reader.at + 1
  if char == closing then return false end
  if char ~= 44 then fail(reader, "a comma or an end is missing", reader.at - 1) end
  skip(reader)
  return true
end

local function read_array(reader, path)
  local out, n = json.array {}, 0
  reader.at = reader.at + 1
  if skip(reader) == 93 then
    reader.at = reader.at + 1
    return out
  end
  repeat
    n = n + 1
    out[n] = read_value(reader, { up = path, key = n })
  until not goes_on(reader, 93)
  return out
end

local function read_object(reader, path)
  local out = {}
  reader.at = reader.at + 1
  if skip(reader) == 125 then
    reader.at = reader.at + 1
    return out
  end
  repeat
    if skip(reader) ~= 34 then fail(reader, "a name in quotes is missing") end
    local from = reader.at
    local key = read_string(reader)
    if skip(reader) ~= 58 then fail(reader, "a colon is missing") end
    reader.at = reader.at + 1
    out[key] = read_value(reader, { up = path, key = key }, from)
  until not goes_on(reader, 125)
  return out
end

local readers = { [34] = read_string, [91] = read_array, [123] = read_object }

function read_value(reader, path, named_at)
  local char = skip(reader)
  reader.depth = reader.depth + 1
  if reader.depth > DEPTH then fail(reader, "nesting too deep") end
  local place = { path = path, first = named_at or reader.at, value = reader.at }
  reader.places[#reader.places + 1] = place
  local value = (readers[char] or read_word)(reader, path)
  place.last = reader.at - 1
  reader.depth = reader.depth - 1
  return value
end

-- Line and column of a position, both from 1.
local function line_of(text, at)
  local line, from = 1, 1
  while true do
    local stop = find(text, "\n", from, true)
    if not stop or stop >= at then return line, at - from + 1 end
    line, from = line + 1, stop + 1
  end
end

local Document = {}
Document.__index = Document

--- Reads a JSON text. Empty arrays are marked, so that they stay arrays.
---@param text string
---@return table|nil document `value`, and the place of everything in it
---@return { why: string, line: integer, column: integer }? err
function M.read(text)
  local reader = setmetatable({ text = text, at = 1, depth = 0, places = {} }, Reader)
  local ok, value = pcall(function()
    local whole = read_value(reader, nil)
    if skip(reader) then fail(reader, "something behind the end") end
    return whole
  end)
  if ok then return setmetatable({ text = text, value = value, places = reader.places }, Document) end
  if type(value) ~= "table" or not value.why then error(value, 0) end
  local line, column = line_of(text, value.at)
  return nil, { why = value.why, line = line, column = column }
end

-- Or what looks like one, in a string.
local function has_empty_array(text)
  local at = find(text, "[", 1, true)
  while at and not find(text, "^%s*%]", at + 1) do at = find(text, "[", at + 1, true) end
  return at ~= nil
end

--- Decodes a JSON object, as `json.decode` does, but an empty array stays one. That it
--- is read here only where there is one keeps the others fast.
---@param text string
---@return table|nil raw
---@return table|nil tidied
function M.decode(text)
  local raw, untidy = json.decode_raw(text)
  if not raw then return nil end
  if has_empty_array(text) then
    local found = M.read(text)
    raw, untidy = found and found.value, true
  end
  return raw, raw and untidy and json.tidy(raw) or raw
end

--- The keys that lead to a place, from the top.
---@param path table|nil
---@return any[]
function M.keys(path)
  local keys = {}
  while path do
    table.insert(keys, 1, path.key)
    path = path.up
  end
  return keys
end

local function place_at(document, keys)
  if not document.by_keys then
    document.by_keys = {}
    for _, place in ipairs(document.places) do
      local name = table.concat(M.keys(place.path), "\0")
      document.by_keys[name] = document.by_keys[name] or place
    end
  end
  return document.by_keys[table.concat(keys, "\0")]
end

--- Where a value begins and ends, its name included.
---@param keys any[]
---@return { line_start: integer, column_start: integer, line_end: integer, column_end: integer }|nil
function Document:position(keys)
  local place = place_at(self, keys)
  if not place then return nil end
  local line, column = line_of(self.text, place.first)
  local line_end, column_end = line_of(self.text, place.last)
  return { line_start = line, column_start = column, line_end = line_end, column_end = column_end }
end

--- The same, of the innermost value that is there on the way: what is missing has the
--- place of what it is missing in.
---@param keys any[]
---@return { line_start: integer, column_start: integer, line_end: integer, column_end: integer }
function Document:nearest(keys)
  local way = {}
  for i, key in ipairs(keys) do way[i] = key end
  while true do
    local found = self:position(way)
    if found then return found end
    way[#way] = nil
  end
end

--- The keys to the innermost value that stands at a line and column.
---@param line integer
---@param column integer
---@return any[]
function Document:keys_at(line, column)
  local from = 1
  for _ = 2, line do from = (find(self.text, "\n", from, true) or #self.text) + 1 end
  local at, best = from + column - 1, nil
  for _, place in ipairs(self.places) do
    if place.first <= at and at <= place.last then best = place end
  end
  return M.keys(best and best.path)
end

-- Writing -------------------------------------------------------------------------------

-- What tells most comes first.
local FIRST = { version = 1, data_api_version = 2, routing_model = 3, type = 4, id = 5, name = 6, title = 7,
                label = 8, text = 9 }

local function sorted(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = FIRST[a] or 99, FIRST[b] or 99
    if x ~= y then return x < y end
    return a < b
  end)
  return keys
end

--- JSON of a value, a property a line.
---@param value any what JSON can carry
---@return string
function M.write(value)
  return json.lines(value, sorted)
end

return M
