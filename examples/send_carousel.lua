-- A carousel: 2 to 10 cards to swipe through, all of one shape.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, carousel = {
  body = "This week",
  { header = { image = "https://example.com/a.jpg" }, body = "Apples",
    cta_url = { button = "Buy", url = "https://example.com/a" } },
  { header = { image = "https://example.com/b.jpg" }, body = "Pears",
    cta_url = { button = "Buy", url = "https://example.com/b" } },
} })
print("sent", sent.id)
