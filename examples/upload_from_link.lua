-- Fetch a link here, upload it and send it by id: the cure where Meta cannot fetch
-- it (error 131053), or would fetch it anew for each message.
-- lua upload_from_link.lua https://example.com/photo.png
local whatsapp = require "whatsapp"

local link = arg[1] or os.getenv "SANDBOX_LINK" or error "which link?"
local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new { media_cache = true } -- the same bytes are uploaded once

local photo = assert(wa.media:upload { fetch = link })
print("uploaded", photo.id)

-- Or in one step.
local sent = assert(wa:send { to = to, image = { fetch = link, caption = "Look" } })
print("sent", sent.id)
