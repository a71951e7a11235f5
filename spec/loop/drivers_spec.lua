-- Under cqueues and luv a call holds up its own coroutine and nobody else's.

local core = require "whatsapp.core"
local native = require "whatsapp.loop.native"
local whatsapp = require "whatsapp"

local loops = require "spec.support.loops"
local server = require "spec.support.server"
local waiting_items = require "spec.support.waiting_items"

if not native.suspends then return end

local WAMID = "wamid.HBgLMTU1NTEyMzQ1Njc="
local GOOD = { 200, "", '{"messages":[{"id":"wamid.here"}],"contacts":[]}' }
local BUSY = { 429, "", '{"error":{"message":"slow","type":"OAuthException","code":130429}}' }

local faults

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

local function options_of(more)
  local options = { access_token = "token", phone_number_id = "106540352242922",
                    base_url = faults.url .. "/ok", rate = false, retries = 0 }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

local function numbers(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

for name, loop in pairs { cqueues = loops.cqueues, luv = loops.luv } do
  local driver = require("whatsapp.loop." .. name)

  local function client(more)
    local wa = whatsapp.new(options_of(more))
    wa.driver = driver
    return wa
  end

  local function send(wa, options)
    return wa:send({ to = "+15551234567", text = "Hi" }, options)
  end

  local function parallel(limit, items, work)
    return whatsapp.parallel(limit, items, work, { loop = name })
  end

  -- How often another coroutine gets its turn while `work` is called.
  local function turns_during(work)
    local turns, over = 0, false
    loop.spawn(function()
      while not over do
        turns = turns + 1
        loop.sleep(0.001)
      end
    end)
    local before = turns
    work()
    over = true
    return turns - before
  end

  describe("under " .. name, function()
    it("a call returns what it returns anywhere", function()
      local wa = client()
      loop.run(function()
        assert.are.equal(WAMID, assert(send(wa)).id)
        assert.are.equal(WAMID, assert(send(wa)).id)
      end)
    end)

    it("a call is answered by a coroutine of the same loop", function()
      loop.run(function()
        local wa = client { base_url = loops.serve(loop, { GOOD }) }
        assert.are.equal("wamid.here", assert(send(wa)).id)
      end)
    end)

    it("a pause before a retry lets the others go on", function()
      loop.run(function()
        local wa = client { base_url = loops.serve(loop, { BUSY, GOOD }), retries = 1 }
        assert.is_true(turns_during(function() assert(send(wa)) end) > 5)
      end)
    end)

    it("a wait for one's turn lets the others go on", function()
      local wa = client { rate = 2 }
      loop.run(function()
        for _ = 1, 2 do assert(send(wa)) end
        assert.is_true(turns_during(function() assert(send(wa)) end) > 5)
      end)
    end)

    it("errors are the same", function()
      local ports = server.free_ports { "nobody" }
      loop.run(function()
        local _, err = send(client { base_url = "http://127.0.0.1:" .. ports.nobody })
        assert.are.equal("network, not_sent", err.kind .. ", " .. err.outcome)
        _, err = send(client { base_url = faults.url .. "/stall", timeout = 1 })
        assert.are.equal("timeout, unknown", err.kind .. ", " .. err.outcome)
        _, err = send(client { base_url = faults.url .. "/status/400/131030" })
        assert.are.equal(131030, err.code)
        _, err = client():send { text = "Hi" }
        assert.are.equal("invalid", err.kind)
      end)
    end)

    it("a call where nothing can suspend it is refused, and nothing is sent", function()
      local wa, before = client(), #faults:log()
      local sent, err = send(wa)
      assert.is_nil(sent)
      assert.are.equal("state, not_sent", err.kind .. ", " .. err.outcome)
      sent, err = parallel(2, { 1 }, function() return send(wa) end)
      assert.is_nil(sent)
      assert.are.equal("state", err.kind)
      assert.are.equal(before, #faults:log())
    end)

    it("parallel keeps its limit and sends each once", function()
      local wa, before = client(), faults:count "ok"
      local running, most, results, errors = 0, 0, nil, nil
      loop.run(function()
        results, errors = parallel(7, numbers(60), function()
          running = running + 1
          most = math.max(most, running)
          local sent, err = send(wa)
          running = running - 1
          return sent, err
        end)
      end)
      assert.are.same({}, errors)
      assert.are.equal(60, results.n)
      for i = 1, 60 do assert.are.equal(WAMID, results[i].id) end
      assert.are.equal(7, most)
      assert.are.equal(before + 60, faults:count "ok")
    end)

    it("what is raised inside parallel is raised again, after those in flight", function()
      local wa, started, ended, raised = client(), 0, 0, {}
      loop.run(function()
        local ok, err = pcall(parallel, 5, numbers(50), function(i)
          started = started + 1
          send(wa)
          ended = ended + 1
          if i == 3 then error(raised) end
        end)
        assert.is_false(ok)
        assert.are.equal(raised, err)
        assert.are.equal(started, ended)
        assert.is_true(started < 50)
      end)
    end)

    it("parallel nests", function()
      local wa, before = client(), faults:count "ok"
      loop.run(function()
        local results, errors = parallel(3, numbers(4), function()
          local inner = parallel(2, numbers(3), function() return send(wa) end)
          return inner.n
        end)
        assert.are.same({ {}, { 3, 3, 3, 3, n = 4 } }, { errors, results })
      end)
      assert.are.equal(before + 12, faults:count "ok")
    end)

    it("parallel asks an iterator that waits for one item at a time", function()
      local wa, results = client(), nil
      local items, asked = waiting_items(8, function() assert(send(wa)) end)
      loop.run(function()
        results = parallel(4, items, function(item)
          assert(send(wa))
          return item
        end)
      end)
      assert.are.same({ 1, 2, 3, 4, 5, 6, 7, 8, n = 8 }, results)
      assert.are.same({ times = 9, most = 1 }, asked)
    end)

    it("the engine notices a stall by itself", function()
      local session = core.session { base_url = faults.url, credential = "x", user_agent = "x" }
      local ended = {}
      loop.run(function()
        loop.spawn(function()
          loop.sleep(5)
          ended[#ended + 1] = "sleep"
        end)
        local exchange = driver.submit(session, { method = "POST", url = faults.url .. "/stall",
          body = "{}", timeout = 0, stall_timeout = 0.5 })
        local _, err = driver.await(exchange)
        ended[#ended + 1] = err.kind
      end)
      assert.are.same({ "timeout", "sleep" }, ended)
    end)

    it("closing a client leaves the call in flight its answer", function()
      loop.run(function()
        local wa
        wa = client { base_url = loops.serve(loop, { function()
          wa:close()
          return GOOD
        end }) }
        assert.are.equal("wamid.here", assert(send(wa)).id)
        local _, err = send(wa)
        assert.are.equal("state", err.kind)
      end)
    end)

    it("exchanges dropped in flight disturb nobody", function()
      local session = core.session { base_url = faults.url, credential = "x", user_agent = "x" }
      local wa = client()
      loop.run(function()
        for i = 1, 60 do
          assert(driver.submit(session, { method = "POST", body = "{}",
            url = faults.url .. (i % 2 == 0 and "/stall" or "/ok") }))
          if i % 10 == 0 then assert(send(wa)) end
          if i % 20 == 0 then collectgarbage() end
        end
        session = nil
        collectgarbage()
        collectgarbage()
        assert(send(wa))
      end)
    end)

    it("progress is told to the one who waits, and the others go on", function()
      local wa, told = client(), {}
      local function note(done, total) told[#told + 1] = { coroutine.running(), done, total } end
      loop.run(function()
        local me = coroutine.running()
        local fast = 0
        loop.spawn(function()
          for _ = 1, 5 do
            assert(send(wa))
            fast = fast + 1
          end
        end)
        local description = ('{"url":"%s/drip/40"}'):format(faults.url):gsub("%W", function(char)
          return ("%%%02X"):format(char:byte())
        end)
        local slow = client { base_url = faults.url .. "/json/" .. description }
        assert.are.equal(40, #assert(slow.media:download("12", { on_progress = note })))
        assert.are.equal(5, fast)
        for _, row in ipairs(told) do assert.are.equal(me, row[1]) end
      end)
      assert.is_true(#told > 1, #told .. " calls")
      assert.are.same({ 40, 40 }, { told[#told][2], told[#told][3] })
    end)

    it("garbage collection changes nothing", function()
      local wa = client()
      loop.run(function()
        collectgarbage("setpause", 0)
        local _, errors = parallel(10, numbers(40), function()
          collectgarbage("step", 100)
          return send(wa)
        end)
        collectgarbage("setpause", 200)
        assert.are.same({}, errors)
      end)
    end)

    it("a native client works beside it, blocked as in any script", function()
      local wa, plain = client(), whatsapp.new(options_of { loop = "native" })
      assert.are.equal(WAMID, assert(send(plain)).id)
      local ids = {}
      local function note(sent) ids[#ids + 1] = sent.id end
      loop.run(function()
        loop.spawn(function() note(assert(send(wa))) end)
        note(assert(send(plain)))
        note(assert(send(wa)))
      end)
      assert.are.same({ WAMID, WAMID, WAMID }, ids)
      assert.are.equal(WAMID, assert(send(plain)).id)
    end)

    it("leaves nobody waiting when many begin and end at different times", function()
      local fast, slow = client(), client { base_url = faults.url .. "/slow" }
      local ended = 0
      loop.run(function()
        for i = 1, 40 do
          loop.spawn(function()
            assert(send(i % 4 == 0 and slow or fast))
            ended = ended + 1
          end)
          if i % 5 == 0 then loop.sleep(0.002) end
        end
      end)
      assert.are.equal(40, ended)
    end)
  end)
end

describe("one process", function()
  local function program(wa, order, name)
    for _ = 1, 3 do assert(wa:send { to = "+15551234567", text = "Hi" }) end
    order[#order + 1] = name
  end

  it("may have several controllers, whoever reads what is done", function()
    local cqueues = require "cqueues"
    local slow = whatsapp.new(options_of { base_url = faults.url .. "/slow" })
    local fast, order = whatsapp.new(options_of()), {}
    local first, second = cqueues.new(), cqueues.new()
    first:wrap(function() program(slow, order, "first") end)
    second:wrap(function() program(fast, order, "second") end)
    assert(first:step(0))
    assert(second:loop())
    second:wrap(function()
      cqueues.sleep(0.5)
      program(fast, order, "again")
    end)
    assert(second:loop())
    assert(first:loop())
    assert.are.same({ "second", "again", "first" }, order)
  end)

  it("may have luv and cqueues, each with its own", function()
    local order = {}
    local here = whatsapp.new(options_of { loop = "luv", base_url = faults.url .. "/slow" })
    loops.luv.spawn(function() program(here, order, "luv") end)
    loops.cqueues.run(function() program(whatsapp.new(options_of()), order, "cqueues") end)
    loops.luv.run(function() end)
    assert.are.same({ "cqueues", "luv" }, order)
  end)
end)

describe("luv's loop", function()
  local uv = require "luv"

  it("is kept alive by what is in flight, and by nothing else", function()
    local wa = whatsapp.new(options_of { loop = "luv" })
    loops.luv.run(function()
      assert(wa:send { to = "+15551234567", text = "Hi" })
      assert.is_false(uv.loop_alive())
      loops.luv.spawn(function() assert(wa:send { to = "+15551234567", text = "Hi" }) end)
      assert.is_true(uv.loop_alive())
    end)
    assert.is_false(uv.loop_alive())
  end)

  it("may have its handles closed: a call that comes later has new ones, also for those that wait", function()
    local wa, sent = whatsapp.new(options_of { loop = "luv" }), 0
    local function send()
      assert(wa:send { to = "+15551234567", text = "Hi" })
      sent = sent + 1
    end
    local function close_all()
      uv.walk(function(handle)
        if not handle:is_closing() then handle:close() end
      end)
    end
    loops.luv.run(send)
    close_all()
    loops.luv.spawn(send)
    close_all()
    loops.luv.run(send)
    assert.are.equal(3, sent)
  end)

  it("may have others resume a coroutine that waits, or end it", function()
    local wa = whatsapp.new(options_of { loop = "luv", rate = 5 })
    local ids = {}
    local co = coroutine.create(function()
      for _ = 1, 7 do ids[#ids + 1] = wa:send({ to = "+15551234567", text = "Hi" }).id end
    end)
    loops.luv.run(function()
      while coroutine.status(co) ~= "dead" do
        assert(coroutine.resume(co))
        loops.luv.sleep(0.01)
      end
    end)
    assert.are.equal(7, #ids)
    -- 5.4 has coroutine.close.
    local close = rawget(coroutine, "close")
    if close then
      co = coroutine.create(function() wa:send { to = "+15551234567", text = "Hi" } end)
      assert(coroutine.resume(co))
      close(co)
      uv.run()
    end
  end)
end)
