-- A bot in two nginx workers, and what becomes of it: every event is handled once,
-- a customer's in order, through reloads and quits, and when the store is gone.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local meta = require "spec.support.meta"
local mixed = require "spec.support.mixed"
local redis = require "spec.support.redis"
local sandboxes = require "whatsapp.sandbox"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

local INIT = [==[
  package.path = package.path .. ";build/deps/usr/share/lua/5.1/?.lua"
  local meta, mixed = require "spec.support.meta", require "spec.support.mixed"
  bot = whatsapp.bot { client = client "ok", webhook = whatsapp.webhook { app_secret = %q }, concurrency = 4,
                       lease = %d, store = whatsapp.store.%s }
  local most = %d
  mixed.note(bot, %q, function()
    ngx.sleep(0.001 + math.random() / 100)
    local begun = ngx.shared.notes:incr("begun", 1, 0)
    while begun > most and not ngx.worker.exiting() do ngx.sleep(0.005) end
  end)
]==]

local HTTP = [[
  lua_shared_dict bot 10m;
  init_worker_by_lua_block { require("whatsapp.nginx").start(bot) }
]]

local SERVER = [[
  client_max_body_size 3m;
  location /webhook { content_by_lua_block { require("whatsapp.nginx").serve(bot) } }
]]

describe("a bot in two nginx workers", function()
  local upstream, database, directory, log, nginx

  local STORES = {
    nginx = function() return ("nginx %q"):format("bot") end,
    sqlite = function() return ("sqlite %q"):format(directory .. "/bot.db") end,
    redis = function() return ("redis { path = %q, prefix = %q }"):format(database.path, directory:match "[^/]+$") end,
  }

  setup(function()
    upstream, database = server.start_nginx(), redis.start()
  end)

  teardown(function()
    upstream:stop()
    database:stop()
  end)

  before_each(function()
    directory = server.make_directory()
    log = directory .. "/events"
  end)

  after_each(function()
    if nginx then nginx:stop() end
    nginx = nil
    server.remove_directory(directory)
  end)

  -- Of more events than `most` the handlers wait until their worker is to end.
  local function start(store, options)
    options = options or {}
    nginx = worker.start(upstream, { processes = 2, server = SERVER,
      http = HTTP .. (options.http or "")
        .. (options.port and ("server { listen 127.0.0.1:%d; %s }"):format(options.port, SERVER) or ""),
      init = INIT:format(options.secret or meta.secret, options.lease or 60, STORES[store](),
        options.most or 1000000, log) })
  end

  -- Everything, in several orders at once.
  local function deliver(seeds)
    local requests = {}
    for seed = 1, seeds do
      for _, one in ipairs(mixed.bodies(seed)) do
        requests[#requests + 1] = load.start_post(nginx.port, "/webhook", one.body,
          "X-Hub-Signature-256: " .. one.signature)
      end
    end
    for _, request in ipairs(load.finish(requests)) do assert.are.equal(200, request.status) end
  end

  local function wait_for(count)
    load.eventually(count .. " events", function() return mixed.count(log) >= count end)
  end

  for _, store in ipairs { "nginx", "sqlite", "redis" } do
    it(("handles each event once, with the store %s"):format(store), function()
      start(store)
      deliver(3)
      wait_for(mixed.total)
      assert.are.same({}, mixed.faults(log))
      assert.are.equal("", nginx:errors())
    end)

    it(("loses none in reloads, with the store %s"):format(store), function()
      start(store)
      deliver(1)
      for round = 1, 2 do
        wait_for(round * 40)
        nginx:signal "HUP"
      end
      deliver(2)
      wait_for(mixed.total)
      assert.are.same({}, mixed.faults(log))
      assert.are.equal("", nginx:errors())
    end)
  end

  for _, store in ipairs { "sqlite", "redis" } do
    it(("ends what it began when it quits, and does the rest another time, with the store %s"):format(store), function()
      start(store, { most = 60 })
      deliver(1)
      wait_for(40)
      local master = nginx:master()
      nginx:signal "QUIT"
      worker.wait_for_end(master)
      assert.are.equal("", nginx:errors())
      assert.is_true(mixed.count(log) < mixed.total)
      nginx:stop()
      start(store)
      deliver(1)
      wait_for(mixed.total)
      assert.are.same({}, mixed.faults(log))
    end)
  end

  it("handles them where nginx gives no timers, once the answers are out", function()
    start("nginx", { http = "lua_max_pending_timers 1;" })      -- which is the bot's own
    deliver(2)
    wait_for(mixed.total)
    assert.are.same({}, mixed.faults(log))
    assert.are.equal("", nginx:errors())
  end)

  it("leaves what a killed worker held to the other one", function()
    start("nginx", { lease = 2 })
    deliver(1)
    wait_for(40)
    nginx:signal("KILL", nginx:get "/pid")
    local seen, count
    load.eventually("all events", function()
      seen, count = {}, 0
      for line in io.lines(log) do
        if line:find "^end" and not seen[line] then seen[line], count = true, count + 1 end
      end
      return count == mixed.total
    end)
  end)

  it("answers 500 while its Redis is gone; then all is delivered and handled once", function()
    local port = server.free_ports({ "port" }).port
    local sandbox = assert(sandboxes.start { gateway_rate = false,
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port) })
    finally(function() sandbox:stop() end)
    start("redis", { secret = sandbox.app_secret, port = port })
    local function write(first, last)
      for n = first, last do
        for customer = 1, 4 do
          assert(sandbox:receive { from = "1555123000" .. customer, text = "hello", timestamp = 1700000000 + n })
        end
      end
    end
    local function count_refused()
      local count = 0
      for _, one in ipairs(assert(sandbox:deliveries())) do
        if one.status == 500 then count = count + 1 end
      end
      return count
    end
    write(1, 3)
    wait_for(12)      -- a claim whose answer is lost would be held for a lease
    database:halt "KILL"
    write(4, 6)
    load.eventually("refused deliveries", function() return count_refused() >= 8 end)
    database:start()
    wait_for(24)
    local last = {}
    for line in io.lines(log) do
      local what, customer, n = line:match "^(%l+) (%d+) (%d+)$"
      if what == "begin" then
        assert.are.equal((last[customer] or 0) + 1, tonumber(n), line)
        last[customer] = tonumber(n)
      end
    end
    assert.are.same({ ["15551230001"] = 6, ["15551230002"] = 6, ["15551230003"] = 6, ["15551230004"] = 6 }, last)
  end)
end)
