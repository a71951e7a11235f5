-- The engine under way: times, cancelling, dropping, many at once, garbage.

local core = require "whatsapp.core"
local socket = require "socket"
local whatsapp = require "whatsapp"

local build = require "spec.support.build"
local child = require "spec.support.child"
local exchange = require "spec.support.exchange"
local server = require "spec.support.server"

local posix = assert(package.loadlib(build.posix, "luaopen_posix"))()

local UNDER_VALGRIND = (os.getenv "UNDER" or "") ~= ""

local faults, tls, session

setup(function()
  faults, tls = server.start_fault_server(), server.start_nginx()
  session = assert(exchange.session { base_url = faults.url, ca_file = tls.ca_file })
end)

teardown(function()
  faults:stop()
  tls:stop()
end)

local function submit(path, more)
  local request = { method = "POST", url = faults.url .. path, body = "{}" }
  for name, value in pairs(more or {}) do request[name] = value end
  return assert(core.submit(session, request))
end

local function assert_ends(kind, outcome, status, err)
  assert.is_nil(status)
  assert.are.equal(kind .. ", " .. outcome, err.kind .. ", " .. err.outcome, err.message)
end

-- Steps until the server has seen so many requests.
local function until_seen(path, count)
  repeat core.step(0.01) until faults:seen(path) == count
end

describe("a time limit", function()
  it("ends an exchange that the server leaves unanswered", function()
    assert_ends("timeout", "unknown", exchange.finish(submit("/stall", { timeout = 1 })))
  end)

  it("of less than a millisecond is one all the same", function()
    local _, err = exchange.finish(submit("/stall", { timeout = 0.0001 }))
    assert.are.equal("timeout", err.kind)
  end)

  it("for a stall is one of bytes, not of the whole", function()
    assert_ends("timeout", "unknown",
      exchange.finish(submit("/stall", { timeout = 0, stall_timeout = 0.5 })))
    assert.are.equal(200, (exchange.finish(submit("/slow", { timeout = 0, stall_timeout = 10 }))))
  end)

  -- The second waits for the first one's TLS to become ready, and nobody answers.
  it("holds for an exchange that waits for another one's connection", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local _, port = listener:getsockname()
    local url = ("https://127.0.0.1:%d/"):format(math.floor(port))
    local first = core.submit(session, { method = "GET", url = url, timeout = 60,
      connect_timeout = 60 })
    core.step(0)
    local second = core.submit(session, { method = "GET", url = url, timeout = 0.1 })
    assert_ends("timeout", "not_sent", exchange.finish(second))
    assert.is_false(first:done())
    first:cancel()
    listener:close()
  end)

  -- Else it would have ended within the first.
  it("leaves the step to return within 200 ms", function()
    local flying = submit("/stall", { timeout = 20 })
    for _ = 1, 4 do assert(core.step(60)) end
    assert.is_false(flying:done())
    flying:cancel()
  end)
end)

describe("cancelling", function()
  it("ends what is in flight: unknown", function()
    local flying = submit "/stall/flying"
    until_seen("/stall/flying", 1)
    flying:cancel()
    assert.is_true(flying:done())
    flying:cancel()
    assert_ends("cancelled", "unknown", flying:result())
  end)

  it("ends what was not sent: not_sent", function()
    local queued = submit "/stall/queued"
    queued:cancel()
    assert_ends("cancelled", "not_sent", exchange.finish(queued))
    core.step(0)
    assert.are.equal(0, faults:seen "/stall/queued")
  end)

  it("after the end changes nothing", function()
    local done = submit "/ok"
    while not done:done() do core.step(0.2) end
    done:cancel()
    assert.are.equal(200, (done:result()))
  end)

  it("one stream leaves the others of its connection alone", function()
    local secure = exchange.session { base_url = tls.url.good, ca_file = tls.ca_file }
    local flying = {}
    for i = 1, 60 do
      flying[i] = core.submit(secure, { method = "POST", body = "{}", url = tls.url.good .. "/ok" })
    end
    core.step(0)
    for i = 1, 60, 2 do flying[i]:cancel() end
    for i = 2, 60, 2 do assert.are.equal(200, (exchange.finish(flying[i]))) end
  end)
end)

