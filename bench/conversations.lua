--- Conversations: how long a replay takes, and how many messages of customers who are
--- asked a second. From the top of the tree:
--
--   tools/in-tree build/5.4 lua5.4 bench/conversations.lua [CUSTOMERS]
--
-- What is sent goes to a sandbox on this machine, which takes its share of the time;
-- Redis and SQLite wait for the disk.

local core = require "whatsapp.core"
local meta = require "spec.support.meta"
local stores = require "spec.support.stores"
local whatsapp = require "whatsapp"

local CUSTOMERS = tonumber(arg[1]) or 200
local STEPS = 1000

local sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = false })
meta.phone_number_id = sandbox.phone_number_id

local function client()
  local options = sandbox:options()
  options.rate = false
  return whatsapp.new(options)
end

local function bot_on(store, conversation)
  return whatsapp.bot({ client = client(), webhook = whatsapp.webhook(meta.hook()), store = store })
    :on("text", "^go$", conversation)
end

local function say(bot, text, from)
  assert(meta.deliver(bot, { meta.message { text = text, from = from } }) == 200)
end

-- The steps are done once; then each message comes to a process that has to replay.
local function measure_replay()
  local store = whatsapp.store.memory()
  local long = whatsapp.conversation("long", function(chat)
    for i = 1, STEPS do chat:step("one", function() return i end) end
    while true do chat:wait "text" end
  end)
  say(bot_on(store, long), "go", "15551230000")
  local bots, rounds = {}, 20
  for i = 1, rounds do bots[i] = bot_on(store, long) end
  local start = core.now()
  for i = 1, rounds do say(bots[i], "x", "15551230000") end
  print(("replay of %d steps: %.2f ms"):format(STEPS, (core.now() - start) / rounds * 1000))
end

local function measure_store(name)
  local host = stores[name].start()
  local store = host.open()
  local bot = bot_on(store, whatsapp.conversation("short", function(chat)
    local first = chat:ask "One?"
    chat:say(first .. chat:ask "Two?")
  end))
  local start = core.now()
  for _, text in ipairs { "go", "a", "b" } do
    local batch = {}
    for i = 1, CUSTOMERS do batch[i] = meta.message { text = text, from = ("1555%07d"):format(i) } end
    assert(meta.deliver(bot, batch) == 200)
  end
  local seconds = core.now() - start
  print(("%-8s %.0f conversations/s, %.0f messages/s answered"):format(name, CUSTOMERS / seconds,
    3 * CUSTOMERS / seconds))
  store:close()
  host:stop()
end

measure_replay()
for _, name in ipairs { "memory", "sqlite", "redis" } do measure_store(name) end
sandbox:stop()
