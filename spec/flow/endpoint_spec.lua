-- A Flow's endpoint, asked by an independent client on Node's crypto.

local endpoints = require "whatsapp.flow.endpoint"
local expect = require "spec.support.expect"
local flow_client = require "spec.support.flow_client"
local json = require "whatsapp.json"
local server = require "spec.support.server"

local SECRET = "app secret of the specs"

local peer, pair, old, told

-- An endpoint that tells `told` of its troubles.
local function new(on, more)
  local options = { private_key = pair.privateKey, app_secret = SECRET, on = on,
    on_error = function(err, request, traceback)
      told[#told + 1] = { err = err, request = request, traceback = traceback }
    end }
  for name, value in pairs(more or {}) do options[name] = value end
  return endpoints.new(options)
end

local function sign(body, secret)
  return assert(peer:call("sign", { body = body, secret = secret or SECRET })).signature
end

local function seal(text, key)
  return assert(peer:call("seal", { public_key = (key or pair).publicKey, text = text }))
end

local function body_of(envelope)
  return (json.encode { encrypted_flow_data = envelope.encrypted_flow_data,
    encrypted_aes_key = envelope.encrypted_aes_key, initial_vector = envelope.initial_vector })
end

-- Asks as WhatsApp does.
local function ask(endpoint, payload, key)
  local envelope = seal(type(payload) == "string" and payload or (assert(json.encode(payload))), key)
  local body = body_of(envelope)
  local status, headers, text = endpoint:handle(body, sign(body))
  assert.are.equal("text/plain; charset=utf-8", headers["Content-Type"])
  local opened = peer:call("read_answer", { answer = text, aes_key = envelope.aes_key, iv = envelope.initial_vector })
  return status, opened and opened.text or text
end

local function exchange(screen, data)
  return { action = "data_exchange", screen = screen, data = data or {}, flow_token = "token-1", version = "3.0" }
end

setup(function()
  peer = flow_client.start()
  pair, old = peer:call("make_key", {}), peer:call("make_key", { passphrase = "old" })
end)

teardown(function() peer:stop() end)

before_each(function() told = {} end)

describe("an endpoint of several Flows", function()
  local flows = {
    order = { INIT = function(request) return request:show "ORDER" end,
              ORDER = function() return { screen = "PAID" } end },
    survey = { data_exchange = function(request) return request:show "THANKS" end },
  }

  local function asks(token, payload)
    payload.flow_token = token
    return table.concat({ ask(new(function(request)
      local name = request.flow_token:match "^%a+"
      if name == "none" then return nil end
      return flows[name] or function() return request:invalid_token "No longer open." end
    end), payload) }, " ")
  end

  it("has those handlers that its function chooses", function()
    assert.are.equal('200 {"data":{},"screen":"ORDER"}', asks("order-1", { action = "INIT" }))
    assert.are.equal('200 {"data":{},"screen":"PAID"}', asks("order-2", exchange "ORDER"))
    assert.are.equal('200 {"data":{},"screen":"THANKS"}', asks("survey-1", exchange "ORDER"))
    assert.are.equal('427 {"error_msg":"No longer open."}', asks("lottery-1", exchange "ORDER"))
    assert.are.equal('200 {"data":{"status":"active"}}', asks(nil, { action = "ping" }))
    assert.are.equal(0, #told)
  end)

  it("tells where there is none, and where the function fails", function()
    for i, case in ipairs {
      { "survey-1", { action = "INIT" }, "there is no handler of INIT" },
      { "none-1", { action = "INIT" }, "there is no handler of INIT" },
      { nil, { action = "INIT" }, "flow_token" },
    } do
      assert.are.equal("500 the endpoint failed", asks(case[1], case[2]))
      assert.is_truthy(tostring(told[i].err):find(case[3], 1, true), tostring(told[i].err))
    end
  end)
end)

describe("a request", function()
  it("is decrypted for its handler, whose answer is encrypted", function()
    local seen
    local endpoint = new { WELCOME = function(request)
      seen = request
      return { screen = "DETAILS", data = { name = "Zoë 👋" } }
    end }
    local status, text = ask(endpoint, '{"version":"3.0","action":"data_exchange","screen":"WELCOME",'
      .. '"data":{"name":"Zoë","none":null,"slot_id":12345678901234567},"flow_token":"token-1"}')
    assert.are.equal("200 " .. '{"data":{"name":"Zoë 👋"},"screen":"DETAILS"}', status .. " " .. text)
    assert.are.equal("3.0 data_exchange WELCOME token-1 Zoë",
      table.concat({ seen.version, seen.action, seen.screen, seen.flow_token, seen.data.name }, " "))
    assert.is_nil(seen.data.none)
    assert.are.equal(json.null, seen.raw.data.none)
    assert.are.equal("12345678901234567", seen.data.slot_id)
    assert.are.equal(0, #told)
  end)

  it("keeps lists in which nothing is lists, on their way to the webhook", function()
    local endpoint = new { WELCOME = function(request)
      return request:complete { data = request.data, raw = request.raw.data, own = json.array {} }
    end }
    local sent = '{"deep":[{"a":[]},[ ]],"none":{},"toppings":[]}'
    local _, text = ask(endpoint,
      '{"action":"data_exchange","screen":"WELCOME","flow_token":"t","data":' .. sent .. "}")
    sent = sent:gsub("%s", "")
    assert.are.equal(('{"data":{"extension_message_response":{"params":'
      .. '{"data":%s,"flow_token":"t","own":[],"raw":%s}}},"screen":"SUCCESS"}'):format(sent, sent), text)
  end)

  it("goes to the handler of its screen, else to that of its action", function()
    local function named(name) return function(request) return request:show(name) end end
    local endpoint = new { INIT = named "a", BACK = named "b", data_exchange = named "c", WELCOME = named "d" }
    for _, case in ipairs {
      { "a", { action = "INIT", flow_token = "t" } }, { "a", { action = "INIT", screen = "WELCOME" } },
      { "b", { action = "BACK", screen = "WELCOME" } }, { "b", { action = "BACK", screen = "" } },
      { "c", exchange "OTHER" }, { "c", exchange(nil) }, { "d", exchange "WELCOME" },
    } do
      local status, text = ask(endpoint, case[2])
      assert.are.equal(('200 {"data":{},"screen":"%s"}'):format(case[1]), status .. " " .. text)
    end
  end)

  it("without data or screen has none", function()
    local seen
    local endpoint = new { INIT = function(request)
      seen = request
      return request:show "A"
    end }
    for _, text in ipairs { '{"action":"INIT"}', '{"action":"INIT","screen":"","data":"","flow_token":null}',
                            '{"action":"INIT","screen":null,"data":null}', '{"action":"INIT","screen":7,"data":[]}' } do
      assert.are.equal(200, (ask(endpoint, text)))
      assert.is_nil(seen.screen)
      assert.is_nil(seen.flow_token)
      assert.are.same({}, seen.data)
    end
  end)

  it("that asks for life, or tells of an error, is answered without a handler", function()
    local endpoint = new { INIT = function() error "never asked" end }
    local status, text = ask(endpoint, { version = "3.0", action = "ping" })
    assert.are.equal('200 {"data":{"status":"active"}}', status .. " " .. text)
    assert.are.equal(0, #told)
    status, text = ask(endpoint, { version = "3.0", action = "INIT", screen = "A", flow_token = "t",
      data = { error = "INVALID_SCREEN_TRANSITION", error_message = "no such screen" } })
    assert.are.equal('200 {"data":{"acknowledged":true}}', status .. " " .. text)
    expect.refused("protocol", nil, "INVALID_SCREEN_TRANSITION: no such screen", nil,
      (function() told[1].err.outcome = "not_sent" return told[1].err end)())
  end)

  it("is a notice by either name; a form's own field called error is none", function()
    local endpoint = new { WELCOME = function(request) return request:show(request.data.error or "NONE") end }
    local _, text = ask(endpoint, { action = "data_exchange", screen = "WELCOME",
      data = { error_key = "payload-schema-error", error_message = "no days" } })
    assert.are.equal('{"data":{"acknowledged":true}}', text)
    assert.is_truthy(tostring(told[1].err):find("payload-schema-error: no days", 1, true))
    _, text = ask(endpoint, { action = "data_exchange", screen = "WELCOME", data = { error = "OWN" } })
    assert.are.equal('{"data":{},"screen":"OWN"}', text)
  end)

  it("is decrypted with any of the keys", function()
    local endpoint = new({ INIT = function(request) return request:show "A" end },
      { private_key = { pair.privateKey, old.privateKey }, passphrase = "old" })
    assert.are.equal(200, (ask(endpoint, { action = "INIT" })))
    assert.are.equal(200, (ask(endpoint, { action = "INIT" }, old)))
    assert.are.equal(pair.publicKey, endpoint:public_key())
    assert.are.equal(421, (ask(endpoint, { action = "INIT" }, peer:call("make_key", {}))))
  end)

  it("may be signed with any of the secrets", function()
    local endpoint = new({ INIT = function(request) return request:show "A" end },
      { app_secret = { "new", SECRET } })
    local body = body_of(seal '{"action":"INIT"}')
    assert.are.equal(200, (endpoint:handle(body, sign(body))))
    assert.are.equal(200, (endpoint:handle(body, sign(body, "new"))))
    assert.are.equal(432, (endpoint:handle(body, sign(body, "other"))))
    assert.are.equal(sign(body, "new"), endpoint:sign(body))
  end)
end)

describe("a handler", function()
  local function answered(handler, payload)
    local status, text = ask(new { A = handler, INIT = handler }, payload or exchange("A", { name = "Ann" }))
    return status .. " " .. text
  end

  it("shows a screen, fails on the same one, completes, refuses the token", function()
    assert.are.equal('200 {"data":{"list":[1]},"screen":"B"}',
      answered(function(request) return request:show("B", { list = { 1 } }) end))
    assert.are.equal('200 {"data":{"error_message":"No such name","name":"x"},"screen":"A"}',
      answered(function(request) return request:fail("No such name", { name = "x" }) end))
    assert.are.equal('200 {"data":{"extension_message_response":{"params":{"flow_token":"token-1","size":3}}},'
      .. '"screen":"SUCCESS"}', answered(function(request) return request:complete { size = 3 } end))
    assert.are.equal('200 {"data":{"extension_message_response":{"params":{"flow_token":"token-1"}}},'
      .. '"screen":"SUCCESS"}', answered(function(request) return request:complete() end))
    assert.are.equal('427 {"error_msg":"This order is paid."}',
      answered(function(request) return request:invalid_token "This order is paid." end))
    assert.are.equal(0, #told)
  end)

  it("that raises is told of with the place, and the customer sees nothing of it", function()
    assert.are.equal("500 the endpoint failed", answered(function() error "secret 4711" end))
    assert.is_truthy(told[1].err:find "endpoint_spec.lua:%d+: secret 4711")
    assert.is_truthy(told[1].traceback:find "endpoint_spec.lua")
    assert.are.equal("data_exchange of screen A", tostring(told[1].request))
    local thrown = {}
    assert.are.equal("500 the endpoint failed", answered(function() error(thrown) end))
    assert.are.equal(thrown, told[2].err)
  end)

  it("is told what is wrong with its answer", function()
    for _, case in ipairs {
      { "answer", "must be a table, not a nil", function() end },
      { "answer", "must be a table, not a string", function() return "B" end },
      { "answer.screen", "must be a string, not a nil", function() return {} end },
      { "answer.screen", "must not be empty", function() return { screen = "" } end },
      { "answer.screen", "must be a string, not a boolean", function() return { screen = true } end },
      { "answer.screen", "not a nil", function(request) request.screen = nil return request:fail "x" end },
      { "answer.data", "must be a table", function() return { screen = "B", data = "x" } end },
      { "answer.data[1]", "has no name", function() return { screen = "B", data = { 1 } } end },
      { "answer.date", "did you mean data?", function() return { screen = "B", date = {} } end },
      { "answer.data.when", "a function", function() return { screen = "B", data = { when = print } } end },
      { "answer", "larger than 1 MB", function() return { screen = "B", data = { text = ("x"):rep(2 ^ 20) } } end },
      { "answer.data.text", "not UTF-8", function() return { screen = "B", data = { text = "\255" } } end },
      { "answer.data.error_message", "not a null", function(request) return request:fail() end },
      { "answer.data.error_message", "not a table", function(request) return request:fail { kind = "io" } end },
      { "error_msg", "must be a string", function(request) return request:invalid_token() end },
    } do
      told = {}
      assert.are.equal("500 the endpoint failed", answered(case[3]))
      expect.refused("invalid", case[1], case[2], nil, told[1].err)
    end
    answered(function(request) return request.fail "Closed" end)
    assert.matches("with a colon", told[#told].err.hint)
  end)

  it("that fails as calls do is told of with its error", function()
    assert.are.equal("500 the endpoint failed", answered(function() return nil, "no table free" end))
    assert.are.equal("no table free", told[1].err)
  end)

  it("is told that INIT has no screen, and what the data must be", function()
    assert.are.equal("500 the endpoint failed",
      answered(function(request) return request:fail "x" end, { action = "INIT" }))
    assert.is_truthy(told[1].err.hint:find("request:show", 1, true))
    answered(function(request) return request:complete "x" end)
    assert.is_truthy(tostring(told[2].err):find("request:complete: the data must be a table, not a string", 1, true))
  end)

  it("that is missing is told of", function()
    assert.are.equal("500 the endpoint failed", answered(print, { action = "BACK" }))
    expect.refused("config", "on", "on = { BACK = function", nil, told[1].err)
    assert.are.equal("500 the endpoint failed", answered(print, exchange "B"))
    expect.refused("config", "on", "on = { B = function", nil, told[2].err)
  end)

  it("cannot make on_error break the answer", function()
    local endpoint = new({ A = function() error "first" end }, { on_error = function() error({}) end })
    local written, stderr = {}, io.stderr
    io.stderr = { write = function(_, ...) written[#written + 1] = table.concat { ... } end } -- luacheck: ignore 122
    local status = ask(endpoint, exchange "A")
    io.stderr = stderr -- luacheck: ignore 122
    assert.are.equal(500, status)
    assert.is_truthy(written[1]:find "^whatsapp: flow: data_exchange of screen A: ")
  end)
end)

describe("what is wrong with a request", function()
  local endpoint, envelope

  local function status_of(fields, secret)
    local changed = {}
    for name, value in pairs(envelope) do changed[name] = value end
    for name, value in pairs(fields) do changed[name] = value or nil end
    local body = body_of(changed)
    local status, _, text = endpoint:handle(body, sign(body, secret))
    return status, text
  end

  -- Base64 of other bytes: one bit turned, or cut.
  local function turned(base64, at)
    local core = require "whatsapp.core"
    local bytes = core.unbase64(base64)
    at = at > 0 and at or #bytes + 1 + at
    local byte = bytes:byte(at)
    return core.base64(bytes:sub(1, at - 1) .. string.char(byte % 2 == 0 and byte + 1 or byte - 1) .. bytes:sub(at + 1))
  end

  local function cut(base64, n)
    local core = require "whatsapp.core"
    return core.base64(core.unbase64(base64):sub(1, n))
  end

  setup(function()
    endpoint = new { INIT = function(request) return request:show "A" end }
    envelope = seal '{"action":"INIT"}'
  end)

  it("nothing: 200", function()
    assert.are.equal(200, (status_of {}))
  end)

  it("its signature: 432, before anything is decrypted", function()
    local body = body_of(envelope)
    for _, signature in ipairs { sign(body, "other"), sign(body .. " "), "sha256=" .. ("0"):rep(64), "", "sha1=00",
                                 7 } do
      assert.are.equal(432, (endpoint:handle(body, signature)))
    end
    assert.are.equal(432, (endpoint:handle(body, nil)))
    assert.are.equal(432, (endpoint:handle("not JSON", sign("other"))))
    assert.are.equal(432, (endpoint:handle(body .. " ", sign(body))))
  end)

  it("what cannot be decrypted: 421, whatever it was", function()
    local data, key, iv = envelope.encrypted_flow_data, envelope.encrypted_aes_key, envelope.initial_vector
    local said = {}
    for name, fields in pairs {
      tag = { encrypted_flow_data = turned(data, -1) },
      ciphertext = { encrypted_flow_data = turned(data, 1) },
      iv = { initial_vector = turned(iv, 16) },
      key = { encrypted_aes_key = turned(key, 100) },
      ["another request's key"] = { encrypted_aes_key = seal("x").encrypted_aes_key },
      ["another request's iv"] = { initial_vector = seal("x").initial_vector },
      ["no tag"] = { encrypted_flow_data = cut(data, 15) },
      ["cut data"] = { encrypted_flow_data = cut(data, 20) },
      ["cut key"] = { encrypted_aes_key = cut(key, 255) },
      ["short iv"] = { initial_vector = cut(iv, 12) },
      ["empty"] = { encrypted_flow_data = "", encrypted_aes_key = "", initial_vector = "" },
      ["no base64"] = { encrypted_flow_data = data:sub(1, -2) },
      ["base64 with spaces"] = { initial_vector = iv .. " " },
    } do
      local status, text = status_of(fields)
      assert.are.equal(421, status, name)
      said[text] = true
    end
    local first = next(said)
    assert.is_nil(next(said, first))
    assert.is_truthy(first:find("set_public_key(endpoint:public_key())", 1, true))
  end)

  it("its form: 400", function()
    for _, body in ipairs { "", "{", "[]", "null", "{}", '{"encrypted_flow_data":1}', "\0" } do
      assert.are.equal(400, (endpoint:handle(body, sign(body))))
    end
    assert.are.equal(400, (status_of { encrypted_aes_key = false }))
    assert.are.equal(413, (endpoint:handle((" "):rep(3 * 1024 * 1024), "")))
    for _, text in ipairs { "", "not JSON", "[]", "7", "{}", '{"action":7}', '{"action":""}', '{"action":null}' } do
      assert.are.equal(400, (ask(endpoint, text)))
    end
  end)

  it("its method: 405 without a body", function()
    local status, headers = endpoint:handle(nil, nil)
    assert.are.equal("405 POST", status .. " " .. headers.Allow)
  end)

  it("is nothing where the endpoint is insecure and it is not signed", function()
    endpoint = endpoints.new { private_key = pair.privateKey, insecure = true,
                               on = { INIT = function(request) return request:show "A" end } }
    assert.are.equal(200, (endpoint:handle(body_of(envelope))))
    assert.is_nil(endpoint:sign "x")
  end)
end)

describe("a token's signature", function()
  local asked
  local on = { data_exchange = function(request)
    asked[#asked + 1] = request.flow_token
    return request:complete {}
  end }

  local function signature(changes)
    local input = { claims = { flow_token = "token-1" }, secret = SECRET }
    for name, value in pairs(changes or {}) do input[name] = value end
    return assert(peer:call("sign_token", input)).signature
  end

  local function ask_with(endpoint, given)
    local payload = exchange("A")
    payload.flow_token_signature = given
    return (ask(endpoint, payload))
  end

  before_each(function() asked = {} end)

  it("is asked for by signed_tokens: its own, with one of the secrets", function()
    local endpoint = new(on, { signed_tokens = true, app_secret = { "new secret", SECRET } })
    assert.are.equal(200, ask_with(endpoint, signature()))
    assert.are.equal(200, ask_with(endpoint, signature { secret = "new secret" }))
    assert.are.equal(200, ask_with(endpoint, signature { claims = { iat = 1, flow_token = "token-1" } }))
    assert.are.same({ "token-1", "token-1", "token-1" }, asked)
    assert.are.same({}, told)
  end)

  it("is refused where it is another's, and no handler runs", function()
    local endpoint, right = new(on, { signed_tokens = true }), signature()
    for words, given in pairs {
      ["is not signed"] = false,
      ["no JSON Web Token"] = "x",
      ["JSON Web Token with HS256"] = right:gsub("^[^.]*", "bm9uZQ"),
      ["another flow_token"] = signature { claims = { flow_token = "token-2" } },
      ["not belong to this app_secret"] = signature { secret = "another" },
    } do
      assert.are.equal(432, ask_with(endpoint, given or nil))
      assert.are.equal("signature", told[#told].err.kind)
      assert.is_truthy(tostring(told[#told].err):find(words, 1, true), words)
      assert.are.equal("A", told[#told].request.screen)
    end
    for _, given in ipairs {
      signature { alg = "none" }, signature { alg = "HS512", hash = "sha512" }, right .. "A", "A" .. right,
      right .. "=", right:match "^(.*%.)", right:match "^(.*)%.", right:gsub("%.", ""),
      signature { claims = {} }, ("A"):rep(20000), right .. (" "):rep(20000),
    } do
      assert.are.equal(432, ask_with(endpoint, given))
    end
    assert.are.equal(432, ask_with(endpoint, (right:gsub("%.[^.]*$", ".AAAA"))))
    assert.are.same({}, asked)
  end)

  it("is not asked for of what no handler sees, nor without signed_tokens", function()
    local endpoint = new(on, { signed_tokens = true })
    assert.are.equal(200, (ask(endpoint, { action = "ping", version = "3.0" })))
    assert.are.equal(200, (ask(endpoint, exchange("A", { error = "X", error_message = "m" }))))
    assert.are.equal(200, ask_with(new(on), signature { secret = "another" }))
  end)
end)

describe("an endpoint", function()
  local on = { INIT = print }

  local function refused(field, words, options)
    options.app_secret = options.app_secret == nil and SECRET or options.app_secret
    return expect.raised("config", field, words, pcall(endpoints.new, options))
  end

  it("is made of options that can work", function()
    refused("private_key", "is missing", { on = on })
    refused("private_key", "not a number", { on = on, private_key = 7 })
    refused("private_key", "an empty list", { on = on, private_key = {} })
    refused("private_key[2]", "is no private key in PEM",
      { on = on, private_key = { pair.privateKey, pair.privateKey:sub(1, 500) } })
    refused("private_key", "cannot read no-such-file.pem", { on = on, private_key = "no-such-file.pem" })
    local headless = pair.privateKey:gsub("%-%-%-%-%-[^-]+%-%-%-%-%-", ""):gsub("%s", "")
    local err = refused("private_key", "neither PEM text", { on = on, private_key = headless })
    assert.is_nil(tostring(err):find(headless:sub(1, 40), 1, true))
    for _, line_end in ipairs { "\\n", " ", "", "\n    ", "\r\n" } do
      assert.is_truthy(new(on, { private_key = (pair.privateKey:gsub("\n", line_end)) }))
    end
    refused("passphrase", "is missing: the private key is encrypted", { on = on, private_key = old.privateKey })
    refused("passphrase", "does not open", { on = on, private_key = old.privateKey, passphrase = "new" })
    refused("passphrase", "must be a string", { on = on, private_key = old.privateKey, passphrase = 7 })
    refused("app_secret", "is empty", { on = on, private_key = pair.privateKey, app_secret = "" })
    refused("on", "not a nil", { private_key = pair.privateKey })
    refused("on", "has no handler", { private_key = pair.privateKey, on = {} })
    refused("on.INIT", "must be a function", { private_key = pair.privateKey, on = { INIT = {} } })
    refused("on.init", "did you mean INIT?", { private_key = pair.privateKey, on = { init = print } })
    refused("on.ping", "never asked for", { private_key = pair.privateKey, on = { ping = print } })
    refused("on[1]", "named after", { private_key = pair.privateKey, on = { print } })
    refused("signed_tokens", "true or false", { private_key = pair.privateKey, on = on, signed_tokens = "yes" })
    expect.raised("config", "signed_tokens", "needs the app_secret", pcall(endpoints.new,
      { private_key = pair.privateKey, on = on, insecure = true, signed_tokens = true }))
    refused("on_error", "must be a function", { private_key = pair.privateKey, on = on, on_error = 7 })
    refused("pasphrase", "did you mean passphrase?", { private_key = pair.privateKey, on = on, pasphrase = "x" })
    expect.raised("config", nil, "must be a table", pcall(endpoints.new, "x"))
  end)

  it("has a secret, unless it is insecure", function()
    expect.raised("config", "app_secret", "WHATSAPP_APP_SECRET",
      pcall(endpoints.new, { on = on, private_key = pair.privateKey }))
    assert(endpoints.is(endpoints.new { on = on, private_key = pair.privateKey, insecure = true }))
    assert.is_false(endpoints.is {})
  end)

  it("reads its key from a file", function()
    local directory = server.make_directory()
    local path = directory .. "/private.pem"
    local file = assert(io.open(path, "w"))
    file:write(old.privateKey)
    file:close()
    local endpoint = new(on, { private_key = path, passphrase = "old" })
    server.remove_directory(directory)
    assert.are.equal(old.publicKey, endpoint:public_key())
  end)

  it("shows no secret", function()
    local endpoint = new(on)
    assert.are.equal("whatsapp.flow.Endpoint (1 key)", tostring(endpoint))
    for _, value in pairs(endpoint) do assert.are_not.equal("string", type(value)) end
  end)
end)
