--- Asks again and again until there is an answer, and waits longer each time.

local schema = require "whatsapp.schema"

local M = {}

local GROWTH = 1.5
local LEAST = 1 -- seconds that a question has, also the last one, when the time is over

local timeout = { type = "number", min = 0.001, max = 86400 }

--- What is waited for, and the options: these may stand alone.
---@param wanted any
---@param options table|nil
---@return any wanted
---@return table|nil options
function M.arguments(wanted, options)
  if type(wanted) == "table" and options == nil then return nil, wanted end
  return wanted, options
end

--- The options of a call that waits: its own `timeout`, and the rest, which are
--- those of each question.
---@param given table|nil
---@param seconds number the timeout unless one is given
---@return number|nil timeout seconds in all
---@return table|whatsapp.Error rest a copy without `timeout`
function M.options(given, seconds)
  local checked, err = schema.check(given or {}, { type = "map" }, "options")
  if not checked then
    err.hint = type(given) == "number" and ("write { timeout = %g }"):format(given) or nil
    return nil, err
  end
  if checked.timeout ~= nil then
    seconds, err = schema.check(checked.timeout, timeout, "timeout")
    if not seconds then return nil, err end
  end
  local rest = {}
  for key, value in pairs(checked) do rest[key] = value end
  rest.timeout = nil
  return seconds, rest
end

--- Calls `ask` until it answers anything but nil, or fails; for the last time when the
--- time is over. It is given the seconds that are left, at least 1: the deadline of its
--- question.
---@param loop table the driver that waits
---@param times { timeout: number, first: number, longest: number } seconds: in all, the first
--- pause, and the longest
---@param ask fun(left: number): any, any
---@return any answer what `ask` returned, with the error if it failed; nil alone when the time
--- is over
---@return any err
function M.run(loop, times, ask)
  local finish, pause, last = loop.now() + times.timeout, times.first, false
  while true do
    local answer, err = ask(math.max(LEAST, finish - loop.now()))
    if answer ~= nil or err ~= nil then return answer, err end
    local left = finish - loop.now()
    if last or left <= 0 then return nil end
    last = left <= pause
    loop.sleep(last and left or pause)
    pause = math.min(pause * GROWTH, times.longest)
  end
end

return M
