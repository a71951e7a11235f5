-- The error object: what an answer becomes, and how it reads.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local function graph(code, more)
  local object = { message = ("(#%d) Something"):format(code), type = "OAuthException", code = code }
  for key, value in pairs(more or {}) do object[key] = value end
  return { error = object }
end

local function answer(status, decoded, more)
  local given = { status = status, headers = { ["content-type"] = "application/json; charset=UTF-8" },
                  decoded = decoded, from = "graph", idempotent = false }
  for key, value in pairs(more or {}) do given[key] = value end
  return Error.of_answer(given)
end

-- "kind outcome retryable" of an answer.
local function summary(err)
  return ("%s %s %s"):format(err.kind, err.outcome, tostring(err.retryable))
end

describe("of_answer", function()
  -- { expected, status, body }: a call that is not idempotent, straight to Graph
  local direct = {
    { "auth rejected false", 401, graph(190) },
    { "auth rejected false", 400, graph(190, { error_subcode = 463 }) },
    { "auth rejected false", 401, graph(0) },
    { "permission rejected false", 403, graph(10) },
    { "permission rejected false", 403, graph(200) },
    { "permission rejected false", 400, graph(131031) },
    { "not_found rejected false", 400, graph(100, { error_subcode = 33 }) },
    { "graph rejected false", 400, graph(100) },
    { "graph rejected false", 400, graph(131008) },
    { "recipient rejected false", 400, graph(131030) },
    { "recipient rejected false", 400, graph(131026) },
    { "window rejected false", 400, graph(131047) },
    { "template rejected false", 404, graph(132000) },
    { "template rejected false", 400, graph(132001) },
    { "media rejected false", 400, graph(131053) },
    { "rate_limited rejected true", 400, graph(130429) },
    { "rate_limited rejected true", 429, graph(130429) },
    { "rate_limited rejected true", 400, graph(131056) },
    { "rate_limited rejected true", 400, graph(4) },
    { "rate_limited rejected true", 400, graph(80007) },
    { "graph unknown false", 500, graph(1) },
    { "graph rejected true", 503, graph(2) },
    { "graph rejected true", 500, graph(131000) },
    { "graph rejected true", 500, graph(131016) },
    { "graph rejected false", 400, graph(999999) },
    { "graph rejected true", 500, graph(999999, { is_transient = true }) },
    { "rate_limited rejected true", 400, graph(131056, { code = "131056" }) },
    { "rate_limited rejected true", 200, graph(130429) },
    -- no Graph error object
    { "gateway rejected false", 400, nil },
    { "auth rejected false", 401, nil },
    { "permission rejected false", 403, { message = "no" } },
    { "not_found rejected false", 404, nil },
    { "timeout unknown false", 408, nil },
    { "media rejected false", 413, nil },
    { "rate_limited rejected true", 429, nil },
    { "gateway rejected false", 418, {} },
    { "gateway unknown false", 500, nil },
    { "gateway unknown false", 502, { error = "bad gateway" } },
    { "gateway unknown false", 503, { error = { message = "no code, so not Graph's" } } },
    { "gateway unknown false", 504, { error = json.null } },
    { "gateway unknown false", 599, nil },
    { "auth rejected false", 401, { error = { message = "invalid key" } } },
    { "protocol rejected false", 301, nil },
    { "protocol rejected false", 302, {} },
  }
  for _, case in ipairs(direct) do
    local expected, status, body = case[1], case[2], case[3]
    it(("straight to Graph: HTTP %d with %s is %s"):format(status,
      body and json.encode(body) or "no JSON", expected), function()
      assert.are.equal(expected, summary(answer(status, body)))
    end)
  end

  -- { expected, status, body, words }: through the gateway
  local gateway = {
    { "gateway rejected false", 400, nil, "wa.connections:create()" },
    { "gateway rejected false", 400, { message = "no connection" }, "(no connection)" },
    { "auth rejected false", 401, nil, "env MATON_API_KEY;" },
    { "auth rejected false", 401, { error = { message = "bad key" } }, "(bad key)" },
    { "not_found rejected false", 404, nil, "https://gateway.maton.ai/whatsapp-business" },
    { "rate_limited rejected true", 429, nil, "rate = 10" },
    { "gateway unknown false", 500, nil, "OAuth" },
    { "gateway unknown false", 500, { detail = "token refresh failed" }, "(token refresh failed)" },
    { "gateway unknown false", 502, nil, "HTTP 502" },
    { "permission rejected false", 403, nil, "HTTP 403" },
    { "window rejected false", 400, graph(131047), "131047" },
    { "auth rejected false", 401, graph(190), "190" },
    { "graph unknown false", 500, graph(1), "1 " },
  }
  for _, case in ipairs(gateway) do
    local expected, status, body, words = case[1], case[2], case[3], case[4]
    it(("through the gateway: HTTP %d with %s is %s"):format(status,
      body and json.encode(body) or "no JSON", expected), function()
      local err = answer(status, body, { from = "gateway" })
      assert.are.equal(expected, summary(err))
      assert.is_truthy((tostring(err) .. (err.title or "")):find(words, 1, true), tostring(err))
    end)
  end

  it("lets an idempotent call be repeated although its outcome is unknown", function()
    assert.are.equal("gateway unknown true", summary(answer(502, nil, { idempotent = true })))
    assert.are.equal("graph unknown true", summary(answer(500, graph(1), { idempotent = true })))
    assert.are.equal("auth rejected false", summary(answer(401, nil, { idempotent = true })))
  end)

  it("never advises to try again what may have happened", function()
    for _, status in ipairs { 408, 500, 502, 503, 504, 599 } do
      assert.matches("look before you do it again", answer(status, nil).hint, 1, true)
    end
    assert.matches("try again later", answer(502, nil, { idempotent = true }).hint, 1, true)
  end)

  it("is nil for a good answer", function()
    assert.is_nil(answer(200, { success = true }))
    assert.is_nil(answer(201, nil))
    assert.is_nil(answer(200, { error = "a field of that name" }))
  end)

  it("takes everything that Graph says", function()
    local body = graph(132000, {
      error_subcode = 2494073, fbtrace_id = "Az8or2yhqkZfEZ", error_user_title = "Wrong number",
      error_data = { messaging_product = "whatsapp", details = "expected 2, got 1" },
    })
    local err = answer(400, body)
    assert.are.same({ 400, 132000, 2494073, "Wrong number", "expected 2, got 1", "Az8or2yhqkZfEZ",
      "Something" }, { err.status, err.code, err.subcode, err.title, err.details, err.trace_id,
      err.message })
    assert.are.equal(body, err.raw)
    assert.is_string(err.hint)
    assert.is_truthy(err.url:find "^https://developers.facebook.com/")
  end)

  it("takes nothing from fields of a wrong type", function()
    local odd = { message = {}, code = 131000, error_subcode = {}, error_data = "x",
                  fbtrace_id = json.null, error_user_title = 7, error_user_msg = "" }
    local err = answer(400, { error = odd })
    assert.are.equal("something went wrong", err.message)
    assert.are.same({}, { err.subcode, err.details, err.trace_id })
    assert.is_string(tostring(err))
  end)
end)

