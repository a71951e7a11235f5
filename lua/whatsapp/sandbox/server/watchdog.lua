--- Ends the sandbox when the process that started it is gone without a word, for
--- example killed.

local ffi = require "ffi"
local shell = require "whatsapp.sandbox.shell"

ffi.cdef [[
int kill(int pid, int signal);
int getppid(void);
unsigned int umask(unsigned int mask);
]]

local PERIOD = 0.5
local SIGTERM = 15

local M = {}

-- Which process a pid is now: its start time where /proc tells it, so that a pid
-- used again is not taken for the old one. nil when it is gone or a zombie.
local function identity(pid)
  local file = io.open(("/proc/%d/stat"):format(pid), "rb")
  if not file then return ffi.C.kill(pid, 0) == 0 and "running" or nil end
  local state, started = (file:read "*a" or ""):match("%) (%S)" .. (" %S+"):rep(18) .. " (%d+)")
  file:close()
  return state ~= "Z" and state ~= "X" and started or nil
end

local master

--- Has what the worker writes be its owner's alone: nginx leaves it no umask.
function M.keep_private()
  ffi.C.umask(63) -- 077
end

--- Whether nginx's master is gone: another sandbox may have taken the directory.
---@return boolean
function M.is_orphan()
  return ffi.C.getppid() ~= master
end

--- Ends it all.
function M.end_sandbox()
  ffi.C.kill(ffi.C.getppid(), SIGTERM)
end

--- Starts looking, twice a second.
---@param settings { owner: integer, prefix: string, keep: boolean }
---@param at_end fun()  called before it ends the sandbox
function M.start(settings, at_end)
  local owner = identity(settings.owner)
  master = ffi.C.getppid()
  local function look(premature)
    if premature then return end
    local alone = M.is_orphan()
    local abandoned = not owner or identity(settings.owner) ~= owner
    if abandoned and not settings.keep then
      os.execute("rm -rf -- " .. shell.quote(settings.prefix))
    end
    if abandoned then at_end() end
    if alone or abandoned then ffi.C.kill(alone and ngx.worker.pid() or master, SIGTERM) end
  end
  assert(ngx.timer.every(PERIOD, look))
end

return M
