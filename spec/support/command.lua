--- The command as users run it: a process of its own, with the Lua under test.

local assert = require "luassert"

local server = require "spec.support.server"

local M = {}

local LIMIT = 120 -- seconds

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

--- That it ended so; what it said shows where it did not.
---@param status integer
---@param ended spec.Ended
function M.assert_ended(status, ended)
  assert.equal(status, ended.status, ended.out .. ended.err)
end

--- That it has said nothing but what went wrong.
---@param status integer
---@param text string
---@param ended spec.Ended
function M.assert_refused(status, text, ended)
  M.assert_ended(status, ended)
  assert.equal("", ended.out)
  assert.truthy(ended.err:find(text, 1, true), ended.err)
end

--- A file with a text, and what removes it.
---@param text string
---@return string name
---@return fun() remove
function M.file(text)
  local directory = server.make_directory()
  local name = directory .. "/file"
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  return name, function() server.remove_directory(directory) end
end

return M
