-- Bots in several processes on one store, and processes that are killed: every
-- event is handled once, in order, and after a crash at least once.

local child = require "spec.support.child"
local meta = require "spec.support.meta"
local mixed = require "spec.support.mixed"
local server = require "spec.support.server"
local socket = require "socket"
local stores = require "spec.support.stores"
local whatsapp = require "whatsapp"

local PRELUDE = [[
  local meta, mixed = require "spec.support.meta", require "spec.support.mixed"
  local store = %s
  local ahead = 0
  local bot = whatsapp.bot { webhook = whatsapp.webhook(meta.hook()), store = store, concurrency = 4,
    client = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:9" },
    clock = function() return os.time() + ahead end }
  bot:on_error(function(err) print(err) end)
  local log = %q
  local function finish()
    while assert(store:pending(os.time() + ahead)) > 0 do
      bot:tick()
      core.step(0.01)
    end
    print "done"
  end
]]

-- Is told everything, in its own order, and handles whatever there is.
local RECEIVE = [[
  mixed.note(bot, log, function() bot.client:loop().sleep(math.random() / 500) end)
  for _, one in ipairs(mixed.bodies(%d)) do
    local status = bot:handle("POST", "", { ["X-Hub-Signature-256"] = one.signature }, one.body)
    if status ~= 200 then print(status) end
  end
  finish()
]]

-- The moments at which a process ends: how, how many events are left then, and what
-- was handled in the end.
local CRASHES = {
  ["between storing and handling"] = { left = 3, handled = { "1", "2", "3" },
    program = "bot.later = function() posix.exit(9) end" },
  ["in a handler"] = { left = 1, handled = { "1", "2", "3" },
    program = "function begin(event) if event.text == '3' then posix.exit(9) end end" },
  ["between handling and confirming"] = { left = 1, handled = { "1", "2", "3", "3" }, program = [[
    local confirm, n = store.backend.confirm, 0
    store.backend.confirm = function(...)
      n = n + 1
      if n == 3 then posix.exit(9) end
      return confirm(...)
    end]] },
}

for _, name in ipairs(stores.shared) do
  describe("bots on the store " .. name, function()
    local host, store, directory, log

    setup(function() host = stores[name].start() end)
    teardown(function() host:stop() end)
    before_each(function()
      store, directory = host.open(), server.make_directory()
      log = directory .. "/log"
    end)
    after_each(function()
      store:close()
      server.remove_directory(directory)
    end)

    local function start(program, ...)
      return child.start((PRELUDE .. program):format(host.source(store), log, ...))
    end

    it("in two processes handle each event once, a customer's in order", function()
      local bots = { start(RECEIVE, 1), start(RECEIVE, 2) }
      for i = 1, 2 do assert.are.same({ "done\n", 0 }, { bots[i]:finish() }) end
      assert.are.same({}, mixed.faults(log))
    end)

    it("lose nothing when one is killed again and again", function()
      local program = [[
        ahead = %d
        local handled = 0
        -- One that is to be killed does not come to the end before.
        mixed.note(bot, log, function()
          handled = handled + 1
          bot.client:loop().sleep(handled > %d and 60 or 0.001)
        end)
        for _, one in ipairs(mixed.bodies(%d)) do
          assert(bot:handle("POST", "", { ["X-Hub-Signature-256"] = one.signature }, one.body) == 200)
        end
        finish()
      ]]
      for round = 1, 4 do
        local bot = start(program, round * 1000, 40, round)
        local before, give_up = mixed.count(log), socket.gettime() + 60
        repeat socket.sleep(0.002) until mixed.count(log) >= before + 40 or socket.gettime() > give_up
        bot:kill()
        assert.are.equal("", (bot:finish()))
      end
      assert.is_true(mixed.count(log) < mixed.total)
      assert.are.same({ "done\n", 0 }, { start(program, 100000, mixed.total, 5):finish() })
      -- A handler whose end was written down, but not yet confirmed, runs once more.
      local ended, last = {}, {}
      for line in io.lines(log) do
        local what, customer, n = line:match "^(%l+) (%d+) (%d+)$"
        n = tonumber(n)
        if what == "end" then
          local before = last[customer] or 0
          assert.is_true(n == before + 1 or n == before, line)
          last[customer], ended[customer .. n] = n, true
        end
      end
      local count = 0
      for _ in pairs(ended) do count = count + 1 end
      assert.are.equal(mixed.total, count)
    end)

    for moment, crash in pairs(CRASHES) do
      it("handle what a process left that died " .. moment, function()
        local items = {}
        for i = 1, 3 do items[i] = meta.message { text = tostring(i) } end
        local body = meta.body(items)
        local program = [[
          local body = %q
          local signature = whatsapp.webhook.sign(body, meta.secret)
          function begin() end
          bot:on("text", function(event)
            begin(event)
            local file = assert(io.open(log, "a"))
            file:write(event.text, "\n")
            file:close()
          end)
          %s
          assert(bot:handle("POST", "", { ["X-Hub-Signature-256"] = signature }, body) == 200)
          ahead = ahead + 1000
          finish()
        ]]
        local _, status = start(program, body, crash.program):finish()
        assert.are.equal(9, status)
        assert.are.equal(crash.left, (store:pending(os.time())))
        -- Meta had no answer, and delivers again.
        assert.are.same({ "done\n", 0 }, { start(program, body, ""):finish() })
        local lines = {}
        for line in io.lines(log) do lines[#lines + 1] = line end
        assert.are.same(crash.handled, lines)
      end)
    end
  end)
end

describe("a bot whose Redis is gone for some seconds", function()
  it("answers 500, then all is delivered and handled once", function()
    local host = stores.redis.start()
    local store = host.open()
    local directory = server.make_directory()
    local log = directory .. "/log"
    local bot = whatsapp.bot { webhook = whatsapp.webhook(meta.hook()), store = store,
      client = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:9" } }
    local told, gone = 0, false
    bot:on_error(function() told = told + 1 end)
    mixed.note(bot, log, function(event)
      if gone or event.timestamp % 10 ~= 5 then return end
      gone = true
      host.redis:halt "KILL"                            -- in the midst of handling
    end)
    local waiting, refused = mixed.bodies(3), 0
    for round = 1, 100 do
      local again = {}
      for _, one in ipairs(waiting) do
        local status = bot:handle("POST", "", { ["X-Hub-Signature-256"] = one.signature }, one.body)
        if status ~= 200 then again[#again + 1] = one end
        if status == 500 then refused = refused + 1 end
      end
      waiting = again
      bot:tick()
      if round == 3 then host.redis:start() end
      if #waiting == 0 and store:pending(os.time()) == 0 then break end
    end
    assert.is_true(refused >= 3 and told > refused)
    assert.are.same({}, mixed.faults(log))
    store:close()
    host:stop()
    server.remove_directory(directory)
  end)
end)
