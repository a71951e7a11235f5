--- Checks a value against a description of it, and says where it is wrong.
--
-- A description is data: { type = "string", max = 4096 }. `check` returns the
-- value as Graph wants it (ids as strings, texts counted in characters), or
-- nil and an `invalid` error whose `field` is the path. `also` (a LuaCATS type
-- that `before` makes a table of) and `either` (descriptions by name) tell the
-- types what the check alone knows.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"

local invalid = Error.invalid
local byte, find, format = string.byte, string.find, string.format

local M = {}

-- Names ----------------------------------------------------------------------

-- Longer names are cut, and not compared with known ones.
local NAME_MAX = 40

-- How a key is called in an error: whatever it is, `__tostring` is not asked.
local function name_of(key)
  local kind = type(key)
  if kind == "string" then return #key > NAME_MAX and key:sub(1, NAME_MAX) .. "…" or key end
  if kind == "number" then return format("[%.14g]", key) end
  return format("[a %s]", kind)
end

-- Long strings may have the same name.
local function by_name(a, b)
  if type(a) == "string" and type(b) == "string" then return a < b end
  return name_of(a) < name_of(b)
end

-- Edits (insert, delete, replace, swap of neighbours) from one word to another.
local function distance(a, b)
  local before, previous, current = {}, {}
  for j = 0, #b do previous[j] = j end
  for i = 1, #a do
    current = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      current[j] = best
    end
    before, previous = previous, current
  end
  return previous[#b]
end

-- Of a short name two edits leave nothing.
local function edits_of(name)
  return #name < 4 and 1 or math.max(2, math.floor(#name / 3))
end

--- The known name nearest to a mistyped one, or nil when none is near.
---@param name string
---@param known table<string, any> a table whose keys are the known names
---@param most? integer edits from one to the other: 1 of a short name, 2, more of long ones
---@return string|nil
function M.nearest(name, known, most)
  if #name > NAME_MAX then return nil end
  local best, least = nil, (most or edits_of(name)) + 1
  for candidate in pairs(known) do
    local edits = type(candidate) == "string" and distance(name, candidate)
    if edits and (edits < least or (edits == least and best and candidate < best)) then
      best, least = candidate, edits
    end
  end
  return best
end

-- What other libraries, Graph and people call it: of these the first that is known.
local OTHERS = {
  body = { "text" }, call = { "voice_call" }, cta = { "button", "cta_url" }, display_text = { "button" },
  document = { "header" }, file = { "document" }, gif = { "video" }, image = { "header" },
  label = { "title", "text", "button" }, lng = { "longitude" }, message = { "text", "body" },
  mime_type = { "type" }, name = { "filename", "subject", "title" }, parameters = { "body" }, params = { "body" },
  path = { "file" }, payload = { "id" }, phone_id = { "phone_number_id" }, photo = { "image", "profile_picture" },
  picture = { "image", "profile_picture" }, retry = { "retries" },
  text = { "body", "title", "button", "caption", "label" }, title = { "label", "name", "subject", "text", "button" },
  url = { "link", "fetch", "cta_url" }, video = { "header" }, voice = { "audio" }, waba_id = { "business_account_id" },
}

-- The one known name that begins or ends with this one, or that it ends with: `lat`, `flow_id`.
local function kin(name, known)
  local found
  for candidate in pairs(known) do
    local a, b = name, type(candidate) == "string" and candidate or ""
    if #a > 2 and b:sub(1, #a) == a or b:sub(-#a - 1) == "_" .. a or b ~= "" and a:sub(-#b - 1) == "_" .. b then
      if found then return nil end
      found = candidate
    end
  end
  return found
end

--- The known name that was meant by another one, as far as can be told.
---@param name any
---@param known table<string, any>
---@return string|nil
function M.meant(name, known)
  if type(name) ~= "string" or #name > NAME_MAX then return nil end
  for _, other in ipairs(OTHERS[name] or {}) do
    if known[other] then return other end
  end
  return M.nearest(name, known) or kin(name, known)
end

--- The keys of a table in alphabetical order: with it, of several mistakes the
--- same one is named on every Lua.
---@param value table
---@return string[]
function M.sorted_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, by_name)
  return keys
end

--- The first key, in that order, that is not known; nil when all are.
---@param value table
---@param known table<string, any>
---@return any
function M.first_unknown(value, known)
  local first
  for key in pairs(value) do
    if not known[key] and (first == nil or by_name(key, first)) then first = key end
  end
  return first
end

