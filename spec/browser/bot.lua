-- The bot of the browser's specs: it says its port, waits for the variables that lead to the
-- sandbox, and then answers what comes.

local cqueues = require "cqueues"
local http_headers = require "http.headers"
local http_server = require "http.server"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local bot

local server = assert(http_server.listen { host = "127.0.0.1", port = 0, onstream = function(_, stream)
  local head, given = assert(stream:get_headers()), {}
  for name, value in head:each() do given[name] = value end
  local status, _, text = bot:handle(head:get ":method", "", given, stream:get_body_chars(3 * 1024 * 1024))
  local answer = http_headers.new()
  answer:append(":status", tostring(status))
  assert(stream:write_headers(answer, false))
  assert(stream:write_chunk(text, true))
end })
assert(server:listen())
print((select(3, server:localname())))
io.stdout:flush()

local env = json.decode(io.read())
bot = whatsapp.bot {
  client = whatsapp.new { access_token = env.WHATSAPP_ACCESS_TOKEN, base_url = env.WHATSAPP_BASE_URL,
    ca_file = env.WHATSAPP_CA_FILE, phone_number_id = env.WHATSAPP_PHONE_NUMBER_ID, rate = false },
  webhook = whatsapp.webhook { app_secret = env.WHATSAPP_APP_SECRET, verify_token = env.WHATSAPP_VERIFY_TOKEN },
  store = whatsapp.store.memory(),
  later = function(one) server.cq:wrap(function() one:work() end) end,
}

bot:on("button_reply", function(event) return event:reply { text = "You chose " .. event.reply_id } end)
bot:on("list_reply", function(event) return event:reply { text = "From the list: " .. event.reply_id } end)
bot:on("text", function(event)
  event:mark_read { typing = true }
  return event:reply { text = "You wrote: " .. event.text }
end)

server.cq:wrap(function()
  while true do cqueues.sleep(bot:tick()) end
end)
assert(server:loop())
