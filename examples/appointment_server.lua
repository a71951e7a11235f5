-- The appointments (examples/appointment_flow.lua) served in plain Lua: lua-http's
-- server (`luarocks install http`) takes what the Flow asks and the bot's webhook. In a
-- clone, against the sandbox, whose customer writes:
--
--   make run EXAMPLE=examples/appointment_server.lua SAY="Appointment"
--
-- With an account FLOW_ENDPOINT is the https address under which it is reached, FLOW_PRIVATE_KEY
-- and FLOW_PASSPHRASE are the Flow's key.

local http_headers = require "http.headers"
local http_server = require "http.server"
local cqueues = require "cqueues"

local appointment = assert(loadfile "examples/appointment_flow.lua")("serve")
local bot, endpoint = appointment.bot, appointment.endpoint

io.stdout:setvbuf "line"

local MOST = 3 * 1024 * 1024 -- bytes; Meta sends less

local function route(method, path, given, body)
  if path:find "^/flow" then return endpoint:handle(body, given["x-hub-signature-256"]) end
  return bot:handle(method, path:match "%?(.*)$", given, body)
end

local port = tonumber(os.getenv "PORT") or 8080

local server = assert(http_server.listen {
  host = "127.0.0.1", port = port,
  onstream = function(_, stream)
    local head, given = assert(stream:get_headers()), {}
    for name, value in head:each() do given[name] = value end
    local status, headers, text = route(head:get ":method", head:get ":path", given, stream:get_body_chars(MOST))
    local answer = http_headers.new()
    answer:append(":status", tostring(status))
    for name, value in pairs(headers) do answer:append(name:lower(), value) end
    assert(stream:write_headers(answer, false))
    assert(stream:write_chunk(text, true))
  end,
})

server.cq:wrap(function()
  print("flow", appointment.deploy(os.getenv "FLOW_ENDPOINT" or ("http://127.0.0.1:%d/flow"):format(port)).id)
  while true do cqueues.sleep(bot:tick()) end
end)

assert(server:loop())
