-- How a process may end, and what it may be told meanwhile.

local socket = require "socket"

local child = require "spec.support.child"
local server = require "spec.support.server"

local PATIENCE = 25      -- seconds for what takes a moment, or fifty seconds

local faults, tls

setup(function() faults, tls = server.start_fault_server(), server.start_nginx() end)
teardown(function()
  faults:stop()
  tls:stop()
end)

local function program(text)
  return child.program(text, faults, tls)
end

local FLYING = [[
  local session = core.session { base_url = $h2, credential = "x", user_agent = "x", ca_file = $ca }
  local flying = {}
  for i = 1, 20 do
    local base = ({ $faults .. "/stall", $tls .. "/ok", $h2 .. "/ok" })[i % 3 + 1]
    flying[i] = assert(core.submit(session, { method = "POST", url = base, body = "{}" }))
  end
  for _ = 1, 5 do core.step(0.02) end
]]

describe("a process ends well with exchanges in flight", function()
  for name, case in pairs {
    ["at the end of its program"] = { "", 0 },
    ["by os.exit, state closed"] = { "os.exit(7, true)", 7 },
    ["by os.exit, state left"] = { "os.exit(7)", 7 },
    ["by an error"] = { "error 'over'", 1, "over" },
    ["by an error in a coroutine"] = { [[
      local co = coroutine.create(function()
        core.submit(session, { method = "GET", url = $h2 .. "/ok" })
        error "over"
      end)
      assert(coroutine.resume(co))
    ]], 1, "over" },
    ["after its session"] = { "session:close() session = nil collectgarbage()", 0 },
    ["with the core unloaded"] = { [[
      package.loaded["whatsapp.core"], core, session, flying = nil, nil, nil, nil
      collectgarbage() collectgarbage()
    ]], 0 },
    ["from inside parallel"] = { [[
      local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
        base_url = $faults .. "/stall", timeout = 1 }
      local n = 0
      whatsapp.parallel(5, { 1, 2, 3, 4, 5 }, function()
        n = n + 1
        if n == 5 then os.exit(7, true) end
        wa:send { to = "15551234567", text = "Hello" }
      end)
    ]], 7 },
  } do
    it(name, function()
      local output, status = child.run(program(FLYING .. case[1]))
      assert.are.equal(case[2], status, output)
      if case[3] then
        assert.matches(case[3], output)
      else
        assert.are.equal("", output)
      end
    end)
  end
end)

describe("Ctrl-C", function()
  local runs = 0

  -- An interrupt during a call that stands still.
  local function interrupted(text)
    runs = runs + 1
    local place = "/stall/" .. runs
    local running = child.start(program((text:gsub("$place", place))))
    local give_up = socket.gettime() + 60
    repeat socket.sleep(0.02) until faults:seen(place) > 0 or socket.gettime() > give_up
    local started = socket.gettime()
    running:interrupt()
    local output, status = running:finish()
    assert.is_true(socket.gettime() - started < PATIENCE)
    return output, status
  end

  local CLIENT = [[
    local wa = whatsapp.new { access_token = "secretToken", phone_number_id = "1", rate = false,
      base_url = $faults .. "$place", timeout = 50 }
  ]]

  it("ends a call", function()
    local output, status = interrupted(CLIENT .. 'wa:send { to = "15551234567", text = "Hi" }')
    assert.are.equal(1, status)
    assert.matches("interrupted!", output)
    assert.is_nil(output:find "secretToken")
  end)

  it("ends many in parallel", function()
    local output, status = interrupted(CLIENT .. [[
      whatsapp.parallel(5, { 1, 2, 3, 4, 5, 6, 7 }, function()
        return wa:send { to = "15551234567", text = "Hi" }
      end)
    ]])
    assert.are.equal(1, status)
    assert.matches("interrupted!", output)
  end)

  it("can be caught, and the client goes on", function()
    local output, status = interrupted(CLIENT .. [[
      local ok, err = pcall(wa.send, wa, { to = "15551234567", text = "Hi" })
      print(ok, (tostring(err):match "interrupted!"))
      wa = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = $faults .. "/ok" }
      print(wa:send({ to = "15551234567", text = "Hi" }).id)
    ]])
    assert.are.equal(0, status)
    assert.are.equal("false\tinterrupted!\nwamid.HBgLMTU1NTEyMzQ1Njc=\n", output)
  end)
end)
