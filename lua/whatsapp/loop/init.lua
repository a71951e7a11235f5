--- How to wait: chooses the driver. A driver has `name`, `await(exchange)`,
--- `sleep(seconds)`, `now()` and `gather(limit, next_task)`.

local Error = require "whatsapp.error"
local native = require "whatsapp.loop.native"

local drivers = { native = native }

local M = {}

--- The driver of a name, or the one this process calls for.
---@param name? "native"
---@return table|nil driver
---@return whatsapp.Error? err
function M.choose(name)
  if name == nil then return native end
  local driver = drivers[name]
  if driver then return driver end
  return Error.config("loop", ("%q is not a loop of this version"):format(tostring(name)),
    'leave it out, or use loop = "native"')
end

return M
