-- How a process may end or fork while the engine's thread is at work, again and
-- again: what goes wrong here does so once in a while.

local native = require "whatsapp.loop.native"

local build = require "spec.support.build"
local child = require "spec.support.child"
local server = require "spec.support.server"

-- A sanitizer finds what it finds the first time.
local SLOW = (os.getenv "UNDER" or "") ~= "" or build.directory:find "asan"
local TIMES = SLOW and 4 or 40

local faults, tls

setup(function() faults, tls = server.start_fault_server(), server.start_nginx() end)
teardown(function()
  faults:stop()
  tls:stop()
end)

local function program(text)
  return child.program(text, faults, tls)
end

-- Two ports of the thread, and the native engine beside them: silence, answers,
-- and connections that are lost, so that there is always a handshake under way.
local TRAFFIC = [[
  local session = core.session { base_url = $h2, credential = "x", user_agent = "x", ca_file = $ca }
  local ports, flying = { core.port(), core.port() }, {}
  local urls = { $faults .. "/stall", $tls .. "/ok", $h2 .. "/ok", $tls .. "/drop" }
  local function fly(n)
    for i = 1, n do
      flying[#flying + 1] = assert(ports[i % 2 + 1].submit(session,
        { method = "POST", url = urls[i % 4 + 1], body = "{}" }))
    end
    for _, port in ipairs(ports) do
      assert(port.descriptor())
      port.clear()
      while port.drain() do end
    end
  end
  fly(24)
  core.submit(session, { method = "POST", url = $h2 .. "/ok", body = "{}" })
  core.step(0.005)
]]

local function ends(status, text, expected)
  local output, statuses = child.repeated(TIMES, program(TRAFFIC .. text))
  assert.are.same({ [status] = TIMES }, statuses, output)
  if expected then assert.matches(expected, output) else assert.are.equal("", output) end
end

describe("with the thread at work a process ends well", function()
  for name, case in pairs {
    ["at the end of its program"] = { 0, "" },
    ["by os.exit, state closed"] = { 7, "os.exit(7, true)" },
    ["by os.exit, state left"] = { 7, "os.exit(7, false)" },
    ["by an error"] = { 1, "error 'over'", "over" },
    ["by SIGTERM"] = { 143, "os.execute('kill -TERM ' .. posix.pid()) while true do end", "Terminated" },
    ["with its ports collected"] = { 0, "ports = nil collectgarbage() collectgarbage()" },
    ["with everything collected, and again"] = { 0, [[
      ports, flying, session = nil, nil, nil
      collectgarbage() collectgarbage()
      session = core.session { base_url = $h2, credential = "x", user_agent = "x", ca_file = $ca }
      ports, flying = { core.port(), core.port() }, {}
      fly(24)
    ]] },
    ["from a coroutine of cqueues"] = { 7, [[
      local controller = require("cqueues").new()
      for i = 1, 3 do controller:wrap(function()
        local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
          base_url = $faults .. (i == 3 and "/ok" or "/stall") }
        wa:send { to = "15551234567", text = "Hello" }
        os.exit(7, true)
      end) end
      controller:loop()
    ]] },
    ["from a coroutine of luv"] = { 7, [[
      for i = 1, 3 do coroutine.wrap(function()
        local wa = whatsapp.new { access_token = "x", phone_number_id = "1", rate = false,
          loop = "luv", base_url = $faults .. (i == 3 and "/ok" or "/stall") }
        wa:send { to = "15551234567", text = "Hello" }
        os.exit(7, false)
      end)() end
      require("luv").run()
    ]] },
  } do
    -- PUC Lua 5.1 has no luv of ours.
    if native.suspends or not case[2]:find "luv" then
      it(name, function() ends(case[1], case[2], case[3]) end)
    end
  end
end)

-- The child has a client of its own and uses it both ways; the parent goes on.
local FORKS = [[
  local function post(port)
    local exchange = assert(port.submit(session, { method = "POST", url = $tls .. "/ok", body = "{}" }))
    while not exchange:done() do
      core.step(0.001)
      port.drain()
    end
    assert(exchange:result() == 200)
  end
  for _ = 1, %d do
    fly(8)
    local pid = posix.fork()
    if pid == 0 then
      post(core)
      post(ports[1])
      post(core.port())
      for i = 1, #flying do assert(flying[i]:done()) flying[i]:cancel() end
      %s
    end
    post(ports[2])
    post(core)
    local status = posix.wait(pid)
    if status ~= %d then print("child: " .. status) end
  end
]]

-- OpenSSL keeps something for each thread; a child has the thread's, not the thread.
local NO_LEAKS = "ASAN_OPTIONS=detect_leaks=0"

describe("with the thread at work a process forks, and the child ends", function()
  for name, case in pairs {
    ["at once"] = { "posix.exit(0)", 0 },
    ["with its state closed"] = { "os.exit(0, true)", 0 },
    ["with its state left"] = { "os.exit(0, false)", 0 },
    ["by an error"] = { "error 'over'", 1, "over" },
    ["with what it inherited collected"] = {
      "flying, ports, session = nil, nil, nil collectgarbage() collectgarbage() os.exit(0, true)", 0 },
  } do
    it(name, function()
      local output, status = child.run(program(TRAFFIC
        .. FORKS:format(TIMES, case[1], case[2])), nil, NO_LEAKS)
      assert.are.equal(0, status, output)
      assert.is_nil(output:find "child: ", output)
      if case[3] then assert.matches(case[3], output) else assert.are.equal("", output) end
    end)
  end
end)

it("the thread is nicer than the loop that it works for, where a thread has a priority", function()
  if not io.open "/proc/self/stat" then return end
  local output, status = child.run(program [[
    local session = core.session { base_url = $faults, credential = "x", user_agent = "x" }
    local port = core.port()
    local exchange = assert(port.submit(session, { method = "POST", url = $faults .. "/ok", body = "{}" }))
    while not exchange:done() do
      core.step(0.001)
      port.drain()
    end
    local least, most = 19, -20
    for line in io.popen("cat /proc/" .. posix.pid() .. "/task/*/stat"):lines() do
      local nice = tonumber(line:match("%) %S" .. (" %S+"):rep(15) .. " (%S+)"))
      least, most = math.min(least, nice), math.max(most, nice)
    end
    print(most == math.min(19, least + 3))
  ]])
  assert.are.same({ "true\n", 0 }, { output, status })
end)
