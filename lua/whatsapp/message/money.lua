--- Amounts of money, exactly: a decimal text ("12.34") or Meta's own form,
-- { value = 1234, offset = 100 }. A number is neither: 12 might be twelve or a
-- dozen cents, and 0.1 + 0.2 is not 0.3.

local Error = require "whatsapp.error"

local invalid = Error.invalid

local M = {}

-- Meta's, for every currency that can be paid with.
local OFFSET = 100

-- In the smallest unit: far from where floating-point numbers lose the last one.
local MAX = 1e10

local EXACT = 'write it as text, "12.34", or { value = 1234 } in the smallest unit'

local function no_number(value, path)
  if type(value) == "number" then return invalid(path, "must be an exact amount, not a number", EXACT) end
  return value
end

local function minor_units(text)
  local whole, cents = text:match "^(%d+)$", "00"
  if not whole then whole, cents = text:match "^(%d+)%.(%d%d?)$" end
  if not whole or #whole > 8 then return nil end
  return tonumber(whole .. (cents .. "0"):sub(1, 2))
end

local function exact(value, path)
  local units = value.value
  if (units == nil) == (value.amount == nil) then
    return invalid(path, "needs either amount or value", EXACT)
  end
  if value.amount then
    if value.offset then return invalid(path .. ".offset", "belongs to value, not to amount") end
    units = minor_units(value.amount)
    if not units then return invalid(path, "must be an amount such as 12 or 12.34", EXACT) end
  elseif (value.offset or OFFSET) ~= OFFSET then
    return invalid(path .. ".offset", "must be 100")
  end
  return { value = units, offset = OFFSET, description = value.description,
           discount_program_name = value.discount_program_name }
end

--- The description of an amount.
---@param more? table<string, table> further fields, e.g. description
---@param required? boolean
---@return table spec
function M.spec(more, required)
  local fields = {
    amount = { type = "string" },
    value = { type = "number", min = 0, max = MAX, whole = true },
    offset = { type = "number", min = 1, max = 1e6 },
  }
  for name, field in pairs(more or {}) do fields[name] = field end
  return { type = "table", short = "amount", fields = fields, before = no_number, check = exact,
           required = required }
end

--- An amount in the smallest unit as people read it: 1234 → "12.34".
---@param units number
---@return string
function M.text(units)
  local digits = ("%03.0f"):format(math.abs(units))
  return ("%s%s.%s"):format(units < 0 and "-" or "", digits:sub(1, -3), digits:sub(-2))
end

return M
