--- `whatsapp sandbox`: a local WhatsApp until Ctrl-C.

local Error = require "whatsapp.error"
local input = require "whatsapp.cli.input"
local interrupt = require "whatsapp.cli.interrupt"
local loop = require "whatsapp.loop"
local output = require "whatsapp.cli.output"
local sandbox = require "whatsapp.sandbox"
local words = require "whatsapp.cli.words"

local TEXT = [[
# The phone: %s
# Until Ctrl-C. In another terminal:
%s# whatsapp send +15551234567 "Hello"
]]

-- What an option of the sandbox is called on the command line.
local CALLED = { webhook_url = "--forward-to", port = "--port", data = "--data" }

local PERIOD = 1 -- seconds between two looks at how it is

local function watch(box)
  for _, complaint in ipairs(Error.must(box:complaints())) do
    io.stderr:write("whatsapp: the sandbox: ", complaint, "\n")
  end
end

local function run(call, args)
  local box, err = words.renamed(CALLED,
    sandbox.start { port = args.port, webhook_url = args.forward_to, data = args.data })
  if not box then return nil, err end
  if call.json then
    output.print_json(box:env(args.mode))
  else
    output.write(TEXT:format(box.phone_url, box:exports(args.mode)))
  end
  local driver = loop.current()
  return interrupt.repeated(function()
    driver.sleep(PERIOD)
    watch(box)
  end, function() box:stop() end)
end

return {
  summary = "a local WhatsApp to try things in; prints the variables that lead there",
  options = {
    { "--port", "where it listens (a free port)", argname = "PORT", convert = input.port },
    { "--forward-to", "post its webhooks to this http address of this machine", argname = "URL" },
    { "--data", "keep chats, templates, credentials and all else in this folder, for the next time", argname = "DIR" },
    { "--mode", "how clients reach it (gateway)", choices = { "gateway", "direct" }, argname = "MODE" },
  },
  run = run,
}
