--- Waiting in plain Lua: whoever waits steps the engine itself.
--
-- Coroutines made by `gather` are suspended while they wait, and one stepping
-- loop runs them all. Any other caller steps in place and is thus blocked, as
-- a script expects.

local core = require "whatsapp.core"

local M = { name = "native" }

-- PUC Lua 5.1 cannot yield across pcall and metamethods, so nothing suspends
-- there and `gather` runs one task after another.
local suspends = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil

--- Whether this Lua can suspend a call wherever it stands.
M.suspends = suspends

local isyieldable = coroutine.isyieldable or function() return true end
local running = coroutine.running

local SUSPEND = {}
local SLICE = 0.2

-- The coroutines that `gather` made, each with its scheduler: that of the
-- outermost gathering around it.
local owner = setmetatable({}, { __mode = "k" })

--- Seconds of a clock that never goes back.
M.now = core.now

--- A number from 0 to 1.
M.random = core.random

--- Hands a request in: an exchange, or nil and what failed.
M.submit = core.submit

local function step(seconds)
  local ok, err = core.step(seconds)
  if not ok then error(err.message, 0) end
end

-- The scheduler that can suspend the caller, if there is one.
local function scheduler_here()
  local co = running()
  local mine = co and owner[co]
  if mine and isyieldable() then return mine, co end
end

-- Completions ------------------------------------------------------------------

-- Coroutines by the id of the exchange they wait for.
local waiting = {}

