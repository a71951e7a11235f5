-- Orders: what they become, and that money adds up to the last cent.

local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local TO = "15551234567"

-- An order of India, with what is given in place of its own; "none" leaves out.
local function details(more)
  local order = { body = "Your order", reference_id = "o-1", type = "digital-goods", currency = "INR",
                  payment_settings = { payment_link = "https://rzp.io/i/x" },
                  { name = "Bread", amount = "10.00" } }
  for key, value in pairs(more) do order[key] = value ~= "none" and value or nil end
  return { to = TO, order_details = order }
end

local function status(more)
  local order = { body = "On its way", reference_id = "o-1" }
  for key, value in pairs(more) do order[key] = value end
  return { to = TO, order_status = order }
end

-- What stands in the action's parameters.
local function parameters(message)
  local payload, err = whatsapp.build(message)
  assert(payload, tostring(err))
  assert.are.equal("interactive", payload.type)
  return payload.interactive.action.parameters
end

local function sums(more)
  local found = parameters(details(more))
  return { found.order.subtotal.value, found.total_amount.value }
end

local function refused(field, words, more) expect.invalid("order_details" .. field, words, details(more)) end

describe("order details", function()
  it("become Graph's object", function()
    expect.payload('{"interactive":{"action":{"name":"review_and_pay","parameters":{"currency":"BRL","order":'
      .. '{"catalog_id":"7","discount":{"description":"Spring","discount_program_name":"Club","offset":100,'
      .. '"value":50},"expiration":{"description":"Until noon","timestamp":"1726692927"},'
      .. '"items":[{"amount":{"offset":100,"value":1234},"name":"Bread","quantity":3,"retailer_id":"1"},'
      .. '{"amount":{"offset":100,"value":1050},"name":"Cake","quantity":1,"retailer_id":"2",'
      .. '"sale_amount":{"offset":100,"value":900}}],'
      .. '"shipping":{"description":"Express","offset":100,"value":100},"status":"pending",'
      .. '"subtotal":{"offset":100,"value":4602},"tax":{"offset":100,"value":10}},'
      .. '"payment_settings":[{"pix_dynamic_code":{"code":"0002","key":"39580525000189","key_type":"CNPJ",'
      .. '"merchant_name":"Ann"},"type":"pix_dynamic_code"}],"payment_type":"br","reference_id":"order-1",'
      .. '"total_amount":{"offset":100,"value":4662},"type":"physical-goods"}},"body":{"text":"Your order"},'
      .. '"footer":{"text":"Thanks"},"header":{"image":{"link":"https://a.b/c.jpg"},"type":"image"},'
      .. '"type":"order_details"},"messaging_product":"whatsapp","recipient_type":"individual",'
      .. '"to":"15551234567","type":"interactive"}',
      { to = TO, order_details = {
        body = "Your order", footer = "Thanks", header = { image = "https://a.b/c.jpg" },
        reference_id = "order-1", type = "physical-goods", currency = "BRL", catalog_id = 7,
        payment_settings = { { pix_dynamic_code = { code = "0002", merchant_name = "Ann",
          key = "39580525000189", key_type = "CNPJ" } } },
        tax = "0.10", shipping = { amount = "1", description = "Express" },
        discount = { value = 50, offset = 100, description = "Spring", discount_program_name = "Club" },
        expiration = { timestamp = 1726692927, description = "Until noon" },
        subtotal = "46.02", total_amount = "46.62",
        { name = "Bread", amount = "12.34", quantity = 3, retailer_id = 1 },
        { name = "Cake", amount = "10.5", sale_amount = "9.00", retailer_id = "2" } } })
  end)

  it("can be a total and a way to pay it", function()
    local found = parameters { to = TO, order_details = { body = "b", reference_id = "o", type = "digital-goods",
      currency = "BRL", total_amount = "5", payment_settings = { boleto = "0339" } } }
    assert.are.equal('{"currency":"BRL","payment_settings":[{"boleto":{"digitable_line":"0339"},"type":"boleto"}],'
      .. '"payment_type":"br","reference_id":"o","total_amount":{"offset":100,"value":500},"type":"digital-goods"}',
      json.encode(found))
    refused(".total_amount", "what there is to pay", { [1] = "none" })
    refused(".total_amount", "what there is to pay", { [1] = "none", total_amount = "0.00" })
    refused(".tax", "needs items", { [1] = "none", total_amount = "5", tax = "1" })
  end)

  it("have what a gateway of India wants", function()
    local found = parameters(details { quick_pay = true, payment_settings = { payment_gateway = {
        type = "razorpay", configuration_name = "prod", razorpay = { receipt = "r", notes = { a = "b" } } } },
      beneficiaries = { { name = "Ann", address_line1 = "1 Street", city = "Pune", state = "MH",
                          country = "India", postal_code = 411001 } },
      { name = "Bread", amount = "10", country_of_origin = "India", importer_name = "Ann",
        importer_address = { address_line1 = "1 Street", city = "Pune", postal_code = "411001",
                             zone_code = "MH", country_code = "IN" } } })
    assert.are.same({ type = "payment_gateway", payment_gateway = { type = "razorpay",
      configuration_name = "prod", razorpay = { receipt = "r", notes = { a = "b" } } } },
      found.payment_settings[1])
    assert.is_nil(found.payment_type)
    assert.are.equal("quick_pay", found.order.type)
    assert.are.equal("411001", found.beneficiaries[1].postal_code)
    assert.are.equal("Pune", found.order.items[1].importer_address.city)
    found = parameters(details { payment_settings = "none", payment_type = "upi", payment_configuration = "shop" })
    assert.are.same({ "upi", "shop" }, { found.payment_type, found.payment_configuration })
  end)

  it("can be paid in every way", function()
    local found = parameters(details { payment_settings = {
      { payment_link = "https://a.b" }, { upi_intent_link = "upi://pay?pa=a" }, { boleto = "1" },
      { offsite_card_pay = { last_four_digits = "5235", credential_id = 12 } },
      { type = "payment_link", payment_link = { uri = "https://a.b" } } } })
    assert.are.equal('[{"payment_link":{"uri":"https://a.b"},"type":"payment_link"},'
      .. '{"type":"upi_intent_link","upi_intent_link":{"link":"upi://pay?pa=a"}},'
      .. '{"boleto":{"digitable_line":"1"},"type":"boleto"},'
      .. '{"offsite_card_pay":{"credential_id":"12","last_four_digits":"5235"},"type":"offsite_card_pay"},'
      .. '{"payment_link":{"uri":"https://a.b"},"type":"payment_link"}]', json.encode(found.payment_settings))
  end)
end)

