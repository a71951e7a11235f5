--- Transactions on an lua_shared_dict: all workers see all of one or nothing, also
-- when a worker is killed in the midst of it.
--
-- One worker at a time has the lock, and gives it back before it yields. What it
-- changes is gathered, and written in the end. Before that the old values are
-- written down; whoever finds them there, with the lock in hand, puts them back.
-- Some room is held in reserve, so that what is in a full dictionary gets out.

local loop = require "whatsapp.loop"

local M = {}

local PREFIX = "wa:"
local LOCK, UNDO, RESERVE = PREFIX .. "lock", PREFIX .. "undo", PREFIX .. "reserve"
local RESERVED = ("."):rep(8000)

local LOCK_LIFE = 30        -- seconds; a dead worker's is taken earlier
local LOCK_WAIT = 5         -- seconds to wait for it
local SPINS = 100           -- times to look before sleeping
local NAP = 0.001

local GONE = {}             -- marks a value that is taken away

local Dictionary = {}
Dictionary.__index = Dictionary

--- Transactions on a dictionary of `ngx.shared`.
---@param dict table
---@return table
function M.new(dict)
  return setmetatable({ dict = dict, count = 0 }, Dictionary)
end

-- The lock -------------------------------------------------------------------------

local ok, ffi = pcall(require, "ffi")
local is_alive

if ok then
  pcall(ffi.cdef, "int kill(int pid, int signal);")
  local NO_SUCH_PROCESS = 3
  function is_alive(pid)
    return ffi.C.kill(pid, 0) == 0 or ffi.errno() ~= NO_SUCH_PROCESS
  end
else
  function is_alive() return true end
end

-- Takes the lock of a worker that is dead: one of those who wait does. In a full
-- dictionary at the cost of the reserve, which the next commit makes again.
local function steal(self, mine)
  local dict = self.dict
  local owner = dict:get(LOCK)
  local pid = owner and tonumber(owner:match "^%d+")
  if not pid or is_alive(pid) then return false end
  local heir = PREFIX .. "heir " .. owner
  local added, why = dict:safe_add(heir, true, LOCK_LIFE)
  if why == "no memory" then
    dict:delete(RESERVE)
    added = dict:safe_add(heir, true, LOCK_LIFE)
  end
  return added and dict:safe_set(LOCK, mine, LOCK_LIFE)
end

local function take_lock(self)
  self.count = self.count + 1
  local mine = ("%d %d"):format(ngx.worker.pid(), self.count)
  if self.dict:safe_add(LOCK, mine, LOCK_LIFE) then return true end
  local driver = loop.current()
  local finish, spins, can_sleep = driver.now() + LOCK_WAIT, 0, nil
  repeat
    local added, why = self.dict:safe_add(LOCK, mine, LOCK_LIFE)
    if added or why == "exists" and steal(self, mine) then return true end
    if why ~= "exists" then return nil, why end
    spins = spins + 1
    if spins > SPINS then
      if can_sleep == nil then can_sleep = driver.ready() or false end
      if can_sleep then driver.sleep(NAP) end
    end
  until driver.now() > finish
  return nil, "another worker holds it for too long"
end

-- Writing ----------------------------------------------------------------------------

-- Where there is no room, what has expired may make some.
local function write(dict, name, value, life)
  local done, why = dict:safe_set(name, value, life)
  if not done and why == "no memory" and dict:flush_expired() > 0 then
    done, why = dict:safe_set(name, value, life)
  end
  return done, why
end

