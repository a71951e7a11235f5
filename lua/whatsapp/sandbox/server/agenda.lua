--- What is to be done later, by the sandbox's clock. Each request, and putting the clock
--- forward, does what has become due by then; for a webhook or an open page one timer does it
--- in time, otherwise it may be late: nobody sees it.

local events = require "whatsapp.sandbox.server.events"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local heap, serial = {}, 0 -- the earliest task first: { at, serial, fn, argument }
local set_for              -- when the timer fires, by nginx's clock

local function earlier(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.serial < b.serial
end

local function push(task)
  local i = #heap + 1
  heap[i] = task
  while i > 1 do
    local parent = math.floor(i / 2)
    if not earlier(heap[i], heap[parent]) then break end
    heap[i], heap[parent], i = heap[parent], heap[i], parent
  end
end

local function pop()
  local first, last = heap[1], table.remove(heap)
  if not heap[1] then return first end
  heap[1] = last
  local i = 1
  while true do
    local least = i
    for child = 2 * i, 2 * i + 1 do
      if heap[child] and earlier(heap[child], heap[least]) then least = child end
    end
    if least == i then return first end
    heap[i], heap[least], i = heap[least], heap[i], least
  end
end

local after = function() end
local fire

-- nginx counts in milliseconds, and a timer of none that sets itself again would never
-- let it look at the clock.
local SHORTEST = 0.001
local UNSEEN = 1 -- seconds that what nobody sees may be late

local function is_seen()
  return state.settings.webhook_url ~= nil or events.watched()
end

local function set_timer()
  if not heap[1] then return end
  local delay = math.max(0, heap[1].at - state.now()) + (is_seen() and SHORTEST or UNSEEN)
  local at = ngx.now() + delay
  if set_for and set_for <= at then return end
  if ngx.timer.at(delay, fire, at) then set_for = at end
end

--- Has a function called after something was done.
---@param fn fun()
function M.after(fn)
  after = fn
end

--- Does what is due.
function M.run()
  while heap[1] and heap[1].at <= state.now() do
    local task = pop()
    local ok, why = xpcall(task.fn, debug.traceback, task.argument)
    if not ok then ngx.log(ngx.ERR, why) end
    after()
  end
  set_timer()
end

function fire(premature, at)
  if premature then return end
  if set_for == at then set_for = nil end
  M.run()
end

--- Has something done at a time, in the order of the times; the same time, in that of
--- asking. `fn` must not wait.
---@param at number  by `state.now()`
---@param fn fun(argument: any)
---@param argument? any
function M.at(at, fn, argument)
  serial = serial + 1
  push { at = at, serial = serial, fn = fn, argument = argument }
  set_timer()
end

return M
