--- Orders to be paid in the chat, and what becomes of them.
-- Source: Meta's "Payments API", "Orders" (India and Brazil); operation sendMessage.

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local media = require "whatsapp.message.media"
local money = require "whatsapp.message.money"
local payment_settings = require "whatsapp.message.payment"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

local function text(max, required) return { type = "string", max = max, required = required } end

local function set(...)
  local found = {}
  for _, name in ipairs { ... } do found[name] = true end
  return found
end

-- Meta's page for Brazil has 60, that for India 35.
local REFERENCE_MAX = { BRL = 60 }
local REFERENCE_MAX_ELSEWHERE = 35

local reference_id = { type = "string", max = 60, pattern = "^[%w_.-]+$",
  form = "order-1234: letters, digits, _ - and .", required = true }

-- Items --------------------------------------------------------------------------------

local function check_item(value, path)
  local price, sale = value.amount, value.sale_amount
  if sale and sale.value >= price.value then
    return invalid(join(path, "sale_amount"), ("is %s, it must be less than the amount of %s")
      :format(money.text(sale.value), money.text(price.value)))
  end
  value.quantity = value.quantity or 1
  return value
end

local item = { type = "table", check = check_item, fields = {
  name = text(60, true),
  amount = money.spec(nil, true),
  sale_amount = money.spec(),
  quantity = { type = "number", min = 1, max = 1e5, whole = true },
  retailer_id = { type = "string", number = true },
  image = { type = "table", short = "link", fields = { link = { type = "link", required = true } } },
  country_of_origin = text(100),
  importer_name = text(200),
  importer_address = { type = "table", fields = {
    address_line1 = text(100, true), address_line2 = text(100), city = text(120),
    zone_code = text(2), postal_code = { type = "string", number = true, max = 6 }, country_code = text(2) } },
} }

local IMAGES_MAX = 10

local function check_images(value, path)
  for i, one in ipairs(value.children) do
    if one.image then
      local where = join(join(path, i), "image")
      if one.retailer_id or value.catalog_id then
        return invalid(where, "cannot stand beside retailer_id or catalog_id")
      elseif #value.children > IMAGES_MAX then
        return invalid(where, ("with images at most %d items are allowed"):format(IMAGES_MAX))
      end
    end
  end
  return true
end

-- Sums ---------------------------------------------------------------------------------

local SUM_MAX = 1e15

local function of(amount) return amount and amount.value or 0 end

-- An amount that was given must be the one that comes out; one that was not is it.
local function settle(value, name, units, path, why)
  local given = value[name]
  if given and given.value ~= units then
    return invalid(join(path, name), ("is %s, but %s make %s"):format(money.text(given.value), why,
      money.text(units)))
  end
  value[name] = given or { value = units, offset = 100 }
  return true
end

local function check_sums(value, path)
  local sum = 0
  for _, one in ipairs(value.children) do
    sum = sum + of(one.sale_amount or one.amount) * one.quantity
    if sum > SUM_MAX then return invalid(join(path, "subtotal"), "is too large") end
  end
  local ok, err = settle(value, "subtotal", sum, path, "the items")
  if not ok then return nil, err end
  local tax, shipping, discount = of(value.tax), of(value.shipping), of(value.discount)
  local total = sum + tax + shipping - discount
  if total <= 0 then
    return invalid(join(path, "discount"), ("of %s leaves nothing to pay"):format(money.text(discount)))
  end
  return settle(value, "total_amount", total, path,
    ("subtotal %s + tax %s + shipping %s - discount %s"):format(money.text(sum), money.text(tax),
      money.text(shipping), money.text(discount)))
end

-- Order details --------------------------------------------------------------------------

local OF_ITEMS = { "subtotal", "tax", "shipping", "discount", "expiration", "catalog_id", "quick_pay" }

-- Without items an order is a total and a way to pay it.
local function check_bare(value, path)
  for _, name in ipairs(OF_ITEMS) do
    if value[name] ~= nil then return invalid(join(path, name), "needs items, as the list part") end
  end
  if of(value.total_amount) == 0 then
    return invalid(join(path, "total_amount"), "must say what there is to pay: there are no items")
  end
  return value
end

