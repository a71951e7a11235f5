-- What the phone's page is served: who may ask, the chats, and what happens as it happens.

local json = require "whatsapp.json"
local ltn12 = require "ltn12"
local sandbox = require "whatsapp.sandbox"
local socket = require "socket"
local http = require "socket.http"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551234567"
local LIMIT = 60 -- seconds until something must have happened

describe("sandbox: the phone's API", function()
  local box, wa

  setup(function()
    box = assert(sandbox.start { gateway_rate = false, delivered_seconds = 0, read_seconds = false })
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function() box:stop() end)

  -- Without nulls.
  local function decoded(text)
    return (select(2, assert(json.decode(text))))
  end

  -- The status, the text and the headers of an answer.
  local function ask(method, path, body, headers)
    headers = headers or {}
    local text, parts = body and json.encode(body), {}
    if text then
      headers["Content-Type"] = headers["Content-Type"] or "application/json"
      headers["Content-Length"] = #text
    end
    local _, status, answered = assert(http.request {
      url = box.phone_url .. path, method = method, headers = headers,
      source = text and ltn12.source.string(text), sink = ltn12.sink.table(parts) })
    return status, table.concat(parts), answered
  end

  local function get(path)
    local status, text = ask("GET", path)
    assert.equal(200, status, text)
    return decoded(text)
  end

  local function post(path, body)
    local status, text = ask("POST", path, body)
    assert.equal(200, status, text)
    return decoded(text)
  end

  local function refusal(status, path, body, method)
    local found, text = ask(method or "POST", path, body)
    assert.equal(status, found)
    return decoded(text).error
  end

  local function message(id)
    for _, one in ipairs(get "api/state".messages) do
      if one.id == id then return one end
    end
  end

  local function customer(id)
    for _, one in ipairs(get "api/state".customers) do
      if one.id == id then return one end
    end
  end

  -- A page that listens: `following(kind)` waits for the next event of a kind.
  local function listen(since)
    local port = tonumber(box.phone_url:match ":(%d+)/")
    local page = assert(socket.connect("127.0.0.1", port))
    page:settimeout(LIMIT)
    page:send(("GET %sapi/events%s HTTP/1.0\r\nHost: localhost:%d\r\n\r\n"):format(
      box.phone_url:match "%d(/.*)$", since and "?since=" .. since or "", port))
    assert.equal("HTTP/1.1 200 OK", (page:receive "*l"))
    repeat until assert(page:receive "*l") == ""
    assert.equal("retry: 500", (page:receive "*l"))
    local function following(kind)
      local id, event
      while true do
        local line = assert(page:receive "*l")
        id, event = line:match "^id: (%d+)$" or id, line:match "^event: (%l+)$" or event
        local data = line:match "^data: (.*)$"
        if data and event == kind then return decoded(data), tonumber(id) end
      end
    end
    return following, page
  end

  describe("who may ask", function()
    it("this machine, by its own names", function()
      assert.equal(200, (ask("GET", "api/state", nil, { Host = "localhost:1234" })))
      for _, host in ipairs { "phone.example", "127.0.0.1.example:80", "example:127.0.0.1" } do
        assert.equal(403, (ask("GET", "api/state", nil, { Host = host })))
        assert.equal(403, (ask("GET", "", nil, { Host = host })))
      end
    end)

    it("only who was told the address", function()
      for _, path in ipairs { "/", "/api/state", "/phone.css", "/0123456789abcdef/", "/0123456789abcdef/api/state" } do
        local text, status = http.request(box.phone_origin .. path)
        assert.equal(403, status)
        assert.truthy(text:find("has a token", 1, true))
      end
      assert.equal(403, select(2, http.request(box.phone_origin .. "/api/receive", "{}")))
      local _, status, headers = http.request { url = box.phone_url:sub(1, -2), redirect = false }
      assert.are.same({ 303, box.phone_url:match "%d(/.*)$" }, { status, headers.location })
    end)

    it("no other page", function()
      local body = { from = CUSTOMER, text = "x" }
      local own = box.phone_origin
      assert.equal(200, (ask("POST", "api/receive", body, { Origin = own })))
      assert.equal(403, (ask("POST", "api/receive", body, { Origin = "http://localhost:1" })))
      assert.equal(403, (ask("POST", "api/receive", body, { Origin = "null" })))
      assert.equal(403, (ask("POST", "api/receive", body, { ["Content-Type"] = "text/plain" })))
      assert.equal(403, (ask("POST", "api/media", body, { ["Content-Type"] = "text/plain" })))
    end)

    it("with nothing of elsewhere let in", function()
      local _, _, headers = ask("GET", "api/state")
      assert.truthy(headers["content-security-policy"]:find("default-src 'self'", 1, true))
      assert.equal("nosniff", headers["x-content-type-options"])
      for _, path in ipairs { "phone/..%2fsandbox.json", "nothing.js", "init.lua", "api/nothing" } do
        assert.equal(404, (ask("GET", path)))
      end
    end)

    it("and no secret goes out", function()
      local _, text = ask("GET", "api/state")
      for _, secret in ipairs { box.api_key, box.access_token, box.app_secret, box.verify_token } do
        assert.is_nil(text:find(secret, 1, true))
      end
    end)
  end)

  describe("the chats", function()
    it("show what the business sends, and what becomes of it", function()
      local sent = assert(wa:send { to = "+1 555 0000001", text = "Hello" })
      local shown = message(sent.id)
      assert.same({ "out", "text", "15550000001", "delivered" },
        { shown.direction, shown.type, shown.customer, shown.status })
      assert.equal("Hello", shown.payload.text.body)
      assert.equal(box.phone_number_id, shown.phone_number_id)
      assert.equal(1, customer "15550000001".unread)
      assert.is_nil(customer "15550000001".window_until)
      post("api/look", { customer = "15550000001" })
      assert.equal("read", message(sent.id).status)
      assert.equal(0, customer "15550000001".unread)
      assert.equal("read", assert(sent:wait "read").status)
    end)

    it("show a failure", function()
      local sent = assert(wa:send { to = "+1 556 0131026", text = "Hello" })
      assert.same({ 131026, "Message undeliverable" }, { message(sent.id).error.code, message(sent.id).error.title })
    end)

    it("show what a customer writes, from the page or from Lua", function()
      local before = get "api/state".clock.now
      local id = post("api/receive", { from = "+1 555 0000002", name = "Ann", text = "Hi" }).id
      assert.equal("Ann", customer "15550000002".name)
      assert.is_true(customer "15550000002".window_until >= before + 24 * 3600 - 1)
      local other = assert(box:receive { from = "15550000002", button_reply = { id = "yes", title = "Yes" },
                                         context = { id = id } })
      assert.equal("Ann", customer "15550000002".name)
      local shown = message(other.id)
      assert.same({ "in", "interactive", "delivered", id },
        { shown.direction, shown.type, shown.status, shown.reply_to })
      assert.equal("yes", shown.payload.interactive.button_reply.id)
      assert(wa:mark_read(other.id))
      assert.equal("read", message(id).status)
      assert.equal("read", message(other.id).status)
    end)

    it("know a customer by phone number and by user id", function()
      post("api/receive", { from = "15550000003", user_id = "US.13491208655302741918", text = "Hi" })
      local sent = assert(wa:send { to = "US.13491208655302741918", text = "Hello" })
      assert.equal("15550000003", message(sent.id).customer)
      assert.equal("US.7", post("api/customers", { id = "US.7", name = "Bob" }).id)
      assert.equal("Bob", customer "US.7".name)
    end)

    it("show what is written in a group, and by whom", function()
      local group = assert(wa.groups:create { subject = "Cake friends" })
      local id = group.id or assert(wa.groups:all())[1].id
      local received = assert(box:receive { from = "15557770001", name = "Ann", group_id = id, text = "Cake?" })
      local shown = message(received.id)
      assert.same({ id, "Ann" }, { shown.customer, shown.sender })
      assert(wa.groups:add_participants(id, { "15557770002" }))
      local members = { { id = "15557770001", name = "Ann" }, { id = "15557770002", name = "+15557770002" } }
      assert.same({ "Cake friends", members }, { customer(id).name, customer(id).members })
      assert.is_nil(customer "15557770001")
      assert(wa:send { to = id, recipient_type = "group", text = "Plum?" })
      assert.equal("group_id", refusal(400, "api/receive", { from = CUSTOMER, group_id = "600000000000000",
                                                             text = "x" }).field)
      assert.equal("from", refusal(400, "api/receive", { from = id, text = "x" }).field)
    end)

    it("show reactions beside what they are to", function()
      local id = post("api/receive", { from = CUSTOMER, text = "Hi" }).id
      assert(wa:send { to = CUSTOMER, reaction = { message_id = id, emoji = "👍" } })
      post("api/react", { from = CUSTOMER, message_id = id, emoji = "❤️" })
      assert.same({ { emoji = "👍", from = "business" }, { emoji = "❤️", from = "customer" } }, message(id).reactions)
      post("api/react", { from = CUSTOMER, message_id = id, emoji = "" })
      assert.same({ { emoji = "👍", from = "business" } }, message(id).reactions)
    end)

    it("show a reaction to nothing as what it is: failed", function()
      local sent = assert(wa:send { to = CUSTOMER, reaction = { message_id = "wamid.never", emoji = "👍" } })
      local _, err = sent:wait "delivered"
      assert.equal(131009, err.code)
    end)

    it("show a template with its definition", function()
      local sent = assert(wa:send { to = CUSTOMER, template = { name = "hello_world", language = "en_US" } })
      local shown = message(sent.id)
      assert.equal("hello_world", shown.template.name)
      assert.equal("BODY", shown.template.components[2].type)
    end)
  end)

  describe("media", function()
    it("of the business are shown", function()
      local media = assert(wa.media:upload { data = "bytes", type = "image/png", filename = "a.png" })
      local sent = assert(wa:send { to = CUSTOMER, image = { id = media.id } })
      local shown = message(sent.id).media[media.id]
      assert.same({ "image/png", "a.png", 5 }, { shown.mime_type, shown.filename, shown.file_size })
      local status, text, headers = ask("GET", shown.url)
      assert.same({ 200, "bytes", "image/png" }, { status, text, headers["content-type"] })
    end)

    -- The id of a file of a customer's.
    local function upload(text, mime_type, name)
      local parts = {}
      local _, status = http.request { url = box.phone_url .. "api/media", method = "POST",
        headers = { ["Content-Type"] = mime_type, ["Content-Length"] = #text, ["X-Sandbox"] = "1",
                    ["X-Filename"] = name },
        source = ltn12.source.string(text), sink = ltn12.sink.table(parts) }
      assert.equal(200, status)
      return json.decode(table.concat(parts)).id
    end

    it("of a customer may be of any type", function()
      local id = upload("print(1)", "text/x-python", "a.py")
      local received = post("api/receive", { from = CUSTOMER, type = "document", document = { id = id } })
      assert.equal("text/x-python", message(received.id).media[id].mime_type)
      assert.equal("application/octet-stream", assert(wa.media:get(upload("x", "no type", "a"))).mime_type)
    end)

    it("of a customer are uploaded first", function()
      local text = "ann's picture"
      local id = upload(text, "image/png", "an%20n.png")
      local received = post("api/receive", { from = CUSTOMER, type = "image", image = { id = id } })
      assert.equal("an n.png", message(received.id).media[id].filename)
      assert.equal(text, (assert(wa.media:download(id))))
    end)
  end)

  describe("the events", function()
    it("tell of a message until it is read", function()
      local following, page = listen()
      local sent = assert(wa:send { to = CUSTOMER, text = "Look" })
      local seen = {}
      repeat
        local event = following "message"
        if event.id == sent.id then seen[#seen + 1] = event.status end
        if event.status == "delivered" then post("api/look", { customer = CUSTOMER }) end
      until event.id == sent.id and event.status == "read"
      assert.equal("read", seen[#seen])
      page:close()
    end)

    it("tell of typing, until something is sent", function()
      local id = post("api/receive", { from = CUSTOMER, text = "Hi" }).id
      local following, page = listen()
      assert(wa:mark_read(id, { typing = true }))
      assert.same({ customer = CUSTOMER, phone_number_id = box.phone_number_id, on = true }, (following "typing"))
      assert(wa:send { to = CUSTOMER, text = "Hello" })
      assert.is_false(following "typing".on)
      page:close()
    end)

    it("go on where a page left, or tell it to begin anew", function()
      local following, page = listen()
      post("api/receive", { from = CUSTOMER, text = "one" })
      local _, place = following "message"
      page:close()
      post("api/receive", { from = CUSTOMER, text = "two" })
      following, page = listen(place)
      assert.equal("two", following "message".payload.text.body)
      page:close()
      following, page = listen(10 ^ 6)
      assert.same({}, (following "reset"))
      page:close()
    end)
  end)

  it("tells of exchanges, without secrets", function()
    local following, page = listen()
    assert(wa:request("POST", "{phone_number_id}/messages", { json = { messaging_product = "whatsapp",
      to = CUSTOMER, type = "text", text = { body = "my token is " .. box.access_token } } }))
    local exchange = following "exchange"
    assert.same({ "graph", "POST", 200 }, { exchange.service, exchange.method, exchange.status })
    assert.equal("my token is (secret)", exchange.request.text.body)
    assert.equal(CUSTOMER, exchange.response.contacts[1].wa_id)
    local all = get "api/state".exchanges
    assert.same(exchange.serial, all[#all].serial)
    page:close()
  end)

  it("takes faults, the same as Lua's", function()
    local following, page = listen()
    local id = post("api/faults", { code = 131016, path = "/messages$" }).id
    assert.equal(id, following "fault"[1].id)
    assert(box:fault { status = 503, times = false })
    assert.equal(2, #get "api/state".faults)
    assert.equal(131016, select(2, wa:send({ to = CUSTOMER, text = "x" }, { retries = 0 })).code)
    assert.equal(1, get "api/state".faults[1].used)
    assert.equal(200, (ask("DELETE", "api/faults/" .. id, {})))
    assert.equal(404, (ask("DELETE", "api/faults/" .. id, {})))
    assert.equal(1, #get "api/state".faults)
    assert.equal(200, (ask("DELETE", "api/faults", {})))
    assert.same({}, get "api/state".faults)
    assert.equal("status", refusal(400, "api/faults", { status = 99 }).field)
    page:close()
  end)

  it("puts the clock forward", function()
    local id = post("api/receive", { from = "15550000009", text = "Hi" }).id
    local before = get "api/state".clock
    assert.equal(before.offset + 90000, post("api/clock", { advance = 90000 }).offset)
    assert.is_nil(customer "15550000009".window_until)
    assert.is_true(message(id).time < get "api/state".clock.now - 86400)
    assert(box:advance(60))
    assert.equal(before.offset + 90060, get "api/state".clock.offset)
    assert.equal("advance", refusal(400, "api/clock", { advance = -1 }).field)
  end)

  it("takes nothing into a chat that cannot be shown", function()
    local before = #get "api/state".messages
    for field, wrong in pairs {
      timestamp = { timestamp = 1e300 }, name = { name = { a = 1 } }, id = { id = { a = 1 } },
      text = { text = { body = "x" } }, context = { context = "x" }, ["context.id"] = { context = { id = "no id" } },
      type = { type = "id", id = "wamid.x" }, phone_number_id = { phone_number_id = "1" },
      ["location.latitude"] = { type = "location", location = { latitude = 1e300, longitude = 0 } },
      ["text.body"] = { type = "text", text = { body = 5 } }, contacts = { type = "contacts", contacts = "x" },
      reaction = { type = "reaction", reaction = "x" }, ephemeral = { type = "ephemeral" },
    } do
      wrong.from, wrong.text = CUSTOMER, wrong.text or not wrong.type and "x" or nil
      assert.equal(field, refusal(400, "api/receive", wrong).field)
      assert.equal(field, select(2, box:receive(wrong)).field)
    end
    assert.truthy(refusal(400, "api/receive", { from = CUSTOMER, text = "bad \255" }).message:find("UTF-8", 1, true))
    assert.equal(before, #get "api/state".messages)
  end)

  it("says what is wrong", function()
    assert.equal("from", refusal(400, "api/receive", { from = "Ann", text = "x" }).field)
    assert.equal("id", refusal(400, "api/customers", { id = "Ann" }).field)
    assert.equal("customer", refusal(400, "api/look", { customer = "1" }).field)
    assert.equal("id", refusal(400, "api/statuses", { id = "wamid.x", status = "read" }).field)
    assert.is_string(refusal(404, "api/nothing", {}).message)
  end)
end)
