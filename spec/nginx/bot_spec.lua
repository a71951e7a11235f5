-- examples/nginx/bot.conf as it is, but for its port and its pace: the sandbox's customers write to it.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local files = require "spec.support.files"
local http = require "socket.http"
local server = require "spec.support.server"
local socket = require "socket"
local start_service = require("spec.support.service").start

local sandbox, service

-- Waits until a function's value is true, at most a minute.
local function eventually(fn)
  local give_up = socket.gettime() + 60
  local value = fn()
  while not value and socket.gettime() < give_up do
    socket.sleep(0.02)
    value = fn()
  end
  return value
end

-- What was sent to a customer.
local function sent_to(number)
  local found = {}
  for _, message in ipairs(sandbox:sent()) do
    if message.to == number then found[#found + 1] = message.payload end
  end
  return found
end

describe("the bot in nginx", function()
  setup(function()
    local port = server.free_ports({ "port" }).port
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false,
      delivered_seconds = 0.05, read_seconds = 0.05 })
    local conf, n = files.read("examples/nginx/bot.conf"):gsub('pace_dict = "pace"', "rate = false")
    assert(n == 1)
    service = start_service(sandbox, conf, port)
  end)

  teardown(function()
    if service then service:stop() end
    if sandbox then sandbox:stop() end
  end)

  it("answers what a customer writes and taps", function()
    local from = "15551230001"
    assert(sandbox:receive { from = "+1 555 123 0001", name = "Änn 👋", text = "Hello there" })
    local question = eventually(function() return sent_to(from)[1] end)
    assert.are.equal("Hello Änn 👋! Shall I echo what you write?", question.interactive.body.text)
    assert(sandbox:receive { from = from, button_reply = { id = "echo", title = "Yes" } })
    assert.are.equal("Write something.", eventually(function() return sent_to(from)[2] end).text.body)
    local mine = assert(sandbox:receive { from = from, text = "a/b é" })
    local echo = eventually(function() return sent_to(from)[3] end)
    assert.are.equal("You wrote: a/b é", echo.text.body)
    assert.are.equal(mine.id, echo.context.message_id)
  end)

  it("is told what becomes of a message, and answers each webhook with 200", function()
    local from = "15551230002"
    assert(sandbox:receive { from = from, text = "what becomes of it?" })
    local states = eventually(function()
      local seen = {}
      for _, delivery in ipairs(sandbox:deliveries()) do
        local status = (delivery.body.entry[1].changes[1].value.statuses or {})[1]
        if status and status.recipient_id == from then seen[#seen + 1] = status.status end
      end
      return #seen == 3 and seen
    end)
    table.sort(states)
    assert.are.same({ "delivered", "read", "sent" }, states)
    for _, delivery in ipairs(sandbox:deliveries()) do
      assert.are.equal(200, delivery.status)
      assert.are.equal(1, delivery.attempt)
    end
  end)

  it("keeps the order of many customers' messages, over its workers", function()
    local expected = {}
    for i = 1, 10 do
      for customer = 1, 10 do
        local from = ("1555124%04d"):format(customer)
        assert(sandbox:receive { from = from, text = ("number %d"):format(i), timestamp = 1700000000 + i })
        expected[i] = ("You wrote: number %d"):format(i)
      end
    end
    for customer = 1, 10 do
      local from = ("1555124%04d"):format(customer)
      local got = eventually(function()
        local found = sent_to(from)
        return #found >= 10 and found
      end)
      local texts = {}
      for i, payload in ipairs(got or {}) do texts[i] = payload.text.body end
      assert.are.same(expected, texts)
    end
  end)

  it("has nothing to complain of", function()
    assert.is_nil(service:log():find "%[error%]", service:log())
  end)

  it("answers the challenge, and nothing forged, of which it tells", function()
    local query = "/webhook?hub.mode=subscribe&hub.challenge=1158&hub.verify_token="
    assert.are.equal("1158", service:get(query .. sandbox.verify_token))
    local _, status = http.request(service.url .. query .. "other")
    assert.are.equal(403, status)
    local before = #sandbox:sent()
    _, status = http.request(service.url .. "/webhook", '{"entry":[]}')
    assert.are.equal(401, status)
    assert.are.equal(before, #sandbox:sent())
    assert.is_truthy(eventually(function() return service:log():find "%[error%].*hub.verify_token: is not" end))
  end)
end)
