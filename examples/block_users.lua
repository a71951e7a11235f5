-- Blocks somebody who wrote in the last 24 hours, and lets them write again.
local whatsapp = require "whatsapp"

local customer = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local done = assert(wa.blocked_users:block { customer })
for _, user in ipairs(done.added_users) do print("blocked", user.wa_id) end

for user in wa.blocked_users:each() do print("on the list", user.wa_id) end

assert(wa.blocked_users:unblock(customer))
