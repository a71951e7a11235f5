-- Whatever comes, `parse` gives events that are well formed or an error, and never
-- raises. The same bodies are tried on every Lua and every time.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local files = require "spec.support.files"

local ROUNDS = 100000   -- half of them change bytes, half the decoded table

local hook = whatsapp.webhook { insecure = true }

local random = require("spec.support.random").new(20260301)

local function pick(list) return random:pick(list) end

-- What is changed -----------------------------------------------------------------

local bodies = {}
for _, path in ipairs(files.under("spec/webhook/fixtures", "*.json")) do
  bodies[#bodies + 1] = json.encode((assert(json.decode(files.read(path)))))
end

local words = {
  '"', "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "\\ud800", "null", "true", "0", "-", "1e999", "1e-999",
  "123456789012345678901", "[[[[[[[[", '{"":', "\0", "\255", "\239\187\191", '"type":"text"', '"messages":[{}]',
  '"errors":[{"code":100}]', "//", "'", "NaN", "  ", "\r\n",
}

-- At times also with the end of another.
local function change_bytes(body)
  body = random:change(body, words)
  if random(6) > 1 then return body end
  local other = pick(bodies)
  return body:sub(1, random(#body + 1) - 1) .. other:sub(random(#other))
end

local odd = {
  "", "x", "text", "interactive", "call", "payment", "group", "US.1", "5511987654321", "\0", "a b", 0, -1, 1.5,
  1e15, 1e300, true, false, whatsapp.null, ("x"):rep(500), "1760000000", "99999999999999999999",
  '{"a":1}', '["', "sent", "edit",
}

local names = {
  "messages", "statuses", "errors", "contacts", "metadata", "type", "id", "from", "from_user_id", "timestamp",
  "text", "interactive", "nfm_reply", "edit", "message", "context", "history", "threads", "calls", "groups",
  "field", "value", "changes", "entry", "time", "recipient_type", "code", "error_data", "profile", "wa_id",
  "user_id", "status", "image", "new", "",
}

local function odd_value()
  local which = random(8)
  if which == 1 then return {} end
  if which == 2 then return { pick(odd), pick(odd) } end
  if which == 3 then return { [pick(names)] = pick(odd), [pick(names)] = { pick(odd) } } end
  return pick(odd)
end

local function sorted_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function change_table(payload)
  -- In an order that is the same on every Lua.
  local list = {}
  local function collect(value)
    list[#list + 1] = value
    for _, key in ipairs(sorted_keys(value)) do
      if type(value[key]) == "table" then collect(value[key]) end
    end
  end
  collect(payload)
  for _ = 1, random(3) do
    local target = pick(list)
    local keys, how = sorted_keys(target), random(5)
    local key = #keys > 0 and pick(keys)
    if target[1] ~= nil then
      if how == 1 then target[#target + 1] = target[1] else target[random(#target)] = odd_value() end
    elseif how == 1 and key then
      target[key] = nil
    elseif how == 2 or not key then
      target[pick(names)] = odd_value()
    elseif how == 3 then
      target[pick(names)] = target[key]
    else
      target[key] = odd_value()
    end
  end
  return payload
end

-- What is expected ---------------------------------------------------------------------

local KINDS = {}
for kind in ("message status template account phone_number flow call group preferences echo history sync "
  .. "security payment unknown"):gmatch "%S+" do KINDS[kind] = true end

local OPTIONAL = {
  id = "string", from = "string", phone = "string", user_id = "string", name = "string", text = "string",
  reply_id = "string", group_id = "string", callback_data = "string", phone_number_id = "string",
  display_phone_number = "string", account_id = "string", field = "string", context = "table", media = "table",
  data = "table", errors = "table", contact = "table",
}

local function why_malformed(event)
  if not KINDS[event.kind] then return "kind" end
  if type(event.type) ~= "string" or event.type == "" then return "type" end
  if type(event.timestamp) ~= "number" or not (event.timestamp >= 0 and event.timestamp < 1e12)
    or event.timestamp % 1 ~= 0 then return "timestamp" end
  for _, name in ipairs { "key", "lane" } do
    local text = event[name]
    if type(text) ~= "string" or text == "" or #text > 280 then return name end
  end
  if event.raw == nil then return "raw" end
  for name, kind in pairs(OPTIONAL) do
    if event[name] ~= nil and type(event[name]) ~= kind then return name end
  end
  for _, err in ipairs(event.errors or {}) do
    if not Error.is(err) or type(tostring(err)) ~= "string" then return "errors" end
  end
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local function why_wrong(body, seldom)
  local ok, events, err = pcall(hook.parse, hook, body)
  if not ok then return "raised: " .. tostring(events) end
  if not events then return not Error.is(err, "invalid") and "an error of another kind" or nil, 0 end
  for i, event in ipairs(events) do
    local part = why_malformed(event)
    if part then return ("event %d: %s"):format(i, part) end
    if seldom and not same(event, whatsapp.webhook.restore(event:dump())) then
      return ("event %d is not the same from its text"):format(i)
    end
  end
  return nil, #events
end

describe("parse", function()
  it("never raises, and what it gives is well formed", function()
    local understood, events = 0, 0
    for round = 1, ROUNDS do
      local body = pick(bodies)
      if round % 2 == 0 then
        body = change_bytes(body)
      else
        body = assert(json.encode(change_table((assert(json.decode_raw(body))))))
      end
      local why, count = why_wrong(body, round % 10 == 1)
      if why then error(("round %d: %s:\n%q"):format(round, why, body)) end
      if count > 0 then understood, events = understood + 1, events + count end
    end
    -- Else the changes would have hidden the parser behind the decoder.
    assert.is_true(understood > ROUNDS / 2, tostring(understood))
    assert.is_true(events > understood)
  end)
end)
