--- The media types WhatsApp takes: the kind of message each is for, and the largest
--- file in bytes.

local KB, MB = 1024, 1024 * 1024

local limits = { image = 5 * MB, sticker = 500 * KB, video = 16 * MB, audio = 16 * MB,
                 document = 100 * MB }

local kinds = {
  ["image/jpeg"] = "image",
  ["image/png"] = "image",
  ["image/webp"] = "sticker",
  ["video/mp4"] = "video",
  ["video/3gpp"] = "video",
  ["audio/aac"] = "audio",
  ["audio/amr"] = "audio",
  ["audio/mpeg"] = "audio",
  ["audio/mp4"] = "audio",
  ["audio/ogg"] = "audio",
  ["audio/opus"] = "audio",
  ["text/plain"] = "document",
  ["application/pdf"] = "document",
  ["application/msword"] = "document",
  ["application/vnd.ms-excel"] = "document",
  ["application/vnd.ms-powerpoint"] = "document",
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"] = "document",
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = "document",
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation"] = "document",
}

return { limits = limits, kinds = kinds }
