-- The appointment bot's test: a transcript, with its own time. In a clone:
--
--   make run EXAMPLE=examples/appointment_bot_test.lua

local testing = require "whatsapp.testing"

local NEW_YEAR = 1767261600 -- 2026-01-01, 10:00 UTC

local t = testing.bot(dofile "examples/appointment_bot.lua", { now = NEW_YEAR })
t.user("4915112345678", "Ann"):plays "examples/appointment_bot.txt"
print(t:transcript())
