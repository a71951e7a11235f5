--- Waiting under cqueues: the engine runs in its thread, and its descriptor is
--- one more thing that a coroutine polls.

local core = require "whatsapp.core"

local cqueues = require "cqueues"

local port = core.port

local M = { name = "cqueues", now = core.now, random = core.random, submit = core.port.submit }

local SLICE = 10

-- What cqueues.poll takes: an object with a descriptor.
local pollable = {
  pollfd = function() return (assert(port.descriptor())) end,
  events = function() return "r" end,
}

local function drain()
  port.clear()
  while port.drain() do end
end

--- Waits until the exchange is done and returns its result. Whoever is woken
--- first takes what is there; the others see that theirs is done.
---@param exchange userdata
function M.await(exchange)
  pollable.pollfd() -- there before the first completion
  drain()
  while not exchange:done() do
    cqueues.poll(pollable, SLICE)
    drain()
  end
  return exchange:result()
end

--- Waits for some seconds.
---@param seconds number
function M.sleep(seconds)
  cqueues.sleep(math.max(0, seconds))
end

--- Runs tasks in coroutines of the running controller, at most `limit` at a time.
---@param limit integer
---@param next_task fun(): function|nil
function M.gather(limit, next_task)
  local condition = require "cqueues.condition"
  local changed, running = condition.new(), 0
  local controller = assert(cqueues.running())
  local task = next_task()
  while task or running > 0 do
    if task and running < limit then
      local mine = task
      running = running + 1
      controller:wrap(function()
        mine()
        running = running - 1
        changed:signal()
      end)
      task = next_task()
    else
      changed:wait()
    end
  end
end

return M
