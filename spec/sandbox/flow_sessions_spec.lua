-- Flows as the phone's page plays them: from the message to the webhook.

local endpoints = require "whatsapp.flow.endpoint"
local json = require "whatsapp.json"
local keypair = require "whatsapp.flow.keypair"
local sandbox = require "whatsapp.sandbox"
local socket = require "socket"
local webhook_listener = require "spec.support.webhook_listener"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551234567"
local LIMIT = 60 -- seconds for an answer

local DAYS = { type = "SingleColumnLayout", children = {
  { type = "Dropdown", name = "day", label = "Day", ["data-source"] = "${data.days}" },
  { type = "Footer", label = "Next", ["on-click-action"] = { name = "data_exchange",
    payload = { day = "${form.day}" } } } } }
local function ending(action)
  return { type = "SingleColumnLayout", children = {
    { type = "TextInput", name = "name", label = "Name" },
    { type = "Footer", label = "Done", ["on-click-action"] = action } } }
end

local ALONE = { version = "7.1", screens = {
  { id = "NAME", title = "Name", terminal = true,
    layout = ending { name = "complete", payload = { name = "${form.name}" } } } } }
local DATA = { days = { type = "array", __example__ = { { id = "1", title = "1" } },
  items = { type = "object", properties = { id = { type = "string" }, title = { type = "string" } } } } }
local ASKING = { version = "7.3", data_api_version = "4.0", routing_model = { DAY = { "NAME" }, NAME = {} }, screens = {
  { id = "DAY", title = "Day", layout = DAYS, data = DATA },
  { id = "NAME", title = "Name", terminal = true,
    layout = ending { name = "data_exchange", payload = { name = "${form.name}" } } } } }

