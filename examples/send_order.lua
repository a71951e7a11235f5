-- An order to be paid in the chat, and what becomes of it (India and Brazil).
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local reference_id = "order-1234"        -- another one for every order

-- Money is text, so that no cent is lost. What adds up need not be said: the
-- subtotal and the total follow, and are checked when they are given.
local sent = assert(wa:send { to = to, order_details = {
  body = "Your order is ready to be paid", header = { image = "https://example.com/bread.jpg" },
  reference_id = reference_id, type = "physical-goods", currency = "BRL",
  payment_settings = { pix_dynamic_code = { code = "00020101021226700014br.gov.bcb.pix", key_type = "CNPJ",
                                            key = "39580525000189", merchant_name = "Ann's Bakery" } },
  tax = "1.20", shipping = { amount = "5", description = "Express" }, discount = "0.50",
  { name = "Bread", amount = "12.50", quantity = 2, retailer_id = "bread" },
  { name = "Cake", amount = "30.00", sale_amount = "25.00", retailer_id = "cake" } } })
print("sent", sent.id)

-- When the payment provider says that it was paid:
assert(wa:send { to = to, order_status = { body = "Thank you!", reference_id = reference_id,
  status = "processing", payment = { status = "captured", timestamp = os.time() } } })
assert(wa:send { to = to, order_status = { body = "It is on its way", reference_id = reference_id,
  status = "shipped", description = "By tomorrow noon" } })
