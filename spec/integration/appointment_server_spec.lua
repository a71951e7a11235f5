-- examples/appointment_server.lua as it is.

if rawget(_G, "jit") then return end -- once is enough

local appointment = require "spec.support.appointment"
local example = require "spec.support.example"

describe("the appointments in plain Lua", function()
  local bot

  setup(function() bot = example.start "examples/appointment_server.lua" end)
  teardown(function() bot:stop() end)

  it("are made", function()
    appointment.make(bot.sandbox, function() return bot:log() end)
  end)
end)
