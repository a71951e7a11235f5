-- A new number: verified with the code that it gets, registered with a PIN, and made
-- ready for customers.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()
local code, pin = arg and arg[1] or "123456", arg and arg[2] or "314159"

assert(wa.phone_numbers:request_code "SMS")
assert(wa.phone_numbers:verify_code(code))          -- (the sandbox's code is always 123456)
assert(wa.phone_numbers:register(pin))              -- the PIN of two-step verification

assert(wa.automation:update {
  prompts = { "Book a table", "Opening hours" },
  commands = { { command_name = "track", command_description = "Where is my order?" } },
})
assert(wa.commerce:update { is_catalog_visible = true })
assert(wa.subscribed_apps:subscribe())              -- this app gets the webhooks
print(assert(wa.phone_numbers:get()).display_phone_number, "is ready")
