--- Words without upper and lower case, to compare them: of Latin, Greek and Cyrillic
--- letters, whatever the locale. Pure.

-- Ranges of the second byte that are capitals, by the first; the small letter's bytes
-- are that much further.
local RANGES = {
  ["\195"] = { { 0x80, 0x9E, 0x20 } },                                            -- À to Þ
  ["\206"] = { { 0x91, 0x9F, 0x20 }, { 0xA0, 0xA9, -0x20, "\207" } },             -- Α to Ω
  ["\208"] = { { 0x80, 0x8F, 0x10, "\209" }, { 0x90, 0x9F, 0x20 }, { 0xA0, 0xAF, -0x20, "\209" } },  -- Ѐ to Я
}

-- Where a capital is followed by its small letter: Ā to ž.
local function pair(first, byte)
  local code = (first == "\196" and 0x100 or 0x140) + byte - 0x80
  local odd = (code >= 0x139 and code <= 0x148) or code >= 0x179
  if code == 0x178 or code == 0x130 or code == 0x17F then return byte end
  return code % 2 == (odd and 1 or 0) and byte + 1 or byte
end

local function small(first, second)
  local byte = second:byte()
  if first == "\196" or first == "\197" then
    local following = pair(first, byte)
    if following == 0xC0 then return "\197\128" end
    return first .. string.char(following)
  end
  for _, range in ipairs(RANGES[first] or {}) do
    if byte >= range[1] and byte <= range[2] and not (first == "\195" and byte == 0x97) then
      return (range[4] or first) .. string.char(byte + range[3])
    end
  end
end

--- A text in small letters.
---@param text string
---@return string
return function(text)
  local folded = text:gsub("[A-Z]", string.lower):gsub("([\195-\208])([\128-\191])", small)
  return folded
end
