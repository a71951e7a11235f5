-- A local WhatsApp, a phone to look at, and a bot that answers it: no account, no network.
-- `make demo` runs it, on a terminal until Ctrl-C.
local cqueues = require "cqueues"
local whatsapp = require "whatsapp"

local here = arg[0]:match "^(.*)/" or "."
local ann, bo = "+1 555 123 4567", "+1 555 765 4321"

-- Webhooks come in here, as they do from Meta.
local server = assert(require("whatsapp.http").listen { port = 0 })
local sandbox = assert(require("whatsapp.sandbox").start {
  webhook_url = ("http://127.0.0.1:%d/"):format(server.port) })
local wa = whatsapp.new(sandbox:options())

-- The bot --------------------------------------------------------------------

local bot = whatsapp.bot {
  client = wa, store = whatsapp.store.memory(),
  webhook = whatsapp.webhook { app_secret = sandbox.app_secret, verify_token = sandbox.verify_token },
}
server:add(bot)

local cakes = { body = "All of it is from this morning.", button = "Today's cakes",
  { title = "Cakes", { id = "plum", title = "Plum cake", description = "The last piece" },
                     { id = "apple", title = "Apple cake", description = "With cream" } } }

bot:use(function(event, following)
  if event.kind == "message" then print(("  %s: %s"):format(event.name or event.from, event.text or event.type)) end
  return following()
end)
bot:on("button_reply", "cakes", function(event) return event:reply { list = cakes } end)
bot:on("button_reply", "where", function(event)
  return event:reply { location = { latitude = 52.5169, longitude = 13.4019, name = "The moon café" } }
end)
bot:on("list_reply", function(event)
  event:react "👍"
  return event:reply { text = ("*%s*, very well. We keep a piece for you."):format(event.text) }
end)
bot:on("text", function(event)
  event:mark_read { typing = true }
  return event:reply { buttons = { header = "The moon café", body = "What can I do for you?",
    { id = "cakes", title = "Cakes of today" }, { id = "where", title = "Where are you?" } } }
end)

-- Sending --------------------------------------------------------------------

local function show(what, result, err)
  print(("  %-30s %s"):format(what, result and (result.id or "done") or tostring(err)))
  return result
end

print(("%s\n\nSent:"):format(tostring(wa)))
show("text", wa:send { to = bo, text = "Hello from Lua. Your table is *ready* at _six_." })
show("template", wa:send { to = bo, template = {
  name = "order_confirmation", language = "en_US", body = { "Bo", "#1234" } } })
show("voice message", wa:send { to = bo, audio = { file = here .. "/files/voice.ogg", voice = true } })
show("document from memory", wa:send { to = bo, document = {
  data = "total: 42", type = "text/plain", filename = "invoice.txt", caption = "Your invoice" } })
local hello = show("text", wa:send { to = ann, text = "Welcome to the moon café! 🌙" })
show("reply", wa:send { to = ann, reply_to = hello.id, text = "Write something, and see what happens." })
local results = whatsapp.parallel(50, { 1, 2, 3, 4, 5 }, function(i)
  return wa:send { to = "+1 555 200 000" .. i, text = "Number " .. i .. " of five at once" }
end)
print(("  %-30s %d of %d"):format("at once", #results, results.n))

print "\nMistakes are found before anything is sent, or explained:"
show("a national number", wa:send { to = "0151 23456789", text = "Hi" })
show("one value too few", wa:send { to = ann, template = {
  name = "order_confirmation", language = "en_US", body = { "Ann" } } })
show("a number that fails", wa:send { to = "+1 555 0131026", text = "Hi" })

-- Answering ------------------------------------------------------------------

local terminal = os.execute "test -t 1"
terminal = terminal == true or terminal == 0

print "\nA customer writes, and the bot answers:"
assert(sandbox:receive { from = ann, name = "Ann Lee", text = "Do you have plum cake?" })
local reply
local till = cqueues.monotime() + 30
repeat
  assert(server:step(0.1))
  reply = sandbox:sent()
  reply = reply[#reply].payload.interactive
until reply or cqueues.monotime() > till
print("  the bot: " .. assert(reply, "it did not").body.text)

print(terminal and "\nOpen the phone in a browser, and answer the bot. Ctrl-C ends it."
  or "\nOn a terminal it stays until Ctrl-C, with the phone in a browser.")
print("The phone: " .. sandbox.phone_url)
local ok, why = true, nil
if terminal then ok, why = pcall(server.loop, server) end
wa:close()
sandbox:stop()
if not ok and not tostring(why):find("interrupted!", 1, true) then error(why, 0) end
