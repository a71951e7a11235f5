-- Any call of the Graph API by its path; the version and your ids are filled in.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "15551234567"
local wa = whatsapp.new()

local body, meta = assert(wa:request("POST", "{phone_number_id}/messages", { json = {
  messaging_product = "whatsapp", recipient_type = "individual", to = to,
  type = "text", text = { body = "Hello" },
} }))
print(meta.status, body.messages[1].id)

-- The same with send's checks: a table with `type` is Graph's own form.
assert(wa:send { to = to, type = "location", location = { latitude = 37.77, longitude = -122.42 } })
