--- The content of a file that a test moves: every eight bytes say where they
--- stand, so that a piece in the wrong place shows.

---@param size integer
---@return string
return function(size)
  local lines = {}
  for at = 0, size - 1, 8 do lines[#lines + 1] = ("%07d\n"):format(at) end
  return table.concat(lines):sub(1, size)
end
