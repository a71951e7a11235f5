-- A session keeps a secret and refuses what could carry it elsewhere.

local core = require "whatsapp.core"

local child = require "spec.support.child"
local exchange = require "spec.support.exchange"

local SECRET = exchange.SECRET
local BASE = "https://graph.example/app"

local function refusal(options)
  local base = { base_url = BASE }
  for name, value in pairs(options) do base[name] = value end
  local session, err = exchange.session(base)
  assert.is_nil(session)
  assert.are.equal("config, not_sent", err.kind .. ", " .. err.outcome)
  assert.is_nil(err.message:find(SECRET, 1, true))
  assert.is_nil(err.message:find "%c")
  return err
end

describe("a session is not made", function()
  local spoilers = { ["CR"] = "\r", ["LF"] = "\n", ["NUL"] = "\0", ["DEL"] = "\127",
                     ["CR LF and a header"] = "\r\nX-Evil: 1" }
  local token_spoilers = { ["a space"] = " ", ["a tab"] = "\t", ["UTF-8"] = "\195\169" }

  for field, value in pairs {
    credential = SECRET, connection = "21fd90f9-5935", user_agent = "whatsapp-lua/1",
    base_url = BASE, control_url = BASE, proxy = "http://proxy.example:3128",
  } do
    for name, spoiler in pairs(spoilers) do
      it(("from a %s with %s"):format(field, name), function()
        local err = refusal { [field] = value .. spoiler }
        assert.are.equal(field == "credential" and "api_key" or field, err.field)
        refusal { [field] = spoiler .. value }
      end)
    end
    for name, spoiler in pairs(field == "user_agent" and {} or token_spoilers) do
      it(("from a %s with %s"):format(field, name), function()
        refusal { [field] = value .. spoiler }
      end)
    end
  end

  for _, url in ipairs {
    "", "graph.example", "//graph.example", "/path", "https://", "https:///app", "https:/app",
    "https:app", "https:\\\\app", "ftp://graph.example", "file:///etc/passwd",
    "javascript:alert(1)", "http://graph.example", "http://192.0.2.1",
    "http://127.0.0.1.example", "http://localhost.example", "http://[::2]", "http://128.0.0.1",
    "https://user@graph.example", "https://user:pass@graph.example", "https://:pass@graph.example",
    "https://@graph.example", "https://graph.example:port", "https://graph.example:99999",
    "https://[::1", "https://gra ph.example",
  } do
    it(("from the base URL %q"):format(url), function()
      assert.are.equal("base_url", refusal({ base_url = url }).field)
      assert.are.equal("control_url", refusal({ control_url = url }).field)
    end)
  end

  it("from an empty credential, connection or proxy", function()
    assert.are.equal("api_key", refusal({ credential = "" }).field)
    assert.are.equal("access_token", refusal({ credential = "", direct = true }).field)
    assert.are.equal("connection", refusal({ connection = "" }).field)
    assert.are.equal("proxy", refusal({ proxy = "" }).field)
  end)

  it("from values of another type: that is a wrong call", function()
    for field, value in pairs { base_url = 1, credential = {}, connection = true, timeout = "5",
                                stall_timeout = -1, connect_timeout = 0 / 0 } do
      assert.error_matches(function()
        exchange.session { base_url = BASE, [field] = value }
      end, field)
    end
    assert.has_error(function() core.session() end)
    assert.error_matches(function() core.session {} end, "base_url")
  end)
end)

