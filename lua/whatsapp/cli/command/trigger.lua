--- `whatsapp trigger`: an event as Meta would send it, signed, to any address.

local Error = require "whatsapp.error"
local http = require "whatsapp.cli.http"
local input = require "whatsapp.cli.input"
local json = require "whatsapp.json"
local loop = require "whatsapp.loop"
local output = require "whatsapp.cli.output"
local webhook = require "whatsapp.webhook"

local CUSTOMER = { { "--from", "the customer's number, digits only", argname = "NUMBER",
                     default = "15551234567" },
                   { "--id", "the message's id", argname = "WAMID" } }
local REPLY_TO = { "--reply-to", "the id of the message that it answers", argname = "WAMID" }
local REPLY = { "--reply", "the id of what was chosen", argname = "ID", default = "yes" }

local function media(kind, mime_type, more)
  return function(args)
    local file = { id = "1234567890", mime_type = mime_type, sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    for name, value in pairs(more or {}) do file[name] = value end
    file.caption = args.text
    return { type = kind, [kind] = file }
  end
end

local function interactive(kind)
  return function(args)
    return { type = "interactive", interactive = { type = kind, [kind] = { id = args.reply, title = args.reply } } }
  end
end

local function flow_reply(args)
  local answer, err = input.decode(args.data, "--data")
  if not answer then return nil, err end
  return { type = "interactive", interactive = { type = "nfm_reply",
    nfm_reply = { name = "flow", body = "Sent", response_json = json.encode(answer) } } }
end

-- What Graph's table of a message has beside who and when, by kind.
local MESSAGES = {
  { "text", "a text", { { "--text", "what it says", argname = "TEXT", default = "Hello" }, REPLY_TO },
    function(args) return { type = "text", text = { body = args.text } } end },
  { "image", "an image", { { "--text", "its caption", argname = "TEXT" }, REPLY_TO }, media("image", "image/jpeg") },
  { "audio", "a voice message", { REPLY_TO }, media("audio", "audio/ogg; codecs=opus", { voice = true }) },
  { "document", "a document", { { "--text", "its caption", argname = "TEXT" }, REPLY_TO },
    media("document", "application/pdf", { filename = "file.pdf" }) },
  { "location", "a place", { REPLY_TO },
    function() return { type = "location", location = { latitude = 37.77, longitude = -122.42 } } end },
  { "reaction", "a reaction to a message", { REPLY_TO, { "--emoji", "which", argname = "EMOJI", default = "👍" } },
    function(args)
      return { type = "reaction", reaction = { message_id = args.reply_to or "wamid.sent", emoji = args.emoji } }
    end },
  { "button_reply", "a tap on a reply button", { REPLY, REPLY_TO }, interactive "button_reply" },
  { "list_reply", "a choice from a list", { REPLY, REPLY_TO }, interactive "list_reply" },
  { "button", "a tap on a template's quick reply", { REPLY, REPLY_TO },
    function(args) return { type = "button", button = { payload = args.reply, text = args.reply } } end },
  { "flow_reply", "a Flow that was filled in",
    { { "--data", "what was filled in", argname = "JSON",
        default = '{"flow_token":"unused"}' }, REPLY_TO }, flow_reply },
}

local function failure(args)
  local entry, err = Error.explain(args.code)
  if not entry then return nil, err end
  return { status = "failed", errors = { { code = entry.code, title = entry.title } } }
end

local function status(name)
  return { name, ("the status of a message: it was %s"):format(name), {}, function() return { status = name } end }
end

-- Likewise of a status.
local STATUSES = {
  status "sent", status "delivered", status "read",
  { "failed", "the status of a message: it failed",
    { { "--code", "the error's", argname = "CODE", default = "131026" } }, failure },
}

local function message_value(args, made)
  made.from = args.from
  if args.reply_to and made.type ~= "reaction" then made.context = { id = args.reply_to } end
  return { messages = { made }, contacts = { { wa_id = args.from, profile = { name = "Ann" } } } }
end

local function status_value(args, made)
  made.recipient_id = args.from
  return { statuses = { made } }
end

-- What is about a number, and not the account, says which.
local function of_number(call, value)
  value.messaging_product = "whatsapp"
  value.metadata = { display_phone_number = "15555550101",
                     phone_number_id = call:variable "WHATSAPP_PHONE_NUMBER_ID" or "106540352242922" }
  return value
end

local function send(call, url, change, time)
  local body, err = json.encode { object = "whatsapp_business_account", entry = { {
    id = call:variable "WHATSAPP_BUSINESS_ACCOUNT_ID" or "102290129340398", time = time, changes = { change } } } }
  if not body then return Error.invalid(nil, err) end
  local secret = call:variable "WHATSAPP_APP_SECRET"
  if not secret then
    return Error.config("WHATSAPP_APP_SECRET", "is not set, and events are signed with it",
      "set it to the app's secret")
  end
  local answered
  answered, err = http.post(url, body, webhook.sign(body, secret))
  if not answered then return nil, err end
  output.line(answered)
  if answered == "200" then return true end
  return nil, Error.new { kind = "network", outcome = "rejected",
    message = ("%s answers HTTP %s: Meta would send it again"):format(url, answered) }
end

-- Each time another one: what came before would be taken for a repetition.
local function new_id()
  return ("wamid.%.0f%015.0f"):format(os.time(), loop.current().random() * 1e15)
end

local URL = { { "url", "where it goes" } }

local function action(kind, value_of)
  local name, summary, options, make = kind[1], kind[2], {}, kind[4]
  for _, list in ipairs { kind[3], CUSTOMER } do
    for _, option in ipairs(list) do options[#options + 1] = option end
  end
  return { name = name, summary = summary, arguments = URL, options = options,
    run = function(call, args)
      local made, err = make(args)
      if not made then return nil, err end
      made.id, made.timestamp = args.id or new_id(), tostring(os.time())
      return send(call, args.url, { field = "messages", value = of_number(call, value_of(args, made)) })
    end }
end

local change = { name = "change", summary = "a change of any field of the account's webhooks, e.g. account_update",
  arguments = { { "field", "as Meta's webhooks call it" }, URL[1] },
  options = { { "--value", "what is told, as Meta's page on the field has it", argname = "JSON", default = "{}" } } }

function change.run(call, args)
  local value, err = input.decode(args.value, "--value")
  if not value then return nil, err end
  return send(call, args.url, { field = args.field, value = value }, os.time())
end

local actions = {}
for _, kind in ipairs(MESSAGES) do actions[#actions + 1] = action(kind, message_value) end
for _, kind in ipairs(STATUSES) do actions[#actions + 1] = action(kind, status_value) end
actions[#actions + 1] = change

return {
  summary = "sends an event as Meta would, signed, to an address; prints the answer's status",
  actions = actions,
}
