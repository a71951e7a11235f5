-- Images, documents, videos, audio and stickers: by link, or from a local file. Meta fetches
-- the links: put some of yours.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

assert(wa:send { to = to, image = "https://example.com/a.jpg" })
assert(wa:send { to = to, video = { link = "https://example.com/a.mp4", caption = "Watch" } })
assert(wa:send { to = to, audio = "https://example.com/a.mp3" })
assert(wa:send { to = to, audio = { link = "https://example.com/a.ogg", voice = true } })    -- a voice message
assert(wa:send { to = to, sticker = "https://example.com/a.webp" })
assert(wa:send { to = to, document = {
  link = "https://example.com/q3.pdf", filename = "q3.pdf", caption = "Q3" } })

-- A local file is uploaded first and then sent by its id.
local sent = assert(wa:send { to = to, image = { file = here .. "/files/photo.png",
                                                 caption = "Look" } })
print("sent", sent.id)
