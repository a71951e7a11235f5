-- Interactive messages: a link, a flow, requests, products. The flow's and the catalog's
-- ids are those of your account.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

assert(wa:send { to = to, cta_url = {
  body = "Your parcel is on its way.", button = "Track it", url = "https://example.com/t/1234" } })

assert(wa:send { to = to, flow = {
  body = "Book a table", button = "Book", id = "5123456789012345", token = "booking-1",
  screen = "WELCOME", data = { guests = 2 } } })

assert(wa:send { to = to, location_request = "Where shall we deliver?" })
assert(wa:send { to = to, address_request = { body = "Where shall we deliver?", country = "IN" } })
assert(wa:send { to = to, call_permission_request = "May we call you about your order?" })
assert(wa:send { to = to, voice_call = { body = "Questions?", button = "Call us", ttl_minutes = 60 } })

assert(wa:send { to = to, product = { body = "Fresh today", catalog_id = "7123", id = "apple" } })
assert(wa:send { to = to, products = { header = "Fruit", body = "Fresh today", catalog_id = "7123",
  { title = "Sweet", "apple", "pear" }, { title = "Sour", "lemon" } } })
local sent = assert(wa:send { to = to, catalog = { body = "All we have", thumbnail = "apple" } })
print("sent", sent.id)
