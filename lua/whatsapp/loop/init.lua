--- How to wait: chooses the driver. A driver has `await(exchange)`,
--- `sleep(seconds)`, `now()`, `random()` and `gather(limit, next_task)`.

local Error = require "whatsapp.error"
local native = require "whatsapp.loop.native"

local drivers = { native = native }

local M = {}

local METHODS = { "await", "sleep", "now", "random", "gather" }

local function is_driver(value)
  if type(value) ~= "table" then return false end
  for _, method in ipairs(METHODS) do
    if type(value[method]) ~= "function" then return false end
  end
  return true
end

--- The driver of a name, one that is given as it is, or the one this process
--- calls for.
---@param name? "native"|table
---@return table|nil driver
---@return whatsapp.Error? err
function M.choose(name)
  if name == nil then return native end
  if is_driver(name) then return name end
  local driver = drivers[name]
  if driver then return driver end
  return Error.config("loop", ("%q is not a loop of this version"):format(tostring(name)),
    'leave it out, or use loop = "native" or a driver of your own')
end

return M
