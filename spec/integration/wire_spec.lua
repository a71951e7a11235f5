-- Every operation of the mission, as it goes over the wire: method, path, query,
-- headers and body, and nothing more. Through the gateway and straight to Graph.

local whatsapp = require "whatsapp"
local json = require "whatsapp.json"

local server = require "spec.support.server"

local P, W, M = "106540352242922", "102290129340398", "3166846181421424"
local TO = "+1 (555) 123-4567"
local UUID = "21fd90f9-5935-43cd-b6c8-bde9d915ca80"

local MESSAGE_ANSWER = '{"messaging_product":"whatsapp",'
  .. '"contacts":[{"input":"15551234567","wa_id":"15551234567"}],"messages":[{"id":"wamid.HBg="}]}'

local function send(message)
  return function(wa) return wa:send(message) end
end

-- The body of a message: its own part and the envelope around it.
local function message(own)
  own.messaging_product, own.recipient_type, own.to = "whatsapp", "individual", "15551234567"
  return own
end

local function interactive(own)
  return message { type = "interactive", interactive = own }
end

local MESSAGES = P .. "/messages"
local TEMPLATES = W .. "/message_templates"
local PROFILE = P .. "/whatsapp_business_profile"
local FIELDS = "about%2Caddress%2Cdescription%2Cemail%2Cprofile_picture_url%2Cwebsites%2Cvertical"

