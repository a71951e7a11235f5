--- Waiting under cqueues: the engine runs in its thread, one coroutine of each
--- controller polls its descriptor and wakes those whose exchange is done.

local core = require "whatsapp.core"
local Error = require "whatsapp.error"
local run = require "whatsapp.loop.run"

local cqueues = require "cqueues"
local condition = require "cqueues.condition"

local port = core.port()

local M = { name = "cqueues", now = core.now, random = core.random }

local SLICE = 10

--- Whether a call can wait here: only in a coroutine of a running controller.
---@return true|nil
---@return whatsapp.Error? err
function M.ready()
  if cqueues.running() then return true end
  return nil, Error.new { kind = "state",
    message = "no cqueues controller runs here, so nothing was sent",
    hint = "controller:wrap(function() … end), or leave `loop` out: then a call blocks here" }
end

--- Hands a request in: an exchange, or nil and what failed.
---@param session userdata
---@param request table
function M.submit(session, request)
  local descriptor, err = port.descriptor() -- an answer nobody hears of is worse than none
  if not descriptor then return nil, err end
  return port.submit(session, request)
end

-- The reader -----------------------------------------------------------------------

-- What cqueues.poll takes: an object with a descriptor.
local pollable = {
  pollfd = function() return (assert(port.descriptor())) end,
  events = function() return "r" end,
}

-- By the id of its exchange: what wakes the one who waits, and its reader.
local waiting = {}

-- By controller. A reader lives only while somebody waits, so that it keeps no
-- controller going, and takes what is done for all of them.
local readers = setmetatable({}, { __mode = "k" })

local function drain()
  port.clear()
  local id = port.drain()
  while id do
    local waiter = waiting[id]
    if waiter then
      waiting[id] = nil
      waiter.done:signal()
      local reader = waiter.reader
      reader.count = reader.count - 1
      if reader.count == 0 then reader.idle:signal() end
    end
    id = port.drain()
  end
end

local function read(reader)
  while reader.count > 0 do
    cqueues.poll(pollable, reader.idle, SLICE)
    drain()
  end
  reader.reading = false
end

local function reader_here()
  local controller = cqueues.running()
  local reader = readers[controller]
  if not reader then
    reader = { count = 0, idle = condition.new() }
    readers[controller] = reader
  end
  if not reader.reading then
    reader.reading = true
    controller:wrap(read, reader)
  end
  return reader
end

-- Waiting --------------------------------------------------------------------------

--- Waits until the exchange is done and returns its result.
---@param exchange userdata
---@param tick? fun() called while it waits
---@param every? number the least seconds between two calls of it
---@return integer|nil status
---@return string|table body or what failed
---@return string head
---@return integer http_version
---@return string|nil redirect
function M.await(exchange, tick, every)
  local waiter = { done = condition.new(), reader = reader_here() }
  waiting[exchange:id()] = waiter
  waiter.reader.count = waiter.reader.count + 1
  local due = tick and M.now() + every
  while not exchange:done() do
    waiter.done:wait(every)
    if tick and M.now() >= due and not exchange:done() then
      tick()
      due = M.now() + every
    end
  end
  return exchange:result()
end

--- Waits for some seconds.
---@param seconds number
function M.sleep(seconds)
  cqueues.sleep(math.max(0, seconds))
end

--- Runs tasks in coroutines of the running controller, at most `limit` at a time.
--- A task must not raise. Whoever ends one asks for the next, and ends when there
--- is none for it.
---@param limit integer
---@param next_task fun(): function|nil
---@param tick? fun() called while they run; it must not raise
---@param every? number the least seconds between two calls of it
function M.gather(limit, next_task, tick, every)
  local controller, over, started, running = cqueues.running(), condition.new(), 0, 0
  local function work(task)
    run(M, task, next_task)
    running = running - 1
    over:signal()
  end
  while started < limit do
    local task = next_task()
    if not task then break end
    started, running = started + 1, running + 1
    controller:wrap(work, task)
  end
  local due = tick and M.now() + every
  while running > 0 do
    over:wait(tick and math.max(0, due - M.now()))
    if tick and M.now() >= due then
      tick()
      due = M.now() + every
    end
  end
end

return M
