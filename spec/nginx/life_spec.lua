-- What a worker goes through: reload, quit, being killed, and the places it
-- finds itself in. Nothing is lost, nothing is left.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

local HANDLERS, ROUNDS = 300, 10

local upstream, nginx

-- Each handler sends again when its first answer is there: then the worker is
-- exiting. A timer that was to fire much later fires at the exit, and sends.
local SERVER = [[
  location /twice { content_by_lua_block {
    local first = send(gate, "first-" .. ngx.var.arg_text)
    local exiting = ngx.worker.exiting()
    ngx.print(ngx.worker.pid(), " ", tostring(exiting), " ", first, " ",
      send(gate, "second-" .. ngx.var.arg_text)) } }
  location /later { content_by_lua_block {
    ngx.timer.at(3600, function(premature)
      note("later", tostring(premature) .. " " .. send(slow, "later"))
    end) } }
]]

setup(function() upstream = server.start_nginx() end)
teardown(function() upstream:stop() end)
after_each(function()
  upstream:gate(false)
  if nginx then nginx:stop() end
  nginx = nil
end)

-- 300 handlers, all of them waiting in the worker `pid`.
local function fill_worker()
  upstream:gate(true)
  local pid = nginx:get "/pid"
  local requests = load.start_many(HANDLERS, nginx.port, "/twice?text=%d")
  load.eventually("300 waiters", function()
    return nginx:get "/waiters" == tostring(HANDLERS)
  end)
  return requests, pid
end

local function assert_nothing_lost(requests, pid)
  nginx:wait_for_exiting(pid)
  upstream:gate(false)
  for i, request in ipairs(load.finish(requests)) do
    assert.are.equal(("200 %s true wamid.first-%d wamid.second-%d"):format(pid, i, i),
      request.status .. " " .. request.body)
  end
  worker.wait_for_end(pid)
end

describe("with 300 handlers waiting", function()
  it("a reload loses none, and the old worker ends, ten times", function()
    nginx = worker.start(upstream, { server = SERVER })
    local before = upstream:count "gate"
    for _ = 1, ROUNDS do
      local requests, pid = fill_worker()
      nginx:signal "HUP"
      load.eventually("a new worker", function() return nginx:get "/pid" ~= pid end)
      assert_nothing_lost(requests, pid)
    end
    assert.are.equal(before + ROUNDS * HANDLERS * 2, upstream:count "gate")
    assert.are.equal("", nginx:errors())
    assert.are.equal("", nginx:leftovers())
  end)

  it("a quit loses none, and all processes end, ten times", function()
    local before = upstream:count "gate"
    for _ = 1, ROUNDS do
      nginx = worker.start(upstream, { server = SERVER })
      local requests, pid = fill_worker()
      nginx:signal "QUIT"
      assert_nothing_lost(requests, pid)
      assert.are.equal("", nginx:errors())
      assert.are.equal("", nginx:leftovers())
      nginx:stop()
    end
    assert.are.equal(before + ROUNDS * HANDLERS * 2, upstream:count "gate")
  end)
end)

describe("a worker", function()
  it("still sends in a timer that its exit sets off", function()
    nginx = worker.start(upstream, { server = SERVER })
    local pid = nginx:get "/pid"
    nginx:get "/slow?text=1"
    nginx:get "/later"
    nginx:signal "HUP"
    worker.wait_for_end(pid)
    assert.are.equal("true wamid.later", nginx:get "/note/later")
    assert.are.equal("", nginx:errors())
  end)

  it("that is killed leaves nothing that the next one trips over", function()
    nginx = worker.start(upstream)
    upstream:gate(true)
    for _ = 1, 5 do
      local pid = nginx:get "/pid"
      local requests = load.start_many(20, nginx.port, "/gate?text=%d")
      load.eventually("20 waiters", function() return nginx:get "/waiters" == "20" end)
      assert.are.equal("", nginx:leftovers())
      nginx:signal("KILL", pid)
      for _, request in ipairs(load.finish(requests)) do assert.is_nil(request.status) end
      load.eventually("another worker", function() return nginx:try "/pid" end)
      assert.are.equal("wamid.next", nginx:get "/slow?text=next")
    end
    assert.are.equal("", nginx:leftovers())
  end)

  it("without a directory for its socket looks by itself", function()
    nginx = worker.start(upstream, { tmpdir = "/nonexistent" })
    local before = upstream:count "slow"
    local requests = load.start_many(HANDLERS, nginx.port, "/slow?text=%d")
    for i, request in ipairs(load.finish(requests, function() nginx:get "/ping" end)) do
      assert.are.equal("wamid." .. i, request.body)
    end
    assert.are.equal(before + HANDLERS, upstream:count "slow")
    nginx:settle()
    assert.are.equal("", nginx:errors())
  end)

  it("that starts Lua afresh for each request loses none, and leaves none", function()
    nginx = worker.start(upstream, { code_cache = "off", server = SERVER })
    local before = upstream:count "slow"
    for _ = 1, 4 do
      for i, request in ipairs(load.finish(load.start_many(25, nginx.port, "/slow?text=%d"))) do
        assert.are.equal("wamid." .. i, request.body)
      end
    end
    assert.are.equal(before + 100, upstream:count "slow")
    local requests, pid = load.start_many(25, nginx.port, "/slow?text=%d"), nginx:get "/pid"
    nginx:signal "HUP"
    for i, request in ipairs(load.finish(requests)) do
      assert.are.equal("wamid." .. i, request.body)
    end
    worker.wait_for_end(pid)
    assert.are.equal("", nginx:leftovers())
    assert.are.equal("", nginx:errors())
  end)
end)
