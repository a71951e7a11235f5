--- The `whatsapp` command: reads the command line, runs one command, and says
--- what became of it by its exit status.

local Error = require "whatsapp.error"
local context = require "whatsapp.cli.context"
local interrupt = require "whatsapp.cli.interrupt"
local parser = require "whatsapp.cli.parser"
local words = require "whatsapp.cli.words"

local M = {}

--- The exit statuses, as docs/command.md has them.
M.STATUS = { ok = 0, failed = 1, usage = 2, rejected = 3, unknown = 4, interrupted = 130 }

local STATUS = M.STATUS

-- A wait that ran out leaves open what becomes of the thing.
local function status_of(err)
  if err.kind == "invalid" then return STATUS.usage end
  if err.outcome == "unknown" or err.kind == "timeout" and err.outcome ~= "not_sent" then return STATUS.unknown end
  return err.outcome == "rejected" and STATUS.rejected or STATUS.failed
end

local function report(err)
  io.stderr:write(tostring(words.translate(err)), "\n")
  return status_of(err)
end

local MISSING = "whatsapp: the command needs the Lua module argparse; install it: "
  .. "luarocks install argparse (Debian: apt install lua-argparse)\n"

-- What a command returned, or raised, as an exit status.
local function finish(ok, result, err)
  if not ok then
    if Error.is(result) then return report(result) end
    if interrupt.is(result) then return STATUS.interrupted end
    error(result, 0)
  end
  if err ~= nil then return report(err) end
  return type(result) == "number" and result or STATUS.ok
end

-- A standard stream that is closed must not become the next socket: what is opened
-- first takes its place.
local function hold_streams()
  M.held = {}
  for i = 1, 3 do M.held[i] = io.open("/dev/null", "rb") end
end

local function run(given)
  hold_streams()
  local root = parser.new()
  if not root then
    io.stderr:write(MISSING)
    return STATUS.failed
  end
  local command, args = parser.parse(root, given)
  if not command then
    io.stderr:write(args)
    return STATUS.usage
  end
  return command.run(context.new(args, root), args)
end

--- Runs the command line.
---@param given string[] without the command's own name
---@return integer status for `os.exit`
function M.run(given)
  return finish(pcall(run, given))
end

return M
