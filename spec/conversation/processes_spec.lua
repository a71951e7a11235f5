-- Many customers at once, whose messages come to four processes by chance.

local child = require "spec.support.child"
local sandboxes = require "whatsapp.sandbox"
local stores = require "spec.support.stores"

local CUSTOMERS, PROCESSES = 1000, 4

-- What each customer writes, and what the bot says to it.
local SAYS = { "go", "name of %d", "44", "M" }
local HEARS = { "Name?", "How old are you, name of %d?", "Size?", "name of %d, 44, M" }

-- One process in one round: its customers write, and it handles what there is.
local PROGRAM = [[
  local meta = require "spec.support.meta"
  local first, round, processes, customers, text = %d, %d, %d, %d, %q
  meta.phone_number_id = %q
  local bot = whatsapp.bot {
    client = whatsapp.new { api_key = %q, base_url = %q, ca_file = %q, phone_number_id = %q, rate = false },
    webhook = whatsapp.webhook(meta.hook()), store = assert(%s) }
  bot:on("text", "^go$", whatsapp.conversation("survey", function(chat)
    local name = chat:ask "Name?"
    local age = chat:ask("How old are you, " .. name .. "?", { number = true })
    local size = chat:choose("Size?", { "S", "M" })
    chat:say(("%%s, %%d, %%s"):format(name, age, size))
  end))
  -- The customers are dealt anew in each round.
  local batch = {}
  for i = 1, customers do
    if (i * 7 + math.floor(i / processes) * round) %% processes == first then
      local from = ("49152%%06d"):format(i)
      batch[#batch + 1] = meta.message { id = ("%%s.%%d"):format(from, round), from = from,
        text = text:format(i), timestamp = tostring(1700000000 + round) }
    end
    if #batch == 50 or (i == customers and batch[1]) then
      assert(meta.deliver(bot, batch) == 200)
      batch = {}
    end
  end
  for _ = 1, 600 do
    if bot.store:pending(os.time()) == 0 then break end
    bot:tick()
    require "socket".sleep(0.05)
  end
]]

describe("conversations of " .. CUSTOMERS .. " customers in " .. PROCESSES .. " processes", function()
  local host, sandbox

  setup(function()
    host = stores.redis.start()
    sandbox = assert(sandboxes.start { gateway_rate = false })
  end)
  teardown(function()
    host:stop()
    sandbox:stop()
  end)

  it("all end right", function()
    local store = host.open()
    for round, text in ipairs(SAYS) do
      local running = {}
      for i = 1, PROCESSES do
        running[i] = child.start(PROGRAM:format(i - 1, round, PROCESSES, CUSTOMERS, text, sandbox.phone_number_id,
          sandbox.api_key, sandbox.base_url, sandbox.ca_file, sandbox.phone_number_id, host.source(store)))
      end
      for i = 1, PROCESSES do assert.are.same({ "", 0 }, { running[i]:finish() }) end
    end
    local heard = {}
    for _, message in ipairs(sandbox:sent()) do
      local payload = message.payload
      local list = heard[payload.to] or {}
      heard[payload.to] = list
      list[#list + 1] = payload.text and payload.text.body or payload.interactive.body.text
    end
    for i = 1, CUSTOMERS do
      local expected = {}
      for n, text in ipairs(HEARS) do expected[n] = text:format(i) end
      assert.are.same(expected, heard[("49152%06d"):format(i)])
    end
    store:close()
  end)
end)
