-- A marketing template whose delivery Meta optimises. It is the sandbox's: name one of yours.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa.messages:marketing { to = to,
  product_policy = "CLOUD_API_FALLBACK",     -- or "STRICT": never as an ordinary message
  message_activity_sharing = true,
  template = { name = "promo", language = "en_US",
    header = { image = "https://example.com/promo.jpg" },
    body = { "John" },
    buttons = { { url = "summer" }, { payload = "stop" } } } })
print("sent", sent.id, sent.status)
