--- How the chat's coroutine and its driver speak: the function yields commands, the
--- driver resumes it with their results.

local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield

-- nginx's coroutines end with the request or timer that they were made in. They are used
-- all the same: what a function does in coroutines of its own works only in them.
local M = { outlive = rawget(coroutine, "_create") == nil }

local Error = require "whatsapp.error"
local loop = require "whatsapp.loop"

local COMMAND = {}

local NO_YIELD = "a chat cannot wait in what gsub, table.sort and the like call (Lua 5.1: pcall, too)"

-- It would be done again with each replay.
local NO_CALL = Error.new { kind = "state", outcome = "not_sent",
  message = "a conversation's function calls nothing by itself",
  hint = "send with chat:send or chat:say, and do the rest in chat:step" }

-- The coroutines of chats, while they are: each may hold its chat.
local owners = setmetatable({}, { __mode = "kv" })

-- By coroutine: where it called something all the same.
local calls = setmetatable({}, { __mode = "k" })

local function refuse(co)
  calls[co] = calls[co] or debug.traceback(tostring(NO_CALL), 3)
  return NO_CALL
end

--- Why a chat cannot be used where it is; nil when it can.
---@param chat whatsapp.Chat
---@return string|nil
function M.misplaced(chat)
  local co = owners[chat]
  if not co or status(co) == "dead" then return "the conversation has ended: this chat is over" end
  if co ~= coroutine.running() then
    return "a chat is used in its conversation's function alone, not in a step or another coroutine"
  end
  if not loop.yieldable() then
    return NO_YIELD
  end
end

--- Hands a command to the driver, and gives its results.
---@param command { op: string, command: string } what is to be done; its name in the journal
---@return any ...
function M.ask(command)
  return yield(COMMAND, command)
end

--- A chat's coroutine, that has not begun.
---@param chat whatsapp.Chat
---@param fn function
---@return thread
function M.create(chat, fn)
  local co = create(fn)
  owners[chat] = co
  loop.close(co, refuse)
  return co
end

-- What a coroutine came to after it was resumed.
local function outcome(co, ok, first, second)
  local dead = status(co) == "dead"
  if ok and dead then return false, first, second end
  if ok and first == COMMAND then return second end
  local err = ok and "the chat's function waits for something by itself: that belongs into chat:step" or first
  if tostring(err):find("attempt to yield across", 1, true) then err = err .. " (" .. NO_YIELD .. ")" end
  return nil, err, debug.traceback(co, tostring(err))
end

--- What a coroutine was refused that it called by itself, once.
---@param co thread
---@return whatsapp.Error|nil err
---@return string|nil traceback
function M.refused(co)
  local traceback = calls[co]
  calls[co] = nil
  return traceback and NO_CALL, traceback
end

--- Lets the function go on until its next command.
---@param co thread
---@param ... any the results of the last one
---@return table|false|nil command false: the function has returned
---@return any first what it returned, or raised
---@return any second what it returned, or the traceback
function M.resume(co, ...)
  return outcome(co, loop.enter(co, resume, ...))
end

return M
