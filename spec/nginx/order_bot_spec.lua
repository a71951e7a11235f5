-- examples/nginx/order_bot.conf as it is, but for its port: nginx is killed while a
-- customer orders, and another one goes on; so does what plain Lua, be it 5.4 or
-- LuaJIT, began.

local child = require "spec.support.child"
local eventually = require("spec.support.load").eventually
local files = require "spec.support.files"
local server = require "spec.support.server"
local socket = require "socket"
local start_service = require("spec.support.service").start
local whatsapp = require "whatsapp"

describe("the order bot in nginx", function()
  local sandbox, service, directory, port, store

  -- Waits until a customer got so many messages, and gives the last one's words.
  local function said(number, count)
    local give_up = socket.gettime() + 60
    local found
    repeat
      found = {}
      for _, message in ipairs(sandbox:sent()) do
        if message.to == number then found[#found + 1] = message.payload end
      end
      if #found < count then socket.sleep(0.05) end
    until #found >= count or socket.gettime() > give_up
    assert.are.equal(count, #found, service and service:log())
    local last = found[count]
    return last.text and last.text.body or last.interactive.body.text
  end

  local function start()
    local conf, n = files.read("examples/nginx/order_bot.conf"):gsub('os%.getenv "ORDERS"',
      ('"%s/orders.db"'):format(directory))
    assert(n == 1)
    service = start_service(sandbox, conf, port)
  end

  -- A process and all it has started.
  local function family(pid)
    local list = { pid }
    local pipe = assert(io.popen("ps -o pid= --ppid " .. pid))
    for found in pipe:read("*a"):gmatch "%d+" do
      for _, one in ipairs(family(found)) do list[#list + 1] = one end
    end
    pipe:close()
    return list
  end

  -- Once what was received is handled: what is being done when a process dies, and
  -- waits for the lease, has a spec of its own.
  local function kill()
    eventually("all is handled", function() return store:pending(os.time()) == 0 end)
    os.execute("kill -KILL " .. table.concat(family(service.pid), " "))
    eventually("nobody listens", function() return not socket.connect("127.0.0.1", port) end)
    server.remove_directory(service.directory)
    service = nil
  end

  setup(function()
    port, directory = server.free_ports({ "port" }).port, server.make_directory()
    store = whatsapp.store.sqlite(directory .. "/orders.db")
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
  end)

  teardown(function()
    if store then store:close() end
    if service then service:stop() end
    if sandbox then sandbox:stop() end
    server.remove_directory(directory)
  end)

  local TURNS = {
    { { list_reply = { id = "funghi", title = "Funghi" } }, "How many?" },
    { { text = "2" }, "Which size?" },
    { { button_reply = { id = "Large", title = "Large" } }, "Whom is it for?" },
    { { text = "Ann" }, "2 × funghi, large, for Ann?" },
    { { text = "yes" }, "Thank you, Ann. Your order is FUN-2; it will be ready in 20 minutes." },
  }

  -- What the customer answers to each question, and the next thing that the bot says.
  local function finish_order(from, between)
    assert.are.equal("Which pizza would you like?", said(from, 1))
    for i, turn in ipairs(TURNS) do
      between()
      turn[1].from = from
      assert(sandbox:receive(turn[1]))
      assert.are.equal(turn[2], said(from, i + 1))
    end
  end

  it("goes on when nginx was killed, at every question", function()
    local from = "15551230001"
    start()
    assert(sandbox:receive { from = from, name = "Ann", text = "Order" })
    finish_order(from, function()
      kill()
      start()
    end)
  end)

  it("goes on with what plain Lua began", function()
    local from = "15551230002"
    local output, status = child.run(([[
      local meta = require "spec.support.meta"
      meta.phone_number_id = %q
      local function client()
        return whatsapp.new { api_key = %q, base_url = %q, ca_file = %q, phone_number_id = %q }
      end
      -- The example makes a client from the environment; this program has none.
      local new, bot_of = whatsapp.new, whatsapp.bot
      whatsapp.new = function() whatsapp.new = new return client() end
      whatsapp.bot = function(options)
        options.webhook = whatsapp.webhook(meta.hook())
        return bot_of(options)
      end
      local bot = dofile("examples/order_bot.lua"):with { store = whatsapp.store.sqlite(%q) }
      assert(meta.deliver(bot, { meta.message { from = %q, text = "Order" } }) == 200)
    ]]):format(sandbox.phone_number_id, sandbox.api_key, sandbox.base_url, sandbox.ca_file, sandbox.phone_number_id,
      directory .. "/orders.db", from))
    assert.are.same({ "", 0 }, { output, status })
    finish_order(from, function() end)
  end)

  it("has nothing to complain of", function()
    assert.is_nil(service:log():find "%[error%]", service:log())
  end)
end)
