-- What of nginx's log is told.

local complaints = require "whatsapp.sandbox.complaints"
local server = require "spec.support.server"

local LOG = [[
2026/01/01 10:00:00 [error] 7#7: *1 connect() failed (111: Connection refused), context: ngx.timer
2026/01/01 10:00:01 [error] 7#7: *2 [lua] storage.lua:103: guarded(): the sandbox's data cannot be written: no space
stack traceback:
2026/01/01 10:00:02 [alert] 6#6: worker process 7 exited on signal 9
2026/01/01 10:00:03 [error] 8#8: *1 [lua] half a li]]

describe("complaints of the sandbox", function()
  local directory, file

  setup(function()
    directory = server.make_directory()
    file = assert(io.open(directory .. "/error.log", "w"))
    file:setvbuf "no"
  end)

  teardown(function()
    file:close()
    server.remove_directory(directory)
  end)

  it("are crashes and its own faults, each once, when the line is whole", function()
    file:write(LOG)
    local found, at = complaints.read(directory, 0, true)
    assert.equal(2, #found)
    assert.truthy(found[1]:find "^storage%.lua.* cannot be written: no space$")
    assert.truthy(found[2]:find "crashed %(signal 9%) and began anew: what is kept is there again$")
    file:write "ne\n"
    found, at = complaints.read(directory, at, true)
    assert.same({ "half a line" }, found)
    assert.same({}, (complaints.read(directory, at, true)))
    assert.same({}, (complaints.read(directory .. "/nowhere", 0, true)))
  end)
end)
