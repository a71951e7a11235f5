-- One-time passwords: an authentication template in two languages, and a code.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local templates = assert(wa.templates:upsert {
  name = "login_code", languages = { "en_US", "es_ES" },
  add_security_recommendation = true, code_expiration_minutes = 10,
  buttons = { { otp = "copy_code" } },
})
for _, template in ipairs(templates) do
  print(template.language, assert(wa.templates:wait(template.id, "APPROVED", { timeout = 60 })).status)
end

local sent = assert(wa:send { to = to, template = { name = "login_code", language = "es_ES", otp = "314159" } })
print("sent", sent.id)

assert(wa.templates:delete "login_code")
