-- The gateway's connections: list, make one, wait until it is active, delete it.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

for _, connection in ipairs(assert(wa.connections:list { status = "ACTIVE" }).data) do
  print(connection.connection_id, connection.status, connection.creation_time)
end

local made = assert(wa.connections:create())
print("open this in a browser:", made.url)

-- Waits up to a minute for a person to do so: lua connections.lua wait
if arg[1] == "wait" then assert(wa.connections:wait(made.connection_id, { timeout = 60 })) end

assert(wa.connections:delete(made.connection_id))
