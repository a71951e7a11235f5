-- A carousel and a limited-time offer: made, waited for, filled, sent.
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new { preflight = true }       -- what does not fit is named, not sent

local photo = here .. "/files/photo.png"

local function card(text)
  return { header = { image = photo }, body = text,
           buttons = { { url = "https://shop.example/{{1}}", text = "Shop", example = "https://shop.example/1" } } }
end

local function create(template)
  template.language, template.category = "en_US", "MARKETING"
  local made = assert(wa.templates:create(template))
  return assert(wa.templates:wait(made.id, "APPROVED", { timeout = 60 }))
end

create { name = "new_plants", body = "Hello {{1}}, these plants are new.", examples = "Ann",
         carousel = { card "Aloe", card "Echeveria" } }
create { name = "last_chance", limited_time_offer = { text = "Ends soon!", has_expiration = true },
         body = "Hello {{1}}, your code is good for today.", examples = "Ann",
         buttons = { { copy_code = "SAVE20" }, { url = "https://shop.example/", text = "Shop" } } }

local function filled(suffix)
  return { header = { image = { file = photo } }, buttons = { { url = suffix } } }
end

local sent = assert(wa:send { to = to, template = { name = "new_plants", language = "en_US", body = "John",
  carousel = { filled "aloe", filled "echeveria" } } })
print("carousel", sent.id)

sent = assert(wa:send { to = to, template = { name = "last_chance", language = "en_US", body = "John",
  expires = os.time() + 3600, buttons = { { code = "SAVE20" } } } })
print("offer", sent.id)

local _, err = wa:send { to = to, template = { name = "last_chance", language = "en_US", body = "John" } }
print("refused", err.field, err.message)           -- nothing went out

assert(wa.templates:delete "new_plants")
assert(wa.templates:delete "last_chance")