describe("money", function()
  it("is exact, however it is written", function()
    for text, units in pairs { ["0.01"] = 1, ["0.1"] = 10, ["1"] = 100, ["1.1"] = 110, ["012.30"] = 1230,
                               ["19.99"] = 1999, ["99999999.99"] = 9999999999 } do
      assert.are.same({ units, units }, sums { { name = "a", amount = text } })
    end
    assert.are.same({ 1234, 1234 }, sums { { name = "a", amount = { value = 1234 } } })
    assert.are.same({ 1234, 1234 }, sums { { name = "a", amount = { value = 1234, offset = 100 } } })
    assert.are.same({ 1234, 1234 }, sums { { name = "a", amount = { amount = "12.34" } } })
  end)

  it("adds up", function()
    assert.are.same({ 30, 30 }, sums { { name = "a", amount = "0.10" }, { name = "b", amount = "0.20" } })
    assert.are.same({ 70, 70 }, sums { { name = "a", amount = "0.10", quantity = 7 } })
    assert.are.same({ 1000, 1175 }, sums { tax = "1.80", shipping = "0.45", discount = "0.50" })
    assert.are.same({ 1000, 1175 }, sums { tax = "1.80", shipping = "0.45", discount = "0.50",
      subtotal = "10", total_amount = { value = 1175 } })
  end)

  it("that does not add up is refused where it is wrong", function()
    refused(".subtotal", "is 9.99, but the items make 10.00", { subtotal = "9.99" })
    refused(".total_amount", "is 10.00, but subtotal 10.00 + tax 1.80 + shipping 0.00 - discount 0.05 make 11.75",
      { total_amount = "10", tax = "1.8", discount = "0.05" })
    refused(".discount", "of 10.00 leaves nothing to pay", { discount = "10" })
    refused("[1].sale_amount", "is 10.00, it must be less than the amount of 10.00",
      { { name = "a", amount = "10", sale_amount = "10" } })
    local dear = {}
    for i = 1, 11 do dear[i] = { name = "a", amount = "99999999", quantity = 100000 } end
    refused(".subtotal", "too large", dear)
  end)

  it("is no number, and nothing that only looks like money", function()
    refused("[1].amount", "must be an exact amount, not a number", { { name = "a", amount = 10 } })
    refused(".tax", 'or { value = 1234 } in the smallest unit', { tax = 0.1 })
    for _, text in ipairs { "10.005", "1,000.00", "10,00", "-1", "1e3", ".5", "5.", "100000000", "", " 1", "₹1" } do
      refused(text == "" and "[1].amount.amount" or "[1].amount", "must", { { name = "a", amount = text } })
    end
    refused("[1].amount", "needs either amount or value", { { name = "a", amount = {} } })
    refused("[1].amount", "needs either amount or value", { { name = "a", amount = { amount = "1", value = 1 } } })
    refused("[1].amount.offset", "must be 100", { { name = "a", amount = { value = 1, offset = 1000 } } })
    refused("[1].amount.offset", "belongs to value", { { name = "a", amount = { amount = "1", offset = 100 } } })
    refused("[1].amount.value", "whole number", { { name = "a", amount = { value = 1.5 } } })
    refused("[1].amount.value", "from 0", { { name = "a", amount = { value = -1 } } })
    refused("[1].amount.offst", "did you mean offset?", { { name = "a", amount = { value = 1, offst = 1 } } })
    refused("[1].amount", "is missing", { { name = "a" } })
  end)
end)

