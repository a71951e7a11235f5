--- Waiting under luv: the engine runs in its thread, a poll handle watches its
--- descriptor and resumes the coroutine whose exchange is done.

local core = require "whatsapp.core"
local Error = require "whatsapp.error"

local uv = require "luv"

local port = core.port

local M = { name = "luv", now = core.now, random = core.random, submit = core.port.submit }

local isyieldable = coroutine.isyieldable or function() return coroutine.running() ~= nil end

--- Whether a call can wait here: only in a coroutine.
---@return true|nil
---@return whatsapp.Error? err
function M.ready()
  if isyieldable() then return true end
  return nil, Error.new { kind = "state",
    message = "under luv a call can wait only in a coroutine, so nothing was sent",
    hint = "coroutine.wrap(function() … end)()" }
end

-- Coroutines by the id of the exchange they wait for.
local waiting, count = {}, 0
local poll

-- An error in a coroutine belongs to luv's loop, like one in any callback.
local function resume(co)
  local ok, err = coroutine.resume(co)
  if not ok then error(err, 0) end
end

local function drain()
  port.clear()
  local ready, id = {}, port.drain()
  while id do
    if waiting[id] then
      ready[#ready + 1] = waiting[id]
      waiting[id], count = nil, count - 1
    end
    id = port.drain()
  end
  -- With nobody waiting the handle must not keep the loop alive.
  if count == 0 and poll then poll:stop() end
  for i = 1, #ready do resume(ready[i]) end
end

local function watch()
  poll = poll or assert(uv.new_poll((assert(port.descriptor()))))
  poll:start("r", drain)
end

--- Waits until the exchange is done and returns its result.
---@param exchange userdata
function M.await(exchange)
  if not exchange:done() then
    waiting[exchange:id()], count = coroutine.running(), count + 1
    watch()
    coroutine.yield()
  end
  return exchange:result()
end

--- Waits for some seconds.
---@param seconds number
function M.sleep(seconds)
  local co, timer = coroutine.running(), uv.new_timer()
  timer:start(math.max(0, math.ceil(seconds * 1000)), 0, function()
    timer:close()
    resume(co)
  end)
  coroutine.yield()
end

--- Runs tasks in coroutines, at most `limit` at a time.
---@param limit integer
---@param next_task fun(): function|nil
function M.gather(limit, next_task)
  local me, running, sleeping = coroutine.running(), 0, false
  local task = next_task()
  while task or running > 0 do
    if task and running < limit then
      local mine = task
      running = running + 1
      resume(coroutine.create(function()
        mine()
        running = running - 1
        if sleeping then
          sleeping = false
          -- From outside this coroutine, whose end is part of the wait.
          local timer = uv.new_timer()
          timer:start(0, 0, function()
            timer:close()
            resume(me)
          end)
        end
      end))
      task = next_task()
    else
      sleeping = true
      coroutine.yield()
    end
  end
end

return M
