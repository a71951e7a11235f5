--- Random messages from a seed, the same on every Lua: almost right ones made from
--- the descriptions of the kinds, good and bad cases with something changed, and
--- garbage.

local cases = require "spec.support.cases"
local random = require "spec.support.random"
local shapes = require "spec.support.shapes"
local kinds = require "whatsapp.message.kinds"
local schema = require "whatsapp.schema"
local whatsapp = require "whatsapp"

local M = {}

---@class spec.Generator
---@field seed integer
local Generator = {}
Generator.__index = Generator

--- A whole number from 1 to n.
function Generator:random(n)
  return self.numbers(n)
end

--- Whether it comes about, `n` times of a hundred.
function Generator:chance(n) return self:random(100) <= n end

function Generator:pick(list) return self.numbers:pick(list) end

-- Garbage --------------------------------------------------------------------------

local names = {
  "to", "recipient", "type", "reply_to", "callback_data", "recipient_type", "messaging_product", "body",
  "preview_url", "id", "link", "file", "data", "caption", "filename", "name", "language", "header",
  "buttons", "components", "url", "payload", "code", "latitude", "longitude", "emoji", "message_id",
  "title", "description", "button", "footer", "catalog_id", "screen", "action", "phones", "textt", "", "\0",
  ("k"):rep(5000),
}
for kind in pairs(kinds.names) do names[#names + 1] = kind end
table.sort(names)

local odd_tables = {
  function() return setmetatable({}, { __index = function() return "x" end }) end,
  function() return setmetatable({}, { __index = function(t) return t end }) end,
  function() return setmetatable({ "x" }, { __tostring = function() error "asked" end }) end,
  function() return setmetatable({ "x" }, { __call = error, __metatable = false }) end,
  function() return setmetatable({}, { __eq = error, __lt = error, __concat = error }) end,
  function() return setmetatable({ text = "x" }, { __newindex = error }) end,
  function() return whatsapp.array {} end,
  function()
    local cycle = { to = "15551234567" }
    cycle.text, cycle[1], cycle.body = cycle, cycle, { cycle }
    return cycle
  end,
  function()
    local deep = {}
    for _ = 1, 500 do deep = { deep } end
    return deep
  end,
  function()
    local deep = {}
    for _ = 1, 120 do deep = { a = deep } end
    return deep
  end,
}

local scalars = {
  "15551234567", "+1 555", "US.1349", "text", "image", "template", "group", "individual", "whatsapp",
  "https://example.com/a", "wamid.x", "en_US", "IN", "", "\0", "\255\254", "a\nb", "👍", "\226\128\168",
  "\239\191\191", ("x"):rep(5000), ("👍"):rep(1100), "{id}", "../..", "[1]", "null", "1e5", "0x10",
  0, 1, -1, 1.5, 2 ^ 53, 2 ^ 63, 1e308, -0.0, math.huge, -math.huge, 0 / 0, 15551234567,
  true, false, print, function() end, io.stdout, whatsapp.null, coroutine.create(function() end),
}

local odd_keys = { 1, 2, 3, 11, 0, -1, 1.5, 1e300, math.huge, true, false, print, io.stdout }

function Generator:key()
  local which = self:random(10)
  if which <= 7 then return self:pick(names) end
  if which == 10 and self:chance(25) then return self:garbage(1) end
  return self:pick(odd_keys)
end

--- Any value at all.
---@param depth integer
function Generator:garbage(depth)
  if depth <= 0 or self:chance(33) then return self:pick(scalars) end
  if self:chance(12) then return self:pick(odd_tables)() end
  local value = {}
  for _ = 1, self:random(4) - 1 do
    local key = self:key()
    if key == key then value[key] = self:garbage(depth - 1) end
  end
  return value
end

-- A copy without metatables.
local function plain_copy(value, seen)
  if type(value) ~= "table" then return value end
  if seen[value] then return seen[value] end
  local copy = {}
  seen[value] = copy
  for key, item in next, value do copy[key] = plain_copy(item, seen) end
  return copy
end

-- Almost right ----------------------------------------------------------------------

local OFF = 2 -- of a hundred values that are not as described

-- What texts are made of; those of one line, of all but the last two.
local alphabets = { { "x" }, { "a", "b", " ", "1" }, { "ä", "é", "z" }, { "日", "本" }, { "👍", "🎉", "a" },
                    { '"', "\\", "/", "<" }, { "a", "\194\160", "\226\128\168", "\239\187\191" },
                    { "a", "\n" }, { "a", "\127" } }

local samples = { "IN", "BRL", "2012-08-18", "2011-02-28", "john@example.com", "a.b+c@d-e.example.org",
  "https://example.com", "mailto:a@example.com", "+15551234567", "order_1", "3", "4", "1234", "upi://pay" }

-- The samples that a description allows, and what it gives as an example itself.
local function samples_of(spec)
  local fitting = {}
  local function try(sample)
    if (not spec.pattern or sample:find(spec.pattern)) and (not spec.test or spec.test(sample)) then
      fitting[#fitting + 1] = sample
    end
  end
  for _, sample in ipairs(samples) do try(sample) end
  try(spec.form:match "^[^:]+")
  return fitting[1] and fitting or samples
end

local ids = { "1", "1166846181421424", 1166846181421424, "sku-1", "a.b_c:d=" }

local links = { "https://example.com/a", "http://a.b", "https://example.com/ä?b=c&d=%20#e",
                "https://[::1]/x", "https://example.com/{{1}}" }

local make = {} -- by the type of a description

function make.string(self, spec)
  if spec.one_of then return self:pick(schema.sorted_keys(spec.one_of)) end
  if spec.pattern or spec.test then return self:pick(samples_of(spec)) end
  local least, most = spec.min or 1, spec.max or 60
  local n = self:pick { least, least + 1, self:random(20), most, self:random(most) }
  local alphabet, text = alphabets[self:random(spec.line and #alphabets - 2 or #alphabets)], {}
  for i = 1, math.max(least, math.min(n, most)) do text[i] = self:pick(alphabet) end
  return table.concat(text)
end

function make.number(self, spec)
  local least, most = spec.min or -1000, spec.max or 1000
  local part = (self:random(1001) - 1) / 1000
  local number = self:pick { least, most, least + (most - least) * part }
  return spec.whole and math.floor(number) or number
end

function make.id(self) return self:pick(ids) end

function make.wamid(self) return self:pick { "wamid.x", "wamid.HBgLMTU1NTEyMzQ1NjcVAgARGBI+/w==" } end

function make.link(self, spec)
  if self:chance(80) then return self:pick(links) end
  return "https://" .. make.string(self, { max = math.min(spec.max or 100, 2000) - 8 })
end

function make.boolean(self) return self:chance(50) end

function make.bytes() return "a" end

function make.json(self)
  local value = {}
  for _ = 1, self:random(3) - 1 do value[make.string(self, { max = 8 })] = self:pick { "a", 1, true, 0.5 } end
  return value
end

make.map = make.json

function make.any(self) return self:pick { "a", 7 } end

function make.list(self, spec)
  local least = spec.min or 1
  local most = math.max(least, math.min(spec.max or 3, least + 3))
  local list = {}
  for i = 1, least + self:random(most - least + 1) - 1 do list[i] = self:value(spec.of) end
  return list
end

-- A media object is one of its sources. Files are left to the specs of uploads.
local function media(self, spec)
  local value = {}
  for _, name in ipairs(schema.sorted_keys(spec.fields)) do
    if spec.fields[name].type ~= "bytes" and name ~= "type" and self:chance(30) then
      value[name] = self:value(spec.fields[name])
    end
  end
  value.id, value.link = nil, nil
  if self:chance(50) then value.id = self:value(spec.fields.id) else value.link = self:value(spec.fields.link) end
  return value
end

-- A header holds one thing.
local function one_of(self, spec)
  local name = self:pick(schema.sorted_keys(spec.fields))
  return { [name] = self:value(spec.fields[name]) }
end

local function is_header(spec)
  return spec.fields.image ~= nil or spec.fields.video ~= nil
end

function make.table(self, spec)
  if spec.short and self:chance(20) then return self:value(spec.fields[spec.short]) end
  if spec.fields.link and spec.fields.id then return media(self, spec) end
  if is_header(spec) then return one_of(self, spec) end
  local value = {}
  for _, name in ipairs(schema.sorted_keys(spec.fields)) do
    local field = spec.fields[name]
    if field.required or name == spec.short or self:chance(30) then value[name] = self:value(field) end
  end
  if spec.children then
    for i, item in ipairs(make.list(self, spec.children)) do value[i] = item end
  end
  return value
end

--- A value that a description allows, or almost.
---@param spec table
function Generator:value(spec)
  if self:chance(OFF) then return self:garbage(2) end
  return (make[spec.type] or make.any)(self, spec)
end

local function message_of(self, name)
  local value = self:value(kinds.get(name).spec)
  if shapes[name] and type(value) == "table" then
    value = plain_copy(value, {})
    for i = #value, 1, -1 do value[i] = nil end
    value = shapes[name](self, value)
  end
  return { [name] = value }
end

local envelope = {
  { "reply_to", "wamid" }, { "callback_data", "string", 512 },
}

local recipients = { "US.13491208655302741918",
  "15551234567", "+1 (555) 123-4567", 15551234567, "0049 151 23456789", "+49 (0)151 23456789" }

local function seal(self, message)
  message.to = self:chance(3) and self:garbage(1) or self:pick(recipients)
  if self:chance(5) then message.to, message.recipient_type = self:value { type = "id" }, "group" end
  for _, field in ipairs(envelope) do
    if self:chance(15) then message[field[1]] = self:value { type = field[2], max = field[3] } end
  end
  return message
end

-- Something changed ------------------------------------------------------------------

-- Every table that can be reached, in an order of its own.
local function tables_in(value, list, seen)
  if type(value) ~= "table" or seen[value] or #list > 200 then return list end
  seen[value] = true
  list[#list + 1] = value
  for _, key in ipairs(schema.sorted_keys(value)) do tables_in(value[key], list, seen) end
  return list
end

-- What may become of a value under a key.
local changes = {
  function(self) return self:garbage(2) end,
  function() return nil end,
  function(_, value) return type(value) == "string" and #value < 10000 and value:rep(7) or value end,
  function(_, value) return type(value) == "string" and value:sub(1, -2) or value end,
  function(_, value) return tonumber(value) or type(value) end,
}

local function change(self, place)
  local keys = schema.sorted_keys(place)
  local key = keys[1] ~= nil and self:pick(keys) or 1
  local which = self:random(8)
  if which == 1 then
    rawset(place, self:pick(names), self:garbage(1))
  elseif which == 2 then
    rawset(place, self:pick(names), rawget(place, key))
  elseif which == 3 then
    rawset(place, #place + 1, rawget(place, #place))
  else
    rawset(place, key, self:pick(changes)(self, rawget(place, key)))
  end
end

--- A copy with one thing changed, or some.
---@param value table
---@param most integer so many at most
function Generator:changed(value, most)
  if type(value) ~= "table" then return value end
  value = plain_copy(value, {})
  for _ = 1, self:random(most) do change(self, self:pick(tables_in(value, {}, {}))) end
  return value
end

--- A text of at most so many characters, a link.
function Generator:short(max) return make.string(self, { max = max }) end

function Generator:link() return make.link(self, {}) end

-- Messages ---------------------------------------------------------------------------

local kind_names = schema.sorted_keys(kinds.names)

--- A message: right, almost, or not at all.
---@return any
function Generator:message()
  if self:chance(8) then return self:garbage(4) end
  if self:chance(25) then return self:changed(self:pick(self.cases).input, 3) end
  local message = seal(self, message_of(self, self:pick(kind_names)))
  return self:chance(10) and self:changed(message, 3) or message
end

local function of_subject(list, subject)
  local found = {}
  for _, case in ipairs(list) do
    if case.subject.name == subject then found[#found + 1] = case end
  end
  return found
end

--- Something for another subject than messages: a case with something changed, or garbage.
---@return any
function Generator:input()
  if self:chance(10) then return self:garbage(4) end
  return self:changed(self:pick(self:chance(75) and self.good or self.cases).input, 1)
end

--- A generator. Its seed is FUZZ_SEED, else always the same one.
---@param subject string whose cases it changes: "message", …
---@return spec.Generator
function M.new(subject)
  local seed = tonumber(os.getenv "FUZZ_SEED") or 20260101
  local good, all = of_subject(cases.good(), subject), of_subject(cases.bad(), subject)
  assert(good[1], "no cases of " .. subject)
  for _, case in ipairs(good) do all[#all + 1] = case end
  return setmetatable({ seed = seed, numbers = random.new(seed % 2147483646 + 1), good = good, cases = all }, Generator)
end

return M
