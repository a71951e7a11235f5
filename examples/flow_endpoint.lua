-- The endpoint of a Flow that books an appointment, and a customer who plays it: all of
-- it here, encrypted and signed as WhatsApp does it, without a network.
local whatsapp = require "whatsapp"
local testing = require "whatsapp.testing"

-- Once, by you: keep the private key, give the public one to Meta.
local pair = assert(whatsapp.flow.keypair "a passphrase")

local HOURS = { Monday = { "9:00", "9:30" }, Tuesday = { "14:00" } }

local function as_options(list)
  local options = {}
  for i, title in ipairs(list) do options[i] = { id = title, title = title } end
  return options
end

local endpoint = whatsapp.flow.endpoint {
  private_key = pair.private_key,
  passphrase = "a passphrase",
  app_secret = "0123456789abcdef0123456789abcdef",
  on = {
    -- The customer opens the Flow.
    INIT = function(request)
      if request.flow_token == "used" then return request:invalid_token "This appointment is booked already." end
      return request:show("DAY", { days = as_options { "Monday", "Tuesday", "Sunday" } })
    end,
    -- What a screen sends comes to the handler of its name.
    DAY = function(request)
      local hours = HOURS[request.data.day]
      if not hours then return request:fail("We are closed on " .. request.data.day .. ".") end
      return request:show("HOUR", { day = request.data.day, hours = as_options(hours) })
    end,
    HOUR = function(request)
      return request:complete { day = request.data.day, hour = request.data.hour }
    end,
  },
}

local player = testing.flow(endpoint, { flow_token = "order-17" })
print(assert(player:open()), player.data.days[1].title)
print(assert(player:submit { day = "Sunday" }), player.message)
print(assert(player:submit { day = "Monday" }), player.data.hours[2].title)
print(assert(player:submit { day = "Monday", hour = player.data.hours[2].id }), player.params.flow_token,
  player.params.day, player.params.hour)

-- Somebody who was not sent this Flow.
print(testing.flow(endpoint, { flow_token = "used" }):open())
