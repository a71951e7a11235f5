-- Contact cards: a name and a number suffice.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

assert(wa:send { to = to, contacts = { { name = "John Doe", phones = { "+1234567890" } } } })

local sent = assert(wa:send { to = to, contacts = { {
  name = { formatted_name = "Ann Lee", first_name = "Ann", last_name = "Lee" },
  phones = { { phone = "+1234567891", type = "WORK" } },
  emails = { { email = "ann@example.com", type = "WORK" } },
  org = { company = "Example", title = "Engineer" },
} } })
print("sent", sent.id)
