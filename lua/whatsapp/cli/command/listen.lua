--- `whatsapp listen`: takes webhooks on this machine and prints their events.

local Error = require "whatsapp.error"
local http = require "whatsapp.cli.http"
local input = require "whatsapp.cli.input"
local interrupt = require "whatsapp.cli.interrupt"
local output = require "whatsapp.cli.output"
local webhook = require "whatsapp.webhook"

local FIELDS = { "kind", "type", "id", "timestamp", "from", "name", "text", "reply_id", "raw" }

local function show(call, event)
  if call.json then
    local plain = {}
    for _, name in ipairs(FIELDS) do plain[name] = event[name] end
    output.print_json(plain)
  else
    output.line((("%s.%s  %s  %s"):format(event.kind, event.type, event.from or "-",
      event.text or event.errors and tostring(event.errors[1]) or ""):gsub("%c+", " "):gsub("%s+$", "")))
  end
end

-- The answers: status and text.

local function challenge(hook, path)
  local text, err = hook:challenge(path:match "%?(.*)$" or "")
  if text then return "200", text end
  io.stderr:write(tostring(err), "\n")
  return "403", ""
end

local function deliver(call, args, hook, body, signature)
  local events, err = hook:parse(body, signature)
  if not events then
    io.stderr:write(tostring(err), "\n")
    return "401", ""
  end
  for _, event in ipairs(events) do show(call, event) end
  if not args.forward_to then return "200", "" end
  local status
  status, err = http.post(args.forward_to, body, signature)
  if status then return status, "" end
  io.stderr:write(tostring(err), "\n")
  return "502", ""
end

local function answer(stream, headers, status, text)
  headers:append(":status", status)
  headers:append("content-type", "text/plain")
  assert(stream:write_headers(headers, false))
  assert(stream:write_chunk(text, true))
end

-- Answers one request.
local function handler(call, args, hook, new_headers)
  return function(_, stream)
    local head = assert(stream:get_headers())
    if head:get ":method" == "POST" then
      local body = assert(stream:get_body_chars(webhook.BODY_MAX))
      answer(stream, new_headers(), deliver(call, args, hook, body, head:get "x-hub-signature-256"))
    else
      answer(stream, new_headers(), challenge(hook, head:get ":path"))
    end
  end
end

local function run(call, args)
  local server, err = http.load "server"
  if not server then return nil, err end
  local hook = webhook { app_secret = call:variable "WHATSAPP_APP_SECRET",
                         verify_token = call:variable "WHATSAPP_VERIFY_TOKEN" }
  local listener, why = server.listen { host = "127.0.0.1", port = args.port,
    onstream = handler(call, args, hook, require("http.headers").new) }
  local ok
  if listener then ok, why = listener:listen() end
  if not ok then return nil, Error.new { kind = "io", message = "cannot listen: " .. tostring(why) } end
  local _, _, port = listener:localname()
  io.stderr:write(("listening on http://127.0.0.1:%d/ until Ctrl-C\n"):format(port))
  return interrupt.repeated(function() listener:step(0.2) end, function() listener:close() end)
end

return {
  summary = "takes webhooks on this machine, checks and prints them",
  options = {
    { "--port", "where it listens", argname = "PORT", convert = input.port, default = "8080" },
    { "--forward-to", "post what came on to this address, and answer as it does", argname = "URL" },
  },
  run = run,
}
