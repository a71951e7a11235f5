--- What stores answer in the same way.

local Error = require "whatsapp.error"

local M = {}

local function conflict(message)
  return Error.new { kind = "state", conflict = true, message = message }
end

--- `nil, err` for a claim whose event another one holds, or may claim.
---@return nil, whatsapp.Error
function M.lost()
  return nil, conflict "the event is not held by this claim any more"
end

--- The error of a record that has not the version it must have.
---@param its number|string|nil the version that it has; nil: there is no record
---@return whatsapp.Error
function M.mismatch(its)
  return conflict(its and ("the record has version %d"):format(its) or "there is no such record")
end

--- Seconds until a time, 0 when it has come.
---@param time number|nil
---@param now number
---@return number|nil seconds nil without a time
function M.wait(time, now)
  return time and math.max(0, time - now)
end

--- The first of some names.
---@param names string[] is changed
---@param limit integer
---@return string[] names in order
function M.first(names, limit)
  table.sort(names)
  for i = #names, limit + 1, -1 do names[i] = nil end
  return names
end

return M
