--- A second Lua, the one under test, that runs a program of its own with this
--- process's modules. (Not under valgrind: a program that leaves its state behind
--- would have leaked in its eyes.)

local build = require "spec.support.build"
local server = require "spec.support.server"

local M = {}

local LIMIT = 300     -- seconds, should a program hang

local PRELUDE = [[
package.path, package.cpath = %q, %q
local posix = assert(package.loadlib(%q, "luaopen_posix"))()
local whatsapp, core = require "whatsapp", require "whatsapp.core"
io.stdout:setvbuf "no"
]]

local Child = {}
Child.__index = Child

local function interpreter()
  return os.getenv "LUA_BIN" or rawget(_G, "jit") and "luajit" or _VERSION:lower():gsub(" ", "")
end

--- A program's text with the addresses of the servers in it: $faults, $tls (HTTP/1.1),
--- $h2, and $ca, the file of their certificate authority.
---@param text string
---@param faults spec.FaultServer
---@param tls spec.TlsServer
---@return string
function M.program(text, faults, tls)
  local values = { faults = faults.url, tls = tls.url.http1, h2 = tls.url.good, ca = tls.ca_file }
  return (text:gsub("%$(%w+)", function(name) return ("%q"):format(values[name]) end))
end

-- Writes the program down, in a directory of its own.
local function write(program, before)
  local directory = server.make_directory()
  local file = assert(io.open(directory .. "/program.lua", "w"))
  file:write(before or "", "\n", PRELUDE:format(package.path, package.cpath,
    build.posix), program)
  file:close()
  return directory
end

--- Starts a program. Before it run `whatsapp`, `core` and `posix` are there, and
--- `before` (a line of code, say) even before the modules were loaded.
---@param program string
---@param before? string
---@param environment? string NAME=value
function M.start(program, before, environment)
  local directory = write(program, before)
  -- In the foreground `timeout` passes an interrupt on once, not twice.
  local pipe = assert(io.popen(("exec 2>/dev/null; timeout --foreground %d env %s %s %s/program.lua 2>&1 & "
    .. "echo $!; wait $!; echo status $?"):format(LIMIT, environment or "", interpreter(),
    directory)))
  return setmetatable({ pipe = pipe, pid = pipe:read "*l", directory = directory }, Child)
end

--- Interrupts it, as Ctrl-C does.
function Child:interrupt()
  os.execute("kill -INT " .. self.pid)
end

--- Asks it to end, as service managers do.
function Child:terminate()
  os.execute("kill -TERM " .. self.pid)
end

--- Kills it, as soon as it runs: it cannot clean up.
function Child:kill()
  os.execute(("while kill -0 %s && ! kill -KILL $(ps -o pid= --ppid %s); do sleep 0.02; done 2>/dev/null"):format(
    self.pid, self.pid))
end

--- Waits for its end.
---@return string output both streams
---@return integer status
function Child:finish()
  local said = self.pipe:read "*a"
  self.pipe:close()
  server.remove_directory(self.directory)
  local output, status = said:match "^(.*)status (%d+)\n$"
  return output, tonumber(status)
end

--- Runs a program again and again.
---@param times integer
---@param program string
---@return string output what all of them said
---@return table<integer, integer> statuses how many ended with each
function M.repeated(times, program)
  local directory = write(program)
  local pipe = assert(io.popen(([[i=0; while [ $i -lt %d ]; do i=$((i+1))
    timeout --foreground %d %s %s/program.lua 2>&1; echo "status $?"; done]]):format(
    times, LIMIT, interpreter(), directory)))
  local output, statuses = {}, {}
  for line in pipe:lines() do
    local status = tonumber(line:match "^status (%d+)$")
    if status then
      statuses[status] = (statuses[status] or 0) + 1
    else
      output[#output + 1] = line
    end
  end
  pipe:close()
  server.remove_directory(directory)
  return table.concat(output, "\n"), statuses
end

--- Runs a program to its end.
---@param program string
---@param before? string
---@param environment? string NAME=value
---@return string output
---@return integer status
function M.run(program, before, environment)
  return M.start(program, before, environment):finish()
end

return M
