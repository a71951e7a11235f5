-- Under load: everybody gets their own answer, nobody blocks the worker, and
-- the driver's parallel, sleep and pacing work inside it.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local socket = require "socket"

local load = require "spec.support.load"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

local HANDLERS = 300
local LONG = 11 -- seconds: waiters look around within them

local upstream, nginx

-- How many requests of a location the upstream reads while `work` runs.
local function counted(location, work)
  local before = upstream:count(location)
  work()
  return upstream:count(location) - before
end

local function assert_own_answers(requests)
  for i, request in ipairs(requests) do
    assert.are.equal("200 wamid." .. i, request.status .. " " .. request.body)
  end
end

setup(function() upstream = server.start_nginx() end)
teardown(function() upstream:stop() end)
after_each(function()
  upstream:gate(false)
  if nginx then nginx:stop() end
  nginx = nil
end)

describe("300 handlers at once in one worker", function()
  for _, url in ipairs { "good", "http1" } do
    it("all get their answers while it serves others: " .. url, function()
      nginx = worker.start(upstream, { url = url })
      local pings = 0
      assert.are.equal(HANDLERS, counted("slow", function()
        local requests = load.start_many(HANDLERS, nginx.port, "/slow?text=%d")
        load.finish(requests, function()
          if nginx:get "/ping" == "pong" and load.step(requests) > 0 then pings = pings + 1 end
        end)
        assert_own_answers(requests)
      end))
      assert.is_true(pings > 0)
      nginx:settle()
      assert.are.equal("", nginx:errors())
      assert.are.equal("", nginx:leftovers())
    end)
  end

  it("in two workers", function()
    nginx = worker.start(upstream, { processes = 2, listen = "reuseport", server = [[
      location /mine { content_by_lua_block {
        ngx.print(ngx.worker.pid(), " ", send(slow, ngx.var.arg_text)) } }]] })
    local pids, workers = {}, 0
    assert.are.equal(HANDLERS, counted("slow", function()
      for i, request in ipairs(load.finish(load.start_many(HANDLERS, nginx.port,
        "/mine?text=%d"))) do
        local pid, id = request.body:match "^(%d+) (.*)$"
        assert.are.equal("wamid." .. i, id)
        if not pids[pid] then workers = workers + 1 end
        pids[pid] = true
      end
    end))
    assert.are.equal(2, workers)
    assert.are.equal("", nginx:errors())
  end)
end)