-- name, call, method, path, query, JSON body, answer (a send's unless given)
local operations = {
  { "send text", send { to = TO, text = { body = "Hello", preview_url = true } }, "POST", MESSAGES, nil,
    message { type = "text", text = { body = "Hello", preview_url = true } } },
  { "send template", send { to = TO, template = { name = "order_confirmation", language = "en_US",
      body = { "John", 12 } } }, "POST", MESSAGES, nil,
    message { type = "template", template = { name = "order_confirmation",
      language = { code = "en_US" }, components = { { type = "body", parameters = {
        { type = "text", text = "John" }, { type = "text", text = "12" } } } } } } },
  { "send image", send { to = TO, image = { link = "https://example.com/a.jpg", caption = "Look" } },
    "POST", MESSAGES, nil,
    message { type = "image", image = { link = "https://example.com/a.jpg", caption = "Look" } } },
  { "send document", send { to = TO, document = { id = M, caption = "Q3", filename = "q3.pdf" } },
    "POST", MESSAGES, nil,
    message { type = "document", document = { id = M, caption = "Q3", filename = "q3.pdf" } } },
  { "send video", send { to = TO, video = { id = 31668461814214, caption = "Watch" } }, "POST", MESSAGES,
    nil, message { type = "video", video = { id = "31668461814214", caption = "Watch" } } },
  { "send audio", send { to = TO, audio = "https://example.com/a.mp3" }, "POST", MESSAGES, nil,
    message { type = "audio", audio = { link = "https://example.com/a.mp3" } } },
  { "send location", send { to = TO, location = { latitude = 37.77, longitude = -122.42, name = "SF",
      address = "Main St" } }, "POST", MESSAGES, nil,
    message { type = "location", location = { latitude = 37.77, longitude = -122.42, name = "SF",
      address = "Main St" } } },
  { "send contacts", send { to = TO, contacts = { { name = { formatted_name = "John Doe",
      first_name = "John", last_name = "Doe" }, phones = { { phone = "+1234567890", type = "CELL" } } } } },
    "POST", MESSAGES, nil,
    message { type = "contacts", contacts = { { name = { formatted_name = "John Doe",
      first_name = "John", last_name = "Doe" }, phones = { { phone = "+1234567890", type = "CELL" } } } } } },
  { "reply buttons", send { to = TO, buttons = { body = "Proceed?", { id = "yes", title = "Yes" },
      { id = "no", title = "No" } } }, "POST", MESSAGES, nil,
    interactive { type = "button", body = { text = "Proceed?" }, action = { buttons = {
      { type = "reply", reply = { id = "yes", title = "Yes" } },
      { type = "reply", reply = { id = "no", title = "No" } } } } } },
  { "list", send { to = TO, list = { header = "Menu", body = "Choose", button = "View options",
      { title = "Products", { id = "p1", title = "Product 1", description = "First" } } } },
    "POST", MESSAGES, nil,
    interactive { type = "list", header = { type = "text", text = "Menu" }, body = { text = "Choose" },
      action = { button = "View options", sections = { { title = "Products", rows = {
        { id = "p1", title = "Product 1", description = "First" } } } } } } },
  { "reply", send { to = TO, text = "Hi", reply_to = "wamid.HBg/a+b=", callback_data = "order 1" },
    "POST", MESSAGES, nil,
    message { type = "text", text = { body = "Hi" }, context = { message_id = "wamid.HBg/a+b=" },
      biz_opaque_callback_data = "order 1" } },
  { "mark as read", function(wa) return wa:mark_read "wamid.HBg=" end, "POST", MESSAGES, nil,
    { messaging_product = "whatsapp", status = "read", message_id = "wamid.HBg=" },
    '{"success":true}' },
  { "typing", function(wa) return wa:mark_read("wamid.HBg=", { typing = true }) end, "POST", MESSAGES,
    nil, { messaging_product = "whatsapp", status = "read", message_id = "wamid.HBg=",
      typing_indicator = { type = "text" } }, '{"success":true}' },
  { "media url", function(wa) return wa.media:get(M) end, "GET", M, nil, nil, '{"id":"' .. M .. '"}' },
  { "delete media", function(wa) return wa.media:delete(M) end, "DELETE", M, nil, nil,
    '{"success":true}' },
  { "list templates", function(wa) return wa.templates:list { limit = 50, status = "APPROVED" } end,
    "GET", TEMPLATES, "limit=50&status=APPROVED", nil, '{"data":[]}' },
  { "create template", function(wa) return wa.templates:create { name = "promo", language = "en_US",
      category = "MARKETING", header = "News", body = "Hi {{1}}, look.", examples = { "Ann" },
      footer = "Bye" } end, "POST", TEMPLATES, nil,
    { name = "promo", language = "en_US", category = "MARKETING", components = {
      { type = "HEADER", format = "TEXT", text = "News" },
      { type = "BODY", text = "Hi {{1}}, look.", example = { body_text = { { "Ann" } } } },
      { type = "FOOTER", text = "Bye" } } }, '{"id":"4","status":"PENDING"}' },
  { "delete template", function(wa) return wa.templates:delete "promo" end, "DELETE", TEMPLATES,
    "name=promo", nil, '{"success":true}' },
  { "get phone number", function(wa) return wa.phone_numbers:get() end, "GET", P, nil, nil,
    '{"id":"' .. P .. '"}' },
  { "get another phone number", function(wa) return wa.phone_numbers:get "1999" end, "GET", "1999",
    nil, nil, '{"id":"1999"}' },
  { "list phone numbers", function(wa) return wa.phone_numbers:list() end, "GET", W .. "/phone_numbers",
    nil, nil, '{"data":[]}' },
  { "get profile", function(wa) return wa.profile:get() end, "GET", PROFILE, "fields=" .. FIELDS, nil,
    '{"data":[{"about":"x"}]}' },
  { "update profile", function(wa) return wa.profile:update { about = "Open",
      websites = { "https://example.com" } } end, "POST", PROFILE, nil,
    { messaging_product = "whatsapp", about = "Open", websites = { "https://example.com" } },
    '{"success":true}' },
}

-- On the control host of the gateway.
local control = {
  { "list connections", function(wa) return wa.connections:list { status = "ACTIVE" } end, "GET",
    "connections", "app=whatsapp-business&status=ACTIVE", nil, '{"connections":[]}' },
  { "create connection", function(wa) return wa.connections:create() end, "POST", "connections", nil,
    { app = "whatsapp-business" }, '{"connection":{"connection_id":"' .. UUID .. '"}}' },
  { "get connection", function(wa) return wa.connections:get(UUID) end, "GET", "connections/" .. UUID,
    nil, nil, '{"connection":{"connection_id":"' .. UUID .. '"}}' },
  { "delete connection", function(wa) return wa.connections:delete(UUID) end, "DELETE",
    "connections/" .. UUID, nil, nil, '{}' },
}

local faults

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

local function escape(text)
  return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- What the server saw of the one call that `run` makes.
local function observe(options, run)
  local wa = whatsapp.new(options)
  local before = #faults:log()
  local value, err = run(wa)
  assert.is_truthy(value, tostring(err))
  local log = faults:log()
  assert.are.equal(before + 1, #log)
  return log[#log]
end

local function headers_of(credential, connection, with_body)
  return {
    host = "127.0.0.1:" .. faults.port, accept = "*/*",
    ["user-agent"] = "whatsapp-lua/" .. whatsapp._VERSION,
    authorization = "Bearer " .. credential, ["maton-connection"] = connection,
    ["content-type"] = with_body and "application/json" or nil,
  }
end

local function check(operation, seen, prefix, credential, connection)
  assert.are.equal(operation[3], seen.method)
  assert.are.equal(prefix .. operation[4], (seen.path:gsub("^/json/[^/]+", "")))
  assert.are.equal(operation[5] or "", seen.query or "")
  local expected = headers_of(credential, connection, operation[6])
  local length = seen.headers["content-length"]
  assert.are.equal(operation[6] and tostring(#seen.body) or nil, length)
  seen.headers["content-length"] = nil
  assert.is_truthy(seen.headers["accept-encoding"]:find "gzip")
  seen.headers["accept-encoding"] = nil
  assert.are.same(expected, seen.headers)
  if operation[6] then
    assert.are.equal(json.encode(operation[6]), seen.body)
  else
    assert.are.equal("", seen.body or "")
  end
end

local function answering(operation)
  return faults.url .. "/json/" .. escape(operation[7] or MESSAGE_ANSWER)
end

describe("through the gateway", function()
  for _, operation in ipairs(operations) do
    it(operation[1], function()
      local seen = observe({ api_key = "key", connection = UUID, phone_number_id = P, rate = false,
        business_account_id = W, base_url = answering(operation) .. "/whatsapp-business" }, operation[2])
      check(operation, seen, "/whatsapp-business/v21.0/", "key", UUID)
    end)
  end

  for _, operation in ipairs(control) do
    it(operation[1], function()
      local seen = observe({ api_key = "key", phone_number_id = P, rate = false,
        control_url = answering(operation) }, operation[2])
      check(operation, seen, "/", "key", nil)
    end)
  end
end)

describe("straight to Graph", function()
  for _, operation in ipairs(operations) do
    it(operation[1], function()
      local seen = observe({ access_token = "token", phone_number_id = P, rate = false,
        business_account_id = W, base_url = answering(operation) }, operation[2])
      check(operation, seen, "/v23.0/", "token", nil)
    end)
  end

  it("has no connections", function()
    local wa = whatsapp.new { access_token = "token" }
    local list, err = wa.connections:list()
    assert.is_nil(list)
    assert.are.equal("config", err.kind)
  end)
end)

describe("an upload", function()
  -- The parts of a multipart body, each its header lines and its bytes.
  local function parts_of(seen)
    local boundary = seen.headers["content-type"]:match '^multipart/form%-data; boundary=(%S+)$'
    assert.is_string(boundary)
    local parts, at = {}, 1
    local mark = "--" .. boundary
    while true do
      local start = select(2, seen.body:find(mark .. "\r\n", at, true))
      if not start then break end
      local stop = seen.body:find("\r\n" .. mark, start, true)
      parts[#parts + 1] = seen.body:sub(start + 1, stop - 1)
      at = stop + 2
    end
    assert.are.equal(mark .. "--\r\n", seen.body:sub(-#mark - 4))
    return parts
  end

  for _, mode in ipairs { "api_key", "access_token" } do
    it("has its three parts, with " .. mode, function()
      local base = faults.url .. "/json/" .. escape '{"id":"3166"}'
      local bytes = "\137PNG\r\n\26\n--not a boundary\r\n\0"
      local seen = observe({ [mode] = "secret", phone_number_id = P, rate = false, base_url = base },
        function(wa) return wa.media:upload { data = bytes, type = "image/png", filename = 'a "b".png' } end)
      assert.are.equal("POST", seen.method)
      assert.is_truthy(seen.path:find("/" .. P .. "/media$"))
      assert.are.equal("Bearer secret", seen.headers.authorization)
      assert.are.equal(("%d"):format(seen.body_length), seen.headers["content-length"])
      assert.is_nil(seen.headers.expect)
      assert.are.same({
        'Content-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp',
        'Content-Disposition: form-data; name="type"\r\n\r\nimage/png',
        'Content-Disposition: form-data; name="file"; filename="a %22b%22.png"\r\n'
          .. "Content-Type: image/png\r\n\r\n" .. bytes,
      }, parts_of(seen))
    end)
  end

  it("may say how long it is kept, and is not used again then", function()
    local base = faults.url .. "/json/" .. escape '{"id":"3166"}'
    local function upload(ttl_minutes)
      return function(wa) return wa.media:upload { data = "a", type = "text/plain", ttl_minutes = ttl_minutes } end
    end
    local options = { api_key = "secret", phone_number_id = P, rate = false, base_url = base, media_cache = true }
    local seen = observe(options, upload(60))
    assert.are.equal('Content-Disposition: form-data; name="ttl_minutes"\r\n\r\n60', parts_of(seen)[3])
    local wa = whatsapp.new(options)
    assert(upload(60)(wa))
    local before = #faults:log()
    assert(upload(60)(wa))
    assert.are.equal(before + 1, #faults:log())
    local media, err = upload(59)(wa)
    assert.is_nil(media)
    assert.are.equal("invalid ttl_minutes", err.kind .. " " .. err.field)
    wa:close()
  end)
end)
