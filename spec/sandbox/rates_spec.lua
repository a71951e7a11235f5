-- The sandbox's rates: what is too fast is refused, what keeps the pace is not.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("sandbox: rates", function()
  local box

  after_each(function() box:stop() end)

  local function client(mode, changes)
    local options = box:options(mode)
    for name, value in pairs(changes) do options[name] = value end
    return whatsapp.new(options)
  end

  local unpaced = { rate = false, retries = 0 }

  -- The errors of `n` calls in a row, by their number.
  local function errors_of(n, call)
    local errors, first = {}, nil
    for i = 1, n do
      local answer, err = call(i)
      if not answer then errors[#errors + 1], first = err, first or i end
    end
    return errors, first
  end

  it("lets ten requests a second through the gateway", function()
    box = assert(sandbox.start())
    local wa = client("gateway", unpaced)
    local errors, first = errors_of(40, function() return wa:request("GET", "{phone_number_id}") end)
    assert.is_true(first > 10)
    assert.equal(429, errors[1].status)
    assert.same({ error = "over 10 requests a second" }, errors[1].raw)
    assert.is_nil(errors[1].retry_after)
  end)

  it("does not count the requests to Graph, nor those of a wrong key", function()
    box = assert(sandbox.start())
    local wrong = client("gateway", { rate = false, retries = 0, api_key = "wrong" })
    for _, err in ipairs(errors_of(15, function() return wrong:request("GET", "1") end)) do
      assert.equal(401, err.status)
    end
    local direct = client("direct", unpaced)
    assert.same({}, (errors_of(30, function() return direct:request("GET", "{phone_number_id}") end)))
  end)

  it("never refuses a client that keeps the pace", function()
    -- What the machine holds up arrives with what follows, so the pace is half of the limit.
    box = assert(sandbox.start { gateway_rate = 40 })
    local wa = client("gateway", { rate = 20, retries = 0 })
    local contacts = {}
    for i = 1, 50 do contacts[i] = ("1555000%04d"):format(i) end
    local results = whatsapp.parallel(10, contacts, function(to)
      return wa:send { to = to, text = "x" }
    end)
    assert.equal(50, results.n)
    for i = 1, 50 do assert.is_truthy(results[i]) end
    assert.equal(50, #box:sent())
  end)

  it("can be turned off", function()
    box = assert(sandbox.start { gateway_rate = false })
    local wa = client("gateway", unpaced)
    assert.same({}, (errors_of(40, function() return wa:request("GET", "{phone_number_id}") end)))
  end)

  it("limits the messages of a number, when asked to", function()
    box = assert(sandbox.start { message_rate = 5 })
    local wa = client("direct", unpaced)
    local function send() return wa:send { to = "15551234567", text = "x" } end
    local errors, first = errors_of(30, send)
    assert.is_true(first > 5)
    assert.equal(429, errors[1].status)
    assert.equal(130429, errors[1].code)
    assert.equal(1, errors[1].retry_after)
    assert.is_true(errors[1].raw.error.is_transient)
    local second = assert(wa:with { phone_number_id = box.second_phone_number_id })
    assert(second:send { to = "15551234567", text = "x" })
    assert(wa:request("GET", "{phone_number_id}"))
  end)

  it("limits the messages to one user, when asked to", function()
    box = assert(sandbox.start { pair_rate = true })
    local wa = client("direct", unpaced)
    local function send() return wa:send { to = "15551234567", text = "x" } end
    local errors, first = errors_of(50, send)
    assert.is_true(first > 45)
    assert.equal(400, errors[1].status)
    assert.equal(131056, errors[1].code)
    assert(wa:send { to = "15551234568", text = "x" })
  end)
end)
