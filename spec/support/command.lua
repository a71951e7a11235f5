--- The command as users run it: a process of its own, with the Lua under test.

local server = require "spec.support.server"

local M = {}

local LIMIT = 60 -- seconds

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- Its path, for scripts of the shell.
---@return string
function M.name()
  return ("timeout --foreground %d %s bin/whatsapp"):format(LIMIT, os.getenv "LUA_BIN" or "lua5.4")
end

---@class spec.Ended
---@field out string
---@field err string
---@field status integer

--- Runs it to its end.
---@param box whatsapp.Sandbox|nil in whose environment
---@param words string as a shell reads them
---@param before? string a line of shell that goes first
---@return spec.Ended
function M.run(box, words, before)
  local directory = server.make_directory()
  local script = ("%s\n%s </dev/null 2>%s/err %s >%s/out; echo $? >%s/status"):format(before or "", M.name(), directory,
    words, directory, directory)
  if box then assert(box:run(script)) else os.execute(script) end
  local ended = { out = read(directory .. "/out"), err = read(directory .. "/err"),
                  status = tonumber(read(directory .. "/status")) }
  server.remove_directory(directory)
  return ended
end

return M
