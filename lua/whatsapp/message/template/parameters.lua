--- The values that fill a text of a template, by position or by name.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- One value ---------------------------------------------------------------------

local text_value = { type = "string", number = true }

-- Graph: "Param text cannot have new-line/tab characters or more than 4
-- consecutive spaces".
local function text_of(value, path)
  local text, err = schema.check(value, text_value, path)
  if not text then return nil, err end
  if text:find "[\n\r\t]" or text:find("     ", 1, true) then
    return invalid(path, "has a line break, a tab or more than 4 spaces in a row",
      "Graph takes none in a parameter: write it as one line")
  end
  return { type = "text", text = text }
end

-- Graph's amount is in thousandths, as an integer of 32 bits.
local AMOUNT_MAX = 2147483647

local function thousandths(amount, path)
  if type(amount) == "string" then
    local number = amount:find "^%-?%d+%.?%d*$" and tonumber(amount)
    if not number then return invalid(path, "must be an amount such as 12.5") end
    amount = number
  end
  local count = amount * 1000
  local whole = math.floor(count + 0.5)
  if math.abs(count - whole) > 1e-6 * math.max(1, math.abs(count)) then
    return invalid(path, "must be an amount of whole thousandths")
  end
  if math.abs(whole) > AMOUNT_MAX then
    return invalid(path, "is too large: at most 2147483.647", "write it as a text")
  end
  return whole
end

-- Decimals of the currencies that have not two (ISO 4217).
local decimals = {}
for code in ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"):gmatch "%u+" do decimals[code] = 0 end
for code in ("BHD IQD JOD KWD LYD OMR TND"):gmatch "%u+" do decimals[code] = 3 end

-- "USD 12.50", "JPY 1200": what is shown where the app does not know the currency.
local function spelled(code, count)
  local needed = count % 1000 == 0 and 0 or count % 10 == 0 and 2 or 3
  local digits = ("%%s %%.%df"):format(math.max(needed, decimals[code] or 2))
  return (digits:format(code, count / 1000):gsub(",", "."))
end

local currency = { type = "table", fields = {
  currency = { type = "string", required = true, pattern = "^%u%u%u$", form = "USD: three capital letters" },
  amount = { type = "any", required = true },
  fallback = { type = "string" },
} }

local function amount_of(value, path)
  local checked, err = schema.check(value, currency, path)
  if not checked then return nil, err end
  local kind = type(checked.amount)
  if kind ~= "number" and kind ~= "string" or checked.amount ~= checked.amount then
    return invalid(join(path, "amount"), "must be a number such as 12.5, or the same as a text")
  end
  local count
  count, err = thousandths(checked.amount, join(path, "amount"))
  if not count then return nil, err end
  return { type = "currency", currency = { code = checked.currency, amount_1000 = count,
    fallback_value = checked.fallback or spelled(checked.currency, count) } }
end

local date = { type = "table", fields = { date_time = { type = "string", required = true } } }

local function date_of(value, path)
  local checked, err = schema.check(value, date, path)
  if not checked then return nil, err end
  return { type = "date_time", date_time = { fallback_value = checked.date_time } }
end

-- Graph's own form --------------------------------------------------------------

-- A parameter in Graph's form names its type, and has a field of that name.
local function is_native(value)
  return type(value.type) == "string" and value[value.type] ~= nil
end

local native = { type = "json", object = true }

local function native_of(value, path)
  if not is_native(value) then
    return invalid(path, "is no parameter in Graph's own form", 'one of type "text" has a field text')
  end
  local ok, err = schema.check(value, native, path)
  if not ok then return nil, err end
  local copy = {}
  for key, item in pairs(value) do copy[key] = item end
  return copy
end

local forms = { currency = true, amount = true, fallback = true, date_time = true, type = true }

-- A text or number, an amount of money, a date, or a parameter in Graph's form.
local function parameter(value, path)
  if type(value) ~= "table" then return text_of(value, path) end
  if value.type ~= nil then return native_of(value, path) end
  if value.currency ~= nil or value.amount ~= nil then return amount_of(value, path) end
  if value.date_time ~= nil then return date_of(value, path) end
  local stray = schema.first_unknown(value, {})
  if type(stray) == "string" then return schema.unknown_key(path, stray, forms) end
  return text_of(value, path)
end

-- All values -------------------------------------------------------------------

local function named(values, path)
  local names, out = {}, {}
  for name in pairs(values) do
    if type(name) ~= "string" then
      return invalid(join(path, name), "mixes numbered and named parameters")
    end
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    local item, err = parameter(values[name], join(path, name))
    if not item then return nil, err end
    item.parameter_name = name
    out[i] = item
  end
  return out
end

-- (What is nil leaves a gap: a field that a record lacks.)
local function listed(values, path)
  local out, last = {}, 0
  for key in pairs(values) do
    if type(key) ~= "number" then
      return invalid(join(path, key), "mixes numbered and named parameters")
    elseif key < 1 or key % 1 ~= 0 then
      return invalid(join(path, key), "has no place in a list")
    end
    if key > last then last = key end
  end
  for i = 1, last do
    if values[i] == nil then return invalid(join(path, i), "is missing: a list has no gaps") end
    local item, err = parameter(values[i], join(path, i))
    if not item then return nil, err end
    out[i] = item
  end
  return out
end

-- One value, or named ones ------------------------------------------------------

-- Graph's types of what fills a text, and what their field holds. A variable may
-- be called `type`, too.
local graph_types = { text = "string", currency = "table", date_time = "table" }

local function is_amount(value)
  return type(value.currency) == "string" and value.currency:find "^%a%a%a$" ~= nil
    and (type(value.amount) == "number" or tonumber(value.amount) ~= nil)
end

local function has_only(value, fields)
  return schema.first_unknown(value, fields) == nil
end

-- Whether a table is one value itself, and not some by name.
local function is_one(value)
  local field = type(value.type) == "string" and graph_types[value.type]
  if field then return type(value[value.type]) == field end
  return is_amount(value) and has_only(value, currency.fields)
    or type(value.date_time) == "string" and has_only(value, date.fields)
end

-- A table that would be an amount of money but for a slip in one of its keys.
local function slip_in(value)
  local mended, slip = {}, nil
  for key, item in pairs(value) do
    local name = key
    if not currency.fields[key] then
      name = type(key) == "string" and not slip and schema.nearest(key, currency.fields, 1)
      slip = key
    end
    if not name or mended[name] ~= nil then return nil end
    mended[name] = item
  end
  return is_amount(mended) and slip or nil
end

local function has_number(values)
  for key in pairs(values) do
    if type(key) == "number" then return true end
  end
end

--- The parameters of a text: one value, a list of them, or a table by name.
---@param values any
---@param path string
---@return table[]|nil
---@return whatsapp.Error? err
function M.build(values, path)
  if type(values) ~= "table" or is_one(values) then values = { values } end
  if values[1] ~= nil or has_number(values) then return listed(values, path) end
  local slip = slip_in(values)
  if slip then return schema.unknown_key(path, slip, currency.fields) end
  return named(values, path)
end

return M
