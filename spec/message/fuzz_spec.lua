-- `build` never raises and never changes what it was given, whatever that is.
-- The same tables are tried on every Lua and every time.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local ROUNDS = 4000

local state = 20260101
local function random(n)
  state = (state * 16807) % 2147483647
  return state % n + 1
end

local function pick(list) return list[random(#list)] end

local names = {
  "to", "recipient", "text", "image", "video", "audio", "document", "sticker", "template", "type",
  "reply_to", "callback_data", "recipient_type", "messaging_product", "body", "preview_url", "id",
  "link", "file", "data", "caption", "filename", "name", "language", "header", "buttons",
  "components", "url", "payload", "code", "location", "latitude", "longitude", "contacts",
  "reaction", "list", "flow", "textt", "", "\0", ("k"):rep(5000),
}

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
}

local scalars = {
  "15551234567", "+1 555", "US.1349", "text", "image", "template", "group", "individual", "whatsapp",
  "https://example.com/a", "", "\0", "\255\254", "a\nb", "👍", ("x"):rep(5000), "{id}", "../..",
  0, 1, -1, 1.5, 2 ^ 53, 1e308, -0.0, math.huge, -math.huge, 0 / 0, 15551234567,
  true, false, print, function() end, io.stdout, whatsapp.null, coroutine.create(function() end),
}

local any

local odd_keys = { 1, 2, 3, 11, 0, -1, 1.5, 1e300, math.huge, true, false, print, io.stdout }

local function random_key()
  local which = random(10)
  if which <= 7 then return pick(names) end
  if which == 10 and random(4) == 1 then return any(1) end
  return pick(odd_keys)
end

function any(depth)
  if depth <= 0 or random(3) == 1 then return pick(scalars) end
  if random(8) == 1 then return pick(odd_tables)() end
  local value = {}
  for _ = 1, random(4) - 1 do
    local key = random_key()
    if key == key then value[key] = any(depth - 1) end
  end
  return value
end

-- Mostly almost right, so that the deeper checks are reached too.
local function random_message()
  if random(10) == 1 then return any(4) end
  local message = { to = "15551234567" }
  message[pick { "text", "image", "document", "template", "type" }] = any(4)
  if random(2) == 1 and type(message.template) == "table" and next(message.template) then
    message.template = { name = "t", language = "en", [pick { "header", "body", "buttons",
      "components" }] = any(3) }
  end
  if random(3) == 1 then message[pick(names)] = any(3) end
  return message
end

-- Every table that can be reached, with what is in it.
local function photograph(value, seen)
  if type(value) ~= "table" or seen[value] then return seen end
  local content = {}
  seen[value] = content
  for key, item in next, value do
    content[key] = item
    photograph(key, seen)
    photograph(item, seen)
  end
  return seen
end

local function same(a, b) return rawequal(a, b) or (a ~= a and b ~= b) end

local function unchanged(photo)
  for value, content in pairs(photo) do
    for key, item in next, value do
      if not same(content[key], item) then return false end
    end
    for key, item in next, content do
      if not same(rawget(value, key), item) then return false end
    end
  end
  return true
end

describe("build", function()
  it("returns a payload or an error for whatever it is given", function()
    local good, bad = 0, 0
    for round = 1, ROUNDS do
      local message = random_message()
      local photo = photograph(message, {})
      local ok, payload, err = pcall(whatsapp.build, message)
      local where = "round " .. round .. ": "
      assert(ok, where .. tostring(payload))
      assert(unchanged(photo), where .. "the input has changed")
      if payload then
        good = good + 1
        assert.are.equal("table nil", type(payload) .. " " .. type(err), where)
        local encoded, why = json.encode(payload)
        assert(encoded or type(why) == "string", where)
      else
        bad = bad + 1
        local text = tostring(err)
        assert(Error.is(err, "invalid"), where .. text)
        assert(err.field == nil or type(err.field) == "string", where .. text)
        assert(not text:find "%c" and #text < 700, where .. text)
      end
    end
    assert(good > ROUNDS / 50 and bad > ROUNDS / 2, ("%d good, %d bad"):format(good, bad))
  end)
end)
