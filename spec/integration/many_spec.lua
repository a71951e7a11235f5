-- examples/many.lua as it is, with the log of a run that was killed.

local files = require "spec.support.files"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local LUA = os.getenv "LUA_BIN" or "lua5.4"

local function write(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

describe("many messages", function()
  it("go on after a kill, and nobody gets a second one", function()
    local directory = server.make_directory()
    local csv, log = directory .. "/customers.csv", directory .. "/customers.log"
    local sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = false })
    local wa = whatsapp.new(sandbox:options())
    local before = assert(wa:send { to = "+1 555 123 0001", text = "sent by the first run" })
    write(csv, "name,phone,order\n"
      .. "Ann,+1 555 123 0001,#1\nBob,+1 555 123 0002,#2\nCy,+1 555 123 0003,#3\nDee,+1 555 123 0004,#4\n")
    write(log, "+1 555 123 0001\tsending\t\n+1 555 123 0002\tsending\t\n+1 555 123 0003\tsending\t\n"
      .. "+1 555 123 0001\tsent\t" .. before.id .. "\n+1 555 123 0003\tfailed\tno network\n")
    local ok, err = sandbox:run(("timeout 120 %s examples/many.lua %s %s > %s/printed 2>&1")
      :format(LUA, csv, log, directory))
    local printed = files.read(directory .. "/printed")
    local sent = {}
    for i, message in ipairs(sandbox:sent()) do sent[i] = message.to end
    table.sort(sent)
    sandbox:stop()
    server.remove_directory(directory)
    assert.is_true(ok, tostring(err) .. "\n" .. printed)
    assert.same({ "15551230001", "15551230003", "15551230004" }, sent)
    assert.truthy(printed:find "\nBob\tsending\t\n", printed)
  end)
end)
