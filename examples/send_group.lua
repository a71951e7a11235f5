-- Write to a group (its id: wa.groups:list()), and pin the message for a week.
local whatsapp = require "whatsapp"

local group = os.getenv "WHATSAPP_GROUP" or "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
local wa = whatsapp.new()

local sent = assert(wa:send { to = group, recipient_type = "group", text = "We meet at noon, at the fountain" })
assert(wa:send { to = group, recipient_type = "group", pin = {
  type = "pin", message_id = sent.id, expiration_days = 7 } })
print("pinned", sent.id)
