-- A Flow played from its first screen to its end.

local endpoints = require "whatsapp.flow.endpoint"
local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local keypair = require "whatsapp.flow.keypair"
local testing = require "whatsapp.testing"
local whatsapp = require "whatsapp"

local pair, told

-- Of an appointment: the day on WELCOME, the name on DETAILS, both shown on SUMMARY.
local FLOW = {
  version = "7.1", data_api_version = "3.0", routing_model = { WELCOME = { "DETAILS" }, DETAILS = { "SUMMARY" } },
  screens = {
    { id = "WELCOME", title = "Book", data = { days = { type = "array" }, open = { type = "boolean" } }, layout = {
      type = "SingleColumnLayout", children = {
        { type = "TextHeading", text = "`'Of ' ${data.days[0].title}`" },
        { type = "Form", name = "form", children = {
          { type = "If", condition = "${data.open}", ["then"] = {
            { type = "Dropdown", name = "day", label = "Day", ["data-source"] = "${data.days}" } } },
          { type = "EmbeddedLink", text = "Reload", ["on-click-action"] = { name = "update_data",
            payload = { days = { { id = "none", title = "None" } } } } },
          { type = "Footer", label = "Next", ["on-click-action"] = { name = "data_exchange",
            payload = { day = "${form.day}", constant = 7, other = "${form.other}" } } } } } } } },
    { id = "DETAILS", title = "Details", refresh_on_back = true, layout = { type = "SingleColumnLayout", children = {
      { type = "TextInput", name = "name" },
      { type = "NavigationList", name = "list", ["list-items"] = { { id = "1",
        ["main-content"] = { title = "Terms" }, ["on-click-action"] = { name = "open_url", url = "https://a.b" } } } },
      { type = "Footer", label = "Next", ["on-click-action"] = { name = "navigate",
        next = { type = "screen", name = "SUMMARY" },
        payload = { text = "${form.name}", day = "${screen.WELCOME.form.day}", price = "${data.price}" } } } } } },
    { id = "SUMMARY", title = "Summary", terminal = true, layout = { type = "SingleColumnLayout", children = {
      { type = "Footer", label = "Book", ["on-click-action"] = { name = "data_exchange",
        payload = { name = "${data.text}", day = "${data.day}", price = "${data.price}" } } },
      { type = "Footer", label = "Later", ["on-click-action"] = { name = "complete",
        payload = { later = true } } } } } },
  },
}

