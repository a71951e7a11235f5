--- Made-up names: random bytes and the forms they take.

local M = {}

--- Random bytes from the system, unbuffered: a forked process must not get the
--- same ones. The server has a cheaper source.
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

-- What an id names shows in its first digit, or two, for whoever reads a log.
local first_digits = {
  phone_number = "1", business_account = "2", media = "3", template = "4", flow = "5", group = "6",
  application = "70", business = "71", qr_code = "81", blocked_user = "82", user = "83", schedule = "84",
  solution = "85", call_permission = "86", migration_intent = "87", obo_intent = "88", preverified_number = "89",
  message = "91", business_profile = "92", bot = "93",
}

--- An id as Graph has them: fifteen digits.
---@param kind string one of first_digits
---@return string
function M.id(kind)
  local first = first_digits[kind]
  local a, b, c, d, e, f = M.random(6):byte(1, 6)
  return first .. ("%07d%07d"):format((a * 65536 + b * 256 + c) % 1e7, (d * 65536 + e * 256 + f) % 1e7):sub(#first)
end

return M
