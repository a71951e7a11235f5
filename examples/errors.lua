-- What can go wrong, and how a program tells.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

-- A wrong message: found here, nothing was sent.
local sent, err = wa:send { to = "0151 23456789", text = "Hello" }
print(sent, err.kind, err.field, err.outcome)

-- Bad options raise, since there is no client to go on with.
print(pcall(whatsapp.new, { api_version = "23" }))

-- What a code means, from an error or a status webhook.
local code = assert(whatsapp.explain(131047))
print(code.code, code.title, code.hint)
