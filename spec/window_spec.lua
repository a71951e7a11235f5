local expect = require "spec.support.expect"
local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("the 24-hour window", function()
  local sandbox, store, wa, bot

  -- What is sent when the window is closed; the sandbox knows it.
  local FALLBACK = { template = { name = "order_confirmation", language = "en_US", body = { "Ann", "#1" } } }

  local function client(more)
    local options = sandbox:options()
    options.store, options.rate = store, false
    for name, value in pairs(more or {}) do options[name] = value end
    return whatsapp.new(options)
  end

  local function write(from, at, more)
    local fields = { text = "hi", from = from, timestamp = tostring(at) }
    for name, value in pairs(more or {}) do fields[name] = value end
    assert.are.equal(200, meta.deliver(bot, { meta.message(fields) }))
  end

  local function last_sent()
    local sent = sandbox:sent()
    return sent[#sent]
  end

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  before_each(function()
    store = whatsapp.store.memory()
    wa = client { phone_number_id = meta.phone_number_id }
    bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()) }
  end)

  after_each(function() wa:close() end)

  it("opens when a customer writes, and closes a day later", function()
    local now = os.time()
    assert.are.equal(0, wa:window "+1 (555) 123-4567")
    write("15551234567", now - 3600)
    local left = wa:window "+1 (555) 123-4567"
    assert.is_true(left > 23 * 3600 - 60 and left <= 23 * 3600)
    assert.are.equal(0, wa:window "+15551234568")
    assert.are.equal(0, wa:with { phone_number_id = "5" }:window "+15551234567")
    write("15551234567", now - 7200)
    assert.is_true(wa:window(15551234567) >= left - 60)
    write("15557654321", now - 25 * 3600)
    assert.are.equal(0, wa:window "15557654321")
    write("15557654322", now + 200)
    assert.are.equal(24 * 3600, wa:window "15557654322")
  end)

  it("knows a customer by number and user id, in either form of a number", function()
    write("5219991234567", os.time(), { from_user_id = "MX.13491208655302741918" })
    assert.is_true(wa:window "+52 999 123 4567" > 0)
    assert.is_true(wa:window "MX.13491208655302741918" > 0)
  end)

  it("is not opened by what is no message of the customer's", function()
    assert.are.equal(200, meta.deliver(bot, { meta.status("wamid.x", "read") }))
    write("15551234567", os.time(), { type = "request_welcome", text = false })
    assert.are.equal(0, wa:window "15551234567")
  end)

  it("cannot be known without a store", function()
    local other = client()
    other.config.store = nil
    expect.refused("config", "store", "store", other:window "15551234567")
    expect.refused("invalid", "to", "phone number", wa:window "call me")
    store:close()
    expect.refused("state", nil, "closed", wa:window "15551234567")
  end)

  describe("has a fallback", function()
    it("that is sent when the store knows it closed", function()
      local sender = client { window_fallback = FALLBACK, phone_number_id = sandbox.phone_number_id }
      store:add({ { key = "k", lane = "l", at = os.time() - 25 * 3600, body = "",
                    seen = { sandbox.phone_number_id .. "/15551234567" } } }, os.time())
      local sent = assert(sender:send { to = "+15551234567", text = "Hello", callback_data = "order 1" })
      assert.is_true(sent.fallback)
      local message = last_sent()
      assert.are.equal("template", message.type)
      assert.are.equal("15551234567", message.to)
      assert.are.equal("order 1", message.payload.biz_opaque_callback_data)
      sent = assert(sender:send { to = "+15551234567", template = FALLBACK.template })
      assert.is_nil(sent.fallback)
    end)

    it("once a day to each customer, and not for a reaction", function()
      local sender = client { window_fallback = FALLBACK, phone_number_id = sandbox.phone_number_id }
      store:add({ { key = "k", lane = "l", at = os.time() - 25 * 3600, body = "",
                    seen = { sandbox.phone_number_id .. "/15551234567" } } }, os.time())
      local before = #sandbox:sent()
      assert(sender:send { to = "+15551234567", reaction = { message_id = "wamid.x", emoji = "👍" } })
      assert.are.equal("reaction", last_sent().type)
      assert.is_true(assert(sender:send { to = "+15551234567", text = "one" }).fallback)
      expect.refused("window", nil, "within the last day", sender:send { to = "+15551234567", text = "two" })
      assert.are.equal(before + 2, #sandbox:sent())
    end)

    it("for the number that the call names", function()
      local sender = client { window_fallback = FALLBACK, phone_number_id = sandbox.phone_number_id }
      local function seen(number, at)
        store:add({ { key = number, lane = "l", at = at, body = "", seen = { number .. "/15551234567" } } }, os.time())
      end
      seen(sandbox.phone_number_id, os.time() - 25 * 3600)
      seen(sandbox.second_phone_number_id, os.time())
      local other = { phone_number_id = sandbox.second_phone_number_id }
      assert.are.equal(0, sender:window "15551234567")
      assert.is_true(sender:window("15551234567", other) > 0)
      assert.is_nil(assert(sender:send({ to = "+15551234567", text = "Hello" }, other)).fallback)
      assert.are.equal("text", last_sent().type)
    end)

    it("or when Graph says so", function()
      local sender = client { window_fallback = FALLBACK }
      assert(sandbox:fault { path = "/messages$", code = 131047 })
      local before = #sandbox:sent()
      local sent = assert(sender:send { to = "+15551234567", text = "Hello" })
      assert.is_true(sent.fallback)
      assert.are.equal("template", last_sent().type)
      assert.are.equal(before + 1, #sandbox:sent())
    end)

    it("and not for another reason, nor when it may have been sent", function()
      local sender = client { window_fallback = FALLBACK, retries = 0 }
      local before = #sandbox:sent()
      assert(sandbox:fault { path = "/messages$", code = 131026 })
      local _, err = sender:send { to = "+15551234567", text = "Hello" }
      assert.are.equal("recipient", err.kind)
      assert.are.equal(before, #sandbox:sent())
      assert.is_nil((sender:send { to = "+15551234567", text = "" }))
      assert.is_nil(assert(sender:send { to = "+15551234567", text = "Hello" }).fallback)
    end)

    it("also when Meta says later that it was closed", function()
      local sender = client { window_fallback = FALLBACK }
      bot = whatsapp.bot { client = sender, webhook = whatsapp.webhook(meta.hook()), store = store }
      local failed
      bot:on("status.failed", function(event) failed = event end)
      local status = meta.status("wamid.lost", "failed", { biz_opaque_callback_data = "order 2",
        errors = { { code = 131047, title = "Re-engagement message" } } })
      local before = #sandbox:sent()
      for _ = 1, 2 do assert.are.equal(200, meta.deliver(bot, { status }, sandbox.phone_number_id)) end
      assert.are.equal("window", failed.errors[1].kind)
      assert.are.equal(before + 1, #sandbox:sent())
      assert.are.equal("order 2", last_sent().payload.biz_opaque_callback_data)
      assert.are.equal("template", last_sent().type)
    end)

    -- A bot that handles again, a second later, what went wrong; and what lets that pass.
    local function stubborn_bot()
      local now = os.time()
      bot = whatsapp.bot { client = client { window_fallback = FALLBACK }, webhook = whatsapp.webhook(meta.hook()),
                           store = store, clock = function() return now end }
      bot:on_error(function() return 0 end)
      return function()
        now = now + 1
        bot:tick()
      end
    end

    it("once, though its status is handled again, and not after itself", function()
      local pass, times = stubborn_bot(), 0
      bot:on("status.failed", function()
        times = times + 1
        if times < 3 then error "not yet" end
      end)
      local function fail(id)
        assert.are.equal(200, meta.deliver(bot, { meta.status(id, "failed", { errors = { { code = 131047 } } }) },
          sandbox.phone_number_id))
      end
      local before = #sandbox:sent()
      fail "wamid.lost again"
      pass()
      pass()
      assert.are.equal(3, times)
      assert.are.equal(before + 1, #sandbox:sent())
      fail(last_sent().id)
      assert.are.equal(4, times)
      assert.are.equal(before + 1, #sandbox:sent())
    end)

    it("again, when it was refused and on_error says so", function()
      local pass = stubborn_bot()
      assert(sandbox:fault { path = "/messages$", code = 132015 })
      local before = #sandbox:sent()
      meta.deliver(bot, { meta.status("wamid.lost 3", "failed", { errors = { { code = 131047 } } }) },
        sandbox.phone_number_id)
      pass()
      assert.are.equal(before + 1, #sandbox:sent())
    end)

    it("that is checked when the client is made", function()
      local function refused(words, fallback)
        expect.raised("config", "window_fallback", words, pcall(client, { window_fallback = fallback }))
      end
      refused("template", "hello")
      refused("template", { text = "Hello" })
      refused("to", { to = "15551234567", template = FALLBACK.template })
      refused("template.language", { template = { name = "x" } })
    end)
  end)
end)
