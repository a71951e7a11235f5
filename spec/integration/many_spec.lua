-- examples/many.lua as it is, with logs of runs that were killed.

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
  local directory, sandbox, first

  before_each(function()
    directory = server.make_directory()
    sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = false })
    first = assert(whatsapp.new(sandbox:options()):send { to = "+1 555 123 0001", text = "sent by the first run" })
  end)

  after_each(function()
    sandbox:stop()
    server.remove_directory(directory)
  end)

  -- What the next run prints, and to whom messages went in all.
  local function run(customers, log)
    write(directory .. "/csv", customers)
    write(directory .. "/log", log)
    local ok, err = sandbox:run(("timeout 120 %s examples/many.lua %s/csv %s/log > %s/printed 2>&1")
      :format(LUA, directory, directory, directory))
    local printed, sent = files.read(directory .. "/printed"), {}
    assert.is_true(ok, tostring(err) .. "\n" .. printed)
    for i, message in ipairs(sandbox:sent()) do sent[i] = message.to end
    table.sort(sent)
    return printed, sent
  end

  it("go on after a kill, and nobody gets a second one", function()
    local printed, sent = run("name,phone,order\n"
      .. "Ann,+1 555 123 0001,#1\nBob,+1 555 123 0002,#2\nCy,+1 555 123 0003,#3\nDee,+1 555 123 0004,#4\n",
      "+1 555 123 0001\tsending\t\n+1 555 123 0002\tsending\t\n+1 555 123 0003\tsending\t\n"
      .. "+1 555 123 0001\tsent\t" .. first.id .. "\n+1 555 123 0003\tfailed\tno network\n")
    assert.same({ "15551230001", "15551230003", "15551230004" }, sent)
    assert.truthy(printed:find "\nBob\tsending\t\n", printed)
  end)

  it("are not taken for failed where nobody says what became of them", function()
    sandbox:fault { path = "/message_history", code = 10, times = false }
    local printed, sent = run("Ann,+1 555 123 0001,#1\n", "+1 555 123 0001\tsent\t" .. first.id .. "\n")
    assert.same({ "15551230001" }, sent)
    assert.equal("Ann\tsent\t" .. first.id .. "\n", printed)
  end)
end)