describe("retry_after", function()
  local function after(headers, code)
    return answer(429, code and graph(code) or nil, { headers = headers }).retry_after
  end
  local function usage(text) return { ["x-business-use-case-usage"] = text } end

  it("is Retry-After in seconds", function()
    assert.are.equal(7, after { ["retry-after"] = "7" })
    assert.are.equal(0.5, after { ["retry-after"] = "0.5" })
    assert.are.equal(0, after { ["retry-after"] = "0" })
    for _, odd in ipairs { "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "", "soon", "1, 2" } do
      assert.is_nil(after { ["retry-after"] = odd })
    end
  end)

  it("is the longest of Meta's minutes, in seconds", function()
    assert.are.equal(300, after(usage('{"102290129340398":[{"type":"messages","call_count":100,'
      .. '"estimated_time_to_regain_access":5},{"estimated_time_to_regain_access":0}],'
      .. '"2":[{"estimated_time_to_regain_access":"3"}]}')))
    assert.are.equal(60, after { ["x-app-usage"] = '{"estimated_time_to_regain_access":1}' })
    assert.is_nil(after(usage '{"1":[{"estimated_time_to_regain_access":0}]}'))
    assert.is_nil(after(usage "garbage"))
    assert.is_nil(after(usage "[]"))
  end)

  it("is the header's before the code's own", function()
    assert.are.equal(6, after({}, 131056))
    assert.are.equal(20, after({ ["retry-after"] = "20" }, 131056))
    assert.are.equal(120, after({ ["x-business-use-case-usage"] =
      '{"1":[{"estimated_time_to_regain_access":2}]}' }, 4))
    assert.is_nil(after({}, 4))
  end)
end)

describe("of_transport", function()
  -- { kind, outcome, idempotent, retryable }
  local cases = {
    { "network", "not_sent", false, true }, { "network", "unknown", false, false },
    { "network", "unknown", true, true }, { "timeout", "not_sent", false, true },
    { "timeout", "unknown", false, false }, { "timeout", "unknown", true, true },
    { "busy", "not_sent", false, true }, { "tls", "not_sent", false, false },
    { "tls", "not_sent", true, false }, { "protocol", "unknown", true, false },
    { "io", "not_sent", true, false }, { "state", "not_sent", true, false },
    { "invalid", "not_sent", false, false }, { "cancelled", "unknown", true, false },
  }
  for _, case in ipairs(cases) do
    it(("%s, %s, idempotent %s: retryable %s"):format(case[1], case[2], tostring(case[3]),
      tostring(case[4])), function()
      local err = Error.of_transport({ kind = case[1], outcome = case[2], message = "m" }, case[3])
      assert.are.equal(case[4], err.retryable)
      assert.is_true(Error.is(err, case[1]))
    end)
  end
end)

describe("an error object", function()
  it("reads as the contract shows", function()
    local err = answer(404, graph(132000, { message = "(#132000) number of parameters does not match",
      error_data = { details = "order_confirmation expects 2, got 1" } }))
    local text = "whatsapp: template: 132000 number of parameters does not match "
      .. "(order_confirmation expects 2, got 1); "
    assert.are.equal(text, tostring(err):sub(1, #text))
    assert.are.equal(text .. err.hint, tostring(err))
  end)

  it("names field and hint where there are some", function()
    local _, err = Error.invalid("buttons[4]", "at most 3 are allowed")
    assert.are.equal("whatsapp: invalid: buttons[4]: at most 3 are allowed", tostring(err))
    _, err = Error.config("api_key", "no credential", "set one")
    assert.are.equal("whatsapp: config: api_key: no credential; set one", tostring(err))
    _, err = Error.invalid(nil, "x")
    assert.are.equal("whatsapp: invalid: x", tostring(err))
  end)

  it("joins with strings, numbers and its like", function()
    local err = Error.new { kind = "io", message = "m" }
    assert.are.equal("a whatsapp: io: m", "a " .. err)
    assert.are.equal("whatsapp: io: m b", err .. " b")
    assert.are.equal("1whatsapp: io: m2", 1 .. err .. 2)
    assert.are.equal("whatsapp: io: mwhatsapp: io: m", err .. err)
  end)

  it("is one line, whatever it holds", function()
    local err = answer(400, graph(100, { message = "a\r\nb\27[31m", error_data = { details = "c\nd" } }))
    assert.are.equal("whatsapp: graph: 100 a b [31m (c d)", tostring(err):match "^[^;]+")
  end)

  it("is found by its kind", function()
    local err = Error.new { kind = "io", message = "m" }
    assert.is_true(Error.is(err))
    assert.is_true(Error.is(err, "io"))
    assert.is_false(Error.is(err, "tls"))
    for _, other in ipairs { {}, "io", 1, false } do assert.is_false(Error.is(other)) end
    assert.are.same({ "not_sent", "fix", false }, { err.outcome, err.retry, err.retryable })
  end)

  if _VERSION ~= "Lua 5.1" or jit then
    it("is what assert raises", function()
      local _, err = pcall(function() assert(Error.invalid("to", "is missing")) end)
      assert.are.equal("whatsapp: invalid: to: is missing", tostring(err))
    end)
  end
end)

describe("whatsapp.explain", function()
  it("tells what a code means", function()
    local entry = whatsapp.explain(132000)
    assert.are.same({ 132000, "template", "rejected" }, { entry.code, entry.kind, entry.outcome })
    for _, name in ipairs { "title", "meaning", "hint", "retry", "url" } do
      assert.is_string(entry[name])
    end
    assert.are.same(entry, whatsapp.explain "132000")
    assert.are.same(entry, whatsapp.explain(132000.0))
    assert.are.equal("132000", tostring(whatsapp.explain "132000.0".code))
    assert.are.equal(6, whatsapp.explain(131056).after)
    assert.are.equal("unknown", whatsapp.explain(1).outcome)
    assert.are.equal("permission", whatsapp.explain(275).kind)
  end)

  it("says which it does not know", function()
    for _, code in ipairs { 999999, "x", {}, false, 0 / 0 } do
      local entry, err = whatsapp.explain(code)
      assert.is_nil(entry)
      assert.are.equal("invalid", err.kind)
      assert.is_truthy(tostring(err):find("is not a known error code", 1, true))
    end
    assert.is_nil((whatsapp.explain()))
  end)

  it("hands out copies", function()
    whatsapp.explain(132000).hint = "changed"
    assert.are_not.equal("changed", whatsapp.explain(132000).hint)
  end)
end)