local function check_details(value, path)
  local max = REFERENCE_MAX[value.currency] or REFERENCE_MAX_ELSEWHERE
  if #value.reference_id > max then
    return invalid(join(path, "reference_id"), ("has %d characters, with %s at most %d are allowed")
      :format(#value.reference_id, value.currency, max))
  end
  if not value.children[1] then return check_bare(value, path) end
  local ok, err = check_images(value, path)
  if ok then ok, err = check_sums(value, path) end
  if not ok then return nil, err end
  return value
end

-- A number of seconds, or { timestamp, description }.
local expiration = { type = "table", short = "timestamp", fields = {
  timestamp = { type = "string", number = true, pattern = "^%d+$", form = "1726692927: seconds since 1970",
                required = true },
  description = text(120),
} }

local details = {
  reference_id = reference_id,
  type = { type = "string", required = true, one_of = set("digital-goods", "physical-goods") },
  currency = { type = "string", pattern = "^%u%u%u$", form = "INR: three capital letters", required = true },
  payment_settings = payment_settings,
  payment_type = text(60),
  payment_configuration = text(60),
  total_amount = money.spec(),
  subtotal = money.spec(),
  tax = money.spec { description = text(60) },
  shipping = money.spec { description = text(60) },
  discount = money.spec { description = text(60), discount_program_name = text(60) },
  expiration = expiration,
  catalog_id = { type = "id" },
  quick_pay = { type = "boolean" },
  beneficiaries = { type = "list", of = { type = "table", fields = {
    name = text(200, true), address_line1 = text(100, true), address_line2 = text(100),
    city = text(nil, true), state = text(nil, true), country = text(nil, true),
    postal_code = { type = "string", number = true, max = 6, required = true } } } },
  shipping_info = { type = "json", object = true },
}

local function order_of(value)
  if not value.children[1] then return nil end
  return { status = "pending", type = value.quick_pay and "quick_pay" or nil,
           catalog_id = value.catalog_id, expiration = value.expiration, items = value.children,
           subtotal = value.subtotal, tax = value.tax or { value = 0, offset = 100 },
           shipping = value.shipping, discount = value.discount }
end

local function details_of(value)
  return {
    reference_id = value.reference_id, type = value.type, currency = value.currency,
    payment_type = value.payment_type or (value.currency == "BRL" and "br" or nil),
    payment_configuration = value.payment_configuration, payment_settings = value.payment_settings,
    total_amount = value.total_amount, beneficiaries = value.beneficiaries,
    shipping_info = value.shipping_info, order = order_of(value),
  }
end

-- Order status ---------------------------------------------------------------------------

local function with_hyphen(value)
  return type(value) == "string" and value:gsub("_", "-") or value
end

local function check_status(value, path)
  if not value.status and not value.payment then
    return invalid(join(path, "status"), "is missing: say status, payment, or both")
  end
  if value.description and not value.status then
    return invalid(join(path, "description"), "describes a status, which is missing")
  end
  return value
end

local status = {
  reference_id = reference_id,
  status = { type = "string", before = with_hyphen,
    one_of = set("pending", "processing", "partially-shipped", "shipped", "completed", "canceled") },
  description = text(120),
  payment = { type = "table", short = "status", fields = {
    status = { type = "string", required = true, one_of = set("pending", "captured", "failed") },
    timestamp = { type = "number", min = 0, max = 1e11, whole = true },
  } },
}

local function status_of(value)
  return {
    reference_id = value.reference_id, payment = value.payment,
    order = value.status and { status = value.status, description = value.description } or nil,
  }
end

-- The kinds ------------------------------------------------------------------------------

-- A kind, and in `parameters` the order alone, as the button of a template has it.
local function kind_of(graph, action, fields, header, rest)
  local spec, bare = { fields = interactive.fields(header, fields) }, { fields = fields }
  for name, value in pairs(rest.spec) do spec[name], bare[name] = value, value end
  return {
    type = "interactive",
    spec = spec,
    compile = function(value, uploads, path)
      return interactive.wrap(graph, value, { name = action, parameters = rest.compile(value) }, uploads, path)
    end,
    parameters = { spec = bare, compile = rest.compile },
  }
end

local image_header = { type = "table", fields = { image = media.reference() } }
image_header.fields.image.required = true

M.order_details = kind_of("order_details", "review_and_pay", details, image_header, {
  spec = { type = "table", check = check_details, children = { type = "list", min = 0, of = item } },
  compile = details_of,
})

M.order_status = kind_of("order_status", "review_order", status, interactive.any_header, {
  spec = { type = "table", check = check_status },
  compile = status_of,
})

return M
