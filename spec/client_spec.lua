-- A client: paths and queries as they arrive, siblings, closing, per-call
-- options, hooks. The server answers with what it was asked.

local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local TOKEN = "EAAtokenOfThisSpec0123456789"
local PHONE, WABA = "106540352242922", "102290129340398"

local faults

local function client(fault, options)
  local merged = { access_token = TOKEN, phone_number_id = PHONE, business_account_id = WABA,
                   base_url = faults.url .. "/" .. fault, rate = false, retries = 0, timeout = 10 }
  for name, value in pairs(options or {}) do merged[name] = value end
  return whatsapp.new(merged)
end

-- A fault: the answer `{"success":true}`.
local SUCCESS = "json/%7B%22success%22%3Atrue%7D"

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

local refused = expect.refused

-- Requests ----------------------------------------------------------------------

describe("wa:request", function()
  local wa

  setup(function() wa = client "echo" end)
  teardown(function() wa:close() end)

  -- { path as written, path as asked for, behind the base }
  local paths = {
    { "{phone_number_id}/settings", "/v23.0/" .. PHONE .. "/settings" },
    { "{business_account_id}", "/v23.0/" .. WABA },
    { "/123/events", "/v23.0/123/events" },
    { "v19.0/123", "/v19.0/123" },
    { "wamid.HBgL=/events", "/v23.0/wamid.HBgL=/events" },
    { "a/./b..c/d", "/v23.0/a/./b..c/d" },
    { "%7Bescaped%7D", "/v23.0/%7Bescaped%7D" },
  }
  for _, case in ipairs(paths) do
    it(("asks %s for %s"):format(case[1], case[2]), function()
      local body = assert(wa:request("GET", case[1]))
      assert.are.equal("GET /echo" .. case[2], body.method .. " " .. body.path)
    end)
  end

  -- { path, field, words }
  local bad = {
    { "https://evil.example/x", "path", "must be a path, not a URL" },
    { "HTTPS://evil.example/x", "path", "not a URL" },
    { "//evil.example/x", "path", "not a URL" },
    { "///x", "path", "not a URL" },
    { "../other", "path", "must not hold .." }, { "a/../../b", "path", "must not hold .." },
    { "a/..", "path", "must not hold .." }, { "a/%2e%2e/b", "path", "escaped dot or slash" },
    { "a/.%2E/b", "path", "escaped dot or slash" }, { "a/..?x", "path", "must not hold .." },
    { "a%2fb", "path", "escaped" },
    { "a\\b", "path", "character" }, { "a b", "path", "character" }, { "a\r\nb", "path", "character" },
    { "a\0b", "path", "character" }, { "ä", "path", "character" }, { "a#b", "path", "character" },
    { "", "path", "must be a path" }, { "/", "path", "must not be empty" },
    { "{}/x", "path", "a brace that names no id" }, { "{phone-number-id}", "path", "brace" },
    { "{phone_number_id/x", "path", "brace" }, { "{unknown}/x", "unknown", "is missing" },
    { "{api_key}", "api_key", "is missing" }, { "{base_url}", "base_url", "is missing" },
  }
  for _, case in ipairs(bad) do
    it(("refuses %q"):format(case[1]), function()
      refused("invalid", case[2], case[3], wa:request("GET", case[1]))
    end)
  end

  it("refuses what is no path, method or table", function()
    refused("invalid", "path", "must be a path", wa:request "GET")
    refused("invalid", "path", "must be a path", wa:request("GET", 12))
    refused("invalid", "path", "must be a path", wa:request("GET", {}))
    for _, method in ipairs { "get", "HEAD", "CONNECT", "GET /x HTTP/1.1\r\n", "", 12, {} } do
      refused("invalid", "method", "must be GET, POST", wa:request(method, "x"))
    end
    refused("invalid", "method", "must be GET", wa:request(nil, "x"))
    refused("invalid", "request", "must be a table, not a string", wa:request("GET", "x", "y"))
    refused("invalid", "options", "must be a table, not a number", wa:request("GET", "x", {}, 5))
    refused("invalid", "jsn", "did you mean json?", wa:request("POST", "x", { jsn = {} }))
    refused("invalid", "body", "a GET has no body", wa:request("GET", "x", { json = { a = 1 } }))
  end)

  it("names the option and the variable of an id that is missing", function()
    local bare = whatsapp.new { access_token = TOKEN, base_url = faults.url .. "/echo" }
    refused("config", "phone_number_id", "set WHATSAPP_PHONE_NUMBER_ID or give phone_number_id =",
      bare:request("GET", "{phone_number_id}/x"))
    refused("config", "business_account_id", "WHATSAPP_BUSINESS_ACCOUNT_ID",
      bare:request("GET", "{business_account_id}/x"))
    refused("config", "phone_number_id", "is missing", bare:send { to = "15551234567", text = "x" })
    assert(bare:request("GET", "{phone_number_id}/x", {}, { phone_number_id = 7 }))
    bare:close()
  end)

  it("writes queries in the order of the alphabet, escaped", function()
    local body = assert(wa:request("GET", "x", { query = { limit = 50, after = "a+b/c=&d",
      fields = { "id", "name" }, all = true, ["ü"] = "ä ö", n = 2.0 ^ 53 - 1, f = -0.5 } }))
    assert.are.equal("after=a%2Bb%2Fc%3D%26d&all=true&f=-0.5&fields=id%2Cname&limit=50&n="
      .. "9007199254740991&%C3%BC=%C3%A4%20%C3%B6", body.query)
    assert.are.equal("a=1&b=2", (assert(wa:request("GET", "x?a=1", { query = { b = 2 } }))).query)
    assert.are.equal("", (assert(wa:request("GET", "x", { query = {} }))).query)
    assert.are.equal("a=1%0D%0Ab", (assert(wa:request("GET", "x", { query = { a = "1\r\nb" } }))).query)
  end)

  it("refuses queries that have no text", function()
    for _, value in ipairs { print, whatsapp.null, {}, { a = 1 }, 0 / 0, { print } } do
      local body, err = wa:request("GET", "x", { query = { q = value } })
      assert.is_nil(body)
      assert.are.equal("invalid", err.kind)
      assert.is_truthy(err.field:find "^query%.q", err.field)
    end
    refused("invalid", "query", "must be a table", wa:request("GET", "x", { query = "a=1" }))
    refused("invalid", "query[1]", "has no name", wa:request("GET", "x", { query = { "a" } }))
  end)

  it("sends JSON with its type, and headers of the caller's", function()
    local body = assert(wa:request("POST", "x", { json = { b = 1, a = { whatsapp.null } },
      headers = { ["X-Own"] = "yes", ["X-Number"] = 12 } }))
    assert.are.equal('{"a":[null],"b":1}', body.body)
    assert.are.same({ "application/json", "yes", "12", "Bearer " .. TOKEN },
      { body.headers["content-type"], body.headers["x-own"], body.headers["x-number"],
        body.headers.authorization })
    assert.is_truthy(body.headers["user-agent"]:find "^whatsapp%-lua/%d")
    assert.are.equal("", (assert(wa:request("DELETE", "x"))).body)
  end)

  it("refuses headers that are not one header, or not the caller's to set", function()
    for name, value in pairs { ["X-A"] = "b\r\nX-C: d", ["X A"] = "b", ["X-A\r\nX-C"] = "b", [""] = "b",
      Authorization = "Bearer other", ["authorization"] = "x", Host = "evil.example",
      ["Maton-Connection"] = "x", ["Content-Length"] = "0", ["Transfer-Encoding"] = "chunked" } do
      local body, err = wa:request("POST", "x", { json = {}, headers = { [name] = value } })
      assert.is_nil(body, name)
      assert.are.equal("invalid, headers, not_sent",
        ("%s, %s, %s"):format(err.kind, err.field:match "^headers", err.outcome))
    end
    refused("invalid", "headers.X-A", "a value", wa:request("GET", "x", { headers = { ["X-A"] = "" } }))
    refused("invalid", "headers.content-type", "follows from the body",
      wa:request("POST", "x", { json = {}, headers = { ["content-type"] = "text/plain" } }))
    refused("invalid", "headers.X-A", "has a NUL", wa:request("GET", "x", { headers = { ["X-A"] = "\0" } }))
    refused("invalid", "headers.X-A", "must be a string", wa:request("GET", "x", { headers = { ["X-A"] = {} } }))
    refused("invalid", "headers[1]", "has no name", wa:request("GET", "x", { headers = { "X-A: b" } }))
  end)

  it("refuses JSON that is none", function()
    refused("invalid", "json", "cannot carry a function", wa:request("POST", "x", { json = { f = print } }))
    refused("invalid", "json", "cannot carry an array with holes",
      wa:request("POST", "x", { json = { 1, nil, 3 } }))
  end)

  it("returns status and headers beside the body", function()
    local _, meta = assert(wa:request("GET", "x"))
    assert.are.equal(200, meta.status)
    assert.are.equal("application/json", meta.headers["content-type"])
  end)

  it("takes per-call options with the request or behind it", function()
    local body = assert(wa:request("GET", "{phone_number_id}", { phone_number_id = "7", timeout = 3 }))
    assert.are.equal("/echo/v23.0/7", body.path)
    body = assert(wa:request("GET", "{phone_number_id}", { phone_number_id = "7" },
      { phone_number_id = "8", api_version = "v24.0" }))
    assert.are.equal("/echo/v24.0/8", body.path)
    body = assert(wa:request("GET", "{phone_number_id}"))
    assert.are.equal("/echo/v23.0/" .. PHONE, body.path)
    refused("invalid", "timeout", "seconds", wa:request("GET", "x", { timeout = "3" }))
    refused("invalid", "timeot", "did you mean timeout?", wa:request("GET", "x", {}, { timeot = 3 }))
    refused("invalid", "base_url", "unknown key", wa:request("GET", "x", {}, { base_url = "https://a.b" }))
  end)
end)

