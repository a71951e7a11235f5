-- The bot under each event loop: whoever has handled an event takes the next one,
-- and what takes longer than a lease is held on to.

local meta = require "spec.support.meta"
local native = require "whatsapp.loop.native"
local loops = require "spec.support.loops"
local socket = require "socket"
local whatsapp = require "whatsapp"

if not native.suspends then return end

local hosts = { cqueues = loops.cqueues, luv = loops.luv,
                native = { run = function(work) work() end, sleep = native.sleep } }

for name, host in pairs(hosts) do
  describe("a bot under " .. name, function()
    local wa, bot, heard

    before_each(function()
      heard = {}
      wa = whatsapp.new { access_token = "x", phone_number_id = meta.phone_number_id,
                          base_url = "http://127.0.0.1:9", loop = name }
      bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), store = whatsapp.store.memory(),
                           concurrency = 3, lease = 0.4, clock = socket.gettime }
    end)

    after_each(function() wa:close() end)

    local function sleep(seconds) wa.driver.sleep(seconds) end

    local function write(customer, n)
      return meta.message { text = customer .. n, from = "1555000000" .. customer,
                            timestamp = tostring(1700000000 + n) }
    end

    it("handles all of many customers' events in one go", function()
      local items = {}
      for n = 1, 3 do
        for customer = 1, 9 do items[#items + 1] = write(customer, n) end
      end
      local most, running = 0, 0
      bot:on("text", function(event)
        running = running + 1
        most = math.max(most, running)
        if #event.text % 2 == 0 then sleep(0.003) end
        running = running - 1
        heard[event.from] = (heard[event.from] or "") .. event.text:sub(2)
      end)
      host.run(function() assert.are.equal(200, meta.deliver(bot, items)) end)
      for customer = 1, 9 do assert.are.equal("123", heard["1555000000" .. customer]) end
      assert.are.equal(3, most)
      assert.are.equal(0, (bot.store:pending(socket.gettime())))
    end)

    it("takes what came while it had no place", function()
      bot.later = function() end
      local added = 0
      bot:on("text", function(event)
        heard[#heard + 1] = event.text
        sleep(0.002)
        if added < 20 then
          added = added + 1
          meta.deliver(bot, { write(added % 7 + 1, added) })
          bot:work()                                     -- finds its place, or none
        end
      end)
      meta.deliver(bot, { write(1, 0), write(2, 0), write(3, 0), write(4, 0) })
      host.run(function() bot:work() end)
      assert.are.equal(24, #heard)
      assert.are.equal(0, bot.active)
    end)

    it("holds on to what takes longer than its lease", function()
      local store, renewed = bot.store, 0
      local renew = store.backend.renew
      store.backend.renew = function(...)
        renewed = renewed + 1
        return renew(...)
      end
      bot:on("text", function() sleep(1) end)
      host.run(function() meta.deliver(bot, { write(1, 1) }) end)
      assert.is_true(renewed > 0)
      assert.are.equal(0, (store:pending(socket.gettime())))
    end)

    it("goes on after an error of a handler, and of one that yields by itself", function()
      local told = {}
      bot:on_error(function(err) told[#told + 1] = tostring(err) end)
      bot:on("text", function(event)
        if event.text == "11" then error "a bug" end
        if event.text == "21" and name == "native" then coroutine.yield() end
        heard[#heard + 1] = event.text
      end)
      host.run(function() meta.deliver(bot, { write(1, 1), write(1, 2), write(2, 1) }) end)
      assert.is_truthy(table.concat(told, "\n"):find "a bug")
      assert.is_truthy(table.concat(heard, " "):find "12")
      assert.are.equal(0, bot.active)
    end)
  end)
end
