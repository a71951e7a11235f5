-- examples/bot.lua as it is: the sandbox's customers write to it.

local example = require "spec.support.example"
local socket = require "socket"

describe("the bot in plain Lua", function()
  local bot, sandbox

  setup(function()
    bot = example.start "examples/bot.lua"
    sandbox = bot.sandbox
  end)

  teardown(function() bot:stop() end)

  it("answers what a customer writes", function()
    for _, text in ipairs { "Hello", "a/b é 👋" } do
      assert(sandbox:receive { from = "+1 555 123 4567", name = "Änn", text = text })
    end
    local give_up = socket.gettime() + 60
    repeat socket.sleep(0.02) until #sandbox:sent() == 2 or socket.gettime() > give_up
    local sent = sandbox:sent()
    assert.are.equal(2, #sent, bot:log())
    assert.are.equal("Hello Änn! Write something, and I echo it.", sent[1].payload.text.body)
    assert.are.equal("You wrote: a/b é 👋", sent[2].payload.text.body)
    for _, message in ipairs(sent) do assert.are.equal("15551234567", message.to) end
  end)
end)
