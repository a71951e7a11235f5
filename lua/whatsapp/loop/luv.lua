--- Waiting under luv: the engine runs in its thread, a poll handle watches its
--- descriptor and resumes the coroutine whose exchange is done.

local core = require "whatsapp.core"
local Error = require "whatsapp.error"
local run = require "whatsapp.loop.run"

local uv = require "luv"

local port = core.port()

local M = { name = "luv", now = core.now, random = core.random }

-- On Lua 5.2 the main program is a coroutine, too, and the second value tells.
local isyieldable = coroutine.isyieldable or function()
  local co, main = coroutine.running()
  return co ~= nil and not main
end

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
local poll, watched

--- Hands a request in: an exchange, or nil and what failed.
---@param session userdata
---@param request table
function M.submit(session, request)
  local descriptor, err = port.descriptor() -- an answer nobody hears of is worse than none
  if not descriptor then return nil, err end
  if watched and watched ~= descriptor then
    return nil, { kind = "state", outcome = "not_sent",
      message = "luv's loop belongs to the process that forked this one" }
  end
  return port.submit(session, request)
end

-- An error in a coroutine belongs to luv's loop, like one in any callback; the
-- others go on before. One that ended meanwhile waits no more.
local function resume(coroutines)
  local failed, failure = false, nil
  for _, co in ipairs(coroutines) do
    if coroutine.status(co) == "suspended" then
      local ok, err = coroutine.resume(co)
      if not ok and not failed then failed, failure = true, err end
    end
  end
  if failed then error(failure, 0) end
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
  if count == 0 then poll:stop() end
  resume(ready)
end

-- The program may have closed whatever its loop had: uv.walk is for that.
local function watch()
  if not poll or poll:is_closing() then
    watched = assert(port.descriptor())
    poll = assert(uv.new_poll(watched))
  end
  if not poll:is_active() then poll:start("r", drain) end
end

-- Calls `work` once, after some seconds; the timer returned may be closed before.
local function after(seconds, work)
  local timer = uv.new_timer()
  timer:start(math.max(0, math.ceil(seconds * 1000)), 0, function()
    timer:close()
    work()
  end)
  return timer
end

-- Yields until somebody resumes the coroutine, or for so many seconds; whether it
-- was the time that ran out.
local function yield_for(seconds)
  local co, over = coroutine.running(), false
  local timer = after(seconds, function()
    over = true
    resume { co }
  end)
  coroutine.yield()
  if not over and not timer:is_closing() then timer:close() end
  return over
end

--- Waits until the exchange is done and returns its result. Who resumes the
--- coroutine in between changes nothing.
---@param exchange userdata
---@param tick? fun() called while it waits
---@param every? number the least seconds between two calls of it
---@return integer|nil status
---@return string|table body or what failed
---@return string head
---@return integer http_version
---@return string|nil redirect
function M.await(exchange, tick, every)
  if not exchange:done() then
    waiting[exchange:id()], count = coroutine.running(), count + 1
    watch()
  end
  while not exchange:done() do
    if not tick then
      coroutine.yield()
    elseif yield_for(every) and not exchange:done() then
      tick()
    end
  end
  return exchange:result()
end

--- Waits for some seconds.
---@param seconds number
function M.sleep(seconds)
  local co, over = coroutine.running(), false
  after(seconds, function()
    over = true
    resume { co }
  end)
  while not over do coroutine.yield() end
end

--- Runs tasks in coroutines, at most `limit` at a time. A task must not raise.
--- Whoever ends one asks for the next, and ends when there is none for it.
---@param limit integer
---@param next_task fun(): function|nil
---@param tick? fun() called while they run; it must not raise
---@param every? number the least seconds between two calls of it
function M.gather(limit, next_task, tick, every)
  local me, started, running, idle = coroutine.running(), 0, 0, false
  local function wake()
    if idle then resume { me } end
  end
  local function work(task)
    run(M, task, next_task)
    running = running - 1
    -- From outside this coroutine, whose end is part of the wait.
    if running == 0 and idle then after(0, wake) end
  end
  while started < limit do
    local task = next_task()
    if not task then break end
    started, running = started + 1, running + 1
    resume { coroutine.create(function() work(task) end) }
  end
  local due = tick and M.now() + every
  while running > 0 do
    idle = true
    if tick then yield_for(math.max(0, due - M.now())) else coroutine.yield() end
    idle = false
    if tick and M.now() >= due then
      tick()
      due = M.now() + every
    end
  end
end

return M
