--- An iterator over 1 to `last` that waits before each item.

---@param last integer
---@param wait fun(item: integer)
---@return fun(): integer|nil iterator
---@return { times: integer, most: integer } asked how often, and by how many at once
return function(last, wait)
  local asked, inside = { times = 0, most = 0 }, 0
  return function()
    asked.times, inside = asked.times + 1, inside + 1
    asked.most = math.max(asked.most, inside)
    local item = asked.times
    wait(item)
    inside = inside - 1
    if item <= last then return item end
  end, asked
end
