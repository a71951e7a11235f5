-- examples/nginx/appointment_flow.conf as it is, but for its port.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local appointment = require "spec.support.appointment"
local files = require "spec.support.files"
local server = require "spec.support.server"
local start_service = require("spec.support.service").start

describe("the appointments in nginx", function()
  local sandbox, service

  setup(function()
    local port = server.free_ports({ "port" }).port
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
    service = start_service(sandbox, (files.read("examples/nginx/appointment_flow.conf")
      :gsub("FLOW_ENDPOINT=http://127.0.0.1:8080", "FLOW_ENDPOINT=http://127.0.0.1:" .. port)), port)
  end)

  teardown(function()
    if service then service:stop() end
    if sandbox then sandbox:stop() end
  end)

  it("are made", function()
    appointment.make(sandbox, function() return service:log() end)
  end)
end)
