--- Asks again and again until there is an answer, and waits longer each time.

local schema = require "whatsapp.schema"

local M = {}

local GROWTH = 1.5

local timeout = { type = "number", min = 0.001, max = 86400 }

--- The options of a call that waits: its own `timeout`, and the rest, which are
--- those of each question.
---@param given table|nil
---@param seconds number the timeout unless one is given
---@return number|nil timeout seconds in all
---@return table|whatsapp.Error rest a copy without `timeout`
function M.options(given, seconds)
  local checked, err = schema.check(given or {}, { type = "map" }, "options")
  if not checked then return nil, err end
  if checked.timeout ~= nil then
    seconds, err = schema.check(checked.timeout, timeout, "timeout")
    if not seconds then return nil, err end
  end
  local rest = {}
  for key, value in pairs(checked) do rest[key] = value end
  rest.timeout = nil
  return seconds, rest
end

--- Calls `ask` until it answers anything but nil, or fails. It is given the
--- seconds that are left, always more than 0: the deadline of its question.
---@param loop table the driver that waits
---@param times { timeout: number, first: number, longest: number } seconds: in all, the first
--- pause, and the longest
---@param ask fun(left: number): any, any
---@return any answer what `ask` returned, with the error if it failed; nil alone when the time
--- is over
---@return any err
function M.run(loop, times, ask)
  local finish, pause = loop.now() + times.timeout, times.first
  while true do
    local answer, err = ask(math.max(0.001, finish - loop.now()))
    if answer ~= nil or err ~= nil then return answer, err end
    if loop.now() + pause > finish then return nil end
    loop.sleep(pause)
    pause = math.min(pause * GROWTH, times.longest)
  end
end

return M
