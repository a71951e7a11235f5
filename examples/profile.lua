-- What customers see of the business: read it, change parts of it.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

print("about", assert(wa.profile:get()).about)
assert(wa.profile:update {
  about = "Open 9 to 6", email = "hello@example.com", websites = { "https://example.com" } })
