--- Files of the tree, for the specs that look at them.

local dir = require "pl.dir"

local M = {}

--- The whole of a file.
---@param path string
---@return string
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- The files below a folder whose names match, in order.
---@param folder string
---@param pattern string e.g. "*.lua"
---@return string[]
function M.under(folder, pattern)
  local list = dir.getallfiles(folder, pattern)
  table.sort(list)
  return list
end

return M
