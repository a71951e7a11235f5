-- The rate over many calls, on a clock of the spec's own: what would take a
-- minute takes a moment, and no window of it is left to chance.

local whatsapp = require "whatsapp"
local native = require "whatsapp.loop.native"

local server = require "spec.support.server"

local faults

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

-- Exchanges are real; sleeping only moves the clock.
local function virtual_loop()
  local now = 1000
  local loop = { submit = native.submit, gather = native.gather, times = {} }
  -- Called as soon as the exchange is on its way.
  function loop.await(exchange)
    loop.times[#loop.times + 1] = now
    return native.await(exchange)
  end
  function loop.random() return 0.5 end
  function loop.now() return now end
  function loop.sleep(seconds) now = now + seconds end
  return loop
end

local function client(loop, options)
  options.base_url = faults.url .. "/ok"
  options.phone_number_id = "106540352242922"
  options.loop = loop
  return whatsapp.new(options)
end

-- The most calls that any second (or another span) saw.
local function busiest_second(times, span)
  local most = 0
  for first = 1, #times do
    local last = first
    while times[last + 1] and times[last + 1] - times[first] < (span or 1) do last = last + 1 end
    most = math.max(most, last - first + 1)
  end
  return most
end

local function send_all(loop, wa, n, in_flight)
  local contacts = {}
  for i = 1, n do contacts[i] = { phone = ("+1555%07d"):format(i) } end
  local sent, errors = whatsapp.parallel(in_flight, contacts, function(contact)
    return wa:send({ to = contact.phone, text = "Hi" }, { deadline = 86400 })
  end)
  return sent, errors, loop.times
end

describe("a rate", function()
  it("is kept over 1,000 contacts through the gateway, and none is lost", function()
    local loop = virtual_loop()
    local before = faults:count "ok"
    local sent, errors, times = send_all(loop, client(loop, { api_key = "key" }), 1000, 50)
    assert.are.equal(1000, sent.n)
    assert.is_nil(next(errors))
    assert.are.equal(1000, faults:count "ok" - before)
    -- Also when some arrive a quarter of a second later than others.
    assert.is_true(busiest_second(times, 1.25) <= 10)
    assert.are.equal(99 * 1.25, times[#times] - times[1])
  end)

  it("counts messages of a number when it goes straight to Graph", function()
    local loop = virtual_loop()
    local wa = client(loop, { access_token = "token" })
    local _, _, times = send_all(loop, wa, 200, 20)
    assert.is_true(busiest_second(times) <= 80)
    local started = loop.now()
    for _ = 1, 100 do wa:mark_read "wamid.x=" end
    assert.are.equal(started, loop.now())
  end)

  it("is shared by siblings, and by number when straight to Graph", function()
    local loop = virtual_loop()
    local wa = client(loop, { access_token = "token", rate = 2 })
    local sibling = assert(wa:with { timeout = 5 })
    local other = assert(wa:with { phone_number_id = "109876543210987" })
    local message = { to = "+15551234567", text = "Hi" }
    for _ = 1, 2 do
      assert(wa:send(message))
      assert(sibling:send(message))
    end
    assert.are.equal(1001, loop.now())
    assert(other:send(message))
    assert.are.equal(1001, loop.now())
  end)

  it("can be off", function()
    local loop = virtual_loop()
    send_all(loop, client(loop, { api_key = "key", rate = false }), 100, 10)
    assert.are.equal(1000, loop.now())
  end)

  it("that leaves no place before the deadline is rate_limited, and nothing is sent", function()
    local loop = virtual_loop()
    local wa = client(loop, { api_key = "key", rate = 1 })
    local message = { to = "+15551234567", text = "Hi" }
    assert(wa:send(message))
    local before = faults:count "ok"
    local sent, err = wa:send(message, { deadline = 0.5 })
    assert.is_nil(sent)
    assert.are.equal("rate_limited, not_sent", err.kind .. ", " .. err.outcome)
    assert.is_true(err.retryable)
    assert.are.equal(1.25, err.retry_after)
    assert.are.equal(before, faults:count "ok")
    assert(wa:send(message, { deadline = 2 }))
    assert.are.equal(1001.25, loop.now())
  end)
end)

describe("the rate to one recipient", function()
  it("lends a burst of 45, then takes one message in 6 seconds", function()
    local loop = virtual_loop()
    local wa = client(loop, { access_token = "token", rate = false, pair_rate = true,
                              deadline = 3600 })
    for _ = 1, 45 do assert(wa:send { to = "+15551234567", text = "Hi" }) end
    assert.are.equal(1000, loop.now())
    assert(wa:send { to = "+15557654321", text = "Hi" })
    assert.are.equal(1000, loop.now())
    for _ = 1, 3 do assert(wa:send { to = "+1 (555) 123-4567", text = "Hi" }) end
    assert.are.equal(1018, math.floor(loop.now() + 0.5))
  end)
end)