-- The old values, as one text: name, life, and a number, a text or nothing.
local function undo_text(dict, changes)
  local parts = {}
  for name, change in pairs(changes) do
    local old = dict:get(name)
    local kind, value = "-", ""
    if type(old) == "number" then
      kind, value = "n", ("%.17g"):format(old)
    elseif old ~= nil then
      kind, value = "s", old
    end
    parts[#parts + 1] = ("%d %.17g %s%d "):format(#name, change.life or 0, kind, #value) .. name .. value
  end
  return table.concat(parts)
end

-- First what was not there, so that there is room for what was.
local function undo(dict, text)
  local old, place = {}, 1
  while place <= #text do
    local length, life, kind, size, behind = text:match("^(%d+) (%S+) ([ns-])(%d+) ()", place)
    local name = text:sub(behind, behind + length - 1)
    local value = text:sub(behind + length, behind + length + size - 1)
    place = behind + length + size
    if kind == "-" then
      dict:delete(name)
    else
      old[#old + 1] = { name, kind == "n" and tonumber(value) or value, tonumber(life) }
    end
  end
  for _, each in ipairs(old) do
    local done, why = write(dict, each[1], each[2], each[3])
    if not done then return nil, why end
  end
  dict:delete(UNDO)
  return true
end

local function apply(dict, changes)
  for name, change in pairs(changes) do
    if change.value ~= GONE then
      local done, why = write(dict, name, change.value, change.life)
      if not done then return nil, why end
    end
  end
  for name, change in pairs(changes) do
    if change.value == GONE then dict:delete(name) end
  end
  return true
end

local function apply_whole(dict, changes)
  local text = undo_text(dict, changes)
  local done, why = write(dict, UNDO, text)
  if not done then return nil, why end
  done, why = apply(dict, changes)
  if not done then
    undo(dict, text)
    return nil, why
  end
  dict:delete(UNDO)
  return true
end

local function reserve(dict)
  local added, why = dict:safe_add(RESERVE, RESERVED)
  if added or why == "exists" then return true end
  return nil, why
end

local function commit(self, urgent)
  local dict, changes = self.dict, self.changes
  if not next(changes) then return true end
  local done, why = reserve(dict)
  if done or urgent then done, why = apply_whole(dict, changes) end
  if not done and why == "no memory" and urgent then
    dict:delete(RESERVE)
    done, why = apply_whole(dict, changes)
    reserve(dict)
  end
  if done then
    for _, name in ipairs(self.garbage) do dict:delete(name) end
  end
  return done, why
end

-- Transactions -------------------------------------------------------------------------

--- The value of a name in the transaction that runs.
---@param name string
---@return number|string|nil
function Dictionary:get(name)
  name = PREFIX .. name
  local change = self.changes[name]
  if not change then return (self.dict:get(name)) end
  if change.value ~= GONE then return change.value end
end

--- Gives a name a value, or takes it away.
---@param name string
---@param value number|string|nil
---@param life? number seconds after which it may be gone
function Dictionary:set(name, value, life)
  if value == nil then value = GONE end
  self.changes[PREFIX .. name] = { value = value, life = life }
end

--- Takes a name away once all else is done, at no cost of memory. Nothing may look
--- for it any more: it may stay for ever when the worker is killed just then.
---@param name string
function Dictionary:drop(name)
  self.garbage[#self.garbage + 1] = PREFIX .. name
end

--- The names with a beginning, without it, in no order. Looks at all there are.
---@param start string
---@return string[]
function Dictionary:names(start)
  start = PREFIX .. start
  local names = {}
  for _, name in ipairs(self.dict:get_keys(0)) do
    if name:sub(1, #start) == start then names[#names + 1] = name:sub(#start + 1) end
  end
  return names
end

--- Gives back the room of what has expired.
function Dictionary:flush()
  self.dict:flush_expired()
end

local function finish(self, urgent, done, a, b)
  local why
  if done then
    done, why = commit(self, urgent)
  else
    why = a
  end
  self.changes, self.garbage = nil, nil
  self.dict:delete(LOCK)
  if done then return true, a, b end
  return nil, why
end

--- Runs `work`, which must not yield, and writes what it changed.
---@param urgent boolean it may use the room held in reserve
---@param work function
---@return true|nil done nothing was changed when it failed
---@return any result the first of two results of `work`, or why it failed
---@return any result
function Dictionary:transact(urgent, work, ...)
  local locked, why = take_lock(self)
  if not locked then return nil, why end
  local text = self.dict:get(UNDO)
  if text then
    locked, why = undo(self.dict, text)
    if not locked then
      self.dict:delete(LOCK)
      return nil, why
    end
  end
  self.changes, self.garbage = {}, {}
  return finish(self, urgent, pcall(work, ...))
end

return M
