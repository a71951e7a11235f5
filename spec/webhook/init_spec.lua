-- Who may send to us, and what is refused before it is looked at.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local whatsapp = require "whatsapp"

local child = require "spec.support.child"
local expect = require "spec.support.expect"

local SECRET, TOKEN = "0123456789abcdef0123456789abcdef", "a token"
local BODY = '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"security",'
  .. '"value":{"event":"PIN_CHANGED","requester":"Ol\\u00e1 \\/ 1"}}]}]}'

local refused = expect.refused
local sign = whatsapp.webhook.sign

local function config_error(options)
  local ok, err = pcall(whatsapp.webhook, options)
  assert.is_false(ok)
  assert.is_true(Error.is(err, "config"), tostring(err))
  assert.is_nil(tostring(err):find(SECRET, 1, true))
  return err
end

describe("a webhook is not made", function()
  it("without a secret", function()
    for _, options in ipairs { {}, { verify_token = TOKEN }, { insecure = false } } do
      local err = config_error(options)
      assert.are.equal("app_secret", err.field)
      assert.truthy(err.hint:find("WHATSAPP_APP_SECRET", 1, true))
    end
    assert.are.equal("app_secret", config_error(nil).field)
  end)

  it("with secrets that cannot be any", function()
    for _, secret in ipairs { "", 1, true, SECRET .. "\n", " " .. SECRET, "a\0b" } do
      assert.are.equal("app_secret", config_error({ app_secret = secret }).field)
      assert.are.equal("app_secret[2]", config_error({ app_secret = { SECRET, secret } }).field)
    end
    assert.are.equal("app_secret", config_error({ app_secret = {} }).field)
    assert.are.equal("verify_token", config_error({ app_secret = SECRET, verify_token = "" }).field)
    assert.are.equal("verify_token", config_error({ app_secret = SECRET, verify_token = 5 }).field)
    assert.are.equal("insecure", config_error({ app_secret = SECRET, insecure = "yes" }).field)
  end)

  it("with other options", function()
    local err = config_error { app_secrets = SECRET }
    assert.truthy(tostring(err):find("app_secret", 1, true))
    config_error "secret"
  end)
end)

describe("a webhook", function()
  it("shows no secret", function()
    local hook = whatsapp.webhook { app_secret = { SECRET, "another" }, verify_token = "token-1" }
    assert.are.equal("whatsapp.Webhook (2 secrets)", tostring(hook))
    assert.is_nil(next(hook))
    assert.are.equal("whatsapp.Webhook (1 secret)", tostring(whatsapp.webhook { app_secret = SECRET }))
    assert.are.equal("whatsapp.Webhook (insecure)", tostring(whatsapp.webhook { insecure = true }))
  end)
end)

describe("the challenge", function()
  local hook = whatsapp.webhook { app_secret = SECRET, verify_token = "a+b c&d=é" }
  local right = { ["hub.mode"] = "subscribe", ["hub.verify_token"] = "a+b c&d=é", ["hub.challenge"] = "1158201444" }

  local function changed(name, value)
    local query = {}
    for key, given in pairs(right) do query[key] = given end
    query[name] = value
    return query
  end

  it("is answered when the token is right", function()
    assert.are.equal("1158201444", hook:challenge(right))
    assert.are.equal("1158201444", hook:challenge(
      "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a%2Bb+c%26d%3D%C3%A9"))
    assert.are.equal("1158201444", hook:challenge(
      "?hub%2Emode=subscribe&x&hub.challenge=1158201444&hub.verify_token=a%2bb%20c%26d%3d%c3%a9&"))
  end)

  it("is not answered for another token", function()
    for _, token in ipairs { "", "a+b c&d=", "A+b c&d=é", "a+b c&d=é ", 1, true } do
      refused("signature", "hub.verify_token", "is not verify_token",
        hook:challenge(changed("hub.verify_token", token)))
    end
    refused("signature", "hub.verify_token", "", hook:challenge(changed("hub.verify_token", nil)))
  end)

  it("is not answered when it is none", function()
    refused("invalid", "hub.mode", "subscribe", hook:challenge(changed("hub.mode", "unsubscribe")))
    refused("invalid", "hub.mode", "subscribe", hook:challenge(changed("hub.mode", nil)))
    refused("invalid", "hub.challenge", "missing", hook:challenge(changed("hub.challenge", nil)))
    refused("invalid", "hub.challenge", "missing", hook:challenge(changed("hub.challenge", { "1", "2" })))
    refused("invalid", "hub.mode", "", hook:challenge "")
    refused("invalid", "hub.mode", "", hook:challenge "%%%=%&&=")
    refused("invalid", "query", "not a nil", hook:challenge(nil))
  end)

  it("needs a token to compare with", function()
    refused("config", "verify_token", "none", whatsapp.webhook({ app_secret = SECRET }):challenge(right))
  end)
end)

