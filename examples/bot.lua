-- A bot in plain Lua: lua-http's server (`luarocks install http`) takes Meta's
-- webhook, the bot answers. In a clone, against the sandbox, whose customer writes:
--
--   make run EXAMPLE=examples/bot.lua SAY="Hello"

local whatsapp = require "whatsapp"

io.stdout:setvbuf "line"

local bot = whatsapp.bot {
  client = whatsapp.new(),
  store = whatsapp.store.memory(),              -- one that outlives the program: whatsapp.store.sqlite "bot.db"
}

bot:use(function(event, following)
  print(event.kind, event.type, event.from, event.text)
  return following()
end)

bot:on("text", "^[Hh]ello", function(event)
  return event:reply { text = ("Hello %s! Write something, and I echo it."):format(event.name or "there") }
end)

bot:on("text", function(event)
  return event:reply { reply_to = event.id, text = "You wrote: " .. event.text }
end)

assert(require("whatsapp.http").serve(bot, { port = tonumber(os.getenv "PORT") }))