describe("sandbox: flows on the phone", function()
  local box, wa, hook, endpoint, answering

  setup(function()
    hook, answering = webhook_listener.new(), webhook_listener.new()
    box = assert(sandbox.start { gateway_rate = false, webhook_url = hook.url, delivered_seconds = false })
    wa = whatsapp.new(box:options "direct")
    local pair = assert(keypair.new())
    assert(wa.encryption:set(pair.public_key))
    endpoint = endpoints.new { private_key = pair.private_key, app_secret = box.app_secret, signed_tokens = true,
      on_error = function() end, on = {
      INIT = function(request) return request:show("DAY", { days = { { id = "mon", title = "Monday" } } }) end,
      DAY = function(request)
        if type(request.data.day) == "table" then error "no day" end
        if request.data.day ~= "mon" then return request:fail "We are closed." end
        return request:show("NAME", {})
      end,
      NAME = function(request) return request:complete { booked = request.data.name } end,
    } }
  end)

  teardown(function()
    box:stop()
    hook:close()
    answering:close()
  end)

  -- A flow that can be sent, and the message with it.
  local function send(name, document)
    local made = assert(wa.flows:create { name = name, categories = { "OTHER" }, flow_json = json.encode(document),
      endpoint_uri = document.data_api_version and answering.url:gsub("127.0.0.1", "localhost") or nil,
      publish = true })
    local flow = { body = "Book", button = "Start", id = made.id, token = "order-17",
                   action = document.data_api_version and "data_exchange" or nil }
    local sent = assert(wa:send { to = CUSTOMER, flow = flow })
    hook:following() -- sent
    return sent.id, made.id
  end

  -- Asks the page's API; the endpoint answers meanwhile, so many times.
  local function post(path, body, requests)
    local port = tonumber(box.phone_url:match ":(%d+)/")
    local page, text = assert(socket.connect("127.0.0.1", port)), json.encode(body)
    page:settimeout(LIMIT)
    page:send(("POST %sapi/flows/%s HTTP/1.0\r\nHost: localhost:%d\r\nContent-Type: application/json\r\n"
      .. "Content-Length: %d\r\n\r\n%s"):format(box.phone_url:match "%d(/.*)$", path, port, #text, text))
    for _ = 1, requests or 0 do
      answering:answer(function(request, signature) return endpoint:handle(request, signature) end)
    end
    local status = (assert(page:receive "*l")):match " (%d+)"
    repeat until assert(page:receive "*l") == ""
    local answer = select(2, assert(json.decode((page:receive "*a"))))
    page:close()
    return answer, tonumber(status)
  end

  -- What the webhook is told at the end.
  local function replied()
    local _, delivery = hook:following()
    local message = delivery.changes[1].value.messages[1]
    return json.decode(message.interactive.nfm_reply.response_json), message
  end

  it("without an endpoint, from the flow's JSON", function()
    local id = send("alone", ALONE)
    local shown = post("open", { message_id = id })
    assert.are.same({ "NAME", "NAME" }, { shown.screen, shown.flow_json.screens[1].id })
    assert.are.equal("TextInput", shown.view.components[1].type)
    local done = post("step", { session = shown.session, action = "complete", screen = "NAME",
                                data = { name = "Ann" } })
    assert.is_true(done.completed)
    local params, message = replied()
    assert.are.same({ name = "Ann", flow_token = "order-17" }, params)
    assert.are.same({ done.id, CUSTOMER, id }, { message.id, message.from, message.context.id })
    assert.are.equal(400, select(2, post("step", { session = shown.session, action = "complete" })))
  end)

  it("with an endpoint, encrypted for the number's key", function()
    local id = send("asking", ASKING)
    local shown = post("open", { message_id = id }, 1)
    assert.are.same({ "DAY", { { id = "mon", title = "Monday" } } }, { shown.screen, shown.data.days })
    local step = { session = shown.session, action = "data_exchange", screen = "DAY", data = { day = "sun" } }
    shown = post("step", step, 1)
    assert.are.same({ "DAY", "We are closed." }, { shown.screen, shown.data.error_message })
    step.data.day = "mon"
    shown = post("step", step, 1)
    assert.are.same({ "NAME", shown.session }, { shown.screen, step.session })
    shown = post("step", { session = step.session, values = { name = "Ann" }, tap = true }, 1)
    assert.is_true(shown.completed)
    assert.are.same({ booked = "Ann", flow_token = "order-17" }, (replied()))
  end)

  it("goes back where the page did", function()
    local shown = post("open", { message_id = send("back", ASKING) }, 1)
    local step = { session = shown.session, action = "data_exchange", screen = "DAY", data = { day = "mon" } }
    assert.are.equal("NAME", post("step", step, 1).screen)
    assert.are.equal("NAME", post("step", step, 1).screen) -- from DAY, to which the page went back
    assert.are.equal("DAY", post("step", { session = step.session, action = "back", screen = "NAME" }).screen)
  end)

  it("counts what was asked, as Meta's metrics do", function()
    local id, flow = send("counted", ASKING)
    local function metric(name, granularity, more)
      local query = { name = name, granularity = granularity }
      for key, value in pairs(more or {}) do query[key] = value end
      local found = assert(wa.flows:metrics(flow, query))
      assert.are.same({ name, granularity }, { found.name, found.granularity })
      return found.data_points
    end
    assert.are.equal(139006, select(2, wa.flows:metrics(flow, "ENDPOINT_REQUEST_COUNT")).code)
    local shown = post("open", { message_id = id }, 1)
    for _ = 1, 2 do
      post("step", { session = shown.session, action = "data_exchange", screen = "DAY", data = { day = "sun" } }, 1)
    end
    post("step", { session = shown.session, action = "data_exchange", screen = "DAY",
                   data = { day = { "raises" } } }, 1)
    for _, granularity in ipairs { "DAY", "HOUR", "LIFETIME" } do
      local points = metric("ENDPOINT_REQUEST_COUNT", granularity)
      local count = 0
      for _, point in ipairs(points) do
        count = count + point.data[1].value
        assert.is_truthy(point.timestamp:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%+0000$")
      end
      assert.are.equal(4, count)
    end
    local errors = metric("ENDPOINT_REQUEST_ERROR", "LIFETIME")[1].data
    assert.are.same({ { key = "unexpected_http_status_code", value = 1 } }, errors)
    assert.are.equal(0.25, metric("ENDPOINT_REQUEST_ERROR_RATE", "LIFETIME")[1].data[1].value)
    assert.are.equal("1 4", ("%s %d"):format(metric("ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL", "LIFETIME")[1].data[1].key,
      metric("ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL", "LIFETIME")[1].data[1].value))
    assert.are.same({ { key = "succeeded", value = 3 }, { key = "failed", value = 1 } },
      metric("ENDPOINT_AVAILABILITY", "LIFETIME")[1].data)
    assert.are.same({}, metric("ENDPOINT_REQUEST_COUNT", "DAY", { ["until"] = "2020-01-01" }))
    assert.are.equal(1, #metric("ENDPOINT_REQUEST_COUNT", "LIFETIME", { since = "2020-01-01" }))
  end)

  it("refuses what cannot be", function()
    local plain = assert(wa:send { to = CUSTOMER, text = "no flow" })
    hook:following()
    for _, wrong in ipairs { "wamid.x", plain.id } do
      local answer, status = post("open", { message_id = wrong })
      assert.are.same({ 400, "message_id" }, { status, answer.error.field })
    end
    local shown = post("open", { message_id = send("wrong", ALONE) })
    local answer, status = post("step", { session = shown.session, action = "navigate", screen = "NOWHERE", data = {} })
    assert.are.equal(400, status)
    assert.truthy(answer.error.message:find("NOWHERE", 1, true))
    assert.are.equal("session", post("step", { session = "none" }).error.field)
  end)

  it("of a template with Flow JSON of its own", function()
    local made = assert(wa.templates:create { name = "a_form", language = "en_US", category = "UTILITY",
      body = "Please tell us your name.",
      buttons = { { flow = { json = json.encode(ALONE) }, text = "Fill in", screen = "NAME" } } })
    assert(wa.templates:wait(made.id, "APPROVED", { timeout = 60 }))
    local sent = assert(wa:send { to = CUSTOMER, template = { name = "a_form", language = "en_US",
      buttons = { { flow = { token = "t" } } } } })
    assert.are.equal("NAME", post("open", { message_id = sent.id }).screen)
  end)
end)
