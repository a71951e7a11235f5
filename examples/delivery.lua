-- What became of a message, without a webhook: ask until it has been delivered.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local sent = assert(wa:send { to = to, text = "Your order is on its way" })

local delivery, err = sent:wait("delivered", { timeout = 60 })
if delivery then
  print(delivery.status, os.date("%X", delivery.timestamp))     -- delivered, or read by now
elseif err.kind == "timeout" then
  print("still " .. (err.state or "unknown") .. ": the phone may be off")
else
  print(err)                                                    -- it failed: why, and what to do
end

-- Everything that is known of it.
for _, entry in ipairs(assert(wa.messages:history(sent.id)).data) do
  for _, event in ipairs(entry.events.data) do
    print(event.timestamp, event.delivery_status, event.error_description)
  end
end
