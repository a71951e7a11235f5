-- Appointments: a free slot is offered, taken in a step, and the customer is reminded
-- an hour before, whatever happened to the process in between. At the end a customer
-- makes one. In a clone:
--
--   make run EXAMPLE=examples/appointment_bot.lua

local testing = require "whatsapp.testing"
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

local appointment = whatsapp.conversation("appointment", function(chat)
  local slots = chat:step("free slots", function() return free_slots(os.time()) end)
  local slot = chat:choose("When would you like to come?", slots, { button = "See times", timeout = 24 * HOUR })
  if not slot then return end
  local at = tonumber(slot)
  if not chat:step("take slot", function() return take_slot(at) end) then
    chat:say "Somebody was faster. Let us try again."
    return chat:restart()
  end
  chat:say "It is yours. I shall remind you."
  chat:sleep(math.max(1, at - HOUR - chat:now()))
  chat:say "See you in an hour!"
end)

local bot = whatsapp.bot { client = whatsapp.new(), store = whatsapp.store.memory() }
bot:on("text", "^[Aa]ppointment", appointment)

-- A customer -----------------------------------------------------------------------------

local t = testing.bot(bot)
local ann = t.user "4915112345678"

ann:says "appointment"
local _, offer = ann:expects "list"
local slots = offer.interactive.action.sections[1].rows
assert(#slots == 10 and slots[10].title == "More")       -- twelve slots: two pages
taken[tonumber(slots[1].id)] = true                      -- somebody else, at the same moment
ann:picks(slots[1].id)
ann:expects "faster"
_, offer = ann:expects "list"
slots = offer.interactive.action.sections[1].rows
ann:says "more"
ann:expects "list"
ann:says(slots[1].title)
ann:expects "It is yours"
t:advance(tonumber(slots[1].id) - t.now - HOUR)
ann:expects "in an hour"
ann:expects_nothing()
print(t:transcript())
