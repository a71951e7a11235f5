-- A survey that branches, calls a part of its own twice and begins by a command; at
-- the end a customer goes through it. In a clone:
--
--   make run EXAMPLE=examples/survey_bot.lua

local testing = require "whatsapp.testing"
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
  local winner = chat:random(100) == 100
  chat:say(winner and "Thank you! You have won a cup of coffee." or "Thank you!")
end)

local bot = whatsapp.bot { client = whatsapp.new(), store = whatsapp.store.memory() }
bot:on("text", "^survey (%a+)$", survey)

-- A customer -----------------------------------------------------------------------------

local t = testing.bot(bot)
local ann = t.user "4915112345678"

ann:says "survey Rome"
ann:expects "shop in Rome"
ann:taps "Yes"
ann:expects "stars for the shop"
ann:says "2"
ann:expects "What was wrong"
ann:says "Too few pizzas"
ann:expects "stars for our staff"
ann:says "5"
ann:expects "^Thank you!"
assert(answers[1].shop == 2 and answers[1].wrong == "Too few pizzas" and answers[1].staff == 5)
ann:says "survey Oslo"
ann:expects "shop in Oslo"
ann:taps "No"
ann:expects "come and see us"
print(t:transcript())
