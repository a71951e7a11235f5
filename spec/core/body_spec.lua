-- A body that is the bytes of a file, from an offset on.

local cjson = require "cjson"
local core = require "whatsapp.core"

local exchange = require "spec.support.exchange"
local server = require "spec.support.server"

describe("a file as a body", function()
  local faults, directory, session

  local function write(name, text)
    local path = directory .. "/" .. name
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return path
  end

  local function request(path, more)
    local made = { method = "POST", url = faults.url .. "/echo", body_file = path,
                   content_type = "application/octet-stream" }
    for name, value in pairs(more or {}) do made[name] = value end
    return made
  end

  -- What arrived.
  local function echo(path, more)
    local status, body = exchange.run(session, request(path, more))
    assert.are.equal(200, status, tostring(status or body.message))
    return cjson.decode(body)
  end

  local function assert_io(words, path, more)
    local n = #faults:log()
    local status, err = exchange.run(session, request(path, more))
    assert.is_nil(status)
    assert.are.equal("io, not_sent", err.kind .. ", " .. err.outcome)
    assert.is_truthy(err.message:find(words, 1, true), err.message)
    assert.are.equal(n, #faults:log())
  end

  setup(function()
    faults, directory = server.start_fault_server(), server.make_directory()
    session = assert(exchange.session { base_url = faults.url })
  end)

  teardown(function()
    faults:stop()
    server.remove_directory(directory)
  end)

  it("is sent whole, or from an offset", function()
    local path = write("a", "0123456789\0\r\n")
    local whole = echo(path)
    assert.are.equal("0123456789\0\r\n", whole.body)
    assert.are.equal("13", whole.headers["content-length"])
    assert.are.equal("application/octet-stream", whole.headers["content-type"])
    assert.is_nil(whole.headers.expect)
    assert.are.equal("789\0\r\n", echo(path, { body_start = 7 }).body)
    local none = echo(path, { body_start = 13 })
    assert.are.equal("0", none.headers["content-length"])
  end)

  it("is streamed, however large", function()
    local path = write("large", ("0123456789abcdef"):rep(4 * 1024 * 1024))
    collectgarbage()
    local before = collectgarbage "count"
    assert.are.equal(64 * 1024 * 1024 - 5, echo(path, { body_start = 5 }).body_length)
    assert.is_true(collectgarbage "count" - before < 1024)
  end)

  it("that cannot be read is not sent", function()
    assert_io("cannot open", directory .. "/nowhere")
    assert_io("not a regular file", directory)
    assert_io("has no byte 4", write("short", "123"), { body_start = 4 })
  end)

  it("goes with a method that has one", function()
    local _, err = exchange.run(session, request(write("b", "1"), { method = "GET" }))
    assert.are.equal("invalid, body", err.kind .. ", " .. err.field)
  end)

  it("is never sent twice by itself", function()
    local path = write("c", ("x"):rep(9000))
    for _ = 1, 2 do exchange.run(session, request(path, { url = faults.url .. "/drop-reused" })) end
    local log = faults:log "drop-reused"
    assert.are.equal(2, #log)
    assert.is_true(math.max(log[1].nth, log[2].nth) > 1, "no connection was used again")
  end)

  it("has an offset that is a number of bytes", function()
    for _, start in ipairs { -1, "x", 2 ^ 53, 0 / 0 } do
      assert.has_error(function() core.submit(session, request("a", { body_start = start })) end)
    end
  end)
end)
