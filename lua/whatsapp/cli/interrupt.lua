--- What lasts until Ctrl-C, which Lua raises as an error.

local M = {}

--- Whether that is what was raised.
---@param raised any
---@return boolean
function M.is(raised)
  return type(raised) == "string" and raised:find("interrupted!", 1, true) ~= nil
end

--- Calls `step` again and again until an interrupt, then `finish`, which may be
--- interrupted too; another error goes on.
---@param step fun()
---@param finish fun()
---@return true
function M.repeated(step, finish)
  local ok, why, done, trouble
  repeat ok, why = pcall(step) until not ok
  done, trouble = pcall(finish)
  if not M.is(why) then error(why, 0) end
  if not done and not M.is(trouble) then error(trouble, 0) end
  return true
end

return M
