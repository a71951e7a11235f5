--- How an order can be paid: each setting is a table with one key that names it.
-- Source: Meta's "Payments API" for India and Brazil; the OpenAPI description
-- knows them by an example only.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local invalid = Error.invalid

local function text(max) return { type = "string", max = max } end

local needed = { type = "string", required = true }

local function numbered(name, last, max)
  local fields = {}
  for i = 1, last do fields[name .. i] = text(max) end
  return { type = "table", fields = fields }
end

local function set(names)
  local found = {}
  for name in names:gmatch "%S+" do found[name] = true end
  return found
end

-- What is told to a gateway, each in its own words.
local gateways = {
  razorpay = { type = "table", fields = { receipt = text(40), notes = { type = "json", object = true } } },
  payu = numbered("udf", 4, 255),
  zaakpay = numbered("extra", 2, 180),
  billdesk = numbered("additional_info", 7, 120),
}

local gateway_fields = {
  type = { type = "string", required = true, one_of = gateways },
  configuration_name = { type = "string", max = 60, required = true },
}
for name, spec in pairs(gateways) do gateway_fields[name] = spec end

local function one_gateway(value, path)
  for name in pairs(gateways) do
    if value[name] and name ~= value.type then
      return invalid(schema.join(path, name), ("is for type %q, not for %q"):format(name, value.type))
    end
  end
  return value
end

-- By Meta's name: what a setting holds.
local settings = {
  -- India
  payment_gateway = { type = "table", fields = gateway_fields, check = one_gateway },
  upi_intent_link = { type = "table", short = "link", fields = {
    link = { type = "string", pattern = "^upi://", form = "upi://pay?…", required = true } } },
  -- India and Brazil
  payment_link = { type = "table", short = "uri", fields = { uri = { type = "link", required = true } } },
  -- Brazil
  pix_dynamic_code = { type = "table", fields = {
    code = needed, merchant_name = needed, key = needed,
    key_type = { type = "string", required = true, one_of = set "CPF CNPJ EMAIL PHONE EVP" } } },
  boleto = { type = "table", short = "digitable_line", fields = { digitable_line = needed } },
  offsite_card_pay = { type = "table", fields = {
    last_four_digits = { type = "string", pattern = "^%d%d%d%d$", form = "1234", required = true },
    credential_id = { type = "string", number = true, required = true } } },
}

-- `type` may name the setting a second time, as Meta's own form does.
local fields = { type = { type = "string", one_of = settings } }
for name, spec in pairs(settings) do fields[name] = spec end

local function one_setting(value, path)
  local kind = value.type
  value.type = nil
  local name = next(value)
  if name == nil or next(value, name) or (kind and kind ~= name) then
    return invalid(path, "needs exactly one of " .. table.concat(schema.sorted_keys(settings), ", "))
  end
  return { type = name, [name] = value[name] }
end

-- One setting may stand without the list around it.
local function as_list(value)
  if type(value) == "table" and value[1] == nil and next(value) ~= nil then return { value } end
  return value
end

return { type = "list", min = 1, max = 10, before = as_list,
         of = { type = "table", fields = fields, check = one_setting } }
