-- Mark a received message as read, and show that you are typing. A webhook says its wamid.
local whatsapp = require "whatsapp"

local wamid = os.getenv "WHATSAPP_MESSAGE_ID" or "wamid.HBgLMTU1NTEyMzQ1NjcVAgASGBQzQQA="
local wa = whatsapp.new()

assert(wa:mark_read(wamid))
assert(wa:mark_read(wamid, { typing = true }))
print "read"
