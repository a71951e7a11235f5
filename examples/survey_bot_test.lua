-- The survey's test: a transcript, and what was saved. In a clone:
--
--   make run EXAMPLE=examples/survey_bot_test.lua

local testing = require "whatsapp.testing"

local bot, answers = dofile "examples/survey_bot.lua"

local t = testing.bot(bot)
local ann = t.user("4915112345678", "Ann")

ann:plays "examples/survey_bot.txt"
assert(#answers == 0)

ann:says("survey Rome"):expects("shop in Rome"):taps("Yes")
ann:expects("stars for the shop"):says("none"):expects("1 to 5, please"):says("2")
ann:expects("What was wrong"):says("Too few pizzas")
ann:expects("stars for our staff"):says("5"):expects "^Thank you!$"      -- and coffee, by chance
assert(answers[1].shop == 2 and answers[1].wrong == "Too few pizzas" and answers[1].staff == 5)
print(t:transcript())
