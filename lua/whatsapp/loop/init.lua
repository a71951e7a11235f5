--- How to wait: chooses the driver. A driver has `submit(session, request)`,
--- `await(exchange, tick, every)`, `sleep(seconds)`, `now()`, `random()` and
--- `gather(limit, next_task)`; and `ready()` where a call cannot wait everywhere.
--- `tick`, if there is one, is called now and then while `await` waits, with at
--- least `every` seconds between.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local native = require "whatsapp.loop.native"

local M = {}

local NAMES = { native = true, nginx = true, cqueues = true, luv = true }
local SUSPENDING = { cqueues = true, luv = true }
local METHODS = { "submit", "await", "sleep", "now", "random", "gather" }

local ngx = rawget(_G, "ngx")

local function load(name)
  return require("whatsapp.loop." .. name)
end

local function is_driver(value)
  if type(value) ~= "table" then return false end
  for _, method in ipairs(METHODS) do
    if type(value[method]) ~= "function" then return false end
  end
  return true
end

local function weak() return setmetatable({}, { __mode = "k" }) end

-- Coroutines in which nothing may be called, with what says why; those of them that run, or
-- wait for one that they made; those that are surely not made by them.
local closed, entered, outer = weak(), weak(), weak()

--- Lets no call be made in a coroutine.
---@param co thread
---@param refuse fun(co: thread): whatsapp.Error is called for each, and says what it gives
function M.close(co, refuse) closed[co] = refuse end

--- The running coroutine is made by none that is closed: nginx runs others while that waits.
function M.open() outer[coroutine.running() or 0] = true end

local function left(co, ...)
  entered[co] = nil
  return ...
end

--- Resumes a coroutine that is closed: nor is a call made in those that it makes.
---@param co thread
---@param resume fun(co: thread, ...): ...
---@param ... any
---@return any ... as `resume` returns it
function M.enter(co, resume, ...)
  entered[co] = true
  return left(co, resume(co, ...))
end

--- Why no call can be made in the running coroutine, or nil.
---@return whatsapp.Error|nil
function M.closed()
  local running = coroutine.running() or 0
  if closed[running] then return closed[running](running) end
  if outer[running] then return nil end
  for co in pairs(entered) do
    if coroutine.status(co) == "normal" then return closed[co](co) end
  end
end

--- Whether the caller can yield, as far as this Lua knows: PUC Lua 5.1 does not.
---@type fun(): boolean
M.yieldable = core.yieldable

-- Why a driver cannot work in this process, or nil.
local function unusable(name)
  if name == "nginx" and not (ngx and ngx.get_phase) then return "this process is no nginx worker" end
  if SUSPENDING[name] and not native.suspends then
    return "PUC Lua 5.1 cannot suspend a call: use LuaJIT, or Lua 5.2 or later"
  end
end

--- The driver of a name, or one that is given as it is; nil for none: then
--- `current` says which, call by call.
---@param name? "native"|"nginx"|"cqueues"|"luv"|table
---@return table|nil|false driver false when none is given
---@return whatsapp.Error? err
function M.choose(name)
  if name == nil then return false end
  if is_driver(name) then return name end
  if not NAMES[name] then
    return Error.config("loop", ("%q is not a loop"):format(tostring(name)),
      'leave it out, or use "native", "nginx", "cqueues", "luv" or a driver of your own')
  end
  local why = unusable(name)
  if why then return Error.config("loop", ("%s cannot be used here"):format(name), why) end
  local ok, driver = pcall(load, name)
  if ok then return driver end
  return Error.config("loop", ("%s cannot be used here"):format(name), tostring(driver):match "^[^\n]*")
end

--- The driver that this place calls for: nginx in an nginx worker, cqueues in a
--- coroutine of a running controller (where Lua can suspend it), else native.
---@return table driver
function M.current()
  if ngx and ngx.get_phase then return load "nginx" end
  local cqueues = package.loaded.cqueues
  if native.suspends and type(cqueues) == "table" and cqueues.running and cqueues.running() then
    return load "cqueues"
  end
  return native
end

return M
