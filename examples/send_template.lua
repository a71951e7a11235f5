-- Templates: the only way to write first. Values by position or by name. These are the
-- sandbox's: `whatsapp templates ls` lists your own.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, template = {
  name = "order_confirmation", language = "en_US", body = { "John", "#1234" } } })
print("sent", sent.id, sent.status)

assert(wa:send { to = to, template = {
  name = "appointment_reminder", language = "en_US",
  body = { customer = "John", day = "Monday", time = "10" } } })

assert(wa:send { to = to, template = {
  name = "promo", language = "en_US",
  header = { image = "https://example.com/promo.jpg" },
  body = { "John" },
  buttons = { { url = "summer" }, { payload = "stop" } } } })
