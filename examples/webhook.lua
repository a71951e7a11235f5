-- Takes a webhook's body apart, as an HTTP handler would. Needs no network: the body
-- is signed here, as Meta signs its own.
local whatsapp = require "whatsapp"

local SECRET = "0123456789abcdef0123456789abcdef"
local hook = whatsapp.webhook { app_secret = SECRET, verify_token = "a token" }

-- Meta checks the address once, with a GET.
print(assert(hook:challenge "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a%20token"))

local body = [[
{"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": {
  "messaging_product": "whatsapp",
  "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
  "contacts": [{"profile": {"name": "Ana Souza"}, "wa_id": "5511987654321", "user_id": "BR.93810274665120"}],
  "messages": [
    {"from": "5511987654321", "id": "wamid.1", "timestamp": "1760000001", "type": "text", "text": {"body": "Hello"}},
    {"from": "5511987654321", "id": "wamid.2", "timestamp": "1760000002", "type": "interactive",
     "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}}],
  "statuses": [
    {"id": "wamid.3", "status": "failed", "timestamp": "1760000003", "recipient_id": "5511987654321",
     "errors": [{"code": 131047, "title": "Re-engagement message"}]}]
}}]}]}]]

for _, event in ipairs(assert(hook:parse(body, whatsapp.webhook.sign(body, SECRET)))) do
  print(event.kind .. "." .. event.type, event.from, event.text or event.errors[1].hint)
end

-- What Meta did not sign is not looked at.
print(hook:parse(body:gsub("Hello", "Hullo"), "sha256=" .. ("0"):rep(64)))