describe("order details refuse", function()
  for name, case in pairs {
    ["a reference with a space"] = { ".reference_id", "must look like", { reference_id = "o 1" } },
    ["no reference"] = { ".reference_id", "is missing", { reference_id = "none" } },
    ["a long reference"] = { ".reference_id", "with INR at most 35", { reference_id = ("x"):rep(36) } },
    ["a longer reference in Brazil"] = { ".reference_id", "at most 60", { currency = "BRL",
      reference_id = ("x"):rep(61) } },
    ["no body"] = { ".body", "is missing", { body = "none" } },
    ["no type"] = { ".type", "is missing", { type = "none" } },
    ["another type"] = { ".type", "digital-goods, physical-goods", { type = "goods" } },
    ["a currency's sign"] = { ".currency", "three capital letters", { currency = "₹" } },
    ["a header that is a text"] = { ".header", "must be a table", { header = "Hi" } },
    ["a header without an image"] = { ".header.image", "is missing", { header = {} } },
    ["half a bread"] = { "[1].quantity", "whole number", { { name = "a", amount = "1", quantity = 0.5 } } },
    ["no bread"] = { "[1].quantity", "from 1", { { name = "a", amount = "1", quantity = 0 } } },
    ["a long name"] = { "[1].name", "at most 60", { { name = ("é"):rep(61), amount = "1" } } },
    ["a mistyped field of an item"] = { "[1].quantty", "did you mean quantity?",
      { { name = "a", amount = "1", quantty = 1 } } },
    ["an image beside a catalog"] = { "[1].image", "cannot stand beside", { catalog_id = 1,
      { name = "a", amount = "1", image = "https://a.b/c.png" } } },
    ["a long expiration"] = { ".expiration.description", "at most 120",
      { expiration = { timestamp = 1, description = ("x"):rep(121) } } },
    ["a date as expiration"] = { ".expiration.timestamp", "seconds since 1970", { expiration = "2026-01-01" } },
    ["a description's length"] = { ".tax.description", "at most 60",
      { tax = { amount = "1", description = ("x"):rep(61) } } },
    ["a program of a tax"] = { ".tax.discount_program_name", "unknown key",
      { tax = { amount = "1", discount_program_name = "x" } } },
    ["no setting"] = { ".payment_settings", "at least 1", { payment_settings = {} } },
    ["an unknown setting"] = { ".payment_settings[1].payment_lnk", "did you mean payment_link?",
      { payment_settings = { payment_lnk = "https://a.b" } } },
    ["two settings in one"] = { ".payment_settings[1]", "exactly one of", { payment_settings = {
      { payment_link = "https://a.b", boleto = "1" } } } },
    ["a setting called another"] = { ".payment_settings[1]", "exactly one of", { payment_settings = {
      { type = "boleto", payment_link = "https://a.b" } } } },
    ["a pix key of no type"] = { ".payment_settings[1].pix_dynamic_code.key_type", "CNPJ, CPF, EMAIL",
      { payment_settings = { pix_dynamic_code = { code = "1", key = "1", merchant_name = "a", key_type = "RG" } } } },
    ["an unknown gateway"] = { ".payment_settings[1].payment_gateway.type", "billdesk, payu, razorpay, zaakpay",
      { payment_settings = { payment_gateway = { type = "paypal", configuration_name = "a" } } } },
    ["the words of another gateway"] = { ".payment_settings[1].payment_gateway.payu", 'is for type "payu"',
      { payment_settings = { payment_gateway = { type = "razorpay", configuration_name = "a",
        payu = { udf1 = "a" } } } } },
    ["a fifth udf"] = { ".payment_settings[1].payment_gateway.payu.udf5", "unknown key",
      { payment_settings = { payment_gateway = { type = "payu", configuration_name = "a", payu = { udf5 = "a" } } } } },
    ["a link that is no upi link"] = { ".payment_settings[1].upi_intent_link.link", "upi://",
      { payment_settings = { upi_intent_link = "https://a.b" } } },
    ["an address without a city"] = { ".beneficiaries[1].city", "is missing", { beneficiaries = {
      { name = "a", address_line1 = "a", state = "a", country = "India", postal_code = "411001" } } } },
  } do
    it(name, function() refused(case[1], case[2], case[3]) end)
  end

  it("an eleventh item with an image", function()
    local items = {}
    for i = 1, 11 do items[i] = { name = "a", amount = "1", image = "https://a.b/c.png" } end
    refused("[1].image", "at most 10 items", items)
    items[11] = nil
    assert.are.equal("https://a.b/c.png", parameters(details(items)).order.items[1].image.link)
  end)
end)

