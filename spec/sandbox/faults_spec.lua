-- Faults on demand.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("sandbox: faults", function()
  local box, wa, direct

  local function client(mode, changes)
    local options = box:options(mode)
    options.rate, options.retries = false, 0
    for name, value in pairs(changes or {}) do options[name] = value end
    return whatsapp.new(options)
  end

  setup(function()
    box = assert(sandbox.start { gateway_rate = false })
    wa, direct = client "gateway", client "direct"
  end)

  teardown(function() box:stop() end)

  after_each(function() assert(box:clear_faults()) end)

  local function get(from)
    return (from or direct):request("GET", "{phone_number_id}", { query = { fields = "id" } })
  end

  local function send(options)
    return direct:send({ to = "15551234567", text = "x" }, options)
  end

  local function error_of(answer, err)
    assert.is_nil(answer)
    return err
  end

  local function last_request()
    local requests = box:requests()
    return requests[#requests]
  end

  describe("what happens", function()
    it("an error of Graph, once", function()
      assert(box:fault { code = 131047 })
      local err = error_of(send())
      assert.same({ 400, 131047, "Re-engagement message" }, { err.status, err.code, err.message })
      assert.is_string(err.trace_id)
      assert(send())
    end)

    it("an error of Graph with everything", function()
      assert(box:fault { code = 100, status = 418, subcode = 2388040, message = "No", details = "Why" })
      local err = error_of(get())
      assert.same({ 418, 100, 2388040, "No", "Why" },
        { err.status, err.code, err.subcode, err.message, err.details })
    end)

    it("an error of Graph that the sandbox does not know", function()
      assert(box:fault { code = 139100 })
      assert.equal(139100, error_of(get()).code)
    end)

    it("an error of the gateway", function()
      assert(box:fault { service = "gateway", status = 500, message = "token expired" })
      local err = error_of(get(wa))
      assert.same({ error = "token expired" }, err.raw)
      assert.equal(500, err.status)
    end)

    it("any bytes", function()
      assert(box:fault { status = 502, body = "<html>", content_type = "text/html" })
      local err = error_of(get())
      assert.equal(502, err.status)
      assert.is_truthy(tostring(err):find("text/html", 1, true))
      assert(box:fault { body = "" , content_type = "application/json" })
      assert.same({}, (get()))
    end)

    it("headers, with the real answer or another", function()
      assert(box:fault { headers = { ["x-app-usage"] = "{}" } })
      assert.equal("{}", select(2, assert(get())).headers["x-app-usage"])
      assert(box:fault { code = 4, retry_after = 7 })
      assert.equal(7, error_of(get()).retry_after)
      assert(box:fault { code = 80007, headers = { ["X-Business-Use-Case-Usage"] =
        '{"1":[{"type":"whatsapp","estimated_time_to_regain_access":2}]}' } })
      assert.equal(120, error_of(get()).retry_after)
    end)

    it("a late answer", function()
      assert(box:fault { delay = 5 })
      local before = #box:sent()
      local err = error_of(send { timeout = 1 })
      assert.equal("timeout", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal(before + 1, #box:sent())
      assert(box:fault { delay = 0.1 })
      assert(send())
      assert(box:fault { delay = 0.1, code = 131000 })
      assert.equal(131000, error_of(send()).code)
    end)

    it("no answer, until somebody in between has enough", function()
      local before = #box:sent()
      assert(box:fault { hang = true })
      assert.equal("timeout", error_of(send { timeout = 0.3 }).kind)
      assert(box:fault { hang = 0.2 })
      local err = error_of(send())
      assert.equal(504, err.status)
      assert.equal("unknown", err.outcome)
      assert.equal(before, #box:sent())
    end)

    it("the end of the exchange without an answer", function()
      local before = #box:sent()
      assert(box:fault { drop = true })
      local err = error_of(send())
      assert.equal("network", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal(before, #box:sent())
      local entry = last_request()
      assert.is_true(entry.fault)
      assert.is_nil(entry.status)
      assert.equal("x", entry.body.text.body)
    end)

    it("only the answer is lost", function()
      local before = #box:sent()
      assert(box:fault { drop = true, handled = true })
      error_of(send())
      assert(box:fault { status = 502, body = "", handled = true })
      error_of(send())
      assert.equal(before + 2, #box:sent())
    end)
  end)

  describe("to what", function()
    it("a service", function()
      assert(box:fault { service = "gateway", code = 2 })
      assert(get())
      assert.equal(2, error_of(get(wa)).code)
      assert(box:fault { service = "control", status = 503 })
      assert(get(wa))
      assert.equal(503,
        error_of(wa:perform { method = "GET", path = "connections", base = "control" }).status)
    end)

    it("a method and a path", function()
      assert(box:fault { method = "POST", path = "/messages$", code = 131016 })
      assert(get())
      assert(direct:request("GET", "{business_account_id}/phone_numbers"))
      assert.equal(131016, error_of(send()).code)
    end)

    it("to some, to every so many, to all", function()
      local function outcomes(n)
        local list = {}
        for i = 1, n do list[i] = get() and "good" or "bad" end
        return table.concat(list, " ")
      end
      assert(box:fault { code = 2, times = 2 })
      assert.equal("bad bad good", outcomes(3))
      assert(box:fault { code = 2, every = 3, times = 2 })
      assert.equal("good good bad good good bad good good good", outcomes(9))
      assert(box:fault { code = 2, times = false })
      assert.equal("bad bad bad", outcomes(3))
      assert(box:clear_faults())
      assert.equal("good", outcomes(1))
    end)

    it("in the order in which they came", function()
      assert(box:fault { code = 2 })
      assert(box:fault { code = 4 })
      assert.equal(2, error_of(get()).code)
      assert.equal(4, error_of(get()).code)
    end)

    it("after the check of who asks", function()
      assert(box:fault { code = 2, times = false })
      assert.equal(401, error_of(get(client("gateway", { api_key = "wrong" }))).status)
      assert.equal(190, error_of(get(client("direct", { access_token = "wrong" }))).code)
    end)
  end)

  it("refuses rules that are none", function()
    for field, rule in pairs {
      cod = { cod = 2 }, service = { service = "meta" }, status = { status = 99 },
      times = { times = 1.5 }, path = { path = "[" }, delay = { delay = 1e6 },
      code = { handled = true }, headers = { headers = { ["X\r\nY"] = "1" } },
      ["headers.x"] = { headers = { x = { 1 } } },
    } do
      local ok, err = box:fault(rule)
      assert.is_nil(ok)
      assert.equal("invalid", err.kind)
      assert.equal(field, err.field)
    end
    assert(get())
  end)
end)
