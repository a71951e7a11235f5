--- The kinds of message: for each, what it takes and how Graph says it.
--
-- `spec` describes the value; `compile(value, uploads, path)` returns Graph's
-- object for it (the checked value itself where there is no `compile`); `type`
-- is Graph's name of the kind where it differs.
-- Limits are Meta's (Cloud API reference, operation sendMessage).

local Error = require "whatsapp.error"
local contacts = require "whatsapp.message.contacts"
local location = require "whatsapp.message.location"
local media = require "whatsapp.message.media"
local template = require "whatsapp.message.template"

local function media_kind(kind, extra)
  return {
    spec = media.reference(extra),
    compile = function(value, uploads, path) return media.compile(value, kind, uploads, path) end,
  }
end

local caption = { type = "string", max = 1024 }

local PIN = { pin = true, unpin = true }

local function check_pin(value, path)
  if value.type == "unpin" and value.expiration_days then
    return Error.invalid(path .. ".expiration_days", "is for pin, not for unpin")
  end
  return value
end

local kinds = {
  text = { spec = { type = "table", short = "body", fields = {
    body = { type = "string", max = 4096, required = true },
    preview_url = { type = "boolean" },
  } } },
  image = media_kind("image", { caption = caption }),
  video = media_kind("video", { caption = caption }),
  audio = media_kind("audio", { voice = { type = "boolean" } }),
  document = media_kind("document", { caption = caption, filename = media.filename }),
  sticker = media_kind "sticker",
  location = { spec = location },
  contacts = contacts,
  reaction = { spec = { type = "table", fields = {
    message_id = { type = "wamid", required = true },
    emoji = { type = "string", min = 0, required = true },
  } } },
  pin = { spec = { type = "table", check = check_pin, fields = {
    message_id = { type = "wamid", required = true },
    type = { type = "string", one_of = PIN, required = true },
    expiration_days = { type = "number", min = 1, max = 30, whole = true },
  } } },
  template = { spec = template.spec, compile = template.compile },
}

-- The families of interactive messages.
for _, family in ipairs { "reply", "action", "commerce", "carousel", "order" } do
  for name, kind in pairs(require("whatsapp.message." .. family)) do kinds[name] = kind end
end

return kinds
