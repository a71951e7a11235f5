--- What a coroutine of a gathering does, under loops that only it can let go on.

local SHARE = 0.002 -- seconds that it may take in a row, about

--- Runs one task after the other, until there is none. Where they do not wait, others do.
---@param driver table
---@param task function
---@param next_task fun(): function|nil
return function(driver, task, next_task)
  local since = driver.now()
  while task do
    task()
    if driver.now() >= since + SHARE then
      driver.sleep(0)
      since = driver.now()
    end
    task = next_task()
  end
end
