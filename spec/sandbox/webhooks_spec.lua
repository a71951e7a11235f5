-- What the sandbox posts to a webhook: as it happens, and as faults have it.

local http = require "socket.http"
local json = require "whatsapp.json"
local ltn12 = require "ltn12"
local sandbox = require "whatsapp.sandbox"
local socket = require "socket"
local webhook_listener = require "spec.support.webhook_listener"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551234567"

describe("sandbox: webhooks", function()
  local box, wa, hook

  setup(function()
    hook = webhook_listener.new()
    box = assert(sandbox.start { gateway_rate = false, webhook_url = hook.url, delivered_seconds = 0,
                                 read_seconds = false })
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function()
    box:stop()
    hook:close()
  end)

  local function receive(text)
    return assert(box:receive { from = CUSTOMER, text = text }).id
  end

  -- What the next delivery says: the texts of its messages, each change behind a bar.
  local function following()
    local _, delivery = hook:following()
    local texts = {}
    for i, change in ipairs(delivery.changes) do texts[i] = change.value.messages[1].text.body end
    return table.concat(texts, " | "), delivery
  end

  local function statuses(n)
    local found = {}
    for i = 1, n do found[i] = hook:following().entry[1].changes[1].value.statuses[1].status end
    return table.concat(found, " ")
  end

  it("go out one after the other, again until they are taken", function()
    receive "one"
    receive "two"
    local _, refused = hook:following(500)
    local first, delivery = following()
    assert.are.equal("one", first)
    assert.are.equal(refused.text, delivery.text)
    assert.are.equal(refused.signature, delivery.signature)
    assert.are.equal("two", (following()))
    local deliveries = assert(box:deliveries())
    assert.are.same({ 1, 2 }, { deliveries[1].attempt, deliveries[2].attempt })
  end)

  it("go to this machine alone", function()
    for _, url in ipairs { "http://example.com/", "http://192.168.1.5/", "http://127.0.0.1.example/",
                           "http://user:pw@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/",
                           "https://127.0.0.1/", "http://[2001:db8::1]/", "http://127.0.0.1/a b" } do
      local none, err = sandbox.start { webhook_url = url }
      assert.is_nil(none)
      assert.equal("webhook_url", err.field)
    end
    local own = webhook_listener.new()
    local url = own.url:gsub("127.0.0.1", "localhost"):gsub("/hook$", "?x=1")
    local other = assert(sandbox.start { webhook_url = url })
    assert(other:receive { from = CUSTOMER, text = "x" })
    own:following()
    local delivery
    for _ = 1, 600 do
      delivery = assert(other:deliveries())[1]
      if delivery then break end
      socket.sleep(0.05)
    end
    assert.are.same({ "/?x=1", 200 }, delivery and { delivery.path, delivery.status })
    other:stop()
    own:close()
  end)

  it("of the account tell the time", function()
    assert(box:review(assert(wa.templates:list()).data[1].id, "PAUSED"))
    assert.equal("number", type(hook:following().entry[1].time))
  end)

  it("say of files and reactions what WhatsApp says of them", function()
    local file = assert(wa.media:upload { data = "total: 42", type = "text/plain", filename = "a.txt" })
    local function received(kind, content)
      assert(box:receive { from = CUSTOMER, type = kind, [kind] = content })
      return hook:following().entry[1].changes[1].value.messages[1][kind]
    end
    assert.are.same({ id = file.id, mime_type = "text/plain", filename = "a.txt",
      sha256 = assert(wa.media:get(file.id)).sha256 }, received("document", { id = file.id }))
    assert.is_false(received("audio", { id = "1" }).voice)
    assert.is_true(received("audio", { id = "1", voice = true }).voice)
    assert.is_false(received("sticker", { id = "1" }).animated)
    assert.are.same({ message_id = "wamid.x" }, received("reaction", { message_id = "wamid.x", emoji = "" }))
  end)

  it("tell what becomes of a message, by the clock, by order and by a look", function()
    local sent = assert(wa:send { to = CUSTOMER, text = "x", callback_data = "order 7" })
    assert.are.equal("sent delivered", statuses(2))
    assert(box:set_status(sent.id, "read"))
    local status = hook:following().entry[1].changes[1].value.statuses[1]
    assert.are.same({ sent.id, "read", CUSTOMER, "order 7" },
      { status.id, status.status, status.recipient_id, status.biz_opaque_callback_data })
    sent = assert(wa:send { to = CUSTOMER, text = "x" })
    assert.are.equal("sent delivered", statuses(2))
    assert(box:set_status(sent.id, "failed", 131049))
    status = hook:following().entry[1].changes[1].value.statuses[1]
    assert.are.same({ "failed", 131049 }, { status.status, status.errors[1].code })
  end)

  it("tell of a template's review, by the clock and by order", function()
    local made = assert(wa.templates:create { name = "greeting", language = "en", category = "UTILITY",
                                              body = "Hello from us" })
    local _, delivery = hook:following()
    local change = delivery.changes[1]
    assert.are.equal("message_template_status_update", change.field)
    assert.are.same({ "APPROVED", "greeting", "en", "NONE" },
      { change.value.event, change.value.message_template_name, change.value.message_template_language,
        change.value.reason })
    assert.truthy(delivery.text:find(('"message_template_id":%s,'):format(made.id), 1, true)) -- a number
    assert(box:review(made.id, "REJECTED", "TAG_CONTENT_MISMATCH"))
    change = hook:following().entry[1].changes[1]
    assert.are.same({ "REJECTED", "TAG_CONTENT_MISMATCH" }, { change.value.event, change.value.reason })
    assert.are.equal("REJECTED", assert(wa.templates:get(made.id)).status)
    local ok, err = box:review(made.id, "LOVELY")
    assert.is_nil(ok)
    assert.are.same({ "invalid", "status" }, { err.kind, err.field })
  end)

  -- What the page has a customer do.
  local function post(path, body)
    local text, parts = json.encode(body), {}
    local _, status = assert(http.request { url = box.phone_url .. path, method = "POST",
      headers = { ["Content-Type"] = "application/json", ["Content-Length"] = #text },
      source = ltn12.source.string(text), sink = ltn12.sink.table(parts) })
    return status, (select(2, json.decode(table.concat(parts))))
  end

  describe("tell how a call goes:", function()
    local parser

    setup(function()
      parser = whatsapp.webhook { app_secret = box.app_secret, verify_token = box.verify_token }
      assert(box:receive { from = CUSTOMER, type = "interactive", interactive = { type = "call_permission_reply",
                           call_permission_reply = { response = "accept" } } })
      hook:following()
    end)

    -- The types of the next deliveries, and the last of them as Graph has it.
    local function events(n)
      local types, last = {}, nil
      for i = 1, n do
        local _, delivery = hook:following()
        local event = assert(parser:parse(delivery.text, delivery.signature))[1]
        assert.are.equal("call", event.kind)
        types[i], last = event.type, event.raw
      end
      return table.concat(types, " "), last
    end

    local function connect()
      local id = assert(wa.calls:connect { to = CUSTOMER, session = "v=0", biz_opaque_callback_data = "order 7" }).id
      assert.are.equal("connect ringing", (events(2)))
      return id
    end

    it("one that the customer takes", function()
      local id = connect()
      assert.are.equal(200, (post("api/calls/" .. id, { action = "accept" })))
      assert.are.equal("accepted", (events(1)))
      assert(box:advance(65))
      assert(wa.calls:terminate(id))
      local kind, event = events(1)
      assert.are.same({ "terminate", "COMPLETED", "BUSINESS_INITIATED", "order 7" },
        { kind, event.status, event.direction, event.biz_opaque_callback_data })
      assert.is_true(event.duration >= 65)
      local status, answer = post("api/calls/" .. id, { action = "accept" })
      assert.are.same({ 400, "action" }, { status, answer.error.field })
      assert.are.equal(404, (post("api/calls/wacid.none", { action = "accept" })))
    end)

    it("one that the customer refuses", function()
      local id = connect()
      assert.are.equal(200, (post("api/calls/" .. id, { action = "reject" })))
      local kinds, event = events(2)
      assert.are.same({ "rejected terminate", "FAILED" }, { kinds, event.status })
      assert.is_nil(event.duration)
    end)

    it("one of the customer's", function()
      local status, made = post("api/calls", { from = CUSTOMER, cta_payload = "help" })
      assert.are.equal(200, status)
      local kind, event = events(1)
      assert.are.same({ "connect", made.id, CUSTOMER, "USER_INITIATED", "offer", "help" },
        { kind, event.id, event.from, event.direction, event.session.sdp_type, event.cta_payload })
      assert(wa.calls:pre_accept(made.id, { session = "v=0" }))
      assert(wa.calls:accept(made.id, { session = "v=0" }))
      assert.are.equal(200, (post("api/calls/" .. made.id, { action = "terminate" })))
      kind, event = events(1)
      assert.are.same({ "terminate", "COMPLETED" }, { kind, event.status })
    end)
  end)

  describe("can go wrong:", function()
    after_each(function() assert(box:clear_faults()) end)

    it("twice", function()
      assert(box:fault { service = "webhook", duplicate = 3 })
      receive "one"
      receive "two"
      local first, delivery = following()
      local second, again = following()
      assert.are.same({ "one", "one", "one", "two" }, { first, second, (following()), (following()) })
      assert.are.equal(delivery.text, again.text)
    end)

    it("in reverse", function()
      assert(box:fault { service = "webhook", reorder = 3 })
      for _, text in ipairs { "one", "two", "three", "four" } do receive(text) end
      assert.are.same({ "three", "two", "one", "four" },
        { (following()), (following()), (following()), (following()) })
    end)

    it("several in one", function()
      assert(box:fault { service = "webhook", batch = 2, times = 2 })
      for _, text in ipairs { "one", "two", "three", "four", "five" } do receive(text) end
      assert.are.same({ "one | two", "three | four", "five" }, { (following()), (following()), (following()) })
    end)

    it("never", function()
      assert(box:fault { service = "webhook", drop = true, every = 2 })
      for _, text in ipairs { "one", "two", "three" } do receive(text) end
      assert.are.same({ "one", "three" }, { (following()), (following()) })
      local lost
      for _, one in ipairs(assert(box:deliveries())) do lost = one.fault and one.body or lost end
      assert.are.equal("two", lost.entry[1].changes[1].value.messages[1].text.body)
    end)

    it("late, by the sandbox's clock", function()
      assert(box:fault { service = "webhook", delay = 600 })
      receive "one"
      receive "two"
      assert.are.equal("two", (following()))
      assert(box:advance(601))
      assert.are.equal("one", (following()))
    end)

    it("what is held goes out when the rule is taken back", function()
      assert(box:fault { service = "webhook", batch = 9 })
      receive "one"
      receive "two"
      assert.is_true(hook:is_quiet())
      assert(box:clear_faults())
      assert.are.equal("one | two", (following()))
    end)

    it("not by rules for requests, nor requests by theirs", function()
      assert(box:fault { code = 131000, times = false })
      receive "one"
      assert.are.equal("one", (following()))
      assert(box:clear_faults())
      assert(box:fault { service = "webhook", drop = true, times = false })
      assert(wa.phone_numbers:get())
      for field, rule in pairs { duplicate = { duplicate = 2 }, code = { service = "webhook", code = 2 },
                                 batch = { service = "webhook", batch = 1 } } do
        local ok, err = box:fault(rule)
        assert.is_nil(ok)
        assert.are.same({ "invalid", field }, { err.kind, err.field })
      end
    end)
  end)

  -- The exchange in which a text went out.
  local function exchange_of(text)
    for _, one in ipairs(json.decode((http.request(box.phone_url .. "api/state"))).exchanges) do
      local value = one.service == "webhook" and one.request.entry[1].changes[1].value
      local said = value and value.messages and value.messages[1].text
      if said and said.body == text then return one end
    end
  end

  it("end when the app unsubscribes, and go on when it subscribes again", function()
    assert(wa.subscribed_apps:unsubscribe())
    receive "unheard"
    assert(box:set_status(assert(wa:send { to = CUSTOMER, text = "Hello" }).id, "read"))
    assert(wa.subscribed_apps:subscribe())
    receive "heard"
    assert.are.equal("heard", (following()))
  end)

  it("do not tell what one writes who is blocked, and cannot be written to", function()
    local to = "15557770000"
    assert(wa.blocked_users:block(to))
    assert(box:receive { from = to, text = "unheard" })
    local sent, err = wa:send { to = to, text = "Hi" }
    assert.is_nil(sent)
    assert.equal(130403, err.code)
    assert(wa.blocked_users:unblock(to))
    assert(box:receive { from = to, text = "heard" })
    assert.equal("heard", (following()))
  end)

  it("can be delivered again", function()
    receive "zero"
    local _, before = following()
    receive "one"   -- behind the other: that one is in the list by now
    following()
    local exchange = exchange_of "zero"
    assert.are.equal(1, exchange.attempt)
    local _, status = http.request { url = ("%sapi/exchanges/%d/redeliver"):format(box.phone_url, exchange.serial),
      method = "POST", headers = { ["Content-Type"] = "application/json", ["Content-Length"] = 2 },
      source = ltn12.source.string "{}" }
    assert.are.equal(200, status)
    local _, after = following()
    assert.are.same({ before.text, before.signature }, { after.text, after.signature })
  end)
end)
