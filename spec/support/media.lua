--- The beginnings of media files, as small as they come.

local M = {}

--- An Ogg page that begins a stream.
---@param packet string
---@return string
function M.ogg(packet)
  return "OggS\0\2" .. ("\0"):rep(20) .. "\1" .. string.char(#packet) .. packet
end

--- The first page of Opus sound.
---@param channels integer
---@return string
function M.opus(channels)
  return M.ogg("OpusHead\1" .. string.char(channels) .. "\56\1\128\187\0\0\0\0\0")
end

local function little_endian(number, bytes)
  local text = ""
  for _ = 1, bytes do
    text = text .. string.char(number % 256)
    number = math.floor(number / 256)
  end
  return text
end

local function riff(chunk, content)
  local body = "WEBP" .. chunk .. little_endian(#content, 4) .. content
  return "RIFF" .. little_endian(#body, 4) .. body
end

local FILLER = ("\0"):rep(16)

--- The three forms of a WebP file.
M.webp = {
  lossy = function(width, height)
    return riff("VP8 ", "\48\1\0\157\1\42" .. little_endian(width, 2) .. little_endian(height, 2) .. FILLER)
  end,
  lossless = function(width, height)
    return riff("VP8L", "/" .. little_endian((width - 1) + (height - 1) * 2 ^ 14, 4) .. FILLER)
  end,
  still = function(width, height)
    return riff("VP8X", "\16\0\0\0" .. little_endian(width - 1, 3) .. little_endian(height - 1, 3) .. FILLER)
  end,
  animated = function(width, height)
    return riff("VP8X", "\2\0\0\0" .. little_endian(width - 1, 3) .. little_endian(height - 1, 3) .. FILLER)
  end,
}

M.png = "\137PNG\r\n\26\n" .. FILLER
M.jpeg = "\255\216\255\224" .. FILLER
M.pdf = "%PDF-1.7\n" .. FILLER

--- A file of the MP4 family.
---@param brand string
function M.mp4(brand)
  return "\0\0\0\24ftyp" .. brand .. FILLER
end

return M
