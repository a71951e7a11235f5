--- A few letters for a message: the same for the same content. Pure, but for the digest.

local webhook = require "whatsapp.webhook"

local LETTERS = 8

local function by_text(a, b) return tostring(a) < tostring(b) end

-- Every key and value, in a steady order.
local function write(value, parts)
  if type(value) ~= "table" then
    -- 44 and 44.0 are one number to some Luas, and two to others.
    local text = type(value) == "number" and ("%.14g"):format(value) or tostring(value)
    parts[#parts + 1] = type(value) .. " " .. text
    return
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, by_text)
  parts[#parts + 1] = "{"
  for _, key in ipairs(keys) do
    parts[#parts + 1] = tostring(key)
    write(value[key], parts)
  end
  parts[#parts + 1] = "}"
end

--- The letters of a message.
---@param message table
---@return string
return function(message)
  local parts = {}
  write(message, parts)
  return webhook.digest(table.concat(parts, "\0")):sub(1, LETTERS)
end
