--- `whatsapp listen`: takes webhooks on this machine and prints their events.

local http = require "whatsapp.http"
local input = require "whatsapp.cli.input"
local interrupt = require "whatsapp.cli.interrupt"
local output = require "whatsapp.cli.output"
local poster = require "whatsapp.cli.http"
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

local function challenge(hook, query)
  local text, err = hook:challenge(query)
  if text then return 200, text end
  io.stderr:write(tostring(err), "\n")
  return 403, ""
end

local function deliver(call, args, hook, body, signature)
  local events, err = hook:parse(body, signature)
  if not events then
    io.stderr:write(tostring(err), "\n")
    return 401, ""
  end
  for _, event in ipairs(events) do show(call, event) end
  if not args.forward_to then return 200, "" end
  local status
  status, err = poster.post(args.forward_to, body, signature)
  if status then return tonumber(status), "" end
  io.stderr:write(tostring(err), "\n")
  return 502, ""
end

local PLAIN = { ["Content-Type"] = "text/plain" }

local function run(call, args)
  local hook = webhook { app_secret = call:variable "WHATSAPP_APP_SECRET",
                         verify_token = call:variable "WHATSAPP_VERIFY_TOKEN" }
  local server, err = http.listen { port = args.port }
  if not server then return nil, err end
  server:add_function(function(method, query, headers, body)
    local status, text
    if method == "POST" then
      status, text = deliver(call, args, hook, body, headers["x-hub-signature-256"])
    else
      status, text = challenge(hook, query)
    end
    return status, PLAIN, text
  end)
  io.stderr:write(("listening on http://127.0.0.1:%d/ until Ctrl-C\n"):format(server.port))
  return interrupt.repeated(function() server:step(0.2) end, function() server:close() end)
end

return {
  summary = "takes webhooks on this machine, checks and prints them",
  options = {
    { "--port", "where it listens", argname = "PORT", convert = input.port, default = "8080" },
    { "--forward-to", "post what came on to this address, and answer as it does", argname = "URL" },
  },
  run = run,
}
