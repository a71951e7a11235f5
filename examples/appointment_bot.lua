-- Appointments: a free slot is offered, taken in a step, and the customer is reminded
-- an hour before, whatever happened to the process, or was talked about, in between.
-- examples/appointment_bot_test.lua has two customers who want the same one.

local whatsapp = require "whatsapp"

local HOUR = 3600
local taken = {}

-- Your calendar. It changes while a customer thinks: so it is asked in steps.
local function free_slots(now)
  local slots = {}
  for hour = 9, 20 do
    local at = now - now % (24 * HOUR) + (24 + hour) * HOUR
    if not taken[at] then slots[#slots + 1] = { id = ("%d"):format(at), title = ("tomorrow, %d:00"):format(hour) } end
  end
  return slots
end

local function take_slot(at)
  if taken[at] then return false end
  taken[at] = true
  return true
end

local remind = whatsapp.conversation("remind", function(chat, at)
  chat:sleep(at - HOUR - chat:now())
  -- A day after the customer's last message only templates reach them.
  chat:send { template = { name = "appointment_reminder", language = "en_US",
    body = { customer = chat.name, day = "today", time = os.date("!%H:%M", at) } } }
end, { beside = true })

local appointment = whatsapp.conversation("appointment", function(chat)
  local now = chat:now()
  local slots = chat:step("free slots", function() return free_slots(now) end)
  if not slots[1] then return chat:say "I am sorry: everything is taken." end
  local slot = chat:choose("When would you like to come?", slots, { button = "See times", timeout = 24 * HOUR })
  if not slot then return end
  local at = tonumber(slot)
  if not chat:step("take slot", function() return take_slot(at) end) then
    chat:say "Somebody was faster. Let us try again."
    return chat:restart()
  end
  chat:start(remind, at)
  chat:say "It is yours. I shall remind you."
end)

local bot = whatsapp.bot { client = whatsapp.new(), store = whatsapp.store.memory() }
bot:on("text", "^[Aa]ppointment", appointment):add(remind)

return bot
