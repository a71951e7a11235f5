-- What became of a message: its history, and waiting for it.

local json = require "whatsapp.json"
local native = require "whatsapp.loop.native"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local loops = require "spec.support.loops"
local start_service = require("spec.support.service").start

local TO = "15551234567"
local HISTORY = "/message_history$"

local box, wa

setup(function()
  box = assert(sandbox.start { gateway_rate = false, delivered_seconds = false })
  local options = box:options "direct"
  options.retries = 0
  wa = whatsapp.new(options)
end)

teardown(function()
  wa:close()
  box:stop()
end)

after_each(function() assert(box:clear_faults()) end)

local function send(status, code)
  local sent = assert(wa:send { to = TO, text = "x" })
  if status then assert(box:set_status(sent.id, status, code)) end
  return sent
end

local function last_request()
  local requests = box:requests()
  return requests[#requests]
end

-- The next answer about a history: these events.
local function answer(...)
  local events = { ... }
  for i, event in ipairs(events) do
    events[i] = { id = tostring(i), delivery_status = event[1], timestamp = 1700000000 + i,
                  error_description = event[2] }
  end
  assert(box:fault { path = HISTORY, content_type = "application/json", body = json.encode {
    data = { { id = "9", message_id = "wamid.x", events = { data = events } } } } })
end

local function failed(kind, state, found, err)
  assert.is_nil(found)
  assert.are.equal(kind, err.kind, tostring(err))
  assert.are.equal(state, err.state)
  return err
end

describe("the history", function()
  it("of a message is a page with its events", function()
    local sent = send "read"
    assert.is_truthy(sent.id:find "=?$")
    local page = assert(wa.messages:history(sent.id))
    assert.are.equal(1, #page.data)
    assert.are.equal(sent.id, page.data[1].message_id)
    local statuses = {}
    for i, event in ipairs(page.data[1].events.data) do
      statuses[i] = event.delivery_status
      assert.is_number(event.timestamp)
    end
    assert.are.same({ "SENT", "DELIVERED", "READ" }, statuses)
  end)

  it("asks for exactly this wamid, whatever characters it has", function()
    local wamid = "wamid.HBgL+/a=="
    assert.are.same({}, assert(wa.messages:history(wamid)).data)
    assert.are.equal(wamid, last_request().query.message_id)
  end)

  it("of a number comes page by page", function()
    local first, second = send(), send()
    local seen, query = {}, { limit = 1 }
    for _ = 1, 100 do
      local page = assert(wa.messages:history(query))
      assert.are.equal(1, #page.data)
      seen[page.data[1].message_id] = true
      if not page.after then break end
      query = { limit = 1, after = page.after }
    end
    assert.is_true(seen[first.id] and seen[second.id])
  end)

  it("shows the fields that are asked for", function()
    local sent = send()
    local page = assert(wa.messages:history { message_id = sent.id, fields = { "message_id" } })
    assert.is_nil(page.data[1].events)
    page = assert(wa.messages:history { message_id = sent.id, fields = "id,events{delivery_status}" })
    assert.are.same({ "SENT" }, { page.data[1].events.data[1].delivery_status })
    assert.is_nil(page.data[1].events.data[1].timestamp)
  end)

  it("has an entry whose events can be chosen by status", function()
    local sent = send "read"
    local id = assert(wa.messages:history(sent.id)).data[1].id
    local all = assert(wa.messages:events(id, { limit = 2 }))
    assert.are.equal(2, #all.data)
    assert.are.equal("SENT", all.data[1].delivery_status)
    assert.are.equal("READ",
      assert(wa.messages:events(id, { after = all.after })).data[1].delivery_status)
    local read = assert(wa.messages:events(id, { status_filter = "READ" }))
    assert.are.equal(1, #read.data)
    assert.is_number(read.data[1].occurrence_timestamp)
  end)

  it("is asked for rightly", function()
    expect.refused("invalid", "message_id", "message id", wa.messages:history "a b")
    expect.refused("invalid", "limit", "from 1 to 100", wa.messages:history { limit = 101 })
    expect.refused("invalid", "limt", "did you mean limit?", wa.messages:history { limt = 1 })
    expect.refused("invalid", "id", "is missing", wa.messages:events())
    expect.refused("invalid", "status_filter", "must be one of", wa.messages:events("1", { status_filter = "seen" }))
  end)
end)

describe("waiting for a message", function()
  it("ends with the state that was reached", function()
    for _, state in ipairs { "sent", "delivered", "read" } do
      local delivery = assert(send(state):wait(state))
      assert.are.equal(state, delivery.status)
      assert.is_number(delivery.timestamp)
    end
  end)

  it("takes a later state for an earlier one, and delivered where none is said", function()
    assert.are.equal("read", assert(send("read"):wait("sent")).status)
    assert.are.equal("read", assert(send("read"):wait()).status)
    assert.are.equal("read", assert(send("read"):wait { timeout = 5, retries = 0 }).status)
    assert.are.equal("delivered", assert(send("delivered"):wait()).status)
  end)

  it("asks until it is there", function()
    local sent = send "delivered"
    answer()
    answer { "SENT" }
    assert.are.equal("delivered", assert(sent:wait("delivered")).status)
  end)

  it("sees the furthest state, in whatever order the events stand", function()
    answer({ "READ" }, { "DELIVERED" }, { "SENT" })
    local delivery = assert(send():wait("delivered"))
    assert.are.same({ status = "read", timestamp = 1700000001 }, delivery)
    answer({ "SENT" }, { "PLAYED" })
    assert.are.equal("played", assert(send():wait("read")).status)
  end)

  it("takes nothing for a state that is none", function()
    local sent = send "read"
    answer({ "WEIGHED" }, { "SENT" })
    assert.are.equal("read", assert(sent:wait("delivered")).status)
  end)

  it("survives a history that is none", function()
    local sent = send "read"
    for _, data in ipairs { '[1,"x",null]', '[{"events":7}]', '[{"events":{"data":[1,"x",{}]}}]',
                            '[{"events":{"data":{"a":1}}}]' } do
      assert(box:fault { path = HISTORY, content_type = "application/json", body = ('{"data":%s}'):format(data),
        times = false })
      failed("timeout", nil, sent:wait("read", { timeout = 0.01 }))
      assert(box:clear_faults())
    end
  end)

  it("does not take a webhook's failure for the message's", function()
    answer { "DELIVERED", "Webhook endpoint returned HTTP 500" }
    assert.are.equal("delivered", assert(send():wait()).status)
  end)

  it("ends when the message has failed, with the reason", function()
    local err = failed("recipient", "failed", send("failed", 131049):wait "read")
    assert.are.equal(131049, err.code)
    assert.are.equal("rejected", err.outcome)
    assert.is_false(err.retryable)
    assert.are.equal(whatsapp.explain(131049).hint, err.hint)
    assert.is_truthy(err.details:find("131049", 1, true))
    failed("recipient", "failed", send("failed"):wait "sent")
  end)

  it("names no code where Graph names none", function()
    for _, text in ipairs { "the user's phone exploded", "HTTP 500", "99999 reasons" } do
      answer({ "SENT" }, { "FAILED", text })
      local err = failed("graph", "failed", send():wait())
      assert.is_nil(err.code)
      assert.are.equal(text, err.details)
    end
    answer { "FAILED" }
    assert.is_nil(failed("graph", "failed", send():wait()).details)
    answer { "FAILED", "(#100) Invalid parameter" }
    assert.are.equal(100, failed("graph", "failed", send():wait()).code)
  end)

  it("believes a delivery more than a failure beside it", function()
    answer({ "SENT" }, { "DELIVERED" }, { "FAILED", "131000" })
    assert.are.equal("delivered", assert(send():wait "delivered").status)
    answer({ "SENT" }, { "DELIVERED" }, { "FAILED", "131000" })
    assert.are.equal(131000, failed("graph", "failed", send():wait "read").code)
  end)

  it("ends when the message was deleted", function()
    failed("graph", "deleted", send("deleted"):wait())
  end)

  it("gives up in time, and tells the last state", function()
    local err = failed("timeout", "sent", send("sent"):wait("delivered", { timeout = 0.01 }))
    assert.are.equal("unknown", err.outcome)
    assert.is_true(err.retryable)
    assert.is_truthy(tostring(err):find("it is sent", 1, true))
    err = failed("timeout", nil, wa.messages:wait("wamid.none", "sent", { timeout = 0.01 }))
    assert.is_truthy(tostring(err):find("nothing is known", 1, true))
  end)

  it("waits out what may pass by itself, and gives that as the reason in the end", function()
    local sent = send "delivered"
    assert(box:fault { path = HISTORY, code = 131016 })
    assert(box:fault { path = HISTORY, drop = true })
    assert.are.equal("delivered", assert(sent:wait()).status)
    assert(box:fault { path = HISTORY, code = 131016, times = false })
    local err = failed("timeout", nil, sent:wait("delivered", { timeout = 0.01 }))
    assert.is_truthy(err.details:find("Service unavailable", 1, true), tostring(err))
  end)

  it("ends at what will not pass", function()
    assert(box:fault { path = HISTORY, code = 10 })
    assert.are.equal(10, failed("permission", nil, send():wait()).code)
  end)

  it("is asked for rightly", function()
    local sent = send()
    expect.refused("invalid", "state", "must be one of delivered, read, sent", sent:wait "failed")
    expect.refused("invalid", "timeout", "must be a number", sent:wait { timeout = "x" })
    expect.refused("invalid", "state", "must be a string", sent:wait({ timeout = 1 }, { timeout = 1 }))
    expect.refused("invalid", "timeout", "must be a number", sent:wait("read", { timeout = "x" }))
    expect.refused("invalid", "options", "write { timeout = 5 }", sent:wait("read", 5))
    expect.refused("invalid", "message_id", "message id", wa.messages:wait "a b")
    expect.refused("invalid", "retris", "did you mean retries?", sent:wait("read", { retris = 1 }))
  end)
end)

describe("a marketing message", function()
  local function promo(more)
    local message = { to = TO, template = { name = "promo", language = "en_US",
      header = { image = "https://example.com/a.jpg" }, body = { "Ann" }, buttons = { { url = "x" } } } }
    for key, value in pairs(more or {}) do message[key] = value end
    return message
  end

  it("is a template with a policy", function()
    local sent = assert(wa.messages:marketing(promo { product_policy = "STRICT", message_activity_sharing = false }))
    assert.is_truthy(sent.id:find "^wamid%.")
    assert.are.equal("accepted", sent.status)
    local request = last_request()
    assert.is_truthy(request.path:find("/marketing_messages$"))
    assert.are.equal("STRICT", request.body.product_policy)
    assert.is_false(request.body.message_activity_sharing)
    assert.are.equal("promo", request.body.template.name)
    assert(box:set_status(sent.id, "delivered"))
    assert.are.equal("delivered", assert(sent:wait()).status)
  end)

  it("is refused when it is none", function()
    expect.refused("invalid", "template", "a marketing message is a template",
      wa.messages:marketing { to = TO, text = "x" })
    expect.refused("invalid", "product_policy", "CLOUD_API_FALLBACK, STRICT",
      wa.messages:marketing(promo { product_policy = "LAX" }))
    expect.refused("invalid", "product_polic", "did you mean product_policy?",
      wa.messages:marketing(promo { product_polic = "STRICT" }))
    expect.refused("invalid", "message", "must be a table", wa.messages:marketing "x")
    local sent, err = wa.messages:marketing { to = TO, template = { name = "hello_world", language = "en_US" } }
    assert.is_nil(sent)
    assert.are.equal(100, err.code)
  end)
end)

describe("what wa:send returns", function()
  it("is plain data but for its method", function()
    local sent = send()
    for key, value in pairs(sent) do
      assert.is_true(type(value) == "string" or key == "raw", key)
    end
    local copy = json.decode(assert(json.encode(sent)))
    assert.are.equal(sent.id, copy.id)
    assert.are.equal("delivered", (assert(box:set_status(sent.id, "delivered"))
      and assert(wa.messages:wait(copy.id))).status)
  end)
end)

for name, loop in pairs { cqueues = loops.cqueues, luv = loops.luv } do
  if native.suspends then
    it("waiting under " .. name .. " holds up nobody else", function()
      local options = box:options "direct"
      options.loop = name == "luv" and "luv" or nil
      local client = whatsapp.new(options)
      local sent, order = send "sent", {}
      loop.run(function()
        loop.spawn(function()
          loop.sleep(0.05)
          order[#order + 1] = "other"
          assert(box:set_status(sent.id, "delivered"))
        end)
        local delivery = assert(client.messages:wait(sent.id))
        order[#order + 1] = delivery.status
      end)
      client:close()
      assert.are.same({ "other", "delivered" }, order)
    end)
  end
end

if rawget(_G, "jit") then
  it("waiting works in nginx", function()
    local service = start_service(box, [[
      http {
        init_by_lua_block { wa = require("whatsapp").new { rate = false } }
        server {
          listen 127.0.0.1:8080;
          location = /health { return 200; }
          location = /wait { content_by_lua_block {
            local delivery, err = wa.messages:wait(ngx.unescape_uri(ngx.var.arg_id))
            ngx.print(delivery and delivery.status or tostring(err))
          } }
        }
      }]])
    local sent = send()
    answer { "SENT" }
    assert(box:set_status(sent.id, "delivered"))
    local text = service:get("/wait?id=" .. sent.id:gsub("%W", function(char)
      return ("%%%02X"):format(char:byte())
    end))
    service:stop()
    assert.are.equal("delivered", text)
  end)
end