-- Sending -------------------------------------------------------------------------

describe("wa:send", function()
  it("returns what was accepted", function()
    local wa = client "ok"
    local sent = assert(wa:send { to = "+1 555 123 4567", text = "Hello" })
    assert.are.same({ "wamid.HBgLMTU1NTEyMzQ1Njc=", "15551234567", "15551234567" },
      { sent.id, sent.wa_id, sent.input })
    assert.are.equal("whatsapp", sent.raw.messaging_product)
    assert.are.equal("whatsapp.Sent: wamid.HBgLMTU1NTEyMzQ1Njc=", tostring(sent))
    local log = faults:log "ok"
    local request = log[#log]
    assert.are.equal("POST /ok/v23.0/" .. PHONE .. "/messages", request.method .. " " .. request.path)
    assert.are.equal('{"messaging_product":"whatsapp","recipient_type":"individual",'
      .. '"text":{"body":"Hello"},"to":"15551234567","type":"text"}', request.body)
    wa:close()
  end)

  it("refuses wrong calls before a byte is sent", function()
    local wa = client "ok"
    local before = #faults:log "ok"
    refused("invalid", "to", "is missing", wa:send { text = "x" })
    refused("invalid", nil, "must be a table", wa:send())
    refused("invalid", "options", "must be a table", wa:send({ to = "15551234567", text = "x" }, 5))
    refused("invalid", "retrys", "did you mean retries?",
      wa:send({ to = "15551234567", text = "x" }, { retrys = 1 }))
    refused("invalid", "json", "cannot carry a function",
      wa:send { to = "15551234567", type = "text", text = { body = print } })
    refused("io", "image.file", "no-such-file.jpg",
      wa:send { to = "15551234567", image = { file = "no-such-file.jpg" } })
    refused("invalid", "image.file", "say it: type =", wa:send { to = "15551234567", image = { file = "LICENSE" } })
    refused("invalid", "image.data", "cannot be sent as image",
      wa:send { to = "15551234567", image = { data = "x", type = "text/plain" } })
    refused("invalid", "document.filename", "control character",
      wa:send { to = "15551234567", document = { data = "x", type = "text/plain", filename = "a\0b" } })
    assert.are.equal(before, #faults:log "ok")
    wa:close()
  end)

  it("paces what would come too fast, and refuses what could not go in time", function()
    local wa = client("ok", { rate = 1, deadline = 0.5 })
    assert(wa:send { to = "15551234567", text = "1" })
    local err = refused("rate_limited", nil, "leaves no place before the deadline",
      wa:send { to = "15551234567", text = "2" })
    assert.is_true(err.retryable)
    assert.is_true(err.retry_after > 0.5 and err.retry_after <= 1)
    local sibling = wa:with { phone_number_id = "2" }       -- a number of its own has its own rate
    assert(sibling:send { to = "15551234567", text = "3" })
    assert(wa:request("GET", "x"))                          -- and only messages count here
    wa:close()
  end)

  it("keeps the rate to one recipient when asked to", function()
    local wa = client("ok", { pair_rate = true })
    for i = 1, 45 do assert(wa:send { to = "15551234567", text = tostring(i) }) end
    refused("rate_limited", nil, "before the deadline",
      wa:send({ to = "15551234567", text = "46" }, { deadline = 1 }))
    assert(wa:send { to = "15557654321", text = "1" })
    wa:close()
  end)
end)

describe("wa:mark_read", function()
  local wa

  setup(function() wa = client(SUCCESS) end)
  teardown(function() wa:close() end)

  local function last_body()
    local log = faults:log "json"
    return log[#log].body
  end

  it("marks, with typing if told to", function()
    assert.is_true(wa:mark_read "wamid.a/b=")
    assert.are.equal('{"message_id":"wamid.a/b=","messaging_product":"whatsapp","status":"read"}', last_body())
    assert.is_true(wa:mark_read("wamid.x", { typing = true, timeout = 5 }))
    assert.are.equal('{"message_id":"wamid.x","messaging_product":"whatsapp","status":"read",'
      .. '"typing_indicator":{"type":"text"}}', last_body())
    assert.is_true(wa:mark_read("wamid.x", { typing = false }))
    assert.is_nil(last_body():find "typing")
  end)

  it("refuses the rest", function()
    for _, id in ipairs { "", "a b", "x\n", 12, {}, true } do
      refused("invalid", "message_id", "must be a message id", wa:mark_read(id))
    end
    refused("invalid", "message_id", "must be a message id", wa:mark_read())
    refused("invalid", "typing", "must be true or false", wa:mark_read("wamid.x", { typing = "yes" }))
    refused("invalid", "options", "must be a table", wa:mark_read("wamid.x", true))
    refused("invalid", "typin", "did you mean typing?", wa:mark_read("wamid.x", { typin = true }))
  end)
end)

describe("wa.media", function()
  local wa

  setup(function() wa = client "echo" end)
  teardown(function() wa:close() end)

  it("asks by id", function()
    assert.are.equal("/echo/v23.0/1166846181421424", (assert(wa.media:get(1166846181421424))).path)
    local deleting = client(SUCCESS)
    assert.is_true(deleting.media:delete "12")
    deleting:close()
    local log = faults:log "json"
    assert.are.equal("DELETE v23.0/12", log[#log].method .. " " .. log[#log].path:match "[^/]+/[^/]+$")
  end)

  it("refuses what is no id, file or option", function()
    for _, id in ipairs { "", "../1", "a/b", "1?x", "1 2" } do
      refused("invalid", "id", "is not an id", wa.media:get(id))
      refused("invalid", "id", "is not an id", wa.media:delete(id))
      refused("invalid", "id", "is not an id", wa.media:download(id, "x"))
    end
    refused("invalid", "id", "is missing", wa.media:get())
    refused("invalid", "id", "must be an id", wa.media:get {})
    refused("invalid", "id", "below 2^53", wa.media:get(-1))
    refused("invalid", "options", "must be a table", wa.media:get("1", 5))
    refused("invalid", "timeot", "did you mean timeout?", wa.media:get("1", { timeot = 5 }))
    for _, path in ipairs { "", 12, true, "a\0b" } do
      refused("invalid", "path", "must be the name", wa.media:download("1", path))
    end
    refused("invalid", "file", "needs one of", wa.media:upload())
    refused("invalid", "file", "needs one of", wa.media:upload {})
    refused("invalid", "file", "needs one of", wa.media:upload { file = "a", data = "b" })
    refused("invalid", "file", "must not be empty", wa.media:upload "")
    refused("invalid", "file", "must be a string", wa.media:upload(12))
    refused("invalid", "data", "must be a string", wa.media:upload { data = {} })
    refused("invalid", "data", "content type is not known", wa.media:upload { data = "x" })
    refused("invalid", "type", "control character", wa.media:upload { data = "x", type = "png\r\nX: y" })
    refused("invalid", "data", "is not a content type", wa.media:upload { data = "x", type = "png" })
    refused("invalid", "filename", "control character",
      wa.media:upload { data = "x", type = "image/png", filename = "a\r\nb" })
    refused("invalid", "filname", "did you mean filename?", wa.media:upload { data = "x", filname = "a.png" })
    refused("io", "file", "no-such-file", wa.media:upload "no-such-file.png")
    refused("io", "file", "", wa.media:upload { file = "no\0file.png" })
  end)
end)

-- Hooks -----------------------------------------------------------------------------

describe("on_request", function()
  it("is told each attempt, without query or secret", function()
    local events = {}
    local wa = client("status/503", { retries = 1, on_request = function(event) events[#events + 1] = event end })
    local _, err = wa:request("GET", "{phone_number_id}/x", { query = { secret = "in the query" } })
    assert.are.equal(503, err.status)
    assert.are.equal(2, #events)
    for i, event in ipairs(events) do
      assert.is_true(type(event.seconds) == "number" and event.seconds >= 0)
      event.seconds = nil
      assert.are.same({ method = "GET", path = "/status/503/v23.0/" .. PHONE .. "/x", status = 503,
                        attempt = i, kind = "gateway" }, event)
    end
    wa:close()
  end)

  it("is told what never got an answer", function()
    local event
    local wa = client("drop-after-read", { on_request = function(told) event = told end })
    assert.is_nil((wa:send { to = "15551234567", text = "x" }))
    assert.are.same({ "POST", "network", 1 }, { event.method, event.kind, event.attempt })
    assert.is_nil(event.status)
    wa:close()
  end)

  it("is not told what was refused here", function()
    local told = 0
    local wa = client("ok", { on_request = function() told = told + 1 end })
    wa:send { to = "0", text = "x" }
    wa:request("GET", "..")
    assert.are.equal(0, told)
    wa:close()
  end)
end)

-- Life --------------------------------------------------------------------------------

describe("a sibling", function()
  it("talks as another number over the same session", function()
    local wa = client "echo"
    local other = assert(wa:with { phone_number_id = "7", api_version = "v24.0" })
    assert.are.equal("/echo/v24.0/7/x", (assert(other:request("GET", "{phone_number_id}/x"))).path)
    assert.are.equal("/echo/v23.0/" .. PHONE .. "/x", (assert(wa:request("GET", "{phone_number_id}/x"))).path)
    assert.are.equal(tostring(wa), tostring(other))
    assert.are.equal(wa.media, wa.media)
    assert.are_not.equal(wa.media, other.media)
    local third = assert(other:with { phone_number_id = "8" })
    assert.are.equal("/echo/v24.0/8", (assert(third:request("GET", "{phone_number_id}"))).path)
    wa:close()
  end)

  it("refuses what it cannot change", function()
    local wa = client "echo"
    refused("config", "base_url", "make another client", wa:with { base_url = "https://a.b" })
    refused("config", "access_token", "make another client", wa:with { access_token = TOKEN })
    refused("config", nil, "must be a table", wa:with())
    refused("config", "loop", "is not a loop", wa:with { loop = "twisted" })
    wa:close()
  end)

  it("closes itself alone, and with the client it came from", function()
    local wa = client "echo"
    local one, two = wa:with {}, wa:with {}
    one:close()
    refused("state", nil, "the client is closed", one:request("GET", "x"))
    assert(wa:request("GET", "x"))
    assert(two:request("GET", "x"))
    wa:close()
    wa:close()
    for _, closed in ipairs { wa, one, two } do
      refused("state", nil, "make a new one with whatsapp.new", closed:request("GET", "x"))
      refused("state", nil, "the client is closed", closed:send { to = "15551234567", text = "x" })
      refused("state", nil, "the client is closed", closed.media:get "1")
      assert.are.equal("whatsapp (direct, 127.0.0.1:" .. faults.port .. ")", tostring(closed))
    end
  end)
end)

describe("a client", function()
  it("has nothing that was not put there", function()
    local wa = client "echo"
    assert.is_nil(wa.nothing)
    assert.is_nil(wa.access_token or wa.api_key or wa.config.access_token)
    wa:close()
  end)

  if _VERSION >= "Lua 5.4" then
    it("is closed by <close>", function()
      local kept
      local run = assert(load "local make, keep = ... local wa <close> = make() keep(wa)")
      run(function() return client "echo" end, function(wa) kept = wa end)
      refused("state", nil, "closed", kept:request("GET", "x"))
    end)
  end

  it("keeps ids as strings of digits both ways", function()
    local wa = client("json/" .. ("{\"id\":106540352242922,\"media_id\":12,\"n\":3}"):gsub(".",
      function(char) return ("%%%02X"):format(char:byte()) end))
    assert.are.same({ id = "106540352242922", media_id = "12", n = 3 }, (wa:request("GET", "x")))
    assert.are.equal("3", tostring((wa:request("GET", "x")).n))
    wa:close()
  end)
end)

describe("the front door", function()
  it("is what the contract names", function()
    assert.is_string(whatsapp._VERSION)
    assert.are.equal("null", json.encode(whatsapp.null))
    assert.are.equal("[]", json.encode(whatsapp.array {}))
    for _, name in ipairs { "new", "build", "explain", "parallel", "array" } do
      assert.is_function(whatsapp[name])
    end
  end)
end)
