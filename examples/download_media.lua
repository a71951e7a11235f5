-- Look up, download and delete media: lua download_media.lua [MEDIA_ID]
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."

-- It wants WHATSAPP_ACCESS_TOKEN: Meta's media hosts take no other credential, and
-- the gateway keeps its own to itself.
local wa = whatsapp.new()

local id = arg[1] or assert(wa.media:upload(here .. "/files/photo.png")).id

local info = assert(wa.media:get(id))
print(info.mime_type, info.file_size, "bytes")

-- To a file, streamed: it appears under its name only when it is whole and its
-- SHA-256 is right. What breaks off goes on where it was.
local copy = os.tmpname()
assert(wa.media:download(id, copy, { on_progress = function(done, total)
  print(("%d of %s bytes"):format(done, total or "?"))
end }))
os.remove(copy)

-- Or into memory.
local bytes = assert(wa.media:download(id))
print("downloaded", #bytes, "bytes")

assert(wa.media:delete(id))
