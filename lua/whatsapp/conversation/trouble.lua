--- How a store's failure gets out of the midst of something.

local M = {}

local MARK = {}

--- The value; a store's error is raised, for `caught`.
---@generic T
---@param value T
---@param err? whatsapp.Error
---@return T
function M.must(value, err)
  if err then error({ MARK, err }, 0) end
  return value
end

--- Calls a function; what else it raises is raised on.
---@param fn function
---@param ... any
---@return boolean ok
---@return any result or the store's error
function M.caught(fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then return true, result end
  if type(result) ~= "table" or result[1] ~= MARK then error(result, 0) end
  return false, result[2]
end

return M
