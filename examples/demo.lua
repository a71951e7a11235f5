-- Real sends to a local WhatsApp: no account, no network. `make demo` runs it.
local whatsapp = require "whatsapp"
local json = require "whatsapp.json"

local here = arg[0]:match "^(.*)/" or "."
local sandbox = assert(require("whatsapp.sandbox").start())
local wa = whatsapp.new(sandbox:options())
local to = "+1 (555) 123-4567"

print("A local WhatsApp listens on " .. sandbox.base_url)
print("The client: " .. tostring(wa) .. "\n")

local function show(what, result, err)
  print(("%-34s %s"):format(what, result and (result.id or "done") or tostring(err)))
  return result
end

local hello = show("text", wa:send { to = to, text = "Hello from Lua" })
show("reply", wa:send { to = to, reply_to = hello.id, text = "And a reply." })
show("template", wa:send { to = to, template = {
  name = "order_confirmation", language = "en_US", body = { "John", "#1234" } } })
show("image by link", wa:send { to = to, image = "https://example.com/a.jpg" })
show("document from memory", wa:send { to = to, document = {
  data = "total: 42", type = "text/plain", filename = "invoice.txt", caption = "Invoice" } })

local photo = show("upload", wa.media:upload(here .. "/files/photo.png"))
show("image by id", wa:send { to = to, image = { id = photo.id, caption = "Look" } })
local direct = whatsapp.new(sandbox:options "direct") -- downloads want the business's own access token
print(("%-34s %d bytes"):format("download", #assert(direct.media:download(photo.id))))
direct:close()

print "\nMistakes are found before anything is sent, or explained:"
show("a national number", wa:send { to = "0151 23456789", text = "Hi" })
show("a download through the gateway", wa.media:download(photo.id))
show("one value too few", wa:send { to = to, template = {
  name = "order_confirmation", language = "en_US", body = { "John" } } })

local results = whatsapp.parallel(50, { 1, 2, 3, 4, 5 }, function(i)
  return wa:send { to = to, text = "Number " .. i }
end)
print(("\n%d more at once: %d sent"):format(results.n, #results))

print "\nWhat the local WhatsApp received:"
for i, message in ipairs(sandbox:sent()) do
  local content = json.encode(message.payload[message.type])
  print(("%3d  %-9s %s"):format(i, message.type, content:sub(1, 100)))
end

wa:close()
sandbox:stop()
print "\nThe local WhatsApp has stopped. Next: README.md, and examples/."
