-- The credential goes to the origins of the session and nowhere else.

local cjson = require "cjson"
local core = require "whatsapp.core"

local exchange = require "spec.support.exchange"
local server = require "spec.support.server"

local SECRET = exchange.SECRET

describe("the credential", function()
  local base, control, other, tls, session

  setup(function()
    base, control = server.start_fault_server(), server.start_fault_server()
    other, tls = server.start_fault_server(), server.start_nginx()
    session = assert(exchange.session { base_url = base.url .. "/app", control_url = control.url,
      connection = "21fd90f9" })
  end)

  teardown(function()
    for _, one in ipairs { base, control, other, tls } do one:stop() end
  end)

  -- The headers a GET arrives with.
  local function headers_at(by, url, more)
    local request = { method = "GET", url = url }
    for name, value in pairs(more or {}) do request[name] = value end
    local status, body = exchange.run(by, request)
    assert.are.equal(200, status)
    return cjson.decode(body).headers
  end

  it("goes to the base and the control origin, with the connection", function()
    for _, place in ipairs { base, control } do
      for _, path in ipairs { "/echo", "/echo/deep?q=1#part" } do
        local headers = headers_at(session, place.url .. path)
        assert.are.equal("Bearer " .. SECRET, headers.authorization)
        assert.are.equal("21fd90f9", headers["maton-connection"])
        assert.are.equal("spec", headers["user-agent"])
      end
    end
  end)

  it("goes without a connection when there is none, or straight to Graph", function()
    for _, options in ipairs { { base_url = base.url },
                               { base_url = base.url, direct = true, connection = "21fd90f9" } } do
      local headers = headers_at(exchange.session(options), base.url .. "/echo")
      assert.are.equal("Bearer " .. SECRET, headers.authorization)
      assert.is_nil(headers["maton-connection"])
    end
  end)

  it("of an upload is OAuth's, at the base only, and Bearer for the gateway", function()
    local direct = exchange.session { base_url = base.url, direct = true }
    assert.are.equal("OAuth " .. SECRET, headers_at(direct, base.url .. "/echo", { oauth = true }).authorization)
    assert.are.equal("Bearer " .. SECRET, headers_at(session, base.url .. "/echo", { oauth = true }).authorization)
    for _, url in ipairs { control.url, other.url } do
      local before = #control:log() + #other:log()
      for _, by in ipairs { direct, session } do
        local _, err = exchange.run(by, { method = "GET", url = url .. "/echo", oauth = true })
        assert.are.equal("invalid, url, not_sent", ("%s, %s, %s"):format(err.kind, err.field, err.outcome))
      end
      assert.are.equal(before, #control:log() + #other:log())
    end
  end)

  it("does not go to another port, host name or scheme", function()
    for _, url in ipairs { other.url .. "/echo", base.url:gsub("127.0.0.1", "localhost") .. "/echo",
                           base.url:gsub("127.0.0.1", "127.0.0.1.") .. "/echo" } do
      local status, body = exchange.run(session, { method = "GET", url = url })
      if status then
        local headers = cjson.decode(body).headers
        assert.is_nil(headers.authorization, url)
        assert.is_nil(headers["maton-connection"], url)
      end
    end
    local secure = assert(exchange.session { base_url = "http" .. tls.url.http1:match "^https(.*)$",
      ca_file = tls.ca_file })
    assert.is_nil(headers_at(secure, tls.url.http1 .. "/echo").authorization)
  end)

  it("does not go to a host that only looks like one of Meta's", function()
    -- Nobody answers; what counts is that none of them passes for loopback or base.
    local direct = exchange.session { base_url = base.url, direct = true }
    for _, url in ipairs { "http://lookaside.fbsbx.com/", "http://x.fbcdn.net/" } do
      local _, err = core.submit(direct, { method = "GET", url = url })
      assert.are.equal("invalid", err.kind)
    end
  end)

  it("does not follow a redirect", function()
    local before = #other:log() + #control:log()
    for _, target in ipairs { other, control, base } do
      local at = target.url:match "//(.*)$"
      local status = exchange.run(session, { method = "POST", body = "{}",
        url = ("%s/redirect/307/%s/echo"):format(base.url, at) })
      assert.are.equal(307, status)
    end
    assert.are.equal(before, #other:log() + #control:log())
    assert.are.equal(3, #base:log "redirect")
  end)

  it("is nowhere in what the server answered and in no error", function()
    local _, err = exchange.run(session, { method = "GET", url = base.url .. "/drop-after-read" })
    assert.is_nil(err.message:find(SECRET, 1, true))
  end)

  describe("is never shown to a proxy:", function()
    local function through(proxy, base_url)
      return assert(exchange.session { base_url = base_url, ca_file = tls.ca_file, proxy = proxy })
    end

    it("it goes through the tunnel only", function()
      local before = #other:log()
      local by = through("http://me:proxy-password@" .. other.url:match "//(.*)$", tls.url.http1)
      local headers = headers_at(by, tls.url.http1 .. "/echo")
      assert.are.equal("Bearer " .. SECRET, headers.authorization)
      assert.is_nil(headers["proxy-authorization"])
      local seen = other:log()
      assert.are.equal(before + 1, #seen)
      assert.are.equal("CONNECT", seen[#seen].method)
      assert.is_nil(seen[#seen].headers.authorization)
      assert.is_nil(seen[#seen].headers["maton-connection"])
      assert.is_string(seen[#seen].headers["proxy-authorization"])
    end)

    it("plain http on this machine does without", function()
      local before = #other:log()
      local by = through(other.url, base.url)
      assert.are.equal("Bearer " .. SECRET, headers_at(by, base.url .. "/echo").authorization)
      assert.are.equal(before, #other:log())
    end)

    it("plain http elsewhere uses a tunnel, too", function()
      local by = assert(exchange.session { base_url = "http://graph.example", allow_http = true,
        proxy = other.url })
      exchange.run(by, { method = "GET", url = "http://graph.example:1/" })
      local seen = other:log()
      assert.are.equal("CONNECT", seen[#seen].method)
      assert.is_nil(seen[#seen].headers.authorization)
    end)
  end)

  describe("cannot be led astray:", function()
    -- What must be refused before a byte is sent.
    local function refused(request)
      local before = #base:log() + #other:log()
      local whole = { method = "GET", url = base.url .. "/echo" }
      for name, value in pairs(request) do whole[name] = value end
      local taken, err = core.submit(session, whole)
      assert.is_nil(taken)
      assert.are.equal("invalid, not_sent", err.kind .. ", " .. err.outcome)
      assert.are.equal(before, #base:log() + #other:log())
      return err
    end

    for _, line in ipairs { "Authorization: Bearer x", "authorization: x", "AUTHORIZATION:",
      "Maton-Connection: x", "Host: elsewhere", "Content-Length: 0", "Transfer-Encoding: chunked",
      "Connection: close", "Expect: 100-continue", "Proxy-Authorization: Basic x" } do
      it(("the header %q is ours"):format(line), function()
        assert.are.equal("headers", refused({ headers = { line } }).field)
      end)
    end

    for _, line in ipairs { "X-A: 1\r\nAuthorization: x", "X-A: 1\nX-B: 2", "X-A: 1\rX", "X-A: \0",
      "X-A\0: 1", "no colon", ": no name", "", "X A: 1", "Authorization : x", "X-A\t: 1",
      ("x"):rep(80) .. ": 1" } do
      it(("the header %q is refused"):format(line), function()
        assert.are.equal("headers", refused({ headers = { line } }).field)
      end)
    end

    for _, type in ipairs { "text/plain\r\nX-A: 1", "a\nb", "\0" } do
      it(("the content type %q is refused"):format(type), function()
        refused { method = "POST", body = "{}", content_type = type }
      end)
    end

    for _, field in ipairs { "name", "filename", "type" } do
      it("a part's " .. field .. " cannot end its header", function()
        for _, spoiler in ipairs { "\r\nX-A: 1", "\n", "\0" } do
          local part = { name = "file", data = "x" }
          part[field] = "a" .. spoiler
          refused { method = "POST", parts = { part } }
        end
      end)
    end

    local methods = { "", "get", "HEAD", "CONNECT", "POST /x HTTP/1.1\r\nX-A: 1\r\n", "GET\0" }
    for _, method in ipairs(methods) do
      it(("the method %q is refused"):format(method), function() refused { method = method } end)
    end

    local spoilt = { "%s/echo\r\nX-A: 1", "%s/echo\n", "%s/a b", "%s/\0", "%s/\195\169",
                     " %s/echo" }
    for _, url in ipairs(spoilt) do
      it(("the URL %q is refused"):format(url), function()
        refused { url = (url:gsub("%%s", base.url)) }
      end)
    end

    for _, url in ipairs { "http://192.0.2.1/", "http://graph.example/",
      "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
      "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "/echo",
      "echo", "//127.0.0.1/echo", "" } do
      it(("the URL %q is refused"):format(url), function() refused { url = url } end)
    end

    it("a URL with a user or password is refused", function()
      for _, user in ipairs { "me@", "me:pass@", ":pass@", "@", "graph.facebook.com@" } do
        refused { url = (base.url:gsub("//", "//" .. user)) .. "/echo" }
      end
    end)

    it("a GET has no body", function() refused { body = "{}" } end)
  end)
end)
