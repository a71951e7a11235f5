-- A voice note: Ogg with Opus sound of one channel. What is none is refused before
-- anything is sent, with the ffmpeg line that makes one.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, audio = { file = here .. "/files/voice.ogg", voice = true } })
print("sent", sent.id)

local _, err = wa:send { to = to, audio = { data = "ID3", type = "audio/mpeg", voice = true } }
print(err)
