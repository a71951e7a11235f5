-- tools/run.lua COMMAND [TEXT]: runs a shell command in a sandbox of its own, whose
-- webhooks go to port 8080 of this machine. A customer writes TEXT to it.

local command, text = arg[1], arg[2]
assert(command, "which command?")

local sandbox = assert(require("whatsapp.sandbox").start { webhook_url = "http://127.0.0.1:8080/webhook" })
-- It waits until somebody listens there.
if text and text ~= "" then assert(sandbox:receive { from = "+1 555 123 4567", name = "Ann", text = text }) end
local ok, err = sandbox:run(command)
sandbox:stop()
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1, true)
end
