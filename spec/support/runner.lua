--- Runs a spec file where busted cannot: inside an nginx worker. It knows what these
--- files use of busted: describe, it, setup, teardown, before_each, after_each.

local M = {}

local function block_of(name, outer)
  return { name = name, outer = outer, before_each = {}, after_each = {}, setup = {}, teardown = {}, children = {} }
end

-- Reads a file: its blocks and tests, in order.
local function read(path)
  local current = block_of("", nil)
  local environment = { assert = require "luassert" }
  for _, hook in ipairs { "before_each", "after_each", "setup", "teardown" } do
    environment[hook] = function(fn) table.insert(current[hook], fn) end
  end
  function environment.describe(name, fn)
    local inner = block_of(current.name .. name .. " ", current)
    table.insert(current.children, inner)
    current = inner
    fn()
    current = inner.outer
  end
  function environment.it(name, fn) table.insert(current.children, { name = current.name .. name, test = fn }) end
  for name, value in pairs(environment) do rawset(_G, name, value) end
  assert(loadfile(path))()
  return current
end

-- Hooks of a block and of those around it.
local function around(block, hook, inner_first)
  if not block then return end
  if inner_first then for _, fn in ipairs(block[hook]) do fn() end end
  around(block.outer, hook, inner_first)
  if not inner_first then for _, fn in ipairs(block[hook]) do fn() end end
end

local function run_test(block, child, report)
  local ok, err = pcall(function()
    around(block, "before_each", false)
    child.test()
  end)
  local cleaned, why = pcall(around, block, "after_each", true)
  if ok and cleaned then
    report.passed = report.passed + 1
  else
    table.insert(report.failures, ("%s: %s"):format(child.name, tostring(ok and why or err)))
  end
end

local function run(block, report)
  for _, fn in ipairs(block.setup) do fn() end
  for _, child in ipairs(block.children) do
    if child.test then run_test(block, child, report) else run(child, report) end
  end
  for _, fn in ipairs(block.teardown) do fn() end
end

--- Runs a file's tests.
---@param path string
---@return { passed: integer, failures: string[] }
function M.run(path)
  local report = { passed = 0, failures = {} }
  run(read(path), report)
  return report
end

return M
