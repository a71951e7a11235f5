-- The sandbox's connections: how they come to be, and what the gateway makes of them.

local http = require "socket.http"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("sandbox: connections", function()
  local box

  local function start(options)
    box = assert(sandbox.start(options))
    return whatsapp.new(box:options())
  end

  after_each(function() box:stop() end)

  local function control(wa, method, path, more)
    local call = { method = method, path = path, base = "control" }
    for name, value in pairs(more or {}) do call[name] = value end
    return wa:perform(call)
  end

  local function list(wa, query)
    return assert(control(wa, "GET", "connections", { query = query })).connections
  end

  local function get_status(wa, made)
    return assert(control(wa, "GET", "connections/" .. made.connection_id)).connection.status
  end

  local function get(wa, options)
    return wa:request("GET", "{phone_number_id}", { query = { fields = "id" } }, options)
  end

  local function assert_answer(status, text, answer, err)
    assert.is_nil(answer)
    assert.equal(status, err.status)
    assert.same({ error = text }, err.raw)
  end

  it("has one that is active", function()
    local wa = start()
    local connections = list(wa)
    assert.equal(1, #connections)
    assert.equal(box.connection, connections[1].connection_id)
    assert.same({ box.connection }, box.connections)
    assert.equal("ACTIVE", connections[1].status)
    assert(get(wa))
  end)

  it("can have none: 400", function()
    local wa = start { connections = {} }
    assert.is_nil(box.connection)
    assert.same({}, list(wa))
    assert_answer(400, "no active connection for app whatsapp-business", get(wa, { retries = 0 }))
    assert(get(whatsapp.new(box:options "direct")))
  end)

  it("makes a pending one active when somebody agrees on the page behind its url", function()
    local wa = start { connections = {} }
    local made = assert(control(wa, "POST", "connections",
      { json = { app = "whatsapp-business" } })).connection
    assert.equal("PENDING", made.status)
    assert.is_truthy(made.url:find(box.phone_origin .. "/connect?session_token=", 1, true))
    assert.equal(400, select(2, get(wa, { retries = 0 })).status)
    local page, code, headers = http.request(made.url)
    assert.equal(200, code)
    assert.is_truthy(headers["content-security-policy"]:find("form-action 'self'", 1, true))
    assert.is_truthy(page:find('value="connect"', 1, true))
    assert.equal("PENDING", get_status(wa, made))
    assert.is_truthy(http.request(made.url, "answer=connect"):find("Connected", 1, true))
    assert.is_truthy(http.request(made.url, "answer=refuse"):find("Connected", 1, true))
    local now = assert(control(wa, "GET", "connections/" .. made.connection_id)).connection
    assert.equal("ACTIVE", now.status)
    assert.is_true(now.last_updated_time > now.creation_time)
    assert(get(wa))
    assert.equal(404, (select(2, http.request(made.url .. "0"))))
  end)

  it("makes a pending one failed when somebody refuses", function()
    local wa = start { connections = {} }
    local made = assert(wa.connections:create())
    assert.is_truthy(http.request(made.url, "answer=refuse"):find("Refused", 1, true))
    assert.equal("FAILED", get_status(wa, made))
    assert.equal(400, select(2, get(wa, { retries = 0 })).status)
  end)

  it("makes a pending one active after connect_seconds", function()
    local wa = start { connections = { "PENDING" }, connect_seconds = 0.1 }
    local status
    for _ = 1, 200 do
      status = list(wa)[1].status
      if status == "ACTIVE" then break end
      os.execute "sleep 0.02"
    end
    assert.equal("ACTIVE", status)
    assert(get(wa))
  end)

  it("goes through the one that is named, else through the oldest active", function()
    local wa = start { connections = { "PENDING", "FAILED", "EXPIRED", "ACTIVE" } }
    assert.equal(box.connections[3], box.connection)
    assert.equal(2, #list(wa, { status = "ACTIVE" }))
    assert.equal(0, #list(wa, { app = "other" }))
    local expired = "the connection's token could not be refreshed"
    assert_answer(500, expired, get(wa, { retries = 0 }))

    local function through(id)
      local options = box:options()
      options.connection = id
      return get(whatsapp.new(options), { retries = 0 })
    end
    local none = "no active connection for app whatsapp-business"
    assert_answer(400, none, through(box.connections[1]))
    assert_answer(400, none, through(box.connections[2]))
    assert_answer(400, none, through "00000000-0000-4000-a000-000000000000")
    assert_answer(500, expired, through(box.connections[3]))
    assert(through(box.connections[4]))

    assert(control(wa, "DELETE", "connections/" .. box.connections[3]))
    assert(get(wa))
    assert_answer(404, "no such connection",
      control(wa, "GET", "connections/" .. box.connections[3]))
  end)

  it("wants the key", function()
    start()
    local options = box:options()
    options.api_key = "wrong"
    local wrong = whatsapp.new(options)
    assert_answer(401, "invalid API key", control(wrong, "GET", "connections"))
    assert_answer(401, "invalid API key", get(wrong))
  end)

  it("refuses options that are none", function()
    start()
    for field, options in pairs {
      ["connections[1]"] = { connections = { "GOOD" } }, gateway_rate = { gateway_rate = 2.5 },
      review_seconds = { review_seconds = "soon" }, conections = { conections = {} },
    } do
      local other, err = sandbox.start(options)
      assert.is_nil(other)
      assert.equal("invalid", err.kind)
      assert.equal(field, err.field)
    end
  end)
end)
