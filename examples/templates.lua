-- The templates of the account: list, create, delete.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

for template in wa.templates:each { status = "APPROVED" } do
  print(template.name, template.language, template.category)
end

local made = assert(wa.templates:create {
  name = "order_shipped", language = "en_US", category = "UTILITY",
  header = "Your order",
  body = "Hello {{1}}, your order {{2}} is on its way.", examples = { "Ann", "#1234" },
  footer = "Thank you for your purchase.",
  buttons = { { url = "https://shop.example/track/{{1}}", text = "Track",
                example = "https://shop.example/track/1234" } },
})
print("created", made.id, made.status)

assert(wa.templates:delete "order_shipped")
