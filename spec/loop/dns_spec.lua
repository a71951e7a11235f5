-- A name server that never answers holds no process up. The resolver's getaddrinfo
-- is replaced by one that sleeps.

local child = require "spec.support.child"
local server = require "spec.support.server"

local PATIENCE = 20     -- seconds for an end that takes some milliseconds, or fifty seconds

local SLEEPER = [[
#include <unistd.h>
int getaddrinfo(const char *, const char *, const void *, void **);
int getaddrinfo(const char *a, const char *b, const void *c, void **d) {
  (void)a; (void)b; (void)c; (void)d;
  sleep(50);
  return -1;
}
]]

local PROGRAM = [[
  local session = core.session { base_url = "https://a.name.invalid", credential = "x",
    user_agent = "x" }
  local engine = %s
  local exchange = assert(engine.submit(session, { method = "GET", url = "https://a.name.invalid/" }))
  local finish = core.now() + 0.3
  while core.now() < finish do core.step(0.05) end
  assert(not engine.drain() and not exchange:done())
  print(("%%.3f"):format(core.now()))
  %s
]]

-- Only Linux's loader is told to put a library first by LD_PRELOAD.
local function succeeds(command)
  local status = os.execute(command)
  return status == true or status == 0
end
if (os.getenv "UNDER" or "") ~= "" or not succeeds "test $(uname) = Linux" then return end

describe("with a name server that hangs", function()
  local core = require "whatsapp.core"
  local directory, sleeper

  setup(function()
    directory = server.make_directory()
    sleeper = directory .. "/sleeper.so"
    local file = assert(io.open(directory .. "/sleeper.c", "w"))
    file:write(SLEEPER)
    file:close()
    assert(succeeds(("cc -shared -fPIC -o %s %s/sleeper.c"):format(sleeper, directory)))
  end)
  teardown(function() server.remove_directory(directory) end)

  for mode, engine in pairs { native = "core", thread = "core.port()" } do
    for name, leave in pairs {
      ["at its end"] = "", ["by os.exit, state closed"] = "os.exit(0, true)",
      ["by os.exit, state left"] = "os.exit(0, false)",
    } do
      it(("a process ends at once, %s, %s"):format(mode, name), function()
        local output, status = child.run(PROGRAM:format(engine, leave), nil,
          "LD_PRELOAD=" .. sleeper)
        local ended = core.now()
        assert.are.equal(0, status, output)
        assert.is_true(ended - assert(tonumber(output), output) < PATIENCE)
      end)
    end
  end
end)
