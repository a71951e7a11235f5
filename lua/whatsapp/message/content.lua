--- What a file is by its first bytes, whatever it is called. Pure.
-- Source: the magic numbers of the formats; RFC 3533 and 7845 (Ogg, Opus); the
-- WebP container specification; Meta's pages "Audio messages" and "Sticker messages".

local Error = require "whatsapp.error"
local limits = require "whatsapp.message.media"

local invalid = Error.invalid

local M = {}

--- How many of a file's first bytes tell all that is asked here.
M.HEAD = 512

-- Formats ----------------------------------------------------------------------------

-- { where, the bytes there, the content type }
local magic = {
  { 1, "\255\216\255", "image/jpeg" },
  { 1, "\137PNG\r\n\26\n", "image/png" },
  { 1, "GIF87a", "image/gif" },
  { 1, "GIF89a", "image/gif" },
  { 9, "WEBP", "image/webp" },
  { 1, "OggS", "audio/ogg" },
  { 1, "#!AMR", "audio/amr" },
  { 1, "%PDF-", "application/pdf" },
}

-- By the brand of a file of the MP4 family; the others hold sound or moving
-- pictures, which the brand does not tell.
local still = { heic = "image/heic", heix = "image/heic", mif1 = "image/heic", avif = "image/avif" }
local family = { ["video/mp4"] = true, ["video/3gpp"] = true, ["audio/mp4"] = true }

--- The content type that the first bytes tell for sure, or nil.
---@param head string
---@return string|nil
function M.detect(head)
  for _, row in ipairs(magic) do
    if head:sub(row[1], row[1] + #row[2] - 1) == row[2] then return row[3] end
  end
  if head:sub(5, 8) == "ftyp" then return still[head:sub(9, 12)] or "video/mp4" end
end

local function agree(found, content_type)
  return found == content_type or (family[found] and family[content_type])
end

local SAY_IT = 'say it: type = "application/…"'

--- The content type of a file. What its name, or a server, says of it is a guess
--- that the bytes correct; what the caller says must be so. A document may be
--- anything.
---@param head string its first bytes
---@param guess string|nil
---@param said string|nil what the caller says it is
---@param kind string|nil image video audio sticker document
---@param path string of the file, for the error
---@param type_path string of what the caller said
---@return string|nil
---@return whatsapp.Error? err
function M.type_of(head, guess, said, kind, path, type_path)
  local found, claimed = M.detect(head), said or guess
  if not found and not claimed then return invalid(path, "the content type is not known", SAY_IT) end
  if not found or not claimed then return found or claimed end
  local plain = limits.essence(claimed)
  if agree(found, plain) or kind == "document" then return claimed end
  if not said then return found end
  if not kind and limits.kind_of(plain) == "document" then return said end
  return invalid(type_path, ("says %s, but the first bytes are those of %s"):format(said, found),
    "leave type out")
end

-- Sound --------------------------------------------------------------------------------

-- The channels of the Opus stream that begins in the first Ogg page, or nil.
local function opus_channels(head)
  local segments = head:byte(27)
  if head:sub(1, 4) ~= "OggS" or not segments then return nil end
  local packet = 28 + segments
  return head:sub(packet, packet + 7) == "OpusHead" and head:byte(packet + 9) or nil
end

local CONVERT = "convert it: ffmpeg -i INPUT -c:a libopus -ac 1 -b:a 32k voice.ogg"

local function check_sound(head, content_type, voice, path)
  local channels = opus_channels(head)
  if voice and channels ~= 1 then
    return invalid(path, channels and ("has %d channels, a voice note has one"):format(channels)
      or "is no Ogg file with Opus sound, as a voice note must be", CONVERT)
  end
  if content_type == "audio/ogg" and M.detect(head) == "audio/ogg" and not channels then
    return invalid(path, "is an Ogg file without Opus sound, and WhatsApp plays no other", CONVERT)
  end
  return true
end

local VOICE_MAX = 512 * 1024

--- What WhatsApp does to a file that may be sent, and that its sender may not want.
---@param file { size: integer }
---@param kind string|nil of message
---@param voice boolean|nil
---@return string|nil
function M.advice(file, kind, voice)
  if kind == "audio" and voice and file.size > VOICE_MAX then
    return ("the voice note has %.0f KB: above 512 KB WhatsApp shows a download arrow instead of the play button")
      :format(file.size / 1024)
  end
end

-- Pictures -----------------------------------------------------------------------------

local function little_endian(text, at, bytes)
  local number = 0
  for i = at + bytes - 1, at, -1 do number = number * 256 + (text:byte(i) or 0) end
  return number
end

-- By the first chunk of a WebP file: width, height, whether it moves.
local webp = {
  ["VP8X"] = function(head)
    local moves = math.floor(head:byte(21) / 2) % 2 == 1
    return little_endian(head, 25, 3) + 1, little_endian(head, 28, 3) + 1, moves
  end,
  ["VP8L"] = function(head)
    local bits = little_endian(head, 22, 4)
    return bits % 2 ^ 14 + 1, math.floor(bits / 2 ^ 14) % 2 ^ 14 + 1, false
  end,
  ["VP8 "] = function(head)
    return little_endian(head, 27, 2) % 2 ^ 14, little_endian(head, 29, 2) % 2 ^ 14, false
  end,
}

local STICKER, STILL_MAX = 512, 100 * 1024

local function check_sticker(head, size, path)
  local measure = M.detect(head) == "image/webp" and #head >= 30 and webp[head:sub(13, 16)]
  if not measure then return invalid(path, "is no WebP file, as a sticker must be") end
  local width, height, moves = measure(head)
  if width ~= STICKER or height ~= STICKER then
    return invalid(path, ("has %d × %d pixels, a sticker has %d × %d"):format(width, height, STICKER, STICKER),
      "convert it: cwebp -resize 512 512 INPUT -o sticker.webp")
  end
  if not moves and size > STILL_MAX then
    return invalid(path, ("has %.1f KB, a sticker that does not move may have 100 KB"):format(size / 1024))
  end
  return true
end

--- Checks what only the content tells: that a voice note is Opus in Ogg of one
--- channel, and how large a sticker is. What Graph may take is let through.
---@param file { type: string, size: integer, named: string, head: string } `head` are its first bytes
---@param kind string|nil of message
---@param voice boolean|nil
---@return true|nil ok
---@return whatsapp.Error? err
function M.check(file, kind, voice)
  if kind == "sticker" then return check_sticker(file.head, file.size, file.named) end
  if kind == "audio" or kind == nil then
    return check_sound(file.head, limits.essence(file.type), voice, file.named)
  end
  return true
end

return M
