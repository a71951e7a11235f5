-- React to a message, and take the reaction back.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, text = "Hello" })
assert(wa:send { to = to, reaction = { message_id = sent.id, emoji = "👍" } })
assert(wa:send { to = to, reaction = { message_id = sent.id, emoji = "" } })
print "reacted"
