-- A template with a picture: the file is uploaded, the review waited for, a
-- message sent.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local made = assert(wa.templates:create {
  name = "spring_sale", language = "en_US", category = "MARKETING",
  header = { image = here .. "/files/photo.png" },
  body = "Hello {{customer}}, this week everything costs less.", examples = { customer = "Ann" },
  buttons = {
    { url = "https://shop.example/sale/{{1}}", text = "Look", example = "https://shop.example/sale/1" },
    "Stop promotions",
  },
})
print("created", made.id, made.status)

local template, err = wa.templates:wait(made.id, "APPROVED", { timeout = 60 })
if not template then
  print("not yet", err)         -- rejected, with the reason, or still under review
  os.exit(1)
end

local sent = assert(wa:send { to = to, template = {
  name = "spring_sale", language = "en_US",
  header = { image = { file = here .. "/files/photo.png" } },
  body = { customer = "John" },
  buttons = { { url = "summer" }, { payload = "stop" } } } })
print("sent", sent.id)

assert(wa.templates:delete { id = made.id })
