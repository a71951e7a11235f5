-- Every allocation fails once, and everything after it: see oom.c, which `make`
-- builds for Lua 5.4 with the sources of the core.

local build = require "spec.support.build"
local server = require "spec.support.server"

-- Under valgrind a part of the points has to do.
local under = os.getenv "UNDER" or ""
local step = under == "" and 1 or 4

describe("out of memory", function()
  if not build.oom then return end

  for what, name in pairs { lua = "in Lua", c = "in the engine and libcurl" } do
    for _, how in ipairs { "once", "on" } do
      it(("%s, %s: nothing breaks, nothing is left"):format(name, how), function()
        local directory = server.make_directory()
        local upload = assert(io.open(directory .. "/in", "w"))
        upload:write(("x"):rep(2000))
        upload:close()
        local pipe = assert(io.popen(("timeout 120 %s %s %s %s %d %s 2>&1; echo status $?"):format(
          under, build.oom, what, how, step, directory)))
        local said = pipe:read "*a"
        pipe:close()
        server.remove_directory(directory)
        local points = tonumber(said:match "^(%d+) points\nstatus 0\n$")
        assert.is_true(points ~= nil and points > 10, said)
      end)
    end
  end
end)
