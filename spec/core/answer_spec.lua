-- What comes back is bounded, and the connection is what was promised.

local cjson = require "cjson"
local core = require "whatsapp.core"
local lfs = require "lfs"

local exchange = require "spec.support.exchange"
local server = require "spec.support.server"

local faults, tls, plain, secure

setup(function()
  faults, tls = server.start_fault_server(), server.start_nginx()
  plain = assert(exchange.session { base_url = faults.url })
  secure = assert(exchange.session { base_url = tls.url.good, ca_file = tls.ca_file })
end)

teardown(function()
  faults:stop()
  tls:stop()
end)

local function get(session, url, more)
  local request = { method = "GET", url = url }
  for name, value in pairs(more or {}) do request[name] = value end
  return exchange.run(session, request)
end

local function assert_refused(kind, status, err)
  assert.is_nil(status)
  assert.are.equal(kind .. ", unknown", err.kind .. ", " .. err.outcome, err.message)
  return err
end

describe("an answer", function()
  it("may have exactly as many bytes as allowed", function()
    local url = faults.url .. "/huge/5000"
    local _, body = get(plain, url, { max_body = 5000 })
    assert.are.equal(5000, #body)
    local err = assert_refused("protocol", get(plain, url, { max_body = 4999 }))
    assert.matches("4999", err.message)
    assert_refused("protocol", get(plain, url, { max_body = 0 }))
  end)

  it("without a body is allowed none", function()
    local status, body = get(plain, faults.url .. "/empty-200", { max_body = 0 })
    assert.are.equal(200, status)
    assert.are.equal("", body)
  end)

  it("has 8 MiB at most when nothing was said", function()
    local limit = 8 * 1024 * 1024
    local _, body = get(plain, ("%s/huge/%d"):format(faults.url, limit))
    assert.are.equal(limit, #body)
    assert_refused("protocol", get(plain, ("%s/huge/%d"):format(faults.url, limit + 1)))
    assert_refused("protocol", get(plain, faults.url .. "/huge"))
  end)

  it("is counted after decompression", function()
    local _, _, headers = get(secure, tls.url.good .. "/bomb", { max_body = 16 * 1024 * 1024 })
    assert.matches("[Cc]ontent%-[Ee]ncoding: gzip", headers)
    assert_refused("protocol", get(secure, tls.url.good .. "/bomb"))
  end)

  it("has 64 KiB of headers at most", function()
    local err = assert_refused("protocol", get(plain, faults.url .. "/huge-headers"))
    assert.matches("headers are larger than 65536", err.message)
    assert_refused("protocol", get(plain, faults.url .. "/long-header/70000"))
    assert.are.equal(200, (get(plain, faults.url .. "/long-header/60000")))
  end)

  it("has the headers of the last block only", function()
    local _, _, headers = get(plain, faults.url .. "/ok")
    assert.matches("^HTTP/1.1 200 Fault\r\n", headers)
    assert.matches("\r\n\r\n$", headers)
  end)

  it("gives its result once", function()
    local taken = core.submit(plain, { method = "GET", url = faults.url .. "/ok" })
    assert.are.equal(200, (exchange.finish(taken)))
    assert.is_true(taken:done())
    taken:cancel()
    assert.error_matches(function() taken:result() end, "taken already")
    assert.error_matches(function() taken:id() end, "over")
  end)

  it("is not there before the exchange is done", function()
    local waiting = core.submit(plain, { method = "GET", url = faults.url .. "/ok" })
    assert.error_matches(function() waiting:result() end, "not done")
    exchange.finish(waiting)
  end)
end)

describe("a request of the wrong shape", function()
  local wrong = {
    ["no method"] = { method = false },
    ["a number for a URL"] = { url = 1 },
    ["headers that are no list"] = { headers = "X: 1" },
    ["headers that are no strings"] = { headers = { 1 } },
    ["parts that are no tables"] = { method = "POST", parts = { "x" } },
    ["a part without a name"] = { method = "POST", parts = { { data = "" } } },
    ["a part without bytes"] = { method = "POST", parts = { { name = "x" } } },
    ["a negative limit"] = { max_body = -1 },
    ["a limit without measure"] = { max_body = math.huge },
    ["a limit that is no number"] = { max_body = 0 / 0 },
    ["a negative time"] = { timeout = -1 },
    ["a time that is no number"] = { timeout = 0 / 0 },
    ["a time without end"] = { timeout = math.huge },
  }
  for name, fields in pairs(wrong) do
    it("raises: " .. name, function()
      local request = { method = "GET", url = faults.url .. "/ok" }
      for field, value in pairs(fields) do request[field] = value or nil end
      assert.has_error(function() core.submit(plain, request) end)
    end)
  end

  it("raises: no request, no session", function()
    assert.has_error(function() core.submit(plain) end)
    assert.has_error(function() core.submit(io.stdout, {}) end)
    assert.has_error(function() core.step() end)
  end)

  -- A string that only a metamethod holds could be collected too early.
  it("is read without metamethods", function()
    assert.has_error(function()
      core.submit(plain, setmetatable({}, { __index = { method = "GET", url = faults.url } }))
    end)
  end)
end)

describe("a connection", function()
  it("speaks HTTP/2 where that is offered, else HTTP/1.1", function()
    assert.are.equal(20, select(4, get(secure, tls.url.good .. "/ok")))
    assert.are.equal(11, select(4, get(secure, tls.url.http1 .. "/ok")))
    assert.are.equal(11, select(4, get(plain, faults.url .. "/ok")))
  end)

  it("of TLS 1.1 is refused", function()
    local status, err = get(secure, tls.url.old .. "/ok")
    assert.is_nil(status)
    assert.are.equal("tls, not_sent", err.kind .. ", " .. err.outcome)
  end)

  it("is used again", function()
    for _, name in ipairs { "good", "http1" } do
      local first = cjson.decode((select(2, get(secure, tls.url[name] .. "/echo"))))
      local second = cjson.decode((select(2, get(secure, tls.url[name] .. "/echo"))))
      assert.are.equal(first.connection, second.connection)
      assert.are.equal(first.nth + 1, second.nth)
    end
    get(plain, faults.url .. "/ok")
    get(plain, faults.url .. "/ok")
    local seen = faults:log "ok"
    assert.are.equal(seen[#seen - 1].connection, seen[#seen].connection)
  end)

  it("is shared by many streams of HTTP/2", function()
    local flying, connections = {}, {}
    for i = 1, 40 do
      flying[i] = assert(core.submit(secure, { method = "GET", url = tls.url.good .. "/echo" }))
    end
    for i = 1, 40 do
      local _, body = exchange.finish(flying[i])
      connections[cjson.decode(body).connection] = true
    end
    local count = 0
    for _ in pairs(connections) do count = count + 1 end
    assert.are.equal(1, count)
  end)

  it("asks for compressed answers, but not for files", function()
    local directory = server.make_directory()
    local path = directory .. "/echo.json"
    local _, body = get(secure, tls.url.good .. "/echo")
    assert.matches("gzip", cjson.decode(body).headers["accept-encoding"])
    assert.are.equal(200, (get(secure, tls.url.good .. "/echo", { download = exchange.to_file(path) })))
    local file = assert(io.open(path))
    assert.is_nil(cjson.decode(file:read "*a").headers["accept-encoding"])
    file:close()
    server.remove_directory(directory)
  end)

  -- Else a program that this one starts would keep it open.
  it("is not inherited by the programs that this one starts", function()
    if not lfs.attributes("/proc/self/fd") then return end
    get(secure, tls.url.good .. "/ok")
    get(plain, faults.url .. "/ok")
    local pipe = assert(io.popen [[
      for file in /proc/self/fd/*; do readlink $file; done; cat /proc/net/tcp
    ]])
    local listed = pipe:read "*a"
    pipe:close()
    for inode in listed:gmatch "socket:%[(%d+)%]" do
      assert.is_nil(listed:find(" " .. inode .. " ", 1, true), "a TCP connection is inherited")
    end
  end)
end)

describe("a file to write", function()
  local directory

  before_each(function() directory = server.make_directory() end)
  after_each(function() server.remove_directory(directory) end)

  local function entries()
    local count = 0
    for name in lfs.dir(directory) do
      if name ~= "." and name ~= ".." then count = count + 1 end
    end
    return count
  end

  it("is not a device, a pipe or a directory", function()
    os.execute("mkfifo " .. directory .. "/fifo")
    for _, path in ipairs { "/dev/null", directory, directory .. "/fifo" } do
      local status, err = get(plain, faults.url .. "/huge/10", { download = exchange.to_file(path) })
      assert.is_nil(status)
      assert.are.equal("io, not_sent", err.kind .. ", " .. err.outcome)
    end
    assert.are.equal("char device", lfs.attributes("/dev/null", "mode"))
    assert.are.equal("named pipe", lfs.attributes(directory .. "/fifo", "mode"))
  end)

  it("may have a long name, or one beside this program", function()
    local path = directory .. "/" .. ("n"):rep(250)
    assert.are.equal(200, (get(plain, faults.url .. "/huge/10", { download = exchange.to_file(path) })))
    assert.are.equal(10, lfs.attributes(path, "size"))
    local here = lfs.currentdir()
    lfs.chdir(directory)
    local status = get(plain, faults.url .. "/huge/10", { download = exchange.to_file("short") })
    lfs.chdir(here)
    assert.are.equal(200, status)
    assert.are.equal(10, lfs.attributes(directory .. "/short", "size"))
    assert.are.equal(2, entries())
  end)

  it("leaves nothing when the exchange is cancelled or dropped", function()
    local flying
    for _ = 1, 3 do
      flying = assert(core.submit(plain, { method = "GET", url = faults.url .. "/stall-body",
        download = exchange.to_file(directory .. "/x") }))
      for _ = 1, 3 do core.step(0.05) end
    end
    flying:cancel()
    flying = nil    -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.are.equal(0, entries())
  end)

  it("is not written when the answer is an error", function()
    local request = { download = exchange.to_file(directory .. "/x") }
    local status, body = get(plain, faults.url .. "/status/404/100", request)
    assert.are.equal(404, status)
    assert.matches("OAuthException", body)
    assert.are.equal(0, entries())
  end)
end)
