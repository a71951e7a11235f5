--- Pictures for Flows: their bytes in base64, as Flow JSON and an endpoint's data carry them.
-- Meta's page: "Components": Image.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local exchange = require "whatsapp.flow.exchange"

local M = {}

-- No endpoint's answer has room for more.
local BYTES_MAX = exchange.ANSWER_MAX

local function is_picture(bytes)
  return bytes:find "^\137PNG\r\n\26\n" or bytes:find "^\255\216\255" or bytes:find "^RIFF....WEBP"
end

--- A picture from a file, for `image`, `image_carousel`, choices, items of lists, and for what an
--- endpoint answers:
---
---     { image = assert(whatsapp.flow.image "photo.jpg") }
---
--- PNG or JPEG (WebP: from iOS 14 on). Meta advises 300 KB at most; of choices (from version 6.0 on) and
--- items of lists it shows none above 100 KB.
---@param path string a file of 1 MB at most
---@return string|nil base64
---@return whatsapp.Error? err of kind `invalid` for what is no such picture, or `io`
function M.read(path)
  if type(path) ~= "string" then return Error.invalid("path", ("must be a string, not a %s"):format(type(path))) end
  local file, why = io.open(path, "rb")
  local bytes
  if file then
    bytes, why = file:read(BYTES_MAX + 1)
    file:close()
  end
  if why then
    return nil, Error.new { kind = "io", outcome = "not_sent", field = "path",
      message = ("cannot read %s: %s"):format(path, why) }
  end
  bytes = bytes or ""
  if #bytes > BYTES_MAX then return Error.invalid("path", "has more than 1 MB: no Flow shows that") end
  if not is_picture(bytes) then return Error.invalid("path", "is no PNG, JPEG or WebP") end
  return core.base64(bytes)
end

return M