local function drain()
  local id = core.drain()
  while id do
    local co = waiting[id]
    if co then
      waiting[id] = nil
      local mine = owner[co]
      mine.timers[co], mine.watched[co] = nil, nil
      mine.ready[#mine.ready + 1] = co
    end
    id = core.drain()
  end
end

-- Suspended until the exchange is done; with `tick`, woken in between. Whichever
-- comes first, the exchange or the timer, takes the other away: a coroutine that
-- was made ready twice would be resumed out of a later wait.
local function suspend(mine, co, exchange, tick, every)
  while not exchange:done() do
    local id = exchange:id()
    waiting[id] = co
    if tick then mine.timers[co], mine.watched[co] = M.now() + every, id end
    coroutine.yield(SUSPEND)
    if tick and not exchange:done() then tick() end
  end
  return true
end

local function step_until_done(exchange, tick, every)
  local due = tick and M.now() + every
  while not exchange:done() do
    local ok, err = core.step(SLICE)
    if not ok then return nil, err end
    drain()
    if tick and M.now() >= due and not exchange:done() then
      tick()
      due = M.now() + every
    end
  end
  return true
end

--- Waits until the exchange is done and returns its result.
---@param exchange userdata
---@param tick? fun() called while it waits
---@param every? number the least seconds between two calls of it
---@return integer|nil status
---@return string|table body or what failed
---@return string head the header block as received
---@return integer http_version 10, 11 or 20
---@return string|nil redirect
function M.await(exchange, tick, every)
  local mine, co = scheduler_here()
  local ok, err
  if mine then
    ok, err = suspend(mine, co, exchange, tick, every)
  else
    ok, err = step_until_done(exchange, tick, every)
  end
  if not ok then return nil, err end
  return exchange:result()
end

--- Waits for some seconds.
---@param seconds number
function M.sleep(seconds)
  local due = M.now() + seconds
  local mine, co = scheduler_here()
  if mine then
    mine.timers[co] = due
    coroutine.yield(SUSPEND)
    return
  end
  while M.now() < due do
    step(math.min(due - M.now(), SLICE))
    drain()
  end
end

-- Gathering -------------------------------------------------------------------

local function wake_sleepers(mine)
  local now, soonest = M.now(), SLICE
  for co, due in pairs(mine.timers) do
    if due <= now then
      local id = mine.watched[co]
      if id then waiting[id] = nil end
      mine.timers[co], mine.watched[co] = nil, nil
      mine.ready[#mine.ready + 1] = co
    elseif due - now < soonest then
      soonest = due - now
    end
  end
  return soonest
end

local DONE = {}

-- A coroutine takes one task after the other: a new one costs as much as a task.
local function work(task)
  while true do
    task()
    task = coroutine.yield(DONE)
  end
end

local start

-- Resumes a coroutine and, when its task is over, lets its gathering go on.
local function resume(mine, co)
  local task = mine.tasks[co]
  mine.tasks[co] = nil
  local ok, token = coroutine.resume(co, task)
  if ok and token == SUSPEND then return end
  local group = mine.members[co]
  mine.members[co] = nil
  group.running = group.running - 1
  if not ok then error(token, 0) end
  if token == DONE then
    group.idle[#group.idle + 1] = co
  else
    mine.failure = mine.failure
      or "whatsapp: a task yielded by itself; only the calls of a client may suspend it"
  end
  start(mine, group)
  if group.running == 0 and group.parent then
    mine.ready[#mine.ready + 1] = group.parent
    group.parent = nil
  end
end

local function idle_coroutine(mine, group)
  local co = table.remove(group.idle)
  if not co then
    co = coroutine.create(work)
    owner[co] = mine
  end
  return co
end

-- Makes ready as many tasks of a gathering as it may have.
function start(mine, group)
  while group.running < group.limit and not mine.failure do
    local task = group.next_task()
    if not task then return end
    local co = idle_coroutine(mine, group)
    mine.tasks[co], mine.members[co] = task, group
    group.running = group.running + 1
    mine.ready[#mine.ready + 1] = co
  end
end

local function resume_ready(mine)
  local ready = mine.ready
  mine.ready = {}
  for i = 1, #ready do resume(mine, ready[i]) end
end

local function new_scheduler()
  return { ready = {}, tasks = {}, timers = {}, watched = {}, members = {}, ticking = {} }
end

-- An error (Ctrl-C among them) leaves no task behind that a later loop would
-- wake up: their exchanges are cancelled when they are collected. And nothing that
-- `owner` would keep alive, where a weak table holds on to what leads back to its
-- key (LuaJIT).
local function forget(mine)
  for id, co in pairs(waiting) do
    if mine.members[co] then waiting[id] = nil end
  end
  for name, empty in pairs(new_scheduler()) do mine[name] = empty end
end

local function tick_due(mine)
  for group in pairs(mine.ticking) do
    if M.now() >= group.due then
      group.tick()
      group.due = M.now() + group.every
    end
  end
end

local function run(mine, group)
  start(mine, group)
  while group.running > 0 do
    local pause = wake_sleepers(mine)
    if #mine.ready == 0 then
      step(pause)
      drain()
    end
    resume_ready(mine)
    tick_due(mine)
  end
end

-- Inside a task of another gathering: its scheduler runs these tasks too.
local function gather_within(mine, group, co)
  start(mine, group)
  if group.running == 0 then return end
  group.parent = co
  mine.ticking[group] = group.tick and true
  coroutine.yield(SUSPEND)
  mine.ticking[group] = nil
end

local function one_by_one(next_task)
  local task = next_task()
  while task do
    task()
    task = next_task()
  end
end

--- Runs tasks, at most `limit` at a time, until there are no more. A task must
--- not raise, nor yield by itself: that ends it, and is raised in the end.
---@param limit integer
---@param next_task fun(): function|nil
---@param tick? fun() called while they wait; it must not raise
---@param every? number the least seconds between two calls of it
function M.gather(limit, next_task, tick, every)
  if not suspends then return one_by_one(next_task) end
  local group = { limit = limit, next_task = next_task, running = 0, idle = {},
                  tick = tick, every = every, due = tick and M.now() + every }
  local around, co = scheduler_here()
  if around then return gather_within(around, group, co) end
  local mine = new_scheduler()
  mine.ticking[group] = tick and true
  local ok, err = pcall(run, mine, group)
  forget(mine)
  if not ok then error(err, 0) end
  if mine.failure then error(mine.failure, 0) end
end

return M
