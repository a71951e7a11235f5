-- A text, and a reply to it.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, text = "Hello" })
print("sent", sent.id, "to", sent.wa_id)

assert(wa:send { to = to, text = { body = "See https://example.com", preview_url = true } })
assert(wa:send { to = to, reply_to = sent.id, text = "Indeed." })
