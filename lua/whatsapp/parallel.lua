--- Many calls at once, with a bound.

local Error = require "whatsapp.error"
local loop = require "whatsapp.loop"

local NAP = 0.01 -- seconds

local function iterator(items)
  if type(items) == "function" then return items end
  local i = 0
  return function()
    i = i + 1
    return items[i]
  end
end

local function check(limit, items, work)
  if type(limit) ~= "number" or limit < 1 or limit % 1 ~= 0 then
    return Error.invalid("limit", "must be a whole number from 1", "whatsapp.parallel(50, list, fn)")
  end
  if type(items) ~= "table" and type(items) ~= "function" then
    return Error.invalid("items", ("must be a list or an iterator, not a %s"):format(type(items)))
  end
  if type(work) ~= "function" then
    return Error.invalid("work", ("must be a function, not a %s"):format(type(work)))
  end
  return true
end

--- Runs `work(item, i)` for every item, at most `limit` at a time. Inside it
--- every call of a client suspends this item only. When `work` or the iterator
--- raises, no more items are started, those in flight end, and the error is
--- raised again.
---@generic T, R
---@param limit integer how many may be in flight
---@param items T[]|fun(): T|nil a list, or an iterator that ends with nil
---@param work fun(item: T, i: integer): R|nil, any
---@param options? { loop?: string|table } the clients' loop, when they were given one
---@return { n: integer, [integer]: R }|nil results what each returned, by position; `n` items in all
---@return table<integer, any>|whatsapp.Error errors the second value of those that returned nil
return function(limit, items, work, options)
  local ok, wrong = check(limit, items, work)
  if not ok then return nil, wrong end
  local driver
  driver, wrong = loop.choose(options and options.loop)
  if driver == nil then return nil, wrong end
  driver = driver or loop.current()
  if driver.ready then
    ok, wrong = driver.ready()
    if not ok then return nil, wrong end
  end
  local results, errors = { n = 0 }, {}
  local next_item, failed, failure = iterator(items), false

  local function fail(raised)
    if not failed then failed, failure = true, raised end
  end

  local function run(item, i)
    local good, value, err = pcall(work, item, i)
    if not good then return fail(value) end
    results[i] = value
    if value == nil then errors[i] = err end
  end

  local asking, ended = false, false
  local function nap() driver.sleep(NAP) end

  driver.gather(limit, function()
    if failed or ended then return nil end
    -- An iterator may wait, for the next page, say: who comes meanwhile comes again.
    if asking then return nap end
    asking = true
    local good, item = pcall(next_item)
    asking = false
    if not good then return fail(item) end
    if item == nil then
      ended = true
      return nil
    end
    local i = results.n + 1
    results.n = i
    return function() run(item, i) end
  end)
  if failed then error(failure, 0) end
  return results, errors
end
