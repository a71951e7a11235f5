-- What the world can do to a call, and what the caller is then told: the kind
-- of the failure, and whether the message may have been sent all the same.

local whatsapp = require "whatsapp"

local server = require "spec.support.server"

local TOKEN = "EAAsecretTokenThatMustNotShow"
local PHONE = "106540352242922"
local MESSAGE = { to = "+1 555 123 4567", text = "Hello" }

local faults, other, tls

local function client(base_url, more)
  local options = { access_token = TOKEN, phone_number_id = PHONE, base_url = base_url,
                    ca_file = tls.ca_file, rate = false, retries = 0, timeout = 10 }
  for name, value in pairs(more or {}) do options[name] = value end
  return whatsapp.new(options)
end

-- The error of a call that must fail, and must not tell the token.
local function failure(value, err)
  assert.is_nil(value)
  assert.is_table(err)
  assert.is_nil(tostring(err):find(TOKEN, 1, true))
  return err
end

local function assert_failure(kind, outcome, value, err)
  failure(value, err)
  assert.are.equal(("%s, %s"):format(kind, outcome),
    ("%s, %s"):format(tostring(err.kind), tostring(err.outcome)), tostring(err))
  return err
end

setup(function()
  faults, other = server.start_fault_server(), server.start_fault_server()
  tls = server.start_nginx()
end)

teardown(function()
  faults:stop()
  other:stop()
  tls:stop()
end)

