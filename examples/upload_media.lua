-- Upload a file once, send it many times. The id is good for 30 days.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local wa = whatsapp.new()

local photo = assert(wa.media:upload(here .. "/files/photo.png"))
print("uploaded", photo.id)

-- From memory: say what it is.
local note = assert(wa.media:upload {
  data = "total: 42", type = "text/plain", filename = "invoice.txt" })
print("uploaded", note.id)
