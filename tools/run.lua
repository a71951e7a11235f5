-- tools/run.lua COMMAND [TEXT]: runs a shell command in a sandbox of its own. With a
-- TEXT a customer writes it, the sandbox's webhooks go to port 8080 of this machine,
-- as soon as somebody listens there, and it says where the customer's phone is. A
-- program that wants an access token, and says so, talks straight to Graph.

local command, text = arg[1], arg[2] or ""
assert(command, "which command?")

local function mode_of(path)
  local file = path and io.open(path)
  local program = file and file:read "*a" or ""
  if file then file:close() end
  return program:find("wants WHATSAPP_ACCESS_TOKEN", 1, true) and "direct" or "gateway"
end

local says = text ~= ""
local sandbox = assert(require("whatsapp.sandbox").start {
  webhook_url = says and "http://127.0.0.1:8080/webhook" or nil })
if says then
  assert(sandbox:receive { from = "+1 555 123 4567", name = "Ann", text = text })
  print("The customer's phone, for a browser: " .. sandbox.phone_url)
  io.stdout:flush()
end
local ok, err = sandbox:run(command, mode_of(command:match "%S+%.lua"))
sandbox:stop()
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1, true)
end
