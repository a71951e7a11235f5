local function details(more)
  local order = { body = "Your order", reference_id = "o-1", type = "digital-goods", currency = "INR",
                  payment_settings = { payment_link = "https://example.com/pay" } }
  for name, value in pairs(more) do order[name] = value end
  return { order_details = order }
end

local function status(more)
  more.body = more.body or "Your order"
  more.reference_id = more.reference_id or "o-1"
  return { order_status = more }
end

local function bread(more)
  local item = { name = "Bread", amount = "12.50" }
  for name, value in pairs(more or {}) do item[name] = value end
  return item
end

return {
  good = {
    ["details with items"] = details { header = { image = "https://example.com/a.jpg" }, footer = "Thanks",
      tax = "1.20", discount = "0.50", bread { quantity = 2, sale_amount = "10.00", retailer_id = "sku1" } },
    ["details with a total"] = details { total_amount = "5" },
    ["details with pix"] = details { currency = "BRL", payment_settings = { pix_dynamic_code = {
      code = "0002", merchant_name = "Ann", key = "39580525000189", key_type = "CNPJ" } }, bread() },
    ["a status"] = status { status = "shipped", description = "On its way" },
    ["a payment"] = status { payment = { status = "captured", timestamp = 1722445231 } },
  },
  bad = {
    ["details without a body"] = { "order_details.body", { order_details = { reference_id = "o",
      type = "digital-goods", currency = "INR", total_amount = "5" } } },
    ["details with a body of 1025 characters"] = { "order_details.body",
      details { body = ("x"):rep(1025), total_amount = "5" } },
    ["details that do not add up"] = { "order_details.total_amount", details { total_amount = "5", bread() } },
    ["details with a price that is a number"] = { "order_details[1].amount",
      details { { name = "Bread", amount = 1 } } },
    ["a status without a body"] = { "order_status.body",
      { order_status = { reference_id = "o", status = "shipped" } } },
    ["a status with a footer of 61 characters"] = { "order_status.footer",
      status { status = "shipped", footer = ("x"):rep(61) } },
    ["a status that is none"] = { "order_status.status", status { status = "lost" } },
  },
}