local function new(on, more)
  local options = { private_key = pair.private_key, app_secret = "secret", on = on,
                    on_error = function(err) told[#told + 1] = tostring(err) end }
  for name, value in pairs(more or {}) do options[name] = value end
  return endpoints.new(options)
end

local function days(...)
  local options = {}
  for i, title in ipairs { ... } do options[i] = { id = title, title = title } end
  return { days = options, open = true }
end

local on = {
  INIT = function(request) return request:show("WELCOME", days("Monday", "Tuesday", "Sunday", "never")) end,
  BACK = function(request)
    return request:show(request.screen == "DETAILS" and "WELCOME" or "DETAILS", days("Friday", "Monday"))
  end,
  WELCOME = function(request)
    if request.data.day == "Sunday" then return request:fail "We are closed." end
    if request.data.day == "never" then return request:invalid_token "Too late." end
    return request:show("DETAILS", { price = request.data.constant })
  end,
  SUMMARY = function(request) return request:complete { booked = request.data } end,
  DETAILS = function(request) return request:complete { name = request.data.name } end,
}

setup(function() pair = assert(keypair.new()) end)
before_each(function() told = {} end)

describe("a player with the Flow's JSON", function()
  local player

  before_each(function() player = testing.flow(new(on), { screens = FLOW, flow_token = "t-1" }) end)

  it("plays it to the end, whose message a webhook understands", function()
    local screen, data = assert(player:open())
    assert.are.equal("WELCOME Tuesday", screen .. " " .. data.days[2].title)
    screen, data = assert(player:submit { day = "Monday" })
    assert.are.equal("DETAILS 7", screen .. " " .. data.price)
    screen, data = assert(player:submit { name = "Ann" })
    assert.are.same({ text = "Ann", day = "Monday", price = 7 }, data)
    assert.are.equal("SUMMARY", screen)
    expect.refused("invalid", "SUMMARY", "has 2 footers", player:submit())
    assert.are.equal("SUCCESS", (assert(player:tap "Book")))
    assert.is_true(player.done)
    assert.are.same({ flow_token = "t-1", booked = { name = "Ann", day = "Monday", price = 7 } }, player.params)
    expect.refused("state", nil, "is over", player:submit {})
    local message = player:reply()
    message.id, message.from, message.timestamp = "wamid.1", "15551234567", "1760000000"
    local body = json.encode { object = "whatsapp_business_account", entry = { { id = "1", changes = { {
      field = "messages", value = { messaging_product = "whatsapp", metadata = { phone_number_id = "2" },
                                    messages = { message } } } } } } }
    local event = whatsapp.webhook { insecure = true }:parse(body)[1]
    assert.are.equal("flow_reply Sent t-1 Ann",
      table.concat({ event.type, event.text, event.data.flow_token, event.data.booked.name }, " "))
  end)

  it("goes back: to the endpoint where the screen refreshes, else to what it was", function()
    assert(player:open())
    expect.refused("invalid", "WELCOME", "first screen", player:back())
    assert(player:submit { day = "Monday" })
    assert(player:fill { name = "Ann" })
    assert(player:tap "Next")
    assert.are.equal("DETAILS", (assert(player:back())))
    assert.are.equal("Ann 7", player.values.name .. " " .. player.data.price)
    local screen, data = assert(player:back())
    assert.are.equal("WELCOME Friday Monday", table.concat({ screen, data.days[1].title, player.values.day }, " "))
  end)

  it("stays on a screen that says no", function()
    assert(player:open())
    assert.are.equal("WELCOME", (assert(player:submit { day = "Sunday" })))
    assert.are.equal("We are closed. Monday", player.message .. " " .. player.data.days[1].title)
    assert(player:submit { day = "Monday" })
    assert.is_nil(player.message)
  end)

  it("ends where the token is refused", function()
    assert(player:open())
    local screen, err = player:submit { day = "never" }
    assert.is_nil(screen)
    assert.are.equal("state 427 the flow_token is invalid: Too late.",
      ("%s %d %s"):format(err.kind, err.status, err.message))
    assert.is_true(player.done)
    assert.is_nil(player.params)
    expect.refused("state", nil, "not been completed", player:reply())
  end)

  it("taps what is there, fills in what is there", function()
    expect.refused("state", nil, "not open", player:tap "Next")
    assert(player:open())
    expect.refused("invalid", "WELCOME.dya", "did you mean day?", player:submit { dya = "Monday" })
    expect.refused("invalid", "WELCOME.form", "unknown key", player:fill { form = 1 })
    expect.refused("invalid", "values", "must be a table", player:fill(7))
    expect.refused("invalid", "WELCOME", 'has 0 parts labelled "Terms"', player:tap "Terms")
    local _, data = assert(player:tap "Reload")
    assert.are.same({ { id = "none", title = "None" } }, data.days)
    expect.refused("invalid", "WELCOME.day", "is no choice of it", player:submit { day = "Monday" })
    assert(player:submit { day = "none" })
    assert.are.equal("DETAILS", (assert(player:tap "Terms")))
    assert(player:submit {})
    assert.are.equal("SUCCESS", (assert(player:tap "Later")))
    assert.are.same({ flow_token = "t-1", later = true }, player.params)
  end)

  it("begins on the message's screen", function()
    assert.are.equal("DETAILS", (assert(player:open { screen = "DETAILS", data = { price = 1 } })))
    assert.are.equal(1, player.data.price)
    expect.refused("invalid", "first", "must be a table", player:open "DETAILS")
    local _, err = player:open { screen = "NOWHERE" }
    assert.are.equal("the Flow has no screen NOWHERE", err.message)
  end)

  it("does not follow where the Flow does not lead", function()
    for _, case in ipairs {
      { "no way from WELCOME to SUMMARY", function(request) return request:show "SUMMARY" end },
      { "has no screen NONE", function(request) return request:show "NONE" end },
      { "with the flow_token", function() return { screen = "SUCCESS" } end },
      { "with the flow_token", function(request) return request:complete { flow_token = "other" } end },
      { "HTTP 500", function() error "broken" end },
    } do
      local flow = FLOW
      if case[1]:find "no screen" then
        flow = expect.deep_copy(FLOW)
        flow.routing_model = nil
      end
      player = testing.flow(new { INIT = on.INIT, WELCOME = case[2] }, { screens = json.encode(flow) })
      assert(player:open())
      local _, err = player:submit { day = "Monday" }
      assert.are.equal("protocol", err.kind)
      assert.is_truthy(err.message:find(case[1], 1, true), err.message)
      assert.are.equal("WELCOME", player.screen)
    end
  end)
end)

describe("a player without an endpoint", function()
  it("plays a Flow that asks none", function()
    local written = { version = "7.1",
      { id = "RATING", title = "How was it?",
        { radio_buttons_group = { name = "stars", label = "Stars",
          { id = "5", title = "Good" }, { id = "1", title = "Bad" } } },
        { footer = { label = "Next", navigate = "COMMENT", payload = { stars = "${form.stars}" } } } },
      { id = "COMMENT", title = "A word more?", terminal = true, data = { stars = "5" },
        { text_area = { name = "comment", label = "Comment" } },
        { footer = { label = "Send", complete = { stars = "${data.stars}", comment = "${form.comment}" } } } } }
    local flow = assert(whatsapp.flow.screens(written))
    for _, form in ipairs { written, flow, tostring(flow) } do
      local player = testing.flow(form, { flow_token = "visit-1" })
      assert.are.equal("RATING", (assert(player:open())))
      assert.are.equal("COMMENT", (assert(player:submit { stars = "5" })))
      assert.are.equal("SUCCESS", (assert(player:submit { comment = "Fine" })))
      assert.are.same({ flow_token = "visit-1", stars = "5", comment = "Fine" }, player.params)
    end
    written[1].title = nil
    written[1].titel = "How was it?"
    local ok, err = pcall(testing.flow, written)
    assert.is_false(ok)
    assert.are.equal("config RATING.titel", err.kind .. " " .. err.field)
  end)

  it("names what asks one", function()
    local player = testing.flow(FLOW)
    assert(player:open { screen = "WELCOME", data = days "Monday" })
    local _, err = player:submit()
    assert.are.equal("the Flow asks an endpoint, and the player has none", err.message)
  end)
end)

describe("what a player sends with a token", function()
  local raw

  local function open(version, more)
    local endpoint = new({ INIT = function(request)
      raw = request.raw
      return request:show("WELCOME", days "Monday")
    end }, more)
    local flow = expect.deep_copy(FLOW)
    flow.data_api_version = version
    return testing.flow(endpoint, { screens = flow, flow_token = "t-1" }):open()
  end

  it("is the Flow's version of the data exchange, from 4.0 on with the token's signature", function()
    assert(open "3.0")
    assert.are.equal("3.0 nil", raw.version .. " " .. tostring(raw.flow_token_signature))
    assert(open "4.0")
    assert.are.equal("4.0 string", raw.version .. " " .. type(raw.flow_token_signature))
    assert(open("4.0", { signed_tokens = true }))
    local _, err = open("3.0", { signed_tokens = true })
    assert.are.equal("432 protocol", err.status .. " " .. err.kind)
  end)
end)

describe("a player without Flow JSON", function()
  it("sends what is filled in", function()
    local player = testing.flow(new(on))
    assert.are.equal("WELCOME", (assert(player:open())))
    expect.refused("invalid", "screens", "is missing", player:tap())
    assert.are.equal("DETAILS", (assert(player:submit { day = "Monday" })))
    assert.are.equal("WELCOME", (assert(player:back())))
    assert(player:submit())
    local screen, params = assert(player:submit { name = "Ann" })
    assert.are.equal("SUCCESS Ann token", table.concat({ screen, params.name, params.flow_token }, " "))
  end)

  it("asks and tells what WhatsApp does by itself", function()
    local player = testing.flow(new(on))
    assert.is_true(player:ping())
    assert.is_true(player:notice("INVALID_SCREEN_TRANSITION", "no way"))
    assert.are.same({ "whatsapp: protocol: WhatsApp could not use an answer: INVALID_SCREEN_TRANSITION: no way" }, told)
  end)

  it("plays an endpoint that is insecure", function()
    local endpoint = endpoints.new { private_key = pair.private_key, insecure = true, on = on }
    assert.are.equal("WELCOME", (assert(testing.flow(endpoint):open())))
  end)

  it("names what an endpoint has that another key or secret belongs to", function()
    local endpoint = new(on)
    local other = assert(keypair.new())
    local function with(changes)
      return testing.flow { public_key = changes.public_key or function() return endpoint:public_key() end,
        sign = changes.sign or function(_, body) return endpoint:sign(body) end,
        handle = function(_, ...) return endpoint:handle(...) end }
    end
    assert.is_true(with({}):ping())
    local _, err = with({ public_key = function() return other.public_key end }):ping()
    assert.are.equal("421 protocol", err.status .. " " .. err.kind)
    _, err = with({ sign = function() return "sha256=" .. ("0"):rep(64) end }):ping()
    assert.are.equal("432 the endpoint answers HTTP 432: the endpoint has another app_secret, or wants signed tokens",
      err.status .. " " .. err.message)
  end)

  it("is made of an endpoint", function()
    expect.raised("config", "endpoint", "must be one of", pcall(testing.flow, {}))
    expect.raised("config", "screen", "unknown key", pcall(testing.flow, new(on), { screen = FLOW }))
    expect.raised("config", "screens", "Flow JSON", pcall(testing.flow, new(on), { screens = "{" }))
  end)
end)
