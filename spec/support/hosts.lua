--- Under what a bot may run: plain Lua, the event loops, and nginx, where a worker runs
--- the spec file by spec/support/runner.lua.

local M = {}

-- A failure comes as it was raised, whatever the loop does with errors.
local function within(run)
  return function(work)
    local ok, err
    run(function() ok, err = pcall(work) end)
    if not ok then error(err, 0) end
  end
end

local function names()
  if rawget(_G, "ngx") then return { "nginx" } end
  return require "whatsapp.loop.native".suspends and { "native", "cqueues", "luv" } or { "native" }
end

local function direct(work) work() end

--- Each has a `name`, and `wrap(it)`: an `it` whose body runs in a coroutine of the loop.
---@return { name: string, wrap: fun(it: function): function }[]
function M.all()
  local list = {}
  for i, name in ipairs(names()) do
    local loops = (name == "cqueues" or name == "luv") and require "spec.support.loops"
    local run = within(loops and loops[name].run or direct)
    list[i] = { name = name, wrap = function(it)
      return function(text, body) it(text, function() run(body) end) end
    end }
  end
  return list
end

return M
