-- A place on the map.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, location = {
  latitude = 37.7749, longitude = -122.4194, name = "City Hall", address = "San Francisco, CA" } })
print("sent", sent.id)