--- Whether a name that is not known is all but one that is: a slip, where other
--- names may be right.
---@param name string
---@param known table<string, any>
---@return boolean
function M.is_slip(name, known)
  return M.nearest(name, known, math.max(1, math.floor(#name / 4))) ~= nil
end

local function names_of(known)
  return table.concat(M.sorted_keys(known), ", ")
end

--- `nil, err` for a key that is not known: names the nearest one, or all.
---@param path string|nil where the key stands
---@param key any
---@param known table<string, any>
---@param more? string what else may stand there
function M.unknown_key(path, key, known, more)
  local near = M.meant(key, known)
  return invalid(M.join(path, key), "unknown key", near and format("did you mean %s?", near)
    or "allowed: " .. names_of(known) .. (more and "; " .. more or ""))
end

--- The options of a constructor: a table of known names, empty where none are given.
---@param given any
---@param known table<string, any>
---@return table|nil options
---@return whatsapp.Error? err of kind `config`
function M.options(given, known)
  if given == nil then return {} end
  if type(given) ~= "table" then
    return Error.config(nil, format("the options must be a table, not a %s", type(given)))
  end
  local stray = M.first_unknown(given, known)
  if stray == nil then return given end
  local _, err = M.unknown_key(nil, stray, known)
  err.kind = "config"
  return nil, err
end

--- The path of a key (or of an index) below another path.
---@param path string|nil
---@param key any
---@return string
function M.join(path, key)
  if type(key) ~= "string" then return (path or "") .. name_of(key) end
  return path and path .. "." .. name_of(key) or name_of(key)
end

-- So many steps to a mistake are told: a table that holds itself has no end.
local STEPS_MAX = 24

--- The path of what is further below: of many keys the first.
---@param path string|nil
---@param keys any[]
---@param append? fun(path: string|nil, key: any): string `join` unless given
---@return string|nil
function M.join_all(path, keys, append)
  for i = 1, math.min(#keys, STEPS_MAX) do path = (append or M.join)(path, keys[i]) end
  return #keys > STEPS_MAX and path .. "…" or path
end

-- Values ---------------------------------------------------------------------

-- By the first byte of a UTF-8 sequence: how many follow, and between which
-- bounds the second lies (Unicode, table 3-7).
local sequences = {}

for _, row in ipairs {
  { 194, 223, 1, 128, 191 }, { 224, 224, 2, 160, 191 }, { 225, 239, 2, 128, 191 },
  { 237, 237, 2, 128, 159 }, { 240, 240, 3, 144, 191 }, { 241, 243, 3, 128, 191 },
  { 244, 244, 3, 128, 143 },
} do
  for first = row[1], row[2] do sequences[first] = { more = row[3], low = row[4], high = row[5] } end
end

local function between(value, low, high)
  return value ~= nil and value >= low and value <= high
end

-- The position behind the sequence that begins here, or nil when it is none.
local function sequence_end(text, at)
  local sequence = sequences[byte(text, at)]
  if not sequence or not between(byte(text, at + 1), sequence.low, sequence.high) then return nil end
  for i = at + 2, at + sequence.more do
    if not between(byte(text, i), 128, 191) then return nil end
  end
  return at + sequence.more + 1
end

-- (Lua 5.3 takes halves of surrogate pairs for characters.)
local utf8_length = _VERSION ~= "Lua 5.3" and (rawget(_G, "utf8") or {}).len

--- Unicode characters of a text, or nil when it is not UTF-8.
---@param text string
---@return integer|nil
function M.length(text)
  if utf8_length then return (utf8_length(text)) end
  if not find(text, "[\128-\255]") then return #text end
  local n, at, size = 0, 1, #text
  while at <= size do
    at = byte(text, at) < 128 and at + 1 or sequence_end(text, at)
    if not at then return nil end
    n = n + 1
  end
  return n
end

--- A string of digits for an integral number below 2^53, else nil.
---@param number number
---@return string|nil
function M.digits(number)
  if number == math.floor(number) and number >= 0 and number < 2 ^ 53 then
    return format("%.0f", number)
  end
end

--- A number as people write it, the same on every Lua: 12 and not 12.0. Nil
--- for one that is not finite.
---@param number number
---@return string|nil
function M.number_text(number)
  if number ~= number or number - number ~= 0 then return nil end
  if number == math.floor(number) and number > -2 ^ 63 and number < 2 ^ 63 then
    return math.type and math.type(number) == "integer" and format("%d", number)
      or (format("%.0f", number):gsub("^%-0$", "0"))
  end
  return (format("%.14g", number):gsub(",", "."))
end

-- What a value is, for people: a JSON null is none of Lua's own types.
local function kind_of(value)
  return value == json.null and "null" or type(value)
end

-- Graph's words, in whatever case.
local function one_of(value, words, path)
  if words[value] then return value end
  if words[value:upper()] then return value:upper() end
  if words[value:lower()] then return value:lower() end
  return invalid(path, format("must be one of %s", names_of(words)))
end

local checkers = {}

function checkers.string(value, spec, path)
  if type(value) == "number" and spec.number then
    value = M.number_text(value)
    if not value then return invalid(path, "must be a finite number") end
  end
  if type(value) ~= "string" then
    return invalid(path, format("must be a string, not a %s", kind_of(value)))
  end
  local n = M.length(value)
  if not n then return invalid(path, "is not UTF-8") end
  if spec.line and find(value, "%c") then return invalid(path, "has a control character") end
  if n < (spec.min or 1) then return invalid(path, "must not be empty") end
  if spec.max and n > spec.max then
    return invalid(path, format("has %d characters, at most %d are allowed", n, spec.max))
  end
  if (spec.pattern and not find(value, spec.pattern)) or (spec.test and not spec.test(value)) then
    return invalid(path, format("must look like %s", spec.form))
  end
  if spec.one_of then return one_of(value, spec.one_of, path) end
  return value
end

-- The content or the name of a file: any bytes.
function checkers.bytes(value, _, path)
  if type(value) ~= "string" then
    return invalid(path, format("must be a string, not a %s", kind_of(value)))
  end
  if value == "" then return invalid(path, "must not be empty") end
  return value
end

-- An id is opaque, but never a path, a query or a second line.
function checkers.id(value, _, path)
  if type(value) == "number" then
    value = M.digits(value)
    if not value then
      return invalid(path, "must be an integral number below 2^53", "give the id as a string")
    end
  end
  if type(value) ~= "string" then
    return invalid(path, format("must be an id (a string of digits), not a %s", kind_of(value)))
  end
  if not value:find "^[%w_%-:.=+]+$" or value:find("..", 1, true) then
    return invalid(path, "is not an id: only letters, digits and _-:.=+ are allowed")
  end
  return value
end

-- The id of a message: base64, so it may hold / as well.
function checkers.wamid(value, _, path)
  if type(value) ~= "string" or not value:find "^[%w_%-:.=+/]+$" then
    return invalid(path, "must be a message id (wamid.…)")
  end
  return value
end

function checkers.boolean(value, _, path)
  if type(value) ~= "boolean" then
    return invalid(path, format("must be true or false, not a %s", kind_of(value)))
  end
  return value
end

local function bounds(spec)
  if not spec.max then return format("at least %g", spec.min) end
  if not spec.min then return format("at most %g", spec.max) end
  return format("from %g to %g", spec.min, spec.max)
end

function checkers.number(value, spec, path)
  if type(value) ~= "number" then
    return invalid(path, format("must be a number, not a %s", kind_of(value)))
  end
  if value - value ~= 0 then return invalid(path, "must be a finite number") end
  if spec.whole and value % 1 ~= 0 then return invalid(path, "must be a whole number") end
  if (spec.min and value < spec.min) or (spec.max and value > spec.max) then
    return invalid(path, "must be " .. bounds(spec))
  end
  return value
end

-- The spaces of Unicode, as they get into a link that was copied.
local SPACES = { "\194\160", "\225\154\128", "\226\128[\128-\138\168\169\175]", "\226\129\159",
                 "\227\128\128", "\239\187\191" }

local function has_space(text)
  if find(text, "[%s%c]") then return true end
  if not find(text, "[\194-\239]") then return false end
  for i = 1, #SPACES do
    if find(text, SPACES[i]) then return true end
  end
  return false
end

function checkers.link(value, spec, path)
  if type(value) ~= "string" or not find(value, "^https?://.") or has_space(value) then
    return invalid(path, "must be a link: http:// or https:// without spaces")
  end
  if spec.https and not find(value, "^https:") then return invalid(path, "must begin with https://") end
  local n = M.length(value)
  if not n then return invalid(path, "is not UTF-8") end
  if spec.max and n > spec.max then
    return invalid(path, format("has %d characters, at most %d are allowed", n, spec.max))
  end
  return value
end

function checkers.table(value, spec, path)
  if spec.short and type(value) ~= "table" then value = { [spec.short] = value } end
  if type(value) ~= "table" then
    return invalid(path, format("must be a table, not a %s", kind_of(value)))
  end
  return M.fields(value, spec, path)
end

local function is_index(key)
  return type(key) == "number" and key >= 1 and key % 1 == 0
end

-- How long a list without gaps is. (`#` of one with gaps differs from Lua to Lua.)
local function length_of(value, path)
  local count, last = 0, 0
  for key in pairs(value) do
    if not is_index(key) then return invalid(M.join(path, key), "has no place in a list") end
    count, last = count + 1, math.max(last, key)
  end
  if last == count then return count end
  local gap = 1
  while rawget(value, gap) ~= nil do gap = gap + 1 end
  return invalid(M.join(path, gap), "is missing: a list has no gaps")
end

function checkers.list(value, spec, path)
  if type(value) ~= "table" then
    return invalid(path, format("must be a list, not a %s", kind_of(value)))
  end
  local n, err = length_of(value, path)
  if not n then return nil, err end
  local out = {}
  if n < (spec.min or 1) then return invalid(path, format("needs at least %d", spec.min or 1)) end
  if spec.max and n > spec.max then
    return invalid(M.join(path, spec.max + 1), format("at most %d are allowed", spec.max))
  end
  for i = 1, n do
    local item
    item, err = M.check(value[i], spec.of, M.join(path, i))
    if item == nil then return nil, err end
    out[i] = item
  end
  return n == 0 and json.array(out) or out
end

-- Named values of any kind.
function checkers.map(value, _, path)
  if type(value) ~= "table" then
    return invalid(path, format("must be a table, not a %s", kind_of(value)))
  end
  for key in pairs(value) do
    if type(key) ~= "string" then return invalid(M.join(path, key), "has no name") end
  end
  return value
end

-- The path to what JSON cannot carry: `keys` has the innermost first.
local function path_to(keys, path)
  local outermost_first = {}
  for i = #keys, 1, -1 do outermost_first[#outermost_first + 1] = keys[i] end
  return M.join_all(path, outermost_first)
end

-- The keys to a text that is not UTF-8, in what JSON can carry: the innermost first.
local function keys_to_bytes(value)
  if type(value) == "string" then return not M.length(value) and {} or nil end
  if type(value) ~= "table" then return nil end
  for key, item in pairs(value) do
    if type(key) == "string" and not M.length(key) then return {} end
    local keys = keys_to_bytes(item)
    if keys then
      keys[#keys + 1] = key
      return keys
    end
  end
end

-- What JSON can carry, with `object` only a table of named values. Metamethods
-- of a table in it may be called, and may raise: they are the caller's.
function checkers.json(value, spec, path)
  if spec.object then
    local ok, err = checkers.map(value, spec, path)
    if not ok then return nil, err end
  end
  local text, why, keys = json.encode(value)
  if not text then return invalid(path_to(keys or {}, path), why) end
  if not M.length(text) then return invalid(path_to(keys_to_bytes(value) or {}, path), "is not UTF-8") end
  return value
end

function checkers.any(value) return value end

-- The order in which the fields of a description are checked.
local orders = setmetatable({}, { __mode = "k" })

-- The array part of a table, and the rest.
local function split(value)
  local list, named = {}, {}
  for key, item in pairs(value) do (is_index(key) and list or named)[key] = item end
  return list, named
end

-- Where people look for a name.
local NAMELESS = "what it lists stands in the table itself, without a name"

--- Checks the named fields of a table against `spec.fields`; returns a copy.
--- With `spec.children`, a list description, its array part is checked too and
--- becomes `children`.
---@param value table
---@param spec { fields: table<string, table>, check?: function }
---@param path string|nil
---@return table|nil, whatsapp.Error?
function M.fields(value, spec, path)
  local out, list = {}, nil
  if spec.children then list, value = split(value) end
  local stray = M.first_unknown(value, spec.fields)
  if stray ~= nil then return M.unknown_key(path, stray, spec.fields, list and NAMELESS) end
  local order = orders[spec]
  if not order then
    order = M.sorted_keys(spec.fields)
    orders[spec] = order
  end
  for i = 1, #order do
    local name = order[i]
    local field, item, err = spec.fields[name], value[name]
    if item ~= nil then
      item, err = M.check(item, field, M.join(path, name))
      if item == nil then return nil, err end
      out[name] = item
    elseif field.required then
      return invalid(M.join(path, name), "is missing")
    end
  end
  if list then
    local children, err = M.check(list, spec.children, path)
    if not children then
      if next(list) == nil then err.hint = err.hint or NAMELESS end
      return nil, err
    end
    out.children = children
  end
  if spec.check then return spec.check(out, path) end
  return out
end

--- Checks one value.
---@param value any
---@param spec table
---@param path string|nil
---@return any value as Graph wants it, or nil
---@return whatsapp.Error? err
function M.check(value, spec, path)
  if spec.before then
    local err
    value, err = spec.before(value, path)
    if value == nil then return nil, err end
  end
  return checkers[spec.type](value, spec, path)
end

return M
