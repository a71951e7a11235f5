-- Media on Meta's side: upload, look up, download, delete.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local wa = whatsapp.new()

local media = assert(wa.media:upload(here .. "/files/photo.png"))
print("uploaded", media.id)

local info = assert(wa.media:get(media.id))
print(info.mime_type, info.file_size, "bytes")

local copy = os.tmpname()
assert(wa.media:download(media.id, copy)) -- to a file
local bytes = assert(wa.media:download(media.id)) -- or into memory
print("downloaded", #bytes, "bytes")
os.remove(copy)

assert(wa.media:delete(media.id))