describe("an order status", function()
  it("becomes Graph's object", function()
    expect.payload('{"interactive":{"action":{"name":"review_order","parameters":{"order":{"description":"Soon",'
      .. '"status":"partially-shipped"},"payment":{"status":"captured","timestamp":1722445231},'
      .. '"reference_id":"o-1"}},"body":{"text":"On its way"},"footer":{"text":"f"},'
      .. '"header":{"text":"h","type":"text"},"type":"order_status"},"messaging_product":"whatsapp",'
      .. '"recipient_type":"individual","to":"15551234567","type":"interactive"}',
      status { header = "h", footer = "f", status = "partially_shipped", description = "Soon",
               payment = { status = "captured", timestamp = 1722445231 } })
    assert.are.same({ reference_id = "o-1", payment = { status = "failed" } },
      parameters(status { payment = "failed" }))
    for _, word in ipairs { "pending", "processing", "partially-shipped", "shipped", "completed", "canceled" } do
      assert.are.equal(word, parameters(status { status = word }).order.status)
    end
  end)

  it("refuses the rest by name", function()
    local function wrong(field, words, more) expect.invalid("order_status" .. field, words, status(more)) end
    wrong(".status", "say status, payment, or both", {})
    wrong(".description", "which is missing", { payment = "captured", description = "x" })
    wrong(".status", "must be one of", { status = "cancelled" })
    wrong(".status", "must be a string", { status = 7 })
    wrong(".description", "at most 120", { status = "shipped", description = ("x"):rep(121) })
    wrong(".payment.status", "captured, failed, pending", { payment = "paid" })
    wrong(".payment.timestamp", "whole number", { payment = { status = "captured", timestamp = 1.5 } })
    wrong(".reference_id", "must look like", { status = "shipped", reference_id = "o 1" })
    expect.invalid("order_status.reference_id", "is missing", { to = TO, order_status = { body = "b",
      status = "shipped" } })
  end)
end)

describe("the order of a template's button", function()
  local order = require "whatsapp.message.order"
  local schema = require "whatsapp.schema"

  it("has no texts of its own", function()
    local given = details({}).order_details
    given.body = nil
    local kind = order.order_details.parameters
    local value = assert(schema.check(given, kind.spec, "order"))
    assert.are.same(parameters(details {}), kind.compile(value))
    local _, err = schema.check(details({}).order_details, kind.spec, "order")
    assert.are.equal("order.body", err.field)
    local status_kind = order.order_status.parameters
    value = assert(schema.check({ reference_id = "o-1", status = "shipped" }, status_kind.spec, "order"))
    assert.are.same({ reference_id = "o-1", order = { status = "shipped" } }, status_kind.compile(value))
  end)
end)
