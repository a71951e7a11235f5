-- Many messages at once: 50 in flight, each result at its place.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

local contacts = {}
for i = 1, 20 do
  contacts[i] = { name = "Customer " .. i, phone = ("+1 555 123 %04d"):format(i) }
end
contacts[7].phone = "not a number"

local results, errors = whatsapp.parallel(50, contacts, function(contact)
  return wa:send { to = contact.phone, text = "Hi " .. contact.name }
end)

local sent = 0
for i = 1, results.n do
  if results[i] then sent = sent + 1 else print(contacts[i].name, errors[i]) end
end
print(sent .. " of " .. results.n .. " sent")
