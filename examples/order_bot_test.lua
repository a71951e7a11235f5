-- The order bot's test: a transcript, and steps by hand. In a clone:
--
--   make run EXAMPLE=examples/order_bot_test.lua

local testing = require "whatsapp.testing"

local t = testing.bot(dofile "examples/order_bot.lua")

t.user("491511234567", "Ann"):plays "examples/order_bot.txt"

local bob = t.user("491517654321", "Bob")
bob:says "pizza"
bob:expects "list"
bob:picks "quattro"
bob:expects "^How many"
bob:says "1"
bob:expects "buttons"
bob:taps "Small"
bob:expects "Whom is it for?"
t:advance(3600)
bob:expects "put your order aside"
bob:expects_nothing()

print(t:transcript())
