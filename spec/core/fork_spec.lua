-- After a fork the child starts afresh and the parent notices nothing.

local cjson = require "cjson"

local child = require "spec.support.child"
local server = require "spec.support.server"

local faults, tls

setup(function() faults, tls = server.start_fault_server(), server.start_nginx() end)
teardown(function()
  faults:stop()
  tls:stop()
end)

-- A program that has made a client, and a core session to the same place.
local PROGRAM = [[
  local url = %q
  local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
    base_url = url .. "/ok", ca_file = %s }
  local session = core.session { base_url = url, credential = "x", user_agent = "x", ca_file = %s }
  local function send() return wa:send { to = "15551234567", text = "Hi" } end
  local function get(path)
    local exchange = core.submit(session, { method = "GET", url = url .. path })
    while not exchange:done() do core.step(0.2) end
    return exchange:result()
  end
  local function in_child(work)
    local pid = posix.fork()
    if pid == 0 then
      local ok, err = pcall(work)
      if not ok then print(err) end
      posix.exit(ok and 0 or 9)
    end
    return pid
  end
]]

local function run(url, text)
  local ca = ("%q"):format(tls.ca_file)
  local output, status = child.run(PROGRAM:format(url, ca, ca) .. text)
  assert.are.equal(0, status, output)
  return output
end

-- What the server saw of the requests that got through, in their order.
local function seen(fault)
  local found = {}
  for _, request in ipairs(faults:log(fault)) do found[#found + 1] = request end
  return found
end

local ENDS = {
  ["at once"] = "posix.exit(0)",
  ["with its state closed"] = "os.exit(0, true)",
  ["with its state left"] = "os.exit(0)",
  ["after a garbage collection"] = "wa, session = nil collectgarbage() posix.exit(0)",
}

describe("after a fork", function()
  for name, leave in pairs(ENDS) do
    it("the child has connections of its own, the parent keeps its, child ends " .. name, function()
      local before = #seen "ok"
      run(faults.url, [[
        assert(send())
        for _ = 1, 2 do
          local pid = posix.fork()
          if pid == 0 then
            assert(send())
            assert(send())
            ]] .. leave .. [[
          end
          assert(posix.wait(pid) == 0)
          assert(send())
        end
      ]])
      local all = seen "ok"
      local order = {}
      for i = before + 1, #all do
        local connection = all[i].connection - all[before + 1].connection
        order[#order + 1] = ("%d.%d"):format(connection, all[i].nth)
      end
      -- Parent, child twice, parent, another child twice, parent.
      local first, second = order[2]:match "^%d+", order[5]:match "^%d+"
      assert.are.same({ "0.1", first .. ".1", first .. ".2", "0.2",
                        second .. ".1", second .. ".2", "0.3" }, order)
      assert.are_not.equal("0", first)
      assert.are_not.equal(first, second)
    end)

    for protocol, place in pairs { ["HTTP/1.1"] = "http1", ["HTTP/2"] = "good" } do
      it(("so over TLS, %s, child ends %s"):format(protocol, name), function()
        local output = run(tls.url[place], [[
          print((select(2, get "/echo")))
          local pid = posix.fork()
          if pid == 0 then
            print((select(2, get "/echo")))
            ]] .. leave .. [[
          end
          assert(posix.wait(pid) == 0)
          print((select(2, get "/echo")))
        ]])
        local lines = {}
        for line in output:gmatch "[^\n]+" do lines[#lines + 1] = cjson.decode(line) end
        assert.are.equal(3, #lines, output)
        assert.are_not.equal(lines[1].connection, lines[2].connection)
        assert.are.equal(lines[1].connection, lines[3].connection)
        assert.are.equal(1, lines[2].nth)
        assert.are.equal(2, lines[3].nth)
      end)
    end
  end

  it("an exchange in flight is the parent's alone", function()
    local before = faults:count "ok"
    local output = run(faults.url, [[
      local exchange = core.submit(session, { method = "POST", url = url .. "/ok", body = "{}" })
      core.step(0)
      local pid = in_child(function()
        local _, err = exchange:result()
        print(exchange:done(), err.kind, err.outcome)
        exchange:cancel()
        exchange = nil
        collectgarbage()
        collectgarbage()
        assert(core.step(0.01))
      end)
      assert(posix.wait(pid) == 0)
      while not exchange:done() do core.step(0.2) end
      print((exchange:result()))
    ]])
    assert.are.equal("true\tstate\tunknown\n200\n", output)
    assert.are.equal(before + 1, faults:count "ok")
  end)

  it("a call in flight ends in the child with kind state", function()
    local output = run(faults.url, [[
      local await = require("whatsapp.loop.native").await
      local exchange = core.submit(session, { method = "POST", url = url .. "/stall", body = "{}" })
      core.step(0)
      local pid = in_child(function()
        local _, err = await(exchange)
        print(err.kind)
        assert(send())
      end)
      assert(posix.wait(pid) == 0)
    ]])
    assert.are.equal("state\n", output)
  end)

  it("a download in flight stays the parent's", function()
    local directory = server.make_directory()
    local output = run(faults.url, ([[
      local exchange = core.submit(session, { method = "GET", url = url .. "/huge/3000000",
        download = core.download { path = %q, maximum = 1e7 } })
      for _ = 1, 3 do core.step(0.01) end
      local pid = posix.fork()
      if pid == 0 then os.exit(0, true) end
      assert(posix.wait(pid) == 0)
      while not exchange:done() do core.step(0.2) end
      print((exchange:result()))
    ]]):format(directory .. "/file"))
    assert.are.equal("200\n", output)
    server.remove_directory(directory)
  end)

  for name, leave in pairs(ENDS) do
    it("a child may end " .. name .. " with inherited exchanges in flight", function()
      local before = faults:count "ok"
      run(faults.url, [[
        local flying = {}
        for i = 1, 150 do
          flying[i] = core.submit(session, { method = "POST", url = url .. "/ok", body = "{}" })
        end
        core.step(0)
        local pid = posix.fork()
        if pid == 0 then ]] .. leave .. [[ end
        assert(posix.wait(pid) == 0)
        for i = 1, 150 do
          while not flying[i]:done() do core.step(0.2) end
          assert(flying[i]:result() == 200)
        end
      ]])
      assert.are.equal(before + 150, faults:count "ok")
    end)
  end

  it("a closed client in the child is open in the parent", function()
    run(faults.url, [[
      local pid = in_child(function()
        wa:close()
        session:close()
        local _, err = send()
        assert(err.kind == "state")
      end)
      assert(posix.wait(pid) == 0)
      assert(send())
    ]])
  end)

  it("many children at work disturb nobody", function()
    run(tls.url.good, [[
      assert(send())
      local pids = {}
      for i = 1, 10 do
        pids[i] = in_child(function() for _ = 1, 3 do assert(send()) end end)
        assert(send())
      end
      for i = 1, 10 do assert(posix.wait(pids[i]) == 0) end
      assert(send())
    ]])
  end)
end)
