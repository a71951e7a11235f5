--- How the chat's coroutine and its driver speak: the function yields commands, the
--- driver resumes it with their results.

-- nginx has coroutines of its own, that end with the request. A conversation lives
-- on in the process, and nothing in it waits for nginx.
local function own(name) return rawget(coroutine, "_" .. name) or coroutine[name] end

local create, resume, status, yield = own "create", own "resume", own "status", own "yield"

local M = {}

local COMMAND = {}

-- The coroutines of conversations.
local ours = setmetatable({}, { __mode = "k" })

--- Hands a command to the driver, and gives its results.
---@param command { op: string, command: string } what is to be done; its name in the journal
---@return any ...
function M.ask(command)
  if not ours[coroutine.running() or 0] then
    error(("%q: a chat is used in its conversation's function, not in a step or another coroutine"):format(
      command.command), 3)
  end
  return yield(COMMAND, command)
end

--- A coroutine that has not begun.
---@param fn function
---@return thread
function M.create(fn)
  local co = create(fn)
  ours[co] = true
  return co
end

-- What a coroutine came to after it was resumed.
local function outcome(co, ok, mark, command)
  if not ok then return nil, mark, debug.traceback(co) end
  if status(co) == "dead" then return false end
  if mark == COMMAND then return command end
  return nil, "the chat's function waits for something by itself: that belongs into chat:step", debug.traceback(co)
end

--- Lets the function go on until its next command.
---@param co thread
---@param ... any the results of the last one
---@return table|false|nil command false: the function has returned
---@return any err what it raised
---@return string|nil traceback
function M.resume(co, ...)
  return outcome(co, resume(co, ...))
end

return M