describe("a send", function()
  for name, path in pairs {
    ["that is answered at once"] = "ok",
    ["that is answered byte by byte"] = "slow",
    ["that is answered in chunks"] = "chunked",
  } do
    it(name .. " succeeds", function()
      local sent, err = client(faults.url .. "/" .. path):send(MESSAGE)
      assert.is_nil(err)
      assert.are.equal("wamid.HBgLMTU1NTEyMzQ1Njc=", sent.id)
    end)
  end

  -- What the server does, and what it is to the caller.
  local cases = {
    { "drop-after-read", "network", "unknown" },
    { "reset-after-read", "network", "unknown" },
    { "truncate", "network", "unknown" },
    { "stall", "timeout", "unknown", { timeout = 1 } },
    { "stall-body", "timeout", "unknown", { timeout = 1 } },
    { "garbage", "protocol", "unknown" },
    { "html-200", "protocol", "unknown" },
    { "not-json-200", "protocol", "unknown" },
    { "empty-200", "protocol", "unknown" },
    { "json/%7B%7D", "protocol", "unknown" },
    { "huge", "protocol", "unknown" },
    { "huge/9437184", "protocol", "unknown" },
    { "huge-headers", "protocol", "unknown" },
    { "html", "gateway", "unknown" },
    { "status/500", "gateway", "unknown" },
    { "status/503", "gateway", "unknown" },
    { "status/401", "auth", "rejected" },
    { "status/404", "not_found", "rejected" },
    { "status/429", "rate_limited", "rejected" },
    { "status/400/131030", "recipient", "rejected" },
    { "status/400/131047", "window", "rejected" },
    { "status/400/130429", "rate_limited", "rejected" },
  }
  for _, case in ipairs(cases) do
    local path, kind, outcome, options = case[1], case[2], case[3], case[4]
    it(("to a server that does %s: %s, %s"):format(path, kind, outcome), function()
      local wa = client(faults.url .. "/" .. path, options)
      local before = #faults:log(path:match "^[^/]+")
      assert_failure(kind, outcome, wa:send(MESSAGE))
      assert.are.equal(before + 1, #faults:log(path:match "^[^/]+"))
    end)
  end

  -- libcurl tells this from a lost connection in its text alone.
  it("to a server that does bad-chunk: network or protocol, unknown", function()
    local err = failure(client(faults.url .. "/bad-chunk"):send(MESSAGE))
    assert.is_true(err.kind == "network" or err.kind == "protocol", tostring(err))
    assert.are.equal("unknown", err.outcome)
  end)

  it("that is throttled tells when to come back", function()
    local wa = client(faults.url .. "/retry-after/7")
    local err = assert_failure("rate_limited", "rejected", wa:send(MESSAGE))
    assert.are.equal(7, err.retry_after)
    assert.is_true(err.retryable)
  end)

  it("to a port where nobody listens: network, not_sent", function()
    local port = server.free_ports({ "nobody" }).nobody
    assert_failure("network", "not_sent", client("http://127.0.0.1:" .. port):send(MESSAGE))
    assert_failure("network", "not_sent", client("https://127.0.0.1:" .. port):send(MESSAGE))
  end)

  it("whose outcome is unknown is not repeated, whatever `retries` allows", function()
    local before = faults:count "drop-after-read"
    local wa = client(faults.url .. "/drop-after-read", { retries = 3 })
    local err = assert_failure("network", "unknown", wa:send(MESSAGE))
    assert.is_false(err.retryable)
    assert.are.equal(before + 1, faults:count "drop-after-read")
  end)

  it("that was throttled is repeated as often as `retries` says", function()
    local before = faults:count "retry-after"
    local wa = client(faults.url .. "/retry-after/0", { retries = 1 })
    assert_failure("rate_limited", "rejected", wa:send(MESSAGE))
    assert.are.equal(before + 2, faults:count "retry-after")
  end)
end)

describe("a call that changes nothing", function()
  it("is repeated although its outcome is unknown", function()
    local before = faults:count "drop-after-read"
    local wa = client(faults.url .. "/drop-after-read", { retries = 1 })
    local err = assert_failure("network", "unknown", wa.media:get "1166846181421424")
    assert.is_true(err.retryable)
    -- On a reused connection libcurl repeats a GET once more by itself.
    assert.is_true(faults:count "drop-after-read" >= before + 2)
  end)
end)

describe("a redirect to another host", function()
  for _, status in ipairs { 301, 302, 303, 307, 308 } do
    it(("(%d) is not followed: protocol, rejected"):format(status), function()
      local wa = client(("%s/redirect/%d/127.0.0.1:%d/ok"):format(faults.url, status, other.port))
      local err = assert_failure("protocol", "rejected", wa:send(MESSAGE))
      assert.are.equal(status, err.status)
      assert.are.equal(0, #other:log())
    end)
  end
end)

describe("over TLS", function()
  for _, certificate in ipairs { "unknown_ca", "wrong_host", "expired", "old" } do
    it(("a server that is %s: tls, not_sent"):format(certificate), function()
      local before = tls:count "ok"
      assert_failure("tls", "not_sent", client(tls.url[certificate] .. "/ok"):send(MESSAGE))
      assert.are.equal(before, tls:count "ok")
    end)
  end

  it("a server that speaks no TLS: tls, not_sent", function()
    local url = faults.url:gsub("^http:", "https:")
    assert_failure("tls", "not_sent", client(url .. "/ok"):send(MESSAGE))
  end)

  for _, name in ipairs { "good", "http1" } do
    it("a send succeeds, server " .. name, function()
      local sent, err = client(tls.url[name] .. "/ok"):send(MESSAGE)
      assert.is_nil(err)
      assert.are.equal("wamid.HBgLMTU1NTEyMzQ1Njc=", sent.id)
    end)
    for _, deed in ipairs { "drop", "die", "reset" } do
      it(("a server that does %s, server %s: network, unknown"):format(deed, name), function()
        local before = tls:count(deed)
        local wa = client(tls.url[name] .. "/" .. deed)
        assert_failure("network", "unknown", wa:send(MESSAGE))
        assert.are.equal(before + 1, tls:count(deed))
      end)
    end
  end
end)

describe("an upload", function()
  local PNG = ("x"):rep(4 * 1024 * 1024)

  local cases = {
    { "reset-mid-body", "network", "unknown" },
    { "refuse-body", "network", "unknown" },
    { "drop-after-read", "network", "unknown" },
    { "stall", "timeout", "unknown", { timeout = 0.3, stall_timeout = 1 } },
    { "html", "gateway", "unknown" },
    { "not-json-200", "protocol", "unknown" },
    { "json/%7B%7D", "protocol", "unknown" },
  }
  for _, case in ipairs(cases) do
    local path, kind, outcome, options = case[1], case[2], case[3], case[4]
    it(("to a server that does %s: %s, %s"):format(path, kind, outcome), function()
      local wa = client(faults.url .. "/" .. path, options)
      assert_failure(kind, outcome,
        wa.media:upload { data = PNG, type = "image/png", filename = "a.png" })
    end)
  end

  for name, path in pairs { ["a missing file"] = "/nonexistent/report.pdf",
                            ["a directory"] = "/usr/." } do
    it(("of %s: io, not_sent"):format(name), function()
      local before = #faults:log "ok"
      local wa = client(faults.url .. "/ok")
      local source = { file = path, type = "application/pdf", filename = "report.pdf" }
      assert_failure("io", "not_sent", wa.media:upload(source))
      assert_failure("io", "not_sent", wa:send { to = MESSAGE.to, document = source })
      assert.are.equal(before, #faults:log "ok")
    end)
  end
end)

describe("a wrong call sends nothing:", function()
  local calls = {
    ["no recipient"] = function(wa) return wa:send { text = "Hello" } end,
    ["a recipient with letters"] = function(wa) return wa:send { to = "nobody", text = "Hi" } end,
    ["an id with a slash"] = function(wa) return wa.media:get "12/34" end,
    ["an id with dots"] = function(wa) return wa.media:get ".." end,
    ["an id with a line break"] = function(wa) return wa.media:delete "12\r\nX: y" end,
    ["an empty id"] = function(wa) return wa.media:get "" end,
    ["a path upwards"] = function(wa) return wa:request("GET", "../me") end,
    ["a method with a NUL"] = function(wa) return wa:request("GET\0", "me") end,
    ["a file name with a NUL"] = function(wa)
      return wa.media:upload { data = "x", type = "image/png", filename = "a\0.png" }
    end,
    ["a header in a content type"] = function(wa)
      return wa.media:upload { data = "x", filename = "a.png", type = "image/png\r\nX: y" }
    end,
  }
  for name, call in pairs(calls) do
    it(name, function()
      local before = #faults:log()
      assert_failure("invalid", "not_sent", call(client(faults.url .. "/ok")))
      assert.are.equal(before, #faults:log())
    end)
  end

  it("a closed client: state", function()
    local wa = client(faults.url .. "/ok")
    wa:close()
    wa:close()
    local before = #faults:log()
    assert_failure("state", "not_sent", wa:send(MESSAGE))
    assert.are.equal(before, #faults:log())
  end)
end)

describe("a client is not made", function()
  local wrong = {
    ["from an empty token"] = { access_token = "" },
    ["from a token with a line break"] = { access_token = TOKEN .. "\r\nX: y" },
    ["from a token with a NUL"] = { access_token = TOKEN .. "\0" },
    ["from two credentials"] = { api_key = TOKEN },
    ["from an id with a slash"] = { phone_number_id = "12/34" },
    ["from an id with dots"] = { phone_number_id = ".." },
    ["for a connection with a NUL"] = { connection = "a\0b" },
    ["for a user agent with a line break"] = { user_agent = "a\r\nX: y" },
    ["for no URL"] = { base_url = "not a url" },
    ["for plain http to another machine"] = { base_url = "http://192.0.2.1" },
    ["for another protocol"] = { base_url = "ftp://127.0.0.1" },
    ["for a URL with a password"] = { base_url = "https://user:secret@127.0.0.1" },
    ["for a URL with a line break"] = { base_url = "https://127.0.0.1/\r\nX: y" },
    ["with a ca_file that is not there"] = { ca_file = "/nonexistent/ca.pem" },
    ["with an option that does not exist"] = { retires = 3 },
  }
  for name, options in pairs(wrong) do
    it(name .. ": config", function()
      local ok, err = pcall(client, options.base_url or faults.url, options)
      assert.is_false(ok)
      assert.are.equal("config", err.kind)
      assert.is_nil(tostring(err):find(TOKEN, 1, true))
    end)
  end
end)
