-- The sandbox's messages after they were accepted.

local expect = require "spec.support.expect"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("sandbox: message history", function()
  local box, wa

  local function start(options)
    options = options or {}
    options.gateway_rate = false
    box = assert(sandbox.start(options))
    wa = whatsapp.new(box:options "direct")
  end

  after_each(function() box:stop() end)

  local function send(to)
    return assert(wa:send { to = to or "15551234567", text = "x" }, { retries = 0 })
  end

  local function statuses(id)
    local found = {}
    for i, event in ipairs(assert(wa.messages:history(id)).data[1].events.data) do
      found[i] = event.delivery_status
    end
    return table.concat(found, " ")
  end

  it("has messages delivered and read after a while", function()
    start { delivered_seconds = 0.1, read_seconds = 0.1 }
    local sent = send()
    assert.are.equal("read", assert(sent:wait "read").status)
    assert.are.equal("SENT DELIVERED READ", statuses(sent.id))
  end)

  it("can leave them unread, or on their way", function()
    start { delivered_seconds = 0, read_seconds = false }
    assert.are.equal("SENT DELIVERED", statuses(send().id))
    box:stop()
    start { delivered_seconds = false, read_seconds = 0 }
    assert.are.equal("SENT", statuses(send().id))
  end)

  it("has them be what they are told to be", function()
    start { delivered_seconds = 0, read_seconds = 0 }
    local sent
    for status, expected in pairs { sent = "SENT", delivered = "SENT DELIVERED",
                                    read = "SENT DELIVERED READ", failed = "SENT FAILED",
                                    deleted = "SENT DELETED" } do
      sent = send()
      assert(box:set_status(sent.id, status))
      assert.are.equal(expected, statuses(sent.id))
    end
    assert.are.equal("SENT DELIVERED READ", statuses(send().id))
    sent = send()
    assert(box:set_status(sent.id, "failed", 131047))
    local events = assert(wa.messages:history(sent.id)).data[1].events.data
    assert.are.equal("(#131047) Re-engagement message", events[2].error_description)
    expect.refused("invalid", "status", "must be one of", box:set_status(sent.id, "lost"))
    expect.refused("invalid", "id", "message id", box:set_status("a b", "read"))
  end)

  it("only moves forward", function()
    start { delivered_seconds = 0, read_seconds = 0 }
    local sent = send()
    assert.are.equal("SENT DELIVERED READ", statuses(sent.id))
    assert(box:set_status(sent.id, "delivered"))
    assert.are.equal("SENT DELIVERED READ", statuses(sent.id))
    sent = send()
    for _, status in ipairs { "sent", "delivered", "delivered", "read" } do
      assert(box:set_status(sent.id, status))
    end
    expect.refused("invalid", "status", "is read already", box:set_status(sent.id, "delivered"))
    expect.refused("invalid", "status", "is read already", box:set_status(sent.id, "failed"))
    assert(box:set_status(sent.id, "deleted"))
    sent = send()
    assert(box:set_status(sent.id, "failed"))
    expect.refused("invalid", "status", "is failed already", box:set_status(sent.id, "read"))
    assert.are.equal("SENT FAILED", statuses(sent.id))
  end)

  it("has numbers that fail: at once, or later", function()
    start { delivered_seconds = 0 }
    local none, err = wa:send { to = "+1 555 0131026", text = "x" }
    assert.is_nil(none)
    assert.are.same({ 131026, "recipient", "rejected" }, { err.code, err.kind, err.outcome })
    local sent = send "+1 556 0131049"
    assert.are.equal("SENT FAILED", statuses(sent.id))
    local events = assert(wa.messages:history(sent.id)).data[1].events.data
    assert.is_truthy(events[2].error_description:find("131049", 1, true))
    assert.are.equal("SENT DELIVERED", statuses(send("+1 556 0139999").id):sub(1, 14))
    assert.are.equal(2, #assert(box:sent()))
  end)

  it("keeps the 24-hour window", function()
    local template = { name = "hello_world", language = "en_US" }
    start { delivered_seconds = 0, read_seconds = false }
    assert(box:receive { from = "15550000001", text = "Hi" })
    assert.are.equal("SENT DELIVERED", statuses(send("15550000001").id))
    assert(box:advance(25 * 3600))
    local sent = send "15550000001"
    assert.are.equal("FAILED", statuses(sent.id))
    local none, err = sent:wait "delivered"
    assert.is_nil(none)
    assert.are.same({ "window", 131047 }, { err.kind, err.code })
    assert.are.equal("SENT DELIVERED", statuses(assert(wa:send { to = "15550000001", template = template }).id))
    assert.are.equal("SENT DELIVERED", statuses(send("15550000002").id)) -- who never wrote
    assert(box:receive { from = "15550000001", text = "Hi again" })
    assert.are.equal("SENT DELIVERED", statuses(send("15550000001").id))
  end)

  it("keeps the window for all, or for nobody", function()
    start { delivered_seconds = 0, read_seconds = false, window = true }
    assert.are.equal("FAILED", statuses(send("15550000002").id))
    assert(box:receive { from = "15550000002", text = "Hi" })
    assert.are.equal("SENT DELIVERED", statuses(send("15550000002").id))
    box:stop()
    start { delivered_seconds = 0, read_seconds = false, window = false }
    assert(box:receive { from = "15550000001", text = "Hi", timestamp = os.time() - 90000 })
    assert.are.equal("SENT DELIVERED", statuses(send("15550000001").id))
  end)

  it("belongs to a number", function()
    start()
    local other = assert(wa:with { phone_number_id = box.second_phone_number_id })
    local sent = send()
    assert.are.same({}, assert(other.messages:history(sent.id)).data)
    assert.are.same({}, assert(other.messages:history()).data)
    assert.are.equal(1, #assert(wa.messages:history()).data)
  end)

  it("refuses what Graph would", function()
    start()
    local id = assert(wa.messages:history(send().id)).data[1].id
    local function code(found, err) return found == nil and err.code end
    assert.are.equal(100, code(wa.messages:history { fields = "colour" }))
    assert.are.equal(100, code(wa.messages:history { fields = "events{colour}" }))
    assert.are.equal(100, code(wa.messages:events(id, { fields = "node{colour}" })))
    assert.are.equal(100, code(wa:request("GET", id .. "/events", { query = { status_filter = "LOST" } })))
    assert.are.equal(100, code(wa:request("POST", id .. "/events")))
  end)
end)
