-- The numbers of the account, and a client for another one of them.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

print("mine", assert(wa.phone_numbers:get()).display_phone_number)

for _, number in ipairs(assert(wa.phone_numbers:list()).data) do
  print(number.id, number.display_phone_number, number.quality_rating)
end

local other = assert(wa:with { phone_number_id = "109876543210987" })
print(tostring(other))
