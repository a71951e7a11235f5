-- A list to choose from: up to ten rows, in sections or plain.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

assert(wa:send { to = to, list = {
  body = "Which size?", button = "Sizes",
  { id = "s", title = "Small" }, { id = "m", title = "Medium" }, { id = "l", title = "Large" },
} })

local sent = assert(wa:send { to = to, list = {
  header = "Menu", body = "What would you like?", footer = "Prices include tax.",
  button = "View options",
  { title = "Fruit", { id = "apple", title = "Apple", description = "Fresh today" },
                     { id = "pear", title = "Pear" } },
  { title = "Drinks", { id = "tea", title = "Tea" } },
} })
print("sent", sent.id)
