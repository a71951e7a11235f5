-- A new number: verified with the code that it gets, registered with a PIN, and made
-- ready for customers.
--
--   lua set_up_number.lua               has the code sent
--   lua set_up_number.lua CODE [PIN]    goes on with it; PIN: of two-step verification
local whatsapp = require "whatsapp"

local wa = whatsapp.new()
local code, pin = arg[1], arg[2] or "314159"

if not code then
  assert(wa.phone_numbers:request_code "SMS")
  if not os.getenv "SANDBOX_PHONE_URL" then return print "the code is on its way" end
  code = "123456"                                   -- the sandbox's is always this one
end
assert(wa.phone_numbers:verify_code(code))
assert(wa.phone_numbers:register(pin))

assert(wa.automation:update {
  prompts = { "Book a table", "Opening hours" },
  commands = { { command_name = "track", command_description = "Where is my order?" } },
})
assert(wa.commerce:update { is_catalog_visible = true })
assert(wa.subscribed_apps:subscribe())              -- this app gets the webhooks
print(assert(wa.phone_numbers:get()).display_phone_number, "is ready")
