--- `whatsapp trigger`: an event as Meta would send it, signed, to any address.

local Error = require "whatsapp.error"
local http = require "whatsapp.cli.http"
local json = require "whatsapp.json"
local webhook = require "whatsapp.webhook"

-- By kind, what Graph's table of a message or status has beside who and when.
local MESSAGES = {
  text = { type = "text", text = { body = "Hello" } },
  image = { type = "image", image = { id = "1234567890", mime_type = "image/jpeg", sha256 = "" } },
  location = { type = "location", location = { latitude = 37.77, longitude = -122.42 } },
  button_reply = { type = "interactive",
    interactive = { type = "button_reply", button_reply = { id = "yes", title = "Yes" } } },
  list_reply = { type = "interactive",
    interactive = { type = "list_reply", list_reply = { id = "p1", title = "Product 1" } } },
}

local STATUSES = { sent = true, delivered = true, read = true, failed = true }

local KINDS = { "text", "image", "location", "button_reply", "list_reply", "sent", "delivered", "read", "failed" }

local function message_of(args, common)
  for name, value in pairs(MESSAGES[args.kind]) do common[name] = value end
  common.from = args.from
  if args.text then common.text = { body = args.text } end
  return { messages = { common }, contacts = { { wa_id = args.from, profile = { name = "Ann" } } } }
end

local function status_of(args, common)
  common.status, common.recipient_id = args.kind, args.from
  if args.kind == "failed" then
    local entry, err = Error.explain(args.code)
    if not entry then return nil, err end
    common.errors = { { code = entry.code, title = entry.title } }
  end
  return { statuses = { common } }
end

local function body_of(call, args)
  local common = { id = args.id or ("wamid.trigger%d"):format(os.time()), timestamp = tostring(os.time()) }
  local value, err
  if STATUSES[args.kind] then value, err = status_of(args, common) else value = message_of(args, common) end
  if not value then return nil, err end
  value.messaging_product = "whatsapp"
  value.metadata = { display_phone_number = "15555550101",
                     phone_number_id = call:variable "WHATSAPP_PHONE_NUMBER_ID" or "106540352242922" }
  return json.encode { object = "whatsapp_business_account", entry = { {
    id = call:variable "WHATSAPP_BUSINESS_ACCOUNT_ID" or "102290129340398",
    changes = { { field = "messages", value = value } } } } }
end

local function run(call, args)
  if args.text and args.kind ~= "text" then return Error.invalid("--text", "belongs to the kind text") end
  local secret = call:variable "WHATSAPP_APP_SECRET"
  if not secret then
    return Error.config("WHATSAPP_APP_SECRET", "is not set, and events are signed with it",
      "set it to the app's secret")
  end
  local body, err = body_of(call, args)
  if not body then return nil, err end
  local status
  status, err = http.post(args.url, body, webhook.sign(body, secret))
  if not status then return nil, err end
  print(status)
  if status == "200" then return true end
  return nil, Error.new { kind = "network", outcome = "rejected",
    message = ("%s answers HTTP %s: Meta would send it again"):format(args.url, status) }
end

return {
  summary = "sends an event as Meta would, signed, to an address; prints the answer's status",
  arguments = { { "kind", table.concat(KINDS, ", "), choices = KINDS }, { "url", "where it goes" } },
  options = {
    { "--from", "the customer's number, digits only (15551234567)", argname = "NUMBER", default = "15551234567" },
    { "--text", "what the customer writes", argname = "TEXT" },
    { "--id", "the message's id", argname = "WAMID" },
    { "--code", "of the kind failed: the error's code (131026)", argname = "CODE", default = "131026" },
  },
  run = run,
}