describe("dropping an exchange", function()
  it("ends it and leaves the engine in order", function()
    for _ = 1, 40 do submit "/stall/dropped" end
    until_seen("/stall/dropped", 40)
    for _ = 1, 200 do submit "/stall" end       -- more than run at once
    collectgarbage()
    collectgarbage()
    while core.drain() do end
    assert.are.equal(200, (exchange.finish(submit "/ok")))
  end)

  it("together with its session does, too", function()
    local own = exchange.session { base_url = faults.url }
    core.submit(own, { method = "GET", url = faults.url .. "/stall" })
    core.step(0)
    own = nil     -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.are.equal(200, (exchange.finish(submit "/ok")))
  end)
end)

-- In a process of its own, whose small heap is collected all the time.
describe("garbage collection", function()
  local modes = {
    ["without a pause"] = 'collectgarbage("setpause", 0) collectgarbage("setstepmul", 1000)',
    ["by generations"] = _VERSION == "Lua 5.4" and 'collectgarbage "generational"' or nil,
  }
  for name, mode in pairs(modes) do
    it(name .. " takes nothing that is in use", function()
      assert.are.equal("60 of 60\n", (child.run(mode .. ([[
        local url = %q
        local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
          base_url = url }
        local session = core.session { base_url = url, credential = "x", user_agent = "x" }
        local items, good = {}, 0
        for i = 1, 60 do items[i] = "message " .. i end
        whatsapp.parallel(20, items, function(text)
          local dropped = core.submit(session, { method = "GET", url = url })
          core.step(0)
          dropped = { dropped }
          local exchange = core.submit(session, { method = "POST", url = url,
            headers = { "X-Text: " .. text },
            parts = { { name = "a" .. text, data = text:rep(10) } } })
          while not exchange:done() do core.step(0.2) end
          if exchange:result() == 200 and wa:send { to = "15551234567", text = text } then
            good = good + 1
          end
        end)
        print(good .. " of " .. #items)
      ]]):format(faults.url .. "/ok"))))
    end)
  end
end)

describe("many sends", function()
  local function measure()
    collectgarbage()
    collectgarbage()
    return collectgarbage "count" * 1024, posix.allocated()
  end

  it("at 100 in flight take no more memory at the end than before", function()
    local count = UNDER_VALGRIND and 500 or 10000
    local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
      base_url = tls.url.good .. "/ok", ca_file = tls.ca_file }
    local i, lua, held = 0, {}, {}
    local failed = {}
    local function note() lua[#lua + 1], held[#held + 1] = measure() end
    local results = whatsapp.parallel(100, function()
      i = i + 1
      if i == count / 5 then note() end
      return i <= count and i or nil
    end, function(number)
      local sent, err = wa:send { to = "15551234567", text = "message " .. number }
      if not sent then failed[#failed + 1] = tostring(err) end
      return true
    end)
    assert.are.same({}, failed)
    assert.are.equal(count, results.n)
    results = nil     -- luacheck: ignore
    note()
    assert.is_true(lua[2] - lua[1] < 512 * 1024, "Lua grew")
    if not UNDER_VALGRIND and not os.getenv "ASAN_OPTIONS" then    -- malloc is theirs
      local more = (held[2] - held[1]) / 1024
      assert.is_true(more < 512, ("%.0f KiB more"):format(more))
    end
  end)
end)

describe("parallel", function()
  it("raises what a task raised, after those in flight have ended", function()
    local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
      base_url = faults.url .. "/ok/parallel" }
    local started, ended = 0, 0
    local ok, err = pcall(whatsapp.parallel, 4, function() return "x" end, function()
      started = started + 1
      local mine = started
      assert(wa:send { to = "15551234567", text = "Hello" })
      ended = ended + 1
      if mine == 10 then error({ mine = true }, 0) end
    end)
    assert.is_false(ok)
    assert.is_true(err.mine)
    assert.are.equal(started, ended)
    assert.are.equal(started, faults:seen "/ok/parallel")
    assert(wa:send { to = "15551234567", text = "Hello" })
  end)

  it("leaves nothing behind when the iterator raises", function()
    local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
      base_url = faults.url .. "/stall", timeout = 1 }
    local n = 0
    assert.error_matches(function()
      whatsapp.parallel(10, function()
        n = n + 1
        return n < 5 and n or error("no more", 0)
      end, function() return wa:send { to = "15551234567", text = "Hello" } end)
    end, "no more")
    collectgarbage()
    collectgarbage()
    assert.are.equal(200, (exchange.finish(submit "/ok")))
  end)
end)