describe("a signature", function()
  local hook = whatsapp.webhook { app_secret = SECRET }
  local good = sign(BODY, SECRET)

  it("is HMAC-SHA256 of the bytes, in hexadecimal", function()
    assert.are.equal("sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
      sign("The quick brown fox jumps over the lazy dog", "key"))
    assert.are.equal("sha256=" .. core.hex(core.hmac_sha256("k", "")), sign("", "k"))
    refused("invalid", "body", "a string", sign(nil, "k"))
    refused("invalid", "secret", "a string", sign("b"))
  end)

  it("lets what Meta sent pass, in either case", function()
    assert.are.equal("pin_changed", assert(hook:parse(BODY, good))[1].type)
    local digits = good:match "=(.*)"
    assert.is_table(hook:parse(BODY, "sha256=" .. digits:upper()))
  end)

  it("is of the bytes as they came", function()
    local same = BODY:gsub("\\u00e1", "á"):gsub("\\/", "/")
    refused("signature", nil, "does not belong", hook:parse(same, good))
    assert.is_table(hook:parse(same, sign(same, SECRET)))
  end)

  it("stops every changed byte", function()
    for i = 1, #BODY do
      local byte = string.char((BODY:byte(i) + 1) % 256)
      refused("signature", nil, "does not belong", hook:parse(BODY:sub(1, i - 1) .. byte .. BODY:sub(i + 1), good))
    end
    for i = 8, #good do
      local digit = good:sub(i, i) == "0" and "1" or "0"
      refused("signature", nil, "does not belong", hook:parse(BODY, good:sub(1, i - 1) .. digit .. good:sub(i + 1)))
    end
    refused("signature", nil, "does not belong", hook:parse("", good))
  end)

  it("must be there and well formed", function()
    refused("signature", nil, "missing", hook:parse(BODY))
    for _, signature in ipairs { "", "sha256=", good:sub(1, -2), good .. "0", good:sub(8), " " .. good, good .. "\n",
                                 good:gsub("sha256", "sha1"), good:gsub("sha256", "SHA256"), 5, true, { good },
                                 "sha256=" .. ("g"):rep(64) } do
      refused("signature", nil, "malformed", hook:parse(BODY, signature))
    end
  end)

  it("may be of any of several secrets, and of no other", function()
    local rotating = whatsapp.webhook { app_secret = { SECRET, "second", "third" } }
    for _, secret in ipairs { SECRET, "second", "third" } do
      assert.is_table(rotating:parse(BODY, sign(BODY, secret)))
    end
    refused("signature", nil, "does not belong", rotating:parse(BODY, sign(BODY, "fourth")))
    refused("signature", nil, "does not belong", rotating:parse(BODY, sign(BODY, "")))
  end)

  it("is not asked for only where that is said", function()
    assert.is_table(whatsapp.webhook({ insecure = true }):parse(BODY))
    local both = whatsapp.webhook { app_secret = SECRET, insecure = true }
    refused("signature", nil, "missing", both:parse(BODY))
  end)
end)

