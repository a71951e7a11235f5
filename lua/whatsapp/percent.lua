--- The texts in URLs: percent-encoding.

local M = {}

--- A text of which only letters, digits and -._~: stand as they are.
---@param text any
---@return string
function M.encode(text)
  return (tostring(text):gsub("[^%w%-._~:]", function(char)
    return ("%%%02X"):format(char:byte())
  end))
end

--- The text that was encoded.
---@param text string
---@return string
function M.decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

return M