describe("a session", function()
  for _, url in ipairs { "http://127.0.0.1:8080/x", "http://127.8.9.10", "http://localhost",
                         "http://LOCALHOST:1", "http://[::1]:9", "HTTPS://Graph.Example" } do
    it("takes the base URL " .. url, function()
      assert(exchange.session { base_url = url }):close()
    end)
  end

  it("takes plain http elsewhere only when told to", function()
    assert(exchange.session { base_url = "http://graph.example", allow_http = true }):close()
  end)

  it("shows mode and host and no secret", function()
    local session = exchange.session { base_url = "https://graph.example:8443/app",
      proxy = "http://me:" .. SECRET .. "@proxy.example", connection = "21fd90f9" }
    assert.are.equal("whatsapp (gateway, graph.example:8443)", tostring(session))
    assert.are.equal("whatsapp (direct, graph.example)",
      tostring(exchange.session { base_url = BASE, direct = true }))
  end)

  it("is shut against Lua", function()
    local session = exchange.session { base_url = BASE }
    assert.is_false(getmetatable(session))
    assert.has_error(function() setmetatable(session, {}) end)
    assert.is_nil(session.__gc)
    assert.is_nil(session.credential)
    assert.has_error(function() session.credential = "other" end)
  end)

  -- All that the debug library can reach from a session is functions and names.
  it("holds no secret that the debug library could reach", function()
    local seen = {}
    local function walk(value, path)
      if type(value) == "string" then
        assert.is_nil(value:find(SECRET, 1, true), path)
      elseif type(value) == "table" and not seen[value] then
        seen[value] = true
        for k, v in pairs(value) do walk(v, path .. "." .. tostring(k)) end
      elseif type(value) == "function" and not seen[value] then
        seen[value] = true
        for i = 1, 20 do
          local name, upvalue = debug.getupvalue(value, i)
          if not name then break end
          walk(upvalue, path .. "^" .. i)
        end
      end
    end
    local session = exchange.session { base_url = BASE }
    walk(debug.getmetatable(session), "metatable")
    local uservalue = rawget(debug, "getuservalue")
    if uservalue then walk(uservalue(session), "uservalue") end
    for name, value in pairs(core) do walk(value, name) end
  end)

  it("can be closed twice", function()
    local session = exchange.session { base_url = BASE }
    assert.is_false(session:closed())
    session:close()
    session:close()
    assert.is_true(session:closed())
    assert.are.equal("whatsapp (gateway, graph.example)", tostring(session))
  end)

  it("that is closed starts nothing", function()
    local session = exchange.session { base_url = "http://127.0.0.1:1" }
    local queued = core.submit(session, { method = "GET", url = "http://127.0.0.1:1/" })
    session:close()
    for _, err in ipairs {
      select(2, core.submit(session, { method = "GET", url = "http://127.0.0.1:1/" })),
      select(2, exchange.finish(queued)),
    } do
      assert.are.equal("state, not_sent", err.kind .. ", " .. err.outcome)
    end
  end)

  it("can be closed with an exchange in flight, which then ends", function()
    local server = require("spec.support.server").start_fault_server()
    local session = exchange.session { base_url = server.url }
    local flying = core.submit(session, { method = "GET", url = server.url .. "/slow" })
    assert(core.step(0))
    session:close()
    assert.are.equal(200, (exchange.finish(flying)))
    server:stop()
  end)

  it("is closed by <close>", function()
    local scope = (rawget(_G, "loadstring") or load) [[
      local session = ...
      do local guard <close> = session end
      return session:closed()
    ]]
    if not scope then return end      -- a Lua without it
    assert.is_true(scope(exchange.session { base_url = BASE }))
  end)

  it("survives finalizers that the debug library calls", function()
    local session = exchange.session { base_url = BASE }
    debug.getmetatable(session).__gc(session)
    debug.getmetatable(session).__gc(session)
    session:close()
    assert.is_true(session:closed())
    assert.are.equal("state", select(2, core.submit(session, { method = "GET", url = BASE })).kind)
  end)

  -- Objects made before the core was loaded are finalized after it.
  it("may be found collected by a finalizer at the end", function()
    local output, status = child.run([[
      guard.session = core.session { base_url = "http://127.0.0.1:1", credential = "x",
        user_agent = "x" }
      guard.exchange = core.submit(guard.session, { method = "GET", url = "http://127.0.0.1:1/" })
      guard.core = core
      guard = nil
    ]], [[
      guard = {}
      local function finalize(g)
        print(tostring(g.session):match "^whatsapp", g.session:redact "text")
        g.session:close()
        local _, err = g.core.submit(g.session, { method = "GET", url = "http://127.0.0.1:1/" })
        print(err.kind, g.exchange:done(), (g.core.step(0)), (g.core.drain()))
        g.exchange:cancel()
      end
      if newproxy then
        local proxy, held = newproxy(true), guard
        getmetatable(proxy).__gc = function() finalize(held) end
        guard.proxy = proxy
      else
        setmetatable(guard, { __gc = finalize })
      end
    ]])
    assert.are.equal("whatsapp\ttext\nstate\ttrue\tnil\tnil\n", output)
    assert.are.equal(0, status)
  end)
end)
