-- Ask a customer whose phone number you do not see to share it.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "US.13491208655302741918"      -- a business-scoped user id
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, contact_request = "Please share your number for the courier." })
print("asked", sent.id)
