--- Made-up names: random bytes and the forms they take.

local M = {}

--- Random bytes from the system, unbuffered: a forked process must not get the
--- same ones.
---@param n integer
---@return string
function M.random(n)
  local file = assert(io.open("/dev/urandom", "rb"))
  file:setvbuf "no"
  local bytes = file:read(n)
  file:close()
  return bytes
end

--- `n` random bytes in hexadecimal.
---@param n integer
---@return string
function M.hex(n)
  return (M.random(n):gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

--- A random UUID (version 4).
---@return string
function M.uuid()
  local text = M.hex(16)
  return ("%s-%s-4%s-a%s-%s"):format(text:sub(1, 8), text:sub(9, 12), text:sub(14, 16),
    text:sub(18, 20), text:sub(21))
end

-- What an id names shows in its first digit, for whoever reads a log.
local first_digits = { phone_number = "1", business_account = "2", media = "3", template = "4",
                       message = "9", application = "7", group = "6", qr_code = "8",
                       blocked_user = "8", flow = "5", business = "7", user = "8", schedule = "8", solution = "8",
                       call_permission = "8" }

--- An id as Graph has them: fifteen digits.
---@param kind string one of first_digits
---@return string
function M.id(kind)
  local digits = M.random(14):gsub(".", function(char) return char:byte() % 10 end)
  return first_digits[kind] .. digits
end

return M
