-- examples/appointment_server.lua as it is.

if rawget(_G, "jit") then return end -- once is enough

local appointment = require "spec.support.appointment"
local files = require "spec.support.files"
local server = require "spec.support.server"

local LIFE_LIMIT = 60 -- seconds after which it ends, should nobody stop it

describe("the appointments in plain Lua", function()
  local directory, sandbox

  setup(function()
    local port = server.free_ports({ "port" }).port
    directory = server.make_directory()
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
    assert(sandbox:run(("d=%s; PORT=%d timeout %d %s examples/appointment_server.lua </dev/null >$d/log 2>&1 & "
      .. "echo $! >$d/pid"):format(directory, port, LIFE_LIMIT, os.getenv "LUA_BIN" or arg[-1])))
  end)

  teardown(function()
    os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(directory))
    sandbox:stop()
    server.remove_directory(directory)
  end)

  it("are made", function()
    appointment.make(sandbox, function() return files.read(directory .. "/log") end)
  end)
end)
