-- Requests that are alike share what libcurl is told of them; what differs must
-- never be another one's.

local cjson = require "cjson"
local core = require "whatsapp.core"

local exchange = require "spec.support.exchange"
local server = require "spec.support.server"

local faults, session

setup(function()
  faults = server.start_fault_server()
  session = assert(exchange.session { base_url = faults.url })
end)

teardown(function() faults:stop() end)

local function request_for(more)
  local request = { method = "POST", url = faults.url .. "/echo", body = "{}", content_type = "application/json" }
  for name, value in pairs(more) do request[name] = value ~= "none" and value or nil end
  return request
end

-- How a request arrived.
local function arrived(more, by)
  local status, body = exchange.run(by or session, request_for(more))
  assert.are.equal(200, status)
  return cjson.decode(body)
end

local function assert_arrives(more, by)
  local request, seen = request_for(more), arrived(more, by)
  assert.are.equal(request.method, seen.method)
  assert.are.equal(request.body and #request.body or 0, seen.body_length)
  assert.are.equal((request.body or ""):sub(1, 9), (seen.body or ""):sub(1, 9))
  assert.are.equal(request.body and request.content_type or nil, seen.headers["content-type"])
  assert.are.equal(request.url, faults.url .. seen.path .. (seen.query ~= "" and "?" .. seen.query or ""))
  assert.is_nil(seen.headers.expect)
  return seen
end

describe("requests one after the other", function()
  local kinds = {
    {}, { body = ("x"):rep(20000) }, { body = "y" }, { body = "none" }, { content_type = "text/plain" },
    { method = "PUT" }, { method = "PATCH", body = "none" }, { method = "DELETE" },
    { method = "DELETE", body = "none" }, { method = "GET", body = "none" }, { url = "none" }, { timeout = 9 },
    { max_body = 500000 }, { stall_timeout = 5 }, { connect_timeout = 3 },
  }

  it("arrive as they are, whichever went before", function()
    kinds[11].url = faults.url .. "/echo/deep/../path?a=%20b"
    for _, first in ipairs(kinds) do
      for _, second in ipairs(kinds) do
        assert_arrives(first)
        assert_arrives(second)
      end
    end
  end)

  it("keep a header or a part to themselves", function()
    assert_arrives {}
    assert.are.equal("1", arrived({ headers = { "X-One: 1" } }).headers["x-one"])
    assert.is_nil(assert_arrives({}).headers["x-one"])
    assert.matches("^multipart/", arrived({ body = "none", parts = { { name = "a", data = "b" } } })
      .headers["content-type"])
    assert_arrives {}
  end)

  it("keep their times to themselves", function()
    local url = faults.url .. "/stall"
    for _ = 1, 2 do
      local _, err = exchange.run(session, request_for { url = url, timeout = 0.2 })
      assert.are.equal("timeout", err.kind)
      _, err = exchange.run(session, request_for { url = url, timeout = 0, stall_timeout = 1 })
      assert.matches("no byte moved", err.message)
      assert_arrives {}
    end
    local status = exchange.run(session, request_for { url = faults.url .. "/slow", timeout = 0 })
    assert.are.equal(200, status)
  end)

  it("go on after one that failed", function()
    for _, path in ipairs { "/drop", "/reset", "/garbage", "/huge" } do
      local url = faults.url .. path
      local failed = exchange.run(session, request_for { url = url, max_body = 10 })
      assert.is_nil(failed, path)
      assert.is_nil((exchange.run(session, request_for { url = url, max_body = 10 })))
      assert_arrives {}
    end
  end)

  it("have the credential of their own session, also after it was closed", function()
    for i = 1, 20 do
      local mine = assert(exchange.session { base_url = faults.url, credential = "credential-" .. i })
      for _ = 1, 2 do
        assert.are.equal("Bearer credential-" .. i, assert_arrives({}, mine).headers.authorization)
      end
      if i % 3 == 0 then mine:close() end
      collectgarbage()
    end
  end)
end)

describe("requests at once", function()
  it("arrive as they are", function()
    local flying = {}
    for i = 1, 150 do
      local more = { body = tostring(i), method = i % 3 == 0 and "PUT" or nil,
                     content_type = i % 5 == 0 and "text/plain" or nil }
      flying[i] = { more = more, exchange = assert(core.submit(session, request_for(more))) }
    end
    for i, one in ipairs(flying) do
      local status, body = exchange.finish(one.exchange)
      assert.are.equal(200, status)
      local seen, request = cjson.decode(body), request_for(one.more)
      assert.are.same({ tostring(i), request.method, request.content_type },
        { seen.body, seen.method, seen.headers["content-type"] })
    end
  end)

  it("end with their session, and leave none of it to the next", function()
    for i = 1, 5 do
      local mine = assert(exchange.session { base_url = faults.url, credential = "credential-" .. i })
      local flying = {}
      for k = 1, 8 do flying[k] = assert(core.submit(mine, request_for { url = faults.url .. "/slow" })) end
      core.step(0)
      mine:close()
      local _, err = core.submit(mine, request_for {})
      assert.are.equal("state", err.kind)
      for k = 1, 8 do assert.is_true((exchange.finish(flying[k]) or 200) == 200) end
    end
    assert.are.equal("Bearer " .. exchange.SECRET, assert_arrives({}).headers.authorization)
  end)
end)
