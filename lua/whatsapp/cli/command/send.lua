--- `whatsapp send`: one message.

local Error = require "whatsapp.error"
local input = require "whatsapp.cli.input"
local output = require "whatsapp.cli.output"
local words = require "whatsapp.cli.words"

-- What a field of the message is called on the command line.
local CALLED = { ["template.language"] = "--language", ["template.body"] = "--param", template = "--template",
                 reply_to = "--reply-to", image = "--image", video = "--video", audio = "--audio",
                 document = "--document", sticker = "--sticker" }

local MEDIA = { "image", "video", "audio", "document", "sticker" }

-- A link, an id that Graph gave, or a file of this machine; a text is the caption.
local function media(value, caption)
  local source = value:find "^https?://" and "link" or value:find "^%d+$" and "id" or "file"
  return { [source] = value, caption = caption }
end

-- How each kind is made of the command line; the first that is named counts.
local function kinds_of(args)
  local found = {}
  for _, kind in ipairs(MEDIA) do
    if args[kind] then found[#found + 1] = { kind, media(args[kind], args.text) } end
  end
  if args.template then
    found[#found + 1] = { "template", { name = args.template, language = args.language,
                                        body = args.param[1] and args.param or nil } }
  end
  return found
end

local function check(args, kinds)
  if args.file and (kinds[1] or args.text) then
    return Error.invalid("--file", "holds the whole message, so nothing else can stand beside it")
  elseif kinds[2] then
    return Error.invalid("--" .. kinds[2][1], ("cannot stand beside --%s"):format(kinds[1][1]))
  elseif args.template and args.text then
    return Error.invalid("text", "cannot stand beside --template", "its words come by --param")
  elseif not args.template and (args.param[1] or args.language) then
    return Error.invalid(args.param[1] and "--param" or "--language", "belongs to --template")
  elseif args.template and not args.language then
    return Error.invalid("--language", "is missing", "whatsapp templates ls shows the template's, e.g. en_US")
  elseif args.timeout and not args.wait then
    return Error.invalid("--timeout", "belongs to --wait")
  elseif not (args.file or kinds[1] or args.text) then
    return Error.invalid("text", "is missing", 'whatsapp send +15551234567 "Hello"')
  end
  return true
end

local function message_of(args)
  local kinds = kinds_of(args)
  local ok, err = check(args, kinds)
  if not ok then return nil, err end
  local message = {}
  if args.file then
    message, err = input.read_json(args.file)
    if not message then return nil, err end
  elseif kinds[1] then
    message[kinds[1][1]] = kinds[1][2]
  else
    message.text = args.text
  end
  message.to, message.reply_to = args.to or message.to, args.reply_to or message.reply_to
  return message
end

local function wait(call, sent, args)
  local delivery, err = sent:wait(args.wait, { timeout = args.timeout })
  if delivery and not call.json then output.line(delivery.status) end
  return delivery, err
end

local function run(call, args)
  local message, err = message_of(args)
  if not message then return nil, err end
  local sent, delivery
  sent, err = words.renamed(args.file and {} or CALLED, call:client():send(message))
  if not sent then return nil, err end
  if not call.json then output.line(sent.id) end
  if args.wait then delivery, err = wait(call, sent, args) end
  if call.json then
    output.print_json { id = sent.id, wa_id = sent.wa_id, input = sent.input, status = sent.status,
                        delivery = delivery }
  end
  return not err or nil, err
end

return {
  summary = "sends a message and prints its id",
  arguments = {
    { "to", "a phone number in international form, or a user id", args = "?" },
    { "text", "what to say; beside a medium: its caption", args = "?" },
  },
  options = {
    { "--image", "a file, link or media id", argname = "FILE" },
    { "--video", "likewise", argname = "FILE" },
    { "--audio", "likewise", argname = "FILE" },
    { "--document", "likewise", argname = "FILE" },
    { "--sticker", "likewise", argname = "FILE" },
    { "--template", "the name of a template", argname = "NAME" },
    { "--language", "the template's language, e.g. en_US", argname = "CODE" },
    { "--param", "a parameter of the template's body; again for the next", argname = "TEXT", count = "*" },
    { "--file", "the message as JSON, of every kind, as for wa:send (-: standard input)", argname = "FILE" },
    { "--reply-to", "the id of the message this one answers", argname = "WAMID" },
    { "--wait", "wait until it is sent, delivered or read", argname = "STATE",
      choices = { "sent", "delivered", "read" } },
    { "--timeout", "seconds to wait (60)", argname = "SECONDS", convert = input.seconds },
  },
  run = run,
}
