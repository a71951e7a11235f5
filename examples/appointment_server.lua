-- The appointments (examples/appointment_flow.lua) served in plain Lua: lua-http's
-- server (`luarocks install http`) takes what the Flow asks and the bot's webhook. In a
-- clone, against the sandbox, whose customer writes:
--
--   make run EXAMPLE=examples/appointment_server.lua SAY="Appointment"
--
-- With an account FLOW_ENDPOINT is the https address under which it is reached, FLOW_PRIVATE_KEY
-- and FLOW_PASSPHRASE are the Flow's key.

local http = require "whatsapp.http"

local appointment = assert(loadfile "examples/appointment_flow.lua")("serve")

io.stdout:setvbuf "line"

local server = assert(http.listen { port = tonumber(os.getenv "PORT") })
server:add(appointment.bot, "/webhook")
server:add_flow(appointment.endpoint, "/flow")

-- Meta asks the endpoint when the Flow is deployed.
server.cq:wrap(function()
  local endpoint = os.getenv "FLOW_ENDPOINT" or ("http://127.0.0.1:%d/flow"):format(server.port)
  print("flow", appointment.deploy(endpoint).id)
end)

assert(server:loop())
