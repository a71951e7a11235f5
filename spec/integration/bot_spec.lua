-- examples/bot.lua as it is: the sandbox's customers write to it.

local files = require "spec.support.files"
local server = require "spec.support.server"
local socket = require "socket"

local LIFE_LIMIT = 60 -- seconds after which it ends, should nobody stop it

describe("the bot in plain Lua", function()
  local directory, sandbox

  setup(function()
    local port = server.free_ports({ "port" }).port
    directory = server.make_directory()
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
    assert(sandbox:run(("d=%s; PORT=%d timeout %d %s examples/bot.lua </dev/null >$d/log 2>&1 & echo $! >$d/pid")
      :format(directory, port, LIFE_LIMIT, os.getenv "LUA_BIN" or arg[-1])))
  end)

  teardown(function()
    os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(directory))
    sandbox:stop()
    server.remove_directory(directory)
  end)

  it("answers what a customer writes", function()
    for _, text in ipairs { "Hello", "a/b é 👋" } do
      assert(sandbox:receive { from = "+1 555 123 4567", name = "Änn", text = text })
    end
    local give_up = socket.gettime() + 15
    repeat socket.sleep(0.02) until #sandbox:sent() == 2 or socket.gettime() > give_up
    local sent = sandbox:sent()
    assert.are.equal(2, #sent, files.read(directory .. "/log"))
    assert.are.equal("Hello Änn! Write something, and I echo it.", sent[1].payload.text.body)
    assert.are.equal("You wrote: a/b é 👋", sent[2].payload.text.body)
    for _, message in ipairs(sent) do assert.are.equal("15551234567", message.to) end
  end)
end)
