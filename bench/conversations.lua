--- Conversations: how long a replay takes, and how many messages of customers who are
--- asked a second, beside handlers that say the same and remember nothing. From the top
--- of the tree:
--
--   tools/in-tree build/5.4 lua5.4 bench/conversations.lua [CUSTOMERS]
--
-- What is sent goes to a sandbox on this machine, which takes its share of the time;
-- Redis and SQLite wait for the disk. So compare within a line.

local cjson = require "cjson"
local core = require "whatsapp.core"
local meta = require "spec.support.meta"
local stores = require "spec.support.stores"
local whatsapp = require "whatsapp"

local CUSTOMERS, ROUNDS = tonumber(arg[1]) or 40, 5
local STEPS, REPLAYS = 1000, 20

local sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = false })
meta.phone_number_id = sandbox.phone_number_id

local function client()
  local options = sandbox:options()
  options.rate = false
  return whatsapp.new(options)
end

local function bot_on(store, conversation)
  local bot = whatsapp.bot { client = client(), webhook = whatsapp.webhook(meta.hook()), store = store }
  return conversation and bot:on("text", "^go$", conversation) or bot
end

local function say(bot, text, from)
  assert(meta.deliver(bot, { meta.message { text = text, from = from } }) == 200)
end

-- Milliseconds of this process.
local function cost(fn)
  local start = os.clock()
  for i = 1, REPLAYS do fn(i) end
  return (os.clock() - start) / REPLAYS * 1000
end

-- The steps are done once. Then messages come to the process that has the coroutine,
-- and to processes that have to replay.
local function measure_replay()
  local store, from = whatsapp.store.memory(), "15551230000"
  local long = whatsapp.conversation("long", function(chat)
    for i = 1, STEPS do chat:step("one", function() return i end) end
    while true do chat:wait "text" end
  end)
  local first, others = bot_on(store, long), {}
  say(first, "go", from)
  local text = store:get(("conversation/%s/%s"):format(sandbox.phone_number_id, from))
  for i = 1, REPLAYS do others[i] = bot_on(store, long) end
  local alive = cost(function() say(first, "x", from) end)
  local replayed = cost(function(i) say(others[i], "x", from) end)
  local decoded = cost(function() cjson.decode("[" .. text:gsub("\n$", ""):gsub("\n", ",") .. "]") end)
  print(("a message to a conversation of %d steps: %.2f ms replayed, %.2f ms in its process; decoding the %d kB "
    .. "alone %.2f ms"):format(STEPS, replayed, alive, math.floor(#text / 1024), decoded))
end

-- Seconds that all customers' messages take.
local function seconds_of(bot)
  local start = core.now()
  for _, text in ipairs { "go", "a", "b" } do
    local batch = {}
    for i = 1, CUSTOMERS do batch[i] = meta.message { text = text, from = ("1555%07d"):format(i) } end
    assert(meta.deliver(bot, batch) == 200)
  end
  return core.now() - start
end

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

local function measure_store(name)
  local host = stores[name].start()
  local store = host.open()
  local asking = bot_on(store, whatsapp.conversation("short", function(chat)
    local first = chat:ask "One?"
    chat:say(first .. chat:ask "Two?")
  end))
  local telling = bot_on(host.open()):on("text", function(event) event:reply { text = event.text } end)
  local rates, ratios = {}, {}
  for i = 1, ROUNDS do
    local told, asked = seconds_of(telling), seconds_of(asking)
    rates[i], ratios[i] = CUSTOMERS / asked, told / asked
  end
  print(("%-8s %4.0f conversations/s, %.2f of handlers that say as much"):format(name, median(rates), median(ratios)))
  store:close()
  host:stop()
end

measure_replay()
for _, name in ipairs { "memory", "sqlite", "redis" } do measure_store(name) end
sandbox:stop()
