-- An event answers: from the number that received it, to whom it is about.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local files = require "spec.support.files"

local refused = expect.refused

local box, wa
local hook = whatsapp.webhook { insecure = true }

setup(function()
  box = assert(sandbox.start { gateway_rate = false })
  wa = whatsapp.new(box:options "direct")
end)

teardown(function()
  wa:close()
  box:stop()
end)

-- The first event of a fixture, received by a number of the sandbox.
local function event_of(name, number)
  local body = files.read("spec/webhook/fixtures/" .. name .. ".json")
    :gsub("106540352242922", number or box.phone_number_id)
  return whatsapp.webhook.attach(assert(hook:parse(body))[1], wa)
end

local function last_request()
  local requests = box:requests()
  return requests[#requests]
end

local function last_body() return last_request().body end

describe("an answer", function()
  it("goes to the customer, from the number that was written to", function()
    local sent = assert(event_of("messages/text"):reply { text = "Hi", callback_data = "x" })
    assert.is_string(sent.id)
    local request = last_request()
    assert.truthy(request.path:find("/" .. box.phone_number_id .. "/messages", 1, true))
    assert.are.equal("BR.93810274665120", request.body.recipient)
    assert.are.same({ body = "Hi" }, request.body.text)

    assert(event_of("messages/text", box.second_phone_number_id):reply { text = "Hi" })
    assert.truthy(last_request().path:find("/" .. box.second_phone_number_id .. "/messages", 1, true))
    assert(event_of("messages/system_number"):reply "Hello")
    assert.are.equal("5511987654321 Hello", last_body().to .. " " .. last_body().text.body)
  end)

  it("goes to the group when it was said there", function()
    local message = { text = "Hi all" }
    assert(event_of("messages/group"):reply(message))
    assert.are.equal("Y2FwaV9ncm91cDox group", last_body().to .. " " .. last_body().recipient_type)
    assert.are.same({ text = "Hi all" }, message)
  end)

  it("can be to a failed status, and after a restart", function()
    assert(event_of("statuses/failed"):reply { text = "Again" })
    assert.are.equal("5511987654321", last_body().to)
    local event = assert(whatsapp.webhook.restore(event_of("messages/text"):dump()))
    assert(whatsapp.webhook.attach(event, wa):reply { text = "Later" })
    assert.are.equal("Later", last_body().text.body)
  end)

  it("is refused when it cannot be one", function()
    local event = event_of "messages/text"
    refused("invalid", "to", "leave it out", event:reply { to = "15551234567", text = "Hi" })
    refused("invalid", nil, "a string or a table", event:reply(5))
    refused("invalid", "text.body", "empty", event:reply { text = "" })
    refused("invalid", "from", "no customer", event_of("fields/template_approved"):reply { text = "Hi" })
    refused("state", nil, "no client", hook:parse('{"entry":[5]}')[1]:reply { text = "Hi" })
  end)
end)

it("a reaction is to the message", function()
  local event = event_of "messages/text"
  assert(event:react "👍")
  assert.are.same({ message_id = event.id, emoji = "👍" }, last_body().reaction)
  assert(event:react "")
  refused("invalid", "reaction.emoji", "", event:react(5))
  refused("invalid", "id", "no message id", event_of("fields/user_preferences"):react "👍")
end)

it("reading and typing are of the message", function()
  local event = event_of "messages/text"
  assert.is_true(event:mark_read { timeout = 5 })
  assert.are.same({ messaging_product = "whatsapp", status = "read", message_id = event.id }, last_body())
  assert.is_true(event:typing { timeout = 5 })
  assert.are.same({ type = "text" }, last_body().typing_indicator)
  refused("invalid", "id", "no message to mark", event_of("statuses/read"):mark_read())
  refused("invalid", "options", "a table", event:typing(5))
  refused("state", nil, "no client", hook:parse('{"entry":[5]}')[1]:mark_read())
end)

it("a file is downloaded by its id", function()
  local media = assert(wa.media:upload { data = "bytes of a cat", type = "image/jpeg", filename = "cat.jpg" })
  local event = event_of "messages/image"
  event.media.id = media.id
  assert.are.equal("bytes of a cat", assert(event:download()))
  local path = os.tmpname()
  assert(event:download(path))
  assert.are.equal("bytes of a cat", files.read(path))
  os.remove(path)
  refused("invalid", "media", "no file", event_of("messages/text"):download())
end)

it("a copy as text holds no client and nothing of your own", function()
  local event = event_of "messages/text"
  local bare = assert(hook:parse(files.read "spec/webhook/fixtures/messages/text.json"
    :gsub("106540352242922", box.phone_number_id)))[1]
  event.seen = true
  assert.are.same(bare, whatsapp.webhook.restore(event:dump()))
  assert.are.equal("whatsapp.Event: message.text " .. event.key, tostring(event))
end)
