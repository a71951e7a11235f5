-- A survey that branches, calls a part of its own twice and begins by a command.
-- examples/survey_bot_test.lua has a customer go through it.

local whatsapp = require "whatsapp"

local answers = {}

-- A part that other conversations call: it returns what its function returns.
local rate = whatsapp.conversation("rate", function(chat, what)
  local stars = chat:ask(("How many stars for %s? (1 to 5)"):format(what),
    { number = { min = 1, max = 5 }, retry = "1 to 5, please." })
  local why = stars <= 2 and chat:ask "I am sorry. What was wrong?" or nil
  return stars, why
end)

local survey = whatsapp.conversation("survey", function(chat, place)
  local visited = chat:choose(("Have you been to our shop in %s?"):format(place), { "Yes", "No" })
  if visited == "No" then return chat:say "Then come and see us!" end
  local shop, wrong = chat:call(rate, "the shop")
  local staff = chat:call(rate, "our staff")
  chat:step("save", function() answers[#answers + 1] = { place = place, shop = shop, staff = staff, wrong = wrong } end)
  chat:say "Thank you!"
  if chat:random(100) == 100 then chat:say "You have won a cup of coffee." end
end)

local bot = whatsapp.bot { client = whatsapp.new(), store = whatsapp.store.memory() }
bot:on("text", "^survey (%a+)$", survey)

return bot, answers