describe("inside a handler", function()
  it("whatsapp.parallel keeps its places and its limit, however deep", function()
    nginx = worker.start(upstream, { server = [[
      location /many { content_by_lua_block {
        local items, most, now = {}, 0, 0
        for i = 1, 1000 do items[i] = i end
        local results, errors = whatsapp.parallel(50, items, function(item)
          now = now + 1
          most = math.max(most, now)
          local id = send(gate, item)
          now = now - 1
          return id
        end)
        for i = 1, 1000 do assert(results[i] == "wamid." .. i) end
        assert(next(errors) == nil)
        ngx.print(results.n, " ", most)
      } }
      location /deep { content_by_lua_block {
        local results = whatsapp.parallel(3, { "a", "b", "c", "d" }, function(outer)
          local inner = assert(whatsapp.parallel(2, { 1, 2, 3 }, function(i)
            return send(wa, outer .. i)
          end))
          return inner.n
        end)
        ngx.print(table.concat(results, " "))
      } }
      location /asks { content_by_lua_block {                 -- an iterator that waits
        local asked, inside, most = 0, 0, 0
        local results = whatsapp.parallel(4, function()
          asked, inside = asked + 1, inside + 1
          most = math.max(most, inside)
          local item = asked
          send(wa, item)
          inside = inside - 1
          if item <= 8 then return item end
        end, function(item)
          send(wa, item)
          return item
        end)
        ngx.print(table.concat(results, " "), " ", asked, " ", most)
      } }
      location /raises { content_by_lua_block {
        local started, ended = 0, 0
        local ok, err = pcall(whatsapp.parallel, 4, { 1, 2, 3, 4, 5, 6, 7, 8 }, function(i)
          started = started + 1
          if i == 4 then error({ "mine" }) end
          send(wa, i)
          ended = ended + 1
        end)
        ngx.print(tostring(ok), " ", type(err) == "table" and err[1], " ", started, " ", ended)
      } }]] })
    assert.are.equal(1000, counted("gate", function()
      assert.are.equal("1000 50", nginx:get "/many")
    end))
    assert.are.equal("1 2 3 4 5 6 7 8 9 1", nginx:get "/asks")
    assert.are.equal(12, counted("ok", function()
      assert.are.equal("3 3 3 3", nginx:get "/deep")
    end))
    assert.are.equal("false mine 4 3", nginx:get "/raises")
    nginx:settle()
    assert.are.equal("", nginx:errors())
  end)

  it("a call that takes long leaves nothing in nginx's log", function()
    nginx = worker.start(upstream)
    upstream:gate(true)
    local requests = { load.start(nginx.port, "/gate?text=long") }
    load.eventually("the wait", function() return nginx:get "/waiters" == "1" end)
    socket.sleep(LONG)
    assert.are.equal("1", nginx:get "/waiters")
    upstream:gate(false)
    assert.are.equal("wamid.long", load.finish(requests)[1].body)
    nginx:settle()
    assert.are.equal("", nginx:errors())
  end)

  it("a call's own timeout and retries count, and the worker goes on", function()
    nginx = worker.start(upstream, { init = [[throttled = client "throttle"]], server = [[
      location /late { content_by_lua_block {
        local sent, err = gate:send({ to = "+15551234567", text = "late" }, { timeout = 1 })
        ngx.print(tostring(sent), " ", err.kind, " ", err.outcome) } }
      location /again { content_by_lua_block { ngx.print(send(throttled, "again")) } }
      location /once { content_by_lua_block {
        ngx.print(send(throttled, "once", { retries = 0 })) } }]] })
    assert.are.equal("wamid.before", nginx:get "/gate?text=before")  -- has a connection made
    upstream:gate(true)
    local late = load.finish(load.start_many(10, nginx.port, "/late"), function()
      assert.are.equal("pong", nginx:get "/ping")
    end)
    for _, request in ipairs(late) do assert.are.equal("nil timeout unknown", request.body) end
    upstream:gate(false)
    assert.are.equal(2, counted("throttle", function()
      assert.are.equal("wamid.again", nginx:get "/again")
    end))
    assert.are.equal(1, counted("throttle", function()
      assert.matches("rate_limited: 130429", nginx:get "/once", 1, true)
    end))
    nginx:settle()
    assert.are.equal("", nginx:errors())
  end)

  it("handlers share the client's pace", function()
    nginx = worker.start(upstream, { init = [[
        scarce = client("ok", { rate = 0.01, deadline = 5 })
        quick = client("ok", { rate = 20 })]], server = [[
      location /scarce { content_by_lua_block { ngx.print(send(scarce, "scarce")) } }
      location /quick { content_by_lua_block { ngx.print(send(quick, "quick")) } }]] })
    local sent, refused = 0, 0
    assert.are.equal(1, counted("ok", function()
      for _, request in ipairs(load.finish(load.start_many(10, nginx.port, "/scarce"))) do
        if request.body:find "^wamid" then sent = sent + 1 end
        if request.body:find "rate_limited: .*own rate" then refused = refused + 1 end
      end
    end))
    assert.are.equal("1 9", sent .. " " .. refused)
    assert.are.equal(40, counted("ok", function()
      for _, request in ipairs(load.finish(load.start_many(40, nginx.port, "/quick"))) do
        assert.matches("^wamid", request.body)
      end
    end))
  end)
end)

describe("a light thread that waits", function()
  it("can be killed: its message goes, and no waiter stays", function()
    nginx = worker.start(upstream, { server = [[
      location /kill { content_by_lua_block {
        local thread = ngx.thread.spawn(send, gate, "killed")
        ngx.print(ngx.thread.kill(thread), " ", waiters(), " ", send(wa, "next")) } }]] })
    upstream:gate(true)
    assert.are.equal("1 1 wamid.HBgLMTU1NTEyMzQ1Njc=", nginx:get "/kill")
    upstream:gate(false)
    nginx:settle()
    assert.are.equal("wamid.later", nginx:get "/slow?text=later")
    assert.are.equal("", nginx:errors())
  end)

  it("ends with the handler that made it", function()
    nginx = worker.start(upstream, { server = [[
      location /leave { content_by_lua_block {
        ngx.thread.spawn(send, gate, "left")
        ngx.print "gone"
        ngx.exit(200) } }]] })
    upstream:gate(true)
    for _ = 1, 20 do assert.are.equal("gone", nginx:get "/leave") end
    upstream:gate(false)
    nginx:settle()
    assert.are.equal("wamid.later", nginx:get "/slow?text=later")
    assert.are.equal("", nginx:errors())
  end)
end)

describe("timers", function()
  it("get their answers, also when they are as many as may run", function()
    nginx = worker.start(upstream, { http = "lua_max_running_timers 4;", server = [[
      location /timers { content_by_lua_block {
        for i = 1, 4 do
          assert(ngx.timer.at(0, function() note("timer" .. i, send(slow, i)) end))
        end } }]] })
    assert.are.equal(4, counted("slow", function()
      nginx:get "/timers"
      for i = 1, 4 do
        load.eventually("timer " .. i, function()
          return nginx:get("/note/timer" .. i) == "wamid." .. i
        end)
      end
    end))
    nginx:settle()
    assert.are.equal("wamid.later", nginx:get "/slow?text=later")
  end)
end)
