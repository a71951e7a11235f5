-- tools/run.lua COMMAND: runs a shell command in a sandbox of its own.

local command = assert(arg[1], "which command?")
local sandbox = assert(require("whatsapp.sandbox").start())
local ok, err = sandbox:run(command)
sandbox:stop()
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1, true)
end
