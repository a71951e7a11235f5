-- A bot in plain Lua: lua-http's server (`luarocks install http`) takes Meta's
-- webhook, the bot answers. In a clone, against the sandbox, whose customer writes:
--
--   make run EXAMPLE=examples/bot.lua SAY="Hello"

local http_headers = require "http.headers"
local http_server = require "http.server"
local cqueues = require "cqueues"
local whatsapp = require "whatsapp"

io.stdout:setvbuf "line"

local server

local bot = whatsapp.bot {
  client = whatsapp.new(),
  store = whatsapp.store.memory(),              -- one that outlives the program: whatsapp.store.sqlite "bot.db"
  later = function(bot) server.cq:wrap(function() bot:work() end) end,
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

local MOST = 3 * 1024 * 1024 -- bytes; Meta sends less

server = assert(http_server.listen {
  host = "127.0.0.1", port = tonumber(os.getenv "PORT") or 8080,
  onstream = function(_, stream)
    local head, given = assert(stream:get_headers()), {}
    for name, value in head:each() do given[name] = value end
    local query = head:get(":path"):match "%?(.*)$"
    local status, headers, text = bot:handle(head:get ":method", query, given, stream:get_body_chars(MOST))
    local answer = http_headers.new()
    answer:append(":status", tostring(status))
    for name, value in pairs(headers) do answer:append(name:lower(), value) end
    assert(stream:write_headers(answer, false))
    assert(stream:write_chunk(text, true))
  end,
})

server.cq:wrap(function()
  while true do cqueues.sleep(bot:tick()) end
end)

assert(server:loop())
