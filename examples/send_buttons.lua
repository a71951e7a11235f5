-- Up to three buttons; the customer's tap comes back with the button's id.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, buttons = {
  header = "Order #1234", body = "Proceed?", footer = "You can change it until 6 pm.",
  { id = "yes", title = "Yes" },
  { id = "no", title = "No" },
} })
print("sent", sent.id)
