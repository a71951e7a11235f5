--- A bot of examples/ as it is, in plain Lua: a process that a sandbox posts to.

local files = require "spec.support.files"
local server = require "spec.support.server"

local M = {}

local LIFE_LIMIT = 300 -- seconds after which it ends, should nobody stop it

---@class spec.Example
---@field sandbox whatsapp.Sandbox whose customers write to it
---@field port integer where it listens
local Example = {}
Example.__index = Example

--- Starts a sandbox, and the example with its environment.
---@param name string of the file
---@return spec.Example
function M.start(name)
  local port, directory = server.free_ports({ "port" }).port, server.make_directory()
  local sandbox = assert(require("whatsapp.sandbox").start {
    webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
  assert(sandbox:run(("d=%s; PORT=%d timeout %d %s %s </dev/null >$d/log 2>&1 & echo $! >$d/pid")
    :format(directory, port, LIFE_LIMIT, os.getenv "LUA_BIN" or arg[-1], name)))
  return setmetatable({ sandbox = sandbox, directory = directory, port = port }, Example)
end

--- What it has printed.
---@return string
function Example:log()
  return files.read(self.directory .. "/log")
end

function Example:stop()
  os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(self.directory))
  self.sandbox:stop()
  server.remove_directory(self.directory)
end

return M
