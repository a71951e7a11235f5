-- What the resources send, and what they refuse to send.

local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local server = require "spec.support.server"

local faults

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

local function escape(text)
  return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- A client whose every call is answered with this JSON.
local function answered(json)
  return whatsapp.new { access_token = "x", phone_number_id = "1", business_account_id = "2", app_id = "3",
    rate = false, retries = 0, base_url = faults.url .. "/json/" .. escape(json) }
end

local wa

before_each(function() wa = answered '{"success":true,"data":[]}' end)
after_each(function() wa:close() end)

-- The last request: method and path, query and body.
local function last()
  local log = faults:log()
  local request = log[#log]
  return request.method .. " " .. request.path:match "v23%.0/(.*)$", request.query, request.body
end

local function assert_sent(line, query, body)
  local sent_line, sent_query, sent_body = last()
  assert.are.equal(line, sent_line)
  assert.are.equal(query or "", sent_query or "")
  assert.are.equal(body or "", sent_body)
end

describe("ids", function()
  it("are the client's own where that is natural, or those of the call", function()
    assert(wa.phone_numbers:update { pin = "123456" })
    assert_sent("POST 1", nil, '{"pin":"123456"}')
    assert(wa.phone_numbers:update("9", { pin = 123456 }))
    assert_sent("POST 9", nil, '{"pin":"123456"}')
    assert(wa.phone_numbers:deregister())
    assert_sent "POST 1/deregister"
    assert(wa.phone_numbers:deregister { phone_number_id = "8" })
    assert_sent "POST 8/deregister"
    assert(wa.business_account:get())
    assert_sent "GET 2"
    assert(wa.apps:solutions("4", { role = "OWNER" }))
    assert_sent("GET 4/whatsapp_business_solutions", "role=OWNER")
    assert(wa.apps:solutions { role = "OWNER" })
    assert_sent("GET 3/whatsapp_business_solutions", "role=OWNER")
  end)

  it("can stand in a path twice, or in the body", function()
    assert(wa.qr_codes:delete "4O4YGZEG3RIVE1")
    assert_sent "DELETE 1/message_qrdls/4O4YGZEG3RIVE1"
    assert(wa.qr_codes:update("4O4YGZEG3RIVE1", "Hi"))
    assert_sent("POST 1/message_qrdls", nil, '{"code":"4O4YGZEG3RIVE1","prefilled_message":"Hi"}')
    assert(wa.calls:reject "wacid.x")
    assert_sent("POST 1/calls", nil, '{"action":"reject","call_id":"wacid.x","messaging_product":"whatsapp"}')
  end)

  it("are missed, and checked", function()
    expect.refused("invalid", "code", "is missing", wa.qr_codes:delete())
    expect.refused("invalid", "code", "14 characters", wa.qr_codes:update("abc", "Hi"))
    expect.refused("invalid", "id", "is missing", wa.groups:get())
    expect.refused("invalid", "id", "is not an id", wa.groups:get "a/b")
    expect.refused("invalid", "call_id", "is missing", wa.calls:accept())
    expect.refused("invalid", "business_id", "is missing", wa.solutions:access_token "9")
  end)
end)

describe("people", function()
  it("are named as in messages: a list, or one alone", function()
    assert(answered '{"block_users":{}}'.blocked_users:block { "+1 (555) 123-4567", "US.13491208655302741918" })
    assert_sent("POST 1/block_users", nil,
      '{"block_users":[{"user":"15551234567"},{"user":"US.13491208655302741918"}],"messaging_product":"whatsapp"}')
    assert(answered '{"block_users":{}}'.blocked_users:unblock "0049 151 23456789")
    assert_sent("DELETE 1/block_users", nil,
      '{"block_users":[{"user":"4915123456789"}],"messaging_product":"whatsapp"}')
    assert(wa.groups:add_participants("6", { { user = 15551234567 } }))
    assert_sent("POST 6/participants", nil,
      '{"messaging_product":"whatsapp","participants":[{"user":"15551234567"}]}')
    assert(wa.calls:permissions "+1 555 123-4567")
    assert_sent("GET 1/call_permissions", "user_wa_id=15551234567")
  end)

  it("are refused as in messages", function()
    expect.refused("invalid", "block_users[2].user", "national number",
      wa.blocked_users:block { "+15551234567", "0151" })
    expect.refused("invalid", "block_users", "is missing", wa.blocked_users:block {})
    expect.refused("invalid", "block_users", "is missing", wa.blocked_users:block())
    expect.refused("invalid", "participants[9]", "at most 8",
      wa.groups:remove_participants("6", { 1, 2, 3, 4, 5, 6, 7, 8, 9 }))
    expect.refused("invalid", "to", "not a phone number", wa.calls:connect { to = "Ann", session = "v=0" })
  end)
end)

describe("bodies", function()
  it("are forms where Meta wants forms", function()
    assert(wa.assigned_users:add("7", { "MANAGE", "DEVELOP" }))
    assert_sent("POST 2/assigned_users", nil, "tasks=%5B%22MANAGE%22%2C%22DEVELOP%22%5D&user=7")
    assert(wa.assigned_users:remove "7")
    assert_sent("DELETE 2/assigned_users", nil, "user=7")
  end)

  it("are multipart with files, from memory or from disk", function()
    assert(wa.flows:upload("5", { data = "{}" }))
    local line, _, body = last()
    assert.are.equal("POST 5/assets", line)
    assert.is_truthy(body:find('name="asset_type"\r\n\r\nFLOW_JSON\r\n', 1, true), body)
    assert.is_truthy(body:find 'name="file"; filename="flow.json"\r\nContent%-Type: application/json\r\n\r\n{}\r\n')
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write "picture"
    file:close()
    assert(wa.groups:set_picture("6", name))
    os.remove(name)
    line, _, body = last()
    assert.are.equal("POST 6", line)
    assert.is_truthy(body:find('filename="picture.jpg"\r\nContent%-Type: image/jpeg\r\n\r\npicture\r\n'), body)
    assert.is_truthy(body:find('name="messaging_product"\r\n\r\nwhatsapp\r\n', 1, true), body)
    expect.refused("invalid", "file", "needs either", wa.flows:upload("5", { data = "{}", file = "x" }))
    local pointed = answered [[{"success":true,"validation_errors":[{"error":"INVALID_PROPERTY",
      "message":"The property \"x\" cannot be specified at \"$root/screens/0/title\"."}]}]].flows
    local text = '{"version":"7.1","screens":[{"id":"A","title":"x"}]}'
    assert.are.equal("A.title", assert(pointed:upload("5", { data = text })).validation_errors[1].field)
    local flow = { version = "7.1", { id = "A", terminal = true, { footer = { label = "x", complete = {} } } } }
    local ok, err = pointed:update("5", { screens = flow })
    assert.is_nil(ok)
    assert.are.equal("graph A.title", err.kind .. " " .. err.field)
    expect.refused("io", "file", "missing.jpg", wa.groups:set_picture("6", "/missing.jpg"))
  end)

  it("are empty, constant or in the query", function()
    assert(wa.flows:publish "5")
    assert_sent "POST 5/publish"
    assert(wa.solutions:reject_deactivation_request("9", { fields = { "id", "status" } }))
    assert_sent("POST 9/reject_deactivation_request", "fields=id%2Cstatus", '{"reject_deactivation_request":true}')
    assert(wa.commerce:update { is_cart_enabled = false })
    assert_sent("POST 1/whatsapp_commerce_settings", "is_cart_enabled=false")
    assert(answered '{"invite_link":"x"}'.groups:create_invite_link "6")
    assert_sent("POST 6/invite_link", nil, '{"messaging_product":"whatsapp"}')
    expect.refused("invalid", "subject", "unknown key", wa.groups:create_invite_link("6", { subject = "x" }))
  end)
end)

describe("fields", function()
  it("have short forms and defaults", function()
    assert(wa.phone_numbers:register "123456")
    assert_sent("POST 1/register", nil, '{"messaging_product":"whatsapp","pin":"123456"}')
    assert(wa.phone_numbers:request_code "SMS")
    assert_sent("POST 1/request_code", nil, '{"code_method":"SMS","language":"en_US"}')
    assert(wa.phone_numbers:request_code { code_method = "VOICE", language = "de" })
    assert_sent("POST 1/request_code", nil, '{"code_method":"VOICE","language":"de"}')
    assert(wa.phone_numbers:verify_code "123-456")
    assert_sent("POST 1/verify_code", nil, '{"code":"123456"}')
    assert(wa.calls:connect { to = "15551234567", session = "v=0" })
    assert_sent("POST 1/calls", nil, '{"action":"connect","messaging_product":"whatsapp","session":'
      .. '{"sdp":"v=0","sdp_type":"offer"},"to":"15551234567"}')
  end)

  it("are checked", function()
    expect.refused("invalid", "pin", "six digits", wa.phone_numbers:register "12345")
    expect.refused("invalid", "pin", "is missing", wa.phone_numbers:set_pin())
    expect.refused("invalid", "code_method", "SMS, VOICE", wa.phone_numbers:request_code "post")
    expect.refused("invalid", "prefilled_message", "at most 140", wa.qr_codes:create(("x"):rep(141)))
    expect.refused("invalid", "limit", "from 1 to 25", wa.qr_codes:list { limit = 26 })
    expect.refused("invalid", "limit", "from 1 to 100", wa.blocked_users:list { limit = 101 })
    expect.refused("invalid", "commands[1].command_name", "track_order",
      wa.automation:update { commands = { { command_name = "/track", command_description = "x" } } })
    expect.refused("invalid", "prompts[4]", "at most 3", wa.automation:update { prompts = { "a", "b", "c", "d" } })
    expect.refused("invalid", "is_cart_enabled", "true or false", wa.commerce:update { is_cart_enabled = "yes" })
    for _, email in ipairs { "x", "@", "a@", "a b@c.d" } do
      expect.refused("invalid", "email", "name@example.com", wa.profile:update { email = email })
    end
    assert(wa.profile:update { email = "" })
    expect.refused("invalid", "override_callback_uri", "https://",
      wa.subscribed_apps:subscribe { override_callback_uri = "http://shop.example/hook", verify_token = "x" })
    expect.refused("invalid", "business_public_key", "BEGIN PUBLIC KEY", wa.encryption:set "MIIB")
    expect.refused("invalid", "username", "at most 35", wa.username:set(("x"):rep(36)))
    expect.refused("invalid", nil, "nothing to change", wa.settings:update {})
    expect.refused("invalid", "fields", "must be a table", wa.business_account:update("2", 5))
    expect.refused("invalid", "template", "is a template", wa.messages:marketing { to = "15551234567", text = "Hi" })
    expect.refused("invalid", "product_policy", "STRICT",
      wa.messages:marketing { to = "15551234567", product_policy = "x" })
    expect.refused("invalid", "message", "must be a table", wa.messages:marketing "x")
  end)

  it("that a row does not know pass", function()
    assert(wa.phone_numbers:update { is_new = true })
    assert_sent("POST 1", nil, '{"is_new":true}')
    assert(wa.blocked_users:list { sort = "x", is_new = true, [("x"):rep(100)] = 1 })
    assert_sent("GET 1/block_users", "is_new=true&sort=x&" .. ("x"):rep(100) .. "=1")
  end)

  it("that are all but known are slips, and named before what is missing", function()
    local list_slip = { limt = 5 }
    for _, case in ipairs {
      { "promts", "prompts", wa.automation:update { promts = {} } },
      { "nam", "name", wa.business_account:update { nam = "x" } },
      { "limt", "limit", wa.phone_numbers:list(list_slip) },
      { "limt", "limit", wa.blocked_users:list(list_slip) },
      { "limt", "limit", wa.blocked_users:all(list_slip) },
      { "afer", "after", wa.groups:list { afer = "x" } },
      { "field", "fields", wa.flows:get("5", { field = "name" }) },
      { "subjct", "subject", wa.groups:create { subjct = "x" } },
      { "prefiled_message", "prefilled_message", wa.qr_codes:create { prefiled_message = "x" } },
      { "filname", "filename", wa.flows:upload("5", { data = "{}", filname = "x" }) },
    } do
      local slip, meant, value, err = case[1], case[2], case[3], case[4]
      expect.refused("invalid", slip, "did you mean " .. meant .. "?", value, err)
    end
  end)
end)

describe("answers", function()
  it("are unwrapped", function()
    assert.are.same({ code = "x" }, (answered '{"data":[{"code":"x"}]}'.qr_codes:get "4O4YGZEG3RIVE1"))
    assert.are.same({}, (answered '{"data":[]}'.encryption:get()))
    assert.are.same({ prompts = { "a" } },
      (answered '{"id":"1","conversational_automation":{"prompts":["a"]}}'.automation:get()))
    assert.are.same({ name = "ENDPOINT_AVAILABILITY" },
      (answered '{"id":"5","metric":{"name":"ENDPOINT_AVAILABILITY"}}'.flows:metrics("5", {
        name = "ENDPOINT_AVAILABILITY", since = "2026-01-01", ["until"] = "2026-01-31" })))
    assert_sent("GET 5", "fields=metric.name%28ENDPOINT_AVAILABILITY%29.granularity%28DAY%29"
      .. ".since%282026-01-01%29.until%282026-01-31%29")
    assert.are.equal("protocol", select(2, answered '{"id":"5"}'.flows:preview "5").kind)
    assert.are.same({}, (answered '{"id":"1"}'.automation:get()))
    assert.are.equal("https://chat.whatsapp.com/x",
      (answered '{"invite_link":"https://chat.whatsapp.com/x"}'.groups:create_invite_link "6"))
    assert.are.same({ id = "wacid.x" },
      (answered '{"calls":[{"id":"wacid.x"}]}'.calls:connect { to = "15551234567", session = "v=0" }))
    assert.is_true((answered '{"messaging_product":"whatsapp","success":"true"}'.groups:delete_invite_link "6"))
  end)

  it("are pages wherever their lists stand", function()
    local groups = answered '{"data":{"groups":[{"id":"61"}]},"paging":{"cursors":{"after":"A"}}}'.groups
    assert.are.same({ data = { { id = "61" } } }, (groups:list()))
    assert.are.same({ { id = "61" } }, (groups:all()))
    local events = answered '{"data":[{"cursor":"A","node":{"id":"7"}},{"cursor":"B","node":{"id":"8"}}]}'.messages
    assert.are.same({ { id = "7" }, { id = "8" } }, (events:all_events "9"))
    local ids = {}
    for event in events:each_events("9", { status_filter = "READ" }) do ids[#ids + 1] = event.id end
    assert.are.same({ "7", "8" }, ids)
    local page, err = answered '{"data":[{"cursor":"A"}]}'.messages:events "9"
    assert.is_nil(page)
    assert.are.equal("protocol", err.kind)
  end)
end)
