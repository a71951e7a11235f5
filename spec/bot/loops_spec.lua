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
    local wa, bot, heard, ahead

    before_each(function()
      heard, ahead = {}, 0
      wa = whatsapp.new { access_token = "x", phone_number_id = meta.phone_number_id,
                          base_url = "http://127.0.0.1:9", loop = name }
      bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), store = whatsapp.store.memory(),
                           concurrency = 3, lease = 0.4, clock = function() return socket.gettime() + ahead end }
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

    it("does not begin anew what it is in the midst of, when the clock is set", function()
      bot:on("text", function(event)
        heard[#heard + 1] = event.text
        if event.text == "11" then sleep(0.05) else ahead = ahead + 1000 end
      end)
      host.run(function() meta.deliver(bot, { write(1, 1), write(2, 1), write(3, 1), write(1, 2) }) end)
      assert.are.same({ "11", "12", "21", "31" }, (table.sort(heard) or heard))
      assert.are.equal(0, (bot.store:pending(bot.inbox.clock())))
      assert.are.same({}, bot.inbox.begun)
      assert.are.same({}, bot.inbox.held)
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

    if host.spawn then
      it("lets others of the loop in while there is much to do that does not wait", function()
        local items, seen = {}, nil
        for customer = 1, 200 do items[customer] = write(customer, 1) end
        bot:on("text", function()
          heard[#heard + 1] = true
          local due = socket.gettime() + 0.005
          while not seen and socket.gettime() < due do end
        end)
        host.run(function()
          host.spawn(function()
            while #heard == 0 do host.sleep(0.001) end
            seen = #heard
          end)
          meta.deliver(bot, items)
        end)
        assert.is_true(seen < 200)
        assert.are.equal(200, #heard)
      end)
    end

    if name == "native" then
      it("lets go of a customer whose handler yields by itself, and leaves the event in the end", function()
        local told = {}
        bot:on_error(function(err, event) if event then told[#told + 1] = { err, event.text } end end)
        bot:on("text", function(event)
          heard[#heard + 1] = event.text
          if event.text == "11" then coroutine.yield() end
        end)
        meta.deliver(bot, { write(1, 1), write(1, 2), write(2, 1) })
        for _ = 1, 10 do
          ahead = ahead + 1
          bot:tick()
        end
        assert.are.same({ "11", "11", "11", "11", "11", "12", "21" }, (table.sort(heard) or heard))
        assert.are.equal(6, #told)
        for i = 1, 5 do assert.matches("yielded by itself", tostring(told[i][1])) end
        assert.matches("begun 5 times", tostring(told[6][1]))
        for i = 1, 6 do assert.are.equal("11", told[i][2]) end
        assert.are.equal(0, (bot.store:pending(bot.inbox.clock())))
        assert.are.same({}, bot.inbox.begun)
        assert.are.same({}, bot.inbox.held)
      end)

      it("has it begin again when on_error says so", function()
        local left = 2
        bot:on_error(function(_, event) return event and 1 or nil end)
        bot:on("text", function(event)
          heard[#heard + 1] = event.text
          left = left - 1
          if left >= 0 then coroutine.yield() end
        end)
        meta.deliver(bot, { write(1, 1) })
        for _ = 1, 2 do
          ahead = ahead + 1
          bot:tick()
        end
        assert.are.same({ "11", "11", "11" }, heard)
        assert.are.equal(0, (bot.store:pending(bot.inbox.clock())))
      end)
    end
  end)
end
