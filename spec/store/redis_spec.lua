-- The store in Redis: connections that break, a Redis that stops, who may log in.

local child = require "spec.support.child"
local expect = require "spec.support.expect"
local load = require "spec.support.load"
local loops = require "spec.support.loops"
local redis = require "spec.support.redis"
local store = require "whatsapp.store"

local T = 1700000000

local function item(key, lane)
  return { key = key, lane = lane or "l", at = T, body = "body of " .. key }
end

-- That Redis refused something.
local function said_no(kind, words, value, err)
  assert.is_nil(value)
  assert.are.same({ kind, "rejected" }, { err.kind, err.outcome })
  assert.is_truthy(tostring(err):find(words, 1, true), tostring(err))
  return err
end

-- Passes bytes on, but loses every fifth answer: its connection ends instead.
local PROXY = [[
  local socket = require "socket"
  local listener = assert(socket.bind("127.0.0.1", 0))
  print((select(2, listener:getsockname())))
  local peers, answers, from_redis = {}, 0, {}
  local function close(one)
    local other = peers[one]
    if not other then return end
    peers[one], peers[other] = nil, nil
    one:close()
    other:close()
  end
  while true do
    local all = { listener }
    for one in pairs(peers) do all[#all + 1] = one end
    for _, one in ipairs(socket.select(all)) do
      if one == listener then
        local client, server = listener:accept(), assert(socket.connect("127.0.0.1", %d))
        client:settimeout(0)
        server:settimeout(0)
        peers[client], peers[server], from_redis[server] = server, client, true
      elseif peers[one] then
        local data, err, part = one:receive(65536)
        data = data or part
        if from_redis[one] and #data > 0 then answers = answers + 1 end
        if err == "closed" or (from_redis[one] and answers %% 5 == 0) then
          close(one)
        elseif #data > 0 then
          peers[one]:settimeout(10)
          peers[one]:send(data)
          peers[one]:settimeout(0)
        end
      end
    end
  end
]]

describe("the store in Redis", function()
  local server, one

  setup(function() server = redis.start() end)
  teardown(function() server:stop() end)
  before_each(function()
    if not server.process then server:start() end
    server:cli "flushall"
    one = store.redis { path = server.path }
  end)
  after_each(function() one:close() end)

  it("keeps its keys in one slot, under its prefix", function()
    assert(one:add({ item "a", item("b", "2") }, T))
    assert(one:claim(T, 60))
    assert(one:put("r", "x", nil, { due = T, expires = T }))
    assert(one:advance("s", 1, T))
    local other = store.redis { path = server.path, prefix = "other" }
    assert(other:put("r", "y"))
    other:close()
    local prefixes, count = {}, 0
    for key in server:cli("--raw keys '*'"):gmatch "[^\n]+" do
      prefixes[key:match "^{.-}:"] = true
      count = count + 1
    end
    assert.are.same({ ["{whatsapp}:"] = true, ["{other}:"] = true }, prefixes)
    assert.is_true(count > 10)
  end)

  it("leaves nothing behind of what is handled and forgotten", function()
    assert(one:add({ { key = "a", lane = "l", at = T, body = "x", seen = { "c" } } }, T))
    assert.is_true(one:confirm(one:claim(T, 60), T))
    assert(one:advance("s", 1, T))
    assert(one:put("r", "x", nil, { due = T, expires = T }))
    assert.is_true(one:purge(T + 31 * 24 * 3600))
    assert.are.equal("{whatsapp}:numbers\n", server:cli "--raw keys '*'")
  end)

  it("answers an io error while Redis is down, and loses nothing when it stops", function()
    assert(one:add({ item "a", item "b" }, T))
    local claim = one:claim(T, 60)
    local version = assert(one:append("j", "1"))
    server:halt "TERM"
    -- The kept connection broke: whether Redis saw the first is not known.
    local added, err = one:add({ item "c" }, T)
    assert.is_nil(added)
    assert.are.same({ "io", "unknown", true }, { err.kind, err.outcome, err.retryable })
    expect.refused("io", nil, "Redis", one:claim(T, 60))
    expect.refused("io", nil, "Redis", one:get "j")
    server:start()
    assert.are.equal(1, one:add({ item "b", item "c" }, T))
    assert.is_true(one:confirm(claim, T))
    assert.are.same({ "b", 2 }, { one:claim(T, 60).key, (one:pending(T)) })
    assert(one:append("j", "2", version))
    assert.are.equal("12", (one:get "j"))
  end)

  it("loses nothing of what it said yes to when Redis is killed", function()
    local known = {}
    for round = 1, 3 do
      for i = 1, 50 do
        local key = round .. ":" .. i
        assert.are.equal(1, one:add({ item(key, key) }, T))
        known[key] = true
      end
      server:halt "KILL"
      server:start()
    end
    local claim = one:claim(T, 60)
    while claim do
      assert.is_true(known[claim.key])
      known[claim.key] = nil
      assert.is_true(one:confirm(claim, T))
      claim = one:claim(T, 60)
    end
    assert.are.same({}, known)
  end)

  it("loads its scripts again when Redis forgot them", function()
    assert(one:put("a", "1"))
    server:cli "script flush"
    assert(one:put("b", "1"))
    assert.are.equal("1", (one:get "a"))
  end)

  it("does nothing twice when answers are lost", function()
    local proxy = child.start(PROXY:format(server.port))
    local through = store.redis { port = tonumber(proxy.pipe:read "*l") }
    for i = 1, 40 do
      assert(through:add({ item("k" .. i, "lane") }, T))
      assert(through:append("journal", i .. " ", true))
      assert.is_true(through:advance("id" .. i, 3, T))
    end
    for i = 1, 40 do
      local claim = assert(through:claim(T, 60))
      assert.are.same({ "k" .. i, 1 }, { claim.key, claim.tries })
      if i % 2 == 0 then
        assert.is_true(through:release(claim, T, 0))
        claim = assert(through:claim(T, 60))
        assert.are.same({ "k" .. i, 2 }, { claim.key, claim.tries })
      end
      assert.is_true(through:confirm(claim, T))
      local text, version = through:get "counter"
      assert(through:put("counter", tostring((tonumber(text) or 0) + 1), version))
      if i % 10 == 0 then
        text, version = through:get "journal"
        assert(through:put("old " .. i, text))
        assert.is_true(through:remove("old " .. i, true))
        assert(version)
      end
    end
    through:close()
    proxy:kill()
    proxy:finish()
    assert.are.same({ 0 }, { one:pending(T) })
    assert.are.equal("40", (one:get "counter"))
    local expected = {}
    for i = 1, 40 do expected[i] = i .. " " end
    assert.are.equal(table.concat(expected), (one:get "journal"))
    assert.are.same({ "counter", "journal" }, one:list "")
  end)

  it("does not wait for ever", function()
    local hasty = store.redis { path = server.path, timeout = 2 }
    assert(hasty:put("a", "1"))
    local pid = server:pid()
    os.execute("kill -STOP " .. pid)
    local value, err = hasty:put("a", "2", true)
    os.execute("kill -CONT " .. pid)
    assert.is_nil(value)
    assert.are.same({ "io", "unknown", true }, { err.kind, err.outcome, err.retryable })
    assert.is_truthy(tostring(err):find("no answer within 2 s", 1, true), tostring(err))
    assert(hasty:put("a", "3", true))
    hasty:close()
    assert.are.equal("3", (one:get "a"))
  end)

  it("takes a batch whole or not at all when Redis is full", function()
    server:cli "config set maxmemory 20mb"
    local batch = {}
    for i = 1, 20 do batch[i] = { key = "k" .. i, lane = "l", at = T, body = ("x"):rep(100000) } end
    local n, err = 0, nil
    while not err do
      for i = 1, #batch do batch[i].key = n .. ":" .. i end
      local added
      added, err = one:add(batch, T)
      if added then n = n + added end
    end
    server:cli "config set maxmemory 0"
    said_no("io", "maxmemory", nil, err)
    assert.are.equal(n, (one:pending(T)))
    assert.are.equal(20, one:add(batch, T))
  end)

  it("gives out what is in it when Redis is full, until it is empty", function()
    for i = 1, 200 do assert(one:add({ item("k" .. i, "l" .. i % 7) }, T)) end
    server:cli "config set maxmemory 1mb"
    said_no("io", "maxmemory", one:add({ item "more" }, T))
    local first = assert(one:claim(T, 60))
    assert.is_true(one:renew(first, T, 60))
    assert.is_true(one:advance("s", 1, T))
    assert.is_true(one:release(first, T, 0))
    for _ = 1, 200 do assert.is_true(one:confirm(assert(one:claim(T, 60)), T)) end
    server:cli "config set maxmemory 0"
    assert.are.same({ 0 }, { one:pending(T) })
  end)

  it("takes a large batch", function()
    local batch = {}
    for i = 1, 5000 do batch[i] = { key = "k" .. i, lane = "l" .. i % 7, at = T, body = "x", seen = { "a", "b" } } end
    assert.are.equal(5000, one:add(batch, T))
    assert.are.equal(5000, (one:pending(T)))
  end)

  it("refuses a Redis that would throw events away", function()
    server:cli "config set maxmemory 100mb"
    server:cli "config set maxmemory-policy allkeys-lru"
    expect.refused("config", "store", "allkeys-lru", one:get "a")
    server:cli "config set maxmemory-policy noeviction"
    assert.is_nil(select(2, one:get "a"))
    server:cli "config set maxmemory 0"
  end)

  it("says that the clocks differ, once", function()
    for seconds, said in pairs { [0] = 0, [100] = 1, [-100] = 1 } do
      local output, status = child.run(([[
        local store = whatsapp.store.redis { port = %d }
        for _ = 1, 2 do
          assert(not select(2, store:get "a"))
          store.backend.link:close()
        end]]):format(server.port), ("local time = os.time; os.time = function(...) return time(...) + %d end")
        :format(seconds))
      assert.are.equal(0, status, output)
      local _, count = output:gsub("clock of this machine and that of Redis are %d+ s apart", "")
      assert.are.equal(said, count, output)
    end
  end)

  it("is one database of several", function()
    local second = store.redis { url = ("redis://127.0.0.1:%d/2"):format(server.port) }
    assert(second:put("a", "2"))
    assert.is_nil((one:get "a"))
    assert.are.equal("2", server:cli("-n 2 --raw get '{whatsapp}:text:a'"):sub(1, 1))
    second:close()
  end)

  it("says that nobody is there", function()
    local nobody = store.redis { host = "127.0.0.1", port = 1 }
    expect.refused("io", nil, "127.0.0.1:1", nobody:get "a")
    expect.refused("io", nil, "/nowhere", store.redis { path = "/nowhere" }:get "a")
    expect.refused("io", nil, "nowhere.invalid", store.redis { host = "nowhere.invalid" }:get "a")
  end)

  it("can be used on both sides of a fork", function()
    local output, status = child.run(([[
      local one = whatsapp.store.redis { path = %q }
      assert(one:put("n", "0"))
      local function count()
        for _ = 1, 50 do
          repeat
            local text, version = one:get "n"
            local done, err = one:put("n", tostring(text + 1), version)
            assert(done or err.conflict, tostring(err))
          until done
        end
      end
      local pids = {}
      for p = 1, 3 do
        pids[p] = posix.fork()
        if pids[p] == 0 then
          count()
          one:close()
          posix.exit(0)
        end
      end
      count()
      for p = 1, 3 do assert(posix.wait(pids[p]) == 0) end
      print((one:get "n"))
    ]]):format(server.path))
    assert.are.same({ "200\n", 0 }, { output, status })
  end)

  it("lets the other coroutines of cqueues go on", function()
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then return end
    local pid, ticks, got = server:pid(), 0, {}
    assert(one:put("a", "1"))
    loops.cqueues.run(function()
      os.execute("kill -STOP " .. pid)
      for i = 1, 5 do
        loops.cqueues.spawn(function() got[i] = one:get "a" end)
      end
      loops.cqueues.spawn(function()
        while ticks < 20 do
          loops.cqueues.sleep(0.001)
          ticks = ticks + 1
        end
        assert.are.equal(0, #got)
        os.execute("kill -CONT " .. pid)
      end)
    end)
    assert.are.same({ "1", "1", "1", "1", "1" }, got)
    assert.are.equal("1", (one:get "a"))
    loops.cqueues.run(function() assert.are.equal("1", (one:get "a")) end)
  end)

  it("says which rock to install when the module is not there", function()
    local output, status = child.run [[
      package.preload["whatsapp.hiredis"] = function() error "no such thing" end
      local ok, err = pcall(whatsapp.store.redis)
      print(ok, err.kind, err.hint)
    ]]
    assert.are.equal(0, status, output)
    assert.is_truthy(output:find "^false%s+config%s+install the rock whatsapp%-redis", output)
  end)
end)

describe("a Redis with a password", function()
  local SECRET = "s3cr%et:/@word"
  local server

  setup(function()
    server = redis.start(("--requirepass '%s'"):format(SECRET), ("--no-auth-warning -a '%s'"):format(SECRET))
  end)
  teardown(function() server:stop() end)

  local function no_secret(...)
    for i = 1, select("#", ...) do
      assert.is_falsy(tostring((select(i, ...))):find("s3cr", 1, true), tostring((select(i, ...))))
    end
  end

  it("lets in who knows it", function()
    local one = store.redis { path = server.path, password = SECRET }
    assert(one:put("a", "1"))
    no_secret(one)
    one:close()
    local url = ("redis://:s3cr%%25et%%3A%%2F%%40word@127.0.0.1:%d"):format(server.port)
    one = store.redis(url)
    assert.are.equal("1", (one:get "a"))
    one:close()
    local output, status = child.run([[print((whatsapp.store.redis():get "a"))]], nil,
      ("WHATSAPP_REDIS_URL='%s'"):format(url))
    assert.are.same({ "1\n", 0 }, { output, status })
  end)

  it("lets in a user by name", function()
    server:cli "acl setuser bot on '>s3cret' '~*' +@all -info"
    server:cli "acl setuser weak on '>s3cret' '~*' +@read"
    local one = store.redis { path = server.path, username = "bot", password = "s3cret" }
    assert(one:put("b", "1"))
    one:close()
    one = store.redis { path = server.path, username = "weak", password = "s3cret" }
    said_no("permission", "NOPERM", one:put("c", "1"))
    one:close()
  end)

  it("keeps others out, and says nothing of what they tried", function()
    local err = said_no("auth", "password", store.redis { path = server.path }:get "a")
    assert.are.equal("give the password: password = …, or in the url", err.hint)
    err = said_no("auth", "WRONGPASS", store.redis { path = server.path, password = "s3cret" }:get "a")
    no_secret(err, err.hint)
  end)
end)

describe("the options of a store in Redis", function()
  local function refused(options, field, words)
    local ok, err = pcall(store.redis, options)
    assert.is_false(ok)
    expect.refused("config", field, words, nil, err)
    assert.is_falsy(tostring(err):find("s3cret", 1, true))
  end

  it("are checked", function()
    refused({ port = 70000 }, "port", "65535")
    refused({ hots = "a" }, "hots", "unknown")
    refused({ prefix = "{a}" }, "prefix", "braces")
    refused({ timeout = 0 }, "timeout", "above 0")
    refused({ host = "a", url = "redis://b" }, "url", "keep one")
    refused("rediss://:s3cret@host", "url", "TLS")
    for _, url in ipairs { "http://:s3cret@host", "redis://", "redis://:s3cret@", "redis://:s3cret@host:port",
                           "redis://:s3cret@ho st", "redis://:s3cret@host/x", "unix://s3cret" } do
      refused(url, "url", "must look like")
    end
    refused("redis://:s3cret@host:99999", "url", "65535")
  end)

  it("are read from a URL", function()
    local read = require("whatsapp.store.redis.options").read
    local function place(url)
      local found = read { url = url }
      return { found.path or found.host, found.port, found.database, found.username, found.password }
    end
    assert.are.same({ "h.example", 6379, 0 }, place "redis://h.example")
    assert.are.same({ "h", 7000, 3 }, place "redis://h:7000/3")
    assert.are.same({ "::1", 7000, 0 }, place "redis://[::1]:7000/")
    assert.are.same({ "h", 6379, 0, "u", "p:@" }, place "redis://u:p%3A%40@h")
    assert.are.same({ "h", 6379, 5, [5] = "p" }, place "redis://:p@h/5")
    assert.are.same({ "/run/redis socket", 6379, 0 }, place "unix:///run/redis%20socket")
  end)
end)

describe("whatsapp.hiredis", function()
  local hiredis = require "whatsapp.hiredis"
  local server, connection

  setup(function() server = redis.start() end)
  teardown(function() server:stop() end)
  before_each(function() connection = assert(hiredis.connect(server.path)) end)
  after_each(function() connection:close() end)

  local function call(...)
    assert(connection:send(...))
    local what, value
    load.eventually("a reply", function()
      what, value = connection:step()
      if what == "read" or what == "write" then connection:poll(what, 0.1) end
      return what ~= "read" and what ~= "write"
    end)
    return what, value
  end

  it("gives back any bytes, and what Redis has beside them", function()
    local bytes = ("\0\1\255\r\n"):rep(100000)
    assert.are.same({ "reply", "OK" }, { call("set", "k", bytes) })
    local what, value = call("get", "k")
    assert.is_true(what == "reply" and value == bytes)
    assert.are.same({ "reply", false }, { call("get", "nothing") })
    assert.are.same({ "reply", 5 }, { call("incrby", "n", 5) })
    assert.are.same({ "reply", "" }, { call("echo", "") })
    assert.are.same({ "reply", { "5", false, "5" } }, { call("mget", "n", "nothing", "n") })
    assert.are.same({ "reply", { {}, { 1, { "a" } } } }, { call("eval", "return { {}, { 1, { 'a' } } }", "0") })
  end)

  it("tells an error of Redis from a lost connection", function()
    local what, value = call "nonsense"
    assert.are.equal("error", what)
    assert.is_truthy(value:find "^ERR unknown command")
    what, value = call "quit"
    assert.are.same({ "reply", "OK" }, { what, value })
    what, value = call "ping"
    assert.is_nil(what)
    assert.is_string(value)
  end)

  it("survives writing to a Redis that is gone", function()
    assert.are.same({ "reply", "PONG" }, { call "ping" })
    server:cli "client kill type normal"
    for _ = 1, 3 do assert.is_nil((call("set", "k", ("x"):rep(1000000)))) end
  end)

  it("is closed once and for all", function()
    connection:close()
    connection:close()
    assert.has_error(function() connection:step() end)
    assert.has_error(function() connection:send "ping" end)
    assert.has_error(function() connection:fd() end)
    connection = assert(hiredis.connect(server.path))
    assert.is_nil((connection:send()))
    assert.has_error(function() connection:send({}) end)
  end)

  it("does not connect to what is not there", function()
    local value, message = hiredis.connect "/nowhere"
    assert.is_nil(value)
    assert.is_string(message)
    for _ = 1, 50 do hiredis.connect "/nowhere" end
    collectgarbage()
  end)
end)