describe("a body", function()
  local hook = whatsapp.webhook { app_secret = SECRET }

  local function parse(body) return hook:parse(body, sign(body, SECRET)) end

  it("must be JSON", function()
    for _, body in ipairs { "", " ", "{", "[", "null", "5", '"x"', "{}{}", "{'a':1}", '{"a":}', "\239\187\191{}",
                            '{"a":NaN}', '{"a":Infinity}', '{"a":0x10}', "\0", '{"a":1,}' } do
      refused("invalid", "body", "JSON", parse(body))
    end
    refused("invalid", "body", "a string", hook:parse(nil, "x"))
    refused("invalid", "body", "a string", hook:parse({}, "x"))
  end)

  it("is smaller than 3 MB", function()
    local function of(size)
      local head = '{"entry":[],"x":"'
      return head .. ("x"):rep(size - #head - 2) .. '"}'
    end
    assert.are.same({}, parse(of(3 * 1024 * 1024 - 1)))
    local long = of(3 * 1024 * 1024)
    refused("invalid", "body", "3 MB", hook:parse(long, sign(long, SECRET)))
    refused("invalid", "body", "3 MB", hook:parse(long, "sha256=" .. ("0"):rep(64)))
  end)

  it("is not nested deeper than can be told again", function()
    for _, depth in ipairs { 91, 100, 1000, 1001, 100000 } do
      refused("invalid", "body", "JSON", parse(("["):rep(depth) .. ("]"):rep(depth)))
      refused("invalid", "body", "JSON", parse(('{"a":'):rep(depth) .. "1" .. ("}"):rep(depth)))
      refused("invalid", "body", "JSON", parse(("["):rep(depth)))
    end
    local events = assert(parse(('{"a":'):rep(90) .. "1" .. ("}"):rep(90)))
    assert.are.equal("unknown", events[1].kind)
    assert.are.same(events[1], whatsapp.webhook.restore(events[1]:dump()))
  end)

  it("keeps large numbers exactly, and is told again", function()
    local events = assert(parse('{"entry":[{"id":102290129340398123,"changes":[{"field":"flows","value":{"event":"X",'
      .. '"flow_id":1689556908129832,"big":1e999,"small":-1e999,"n":123456789012345678901234567890}}]}]}'))
    assert.are.equal("1689556908129832", events[1].id)
    assert.are.equal("102290129340398123", events[1].account_id)
    assert.are.equal("1e999", events[1].raw.big)
    assert.are.same(events[1], whatsapp.webhook.restore(events[1]:dump()))
  end)

  it("is not refused for half a character", function()
    local events = assert(parse('{"entry":[{"changes":[{"field":"messages","value":{"messages":['
      .. '{"id":"a","type":"text","text":{"body":"cut \\ud83d"}},'
      .. '{"id":"b","type":"text","text":{"body":"\\ud83d\\udc4d"}}]}}]}]}'))
    assert.are.equal("cut \239\191\189", events[1].text)
    assert.are.equal("👍", events[2].text)
    assert.are.same(events[1], whatsapp.webhook.restore(events[1]:dump()))
  end)

  it("may hold thousands of messages", function()
    local messages = {}
    for i = 1, 8000 do
      messages[i] = ('{"from":"1555%07d","id":"wamid.%d","timestamp":"1750000000","type":"text","text":{"body":"%d"},'
        .. '"history_context":{"status":"READ"}}'):format(i, i, i)
    end
    local events = assert(parse(('{"entry":[{"id":"1","changes":[{"field":"history","value":{"history":[{"threads":'
      .. '[{"id":"15551234567","messages":[%s]}]}]}}]}]}'):format(table.concat(messages, ","))))
    assert.are.equal(8001, #events)
    for i = 1, 8000 do assert.are.equal("wamid." .. i, events[i].id) end
  end)
end)

describe("what nobody expected", function()
  local hook = whatsapp.webhook { insecure = true }

  local function kinds(body)
    local list = {}
    for i, event in ipairs(assert(hook:parse(body))) do list[i] = event.kind .. "." .. event.type end
    return table.concat(list, " ")
  end

  local function change(value, field)
    return ('{"entry":[{"id":"1","changes":[{"field":"%s","value":%s}]}]}'):format(field or "messages", value)
  end

  for body, expected in pairs {
    ["{}"] = "unknown.unknown", ["[]"] = "unknown.unknown", ["[1]"] = "unknown.unknown",
    ['{"entry":5}'] = "unknown.unknown", ['{"entry":null}'] = "unknown.unknown",
    ['{"entry":{"id":"1"}}'] = "unknown.unknown", ['{"entry":[]}'] = "",
    ['{"entry":[1,"a",null,[],{}]}'] = ("unknown.unknown "):rep(5):sub(1, -2),
    ['{"entry":[{"id":"1","changes":[]}]}'] = "", ['{"entry":[{"id":"1","changes":[5,{}]}]}'] =
      "unknown.unknown unknown.unknown",
    ['{"entry":[{"changes":[{"field":"messages"}]}]}'] = "unknown.messages",
    ['{"entry":[{"changes":[{"field":7,"value":{}}]}]}'] = "unknown.7",
    ['{"entry":[{"changes":[{"value":{"messages":[]}}]}]}'] = "unknown.unknown",
    [change "null"] = "unknown.messages", [change '"x"'] = "unknown.messages", [change "{}"] = "unknown.messages",
    [change('{"x":1}', "wholly_new")] = "unknown.wholly_new",
    [change '{"messages":{"id":"1"}}'] = "unknown.messages", [change '{"messages":3}'] = "unknown.messages",
    [change '{"messages":[1,"a",null,[],{}]}'] = "unknown.messages unknown.messages unknown.messages "
      .. "message.unknown message.unknown",
    [change '{"messages":[{"type":7,"id":8,"from":9,"timestamp":{},"text":[]}]}'] = "message.7",
    [change '{"messages":[{"type":"text","text":"no table"}]}'] = "message.text",
    [change '{"messages":[{"type":"interactive"}]}'] = "message.interactive",
    [change '{"messages":[{"type":"interactive","interactive":{"type":"nfm_reply"}}]}'] = "message.flow_reply",
    [change '{"messages":[{"type":"edit","edit":{"message":{"type":5}}}]}'] = "message.edit",
    [change '{"statuses":[{"status":null,"errors":"x"},{}]}'] = "status.unknown status.unknown",
    [change '{"errors":[{"code":"x","error_data":5},{}]}'] = "account.error account.error",
    [change '{"messages":[{"type":"text"}],"pokes":[{"from":"1"}]}'] = "message.text unknown.messages",
    [change '{"messages":[{"type":"text"}],"poke":{"by":"1"},"no":{},"x":"y"}'] = "message.text unknown.messages",
    [change('{"history":[5,{"threads":[7,{"messages":3}]},{"threads":3}]}', "history")] =
      "unknown.history unknown.history unknown.history history.progress history.progress",
  } do
    it("is an event: " .. body, function() assert.are.equal(expected, kinds(body)) end)
  end

  it("stands in the event whole", function()
    local raw = assert(hook:parse(change '{"messages":[{"type":"text"}],"pokes":[{"from":"1"}]}'))[2].raw
    assert.are.same({ pokes = { { from = "1" } } }, raw)
    assert.are.equal(whatsapp.null, hook:parse(change '{"messages":[null]}')[1].raw)
  end)

  it("has keys and lanes that are short, and the same again", function()
    local long = ("x"):rep(100000)
    local body = change(('{"metadata":{"phone_number_id":"%s"},"messages":[{"id":"%s","from":"%s"},{"id":"a b"}]}')
      :format(long, long, long))
    for i, event in ipairs(assert(hook:parse(body))) do
      assert.is_true(#event.key <= 280 and #event.lane <= 280)
      assert.are.equal(event.key, hook:parse(body)[i].key)
      assert.are.same(event, whatsapp.webhook.restore(event:dump()))
    end
  end)
end)

describe("a text that is no event", function()
  for _, text in ipairs { "", "x", "{}", "[]", '{"key":"k"}', '{"raw":{}}', '{"key":1,"lane":"l","raw":{}}' } do
    it(("is refused: %q"):format(text), function()
      refused("invalid", "text", "dumped", whatsapp.webhook.restore(text))
    end)
  end

  it("is refused: no text", function()
    refused("invalid", "text", "dumped", whatsapp.webhook.restore(nil))
    refused("invalid", "text", "dumped", whatsapp.webhook.restore {})
  end)

  it("is read as far as it goes", function()
    local event = assert(whatsapp.webhook.restore
      '{"key":"k","lane":"l","field":5,"part":{},"contact":"x","time":"y","raw":{"id":"1"}}')
    assert.are.equal("unknown.unknown", event.kind .. "." .. event.type)
  end)
end)

it("the environment holds the secret and the token", function()
  local said, status = child.run([[
    local hook = whatsapp.webhook()
    print(#assert(hook:parse('{"entry":[]}', whatsapp.webhook.sign('{"entry":[]}', "from-env"))))
    print(hook:challenge "hub.mode=subscribe&hub.verify_token=tok&hub.challenge=7")
  ]], nil, "WHATSAPP_APP_SECRET=from-env WHATSAPP_VERIFY_TOKEN=tok")
  assert.are.equal("0\n7\n", said)
  assert.are.equal(0, status)
end)
