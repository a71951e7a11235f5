-- A bot that takes orders: a straight function, which may be interrupted anywhere and
-- goes on where it was. examples/order_bot_test.lua has a customer talk to it;
-- examples/nginx/order_bot.conf serves it.

local whatsapp = require "whatsapp"

local PIZZAS = {
  { id = "margherita", title = "Margherita", description = "Tomato, mozzarella, basil" },
  { id = "funghi", title = "Funghi", description = "Mushrooms" },
  { id = "diavola", title = "Diavola", description = "Hot salami" },
  { id = "quattro", title = "Quattro formaggi", description = "Four cheeses" },
}

-- What your shop does; here it takes any order.
local function place_order(order)
  return ("%s-%d"):format(order.pizza:sub(1, 3):upper(), order.count)
end

local order = whatsapp.conversation("order", function(chat)
  local pizza = chat:choose("Which pizza would you like?", PIZZAS, { button = "See pizzas" })
  local count = chat:ask("How many?", { number = { min = 1, max = 20 }, retry = "A number from 1 to 20, please." })
  local size = chat:choose("Which size?", { "Small", "Medium", "Large" })
  local name = chat:ask "Whom is it for?"
  local sure = chat:choose(("%d × %s, %s, for %s?"):format(count, pizza, size:lower(), name), { "Yes", "No" })
  if sure == "No" then
    chat:say "Never mind. Write “order” to begin again."
    chat:cancel()
  end
  local id = chat:step("place order", function()
    return place_order { pizza = pizza, count = count, size = size, name = name }
  end)
  chat:say(("Thank you, %s. Your order is %s; it will be ready in 20 minutes."):format(name, id))
  chat:sleep(20 * 60)
  chat:say(("%s, your order %s is ready."):format(name, id))
end, { timeout = 3600, on_timeout = function(chat)
  chat:say "I have put your order aside. Write “order” to begin again."
end })

-- In memory, which the nginx that serves it overrides.
local bot = whatsapp.bot { client = whatsapp.new(), store = whatsapp.store.memory() }

bot:on("text", { "^[Oo]rder", "^[Pp]izza" }, order)

bot:on("text", "^[Ss]top$", function(event)
  for _, open in ipairs(assert(event.bot:conversations(event))) do assert(open:finish()) end
  event:reply { text = "All right. Write “order” whenever you are hungry." }
end, { interrupt = true })

bot:otherwise(function(event)
  if event.kind == "message" then event:reply { text = "Write “order” to order a pizza." } end
end)

return bot
