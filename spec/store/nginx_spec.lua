-- The store in an lua_shared_dict, and Redis from nginx's side.

local expect = require "spec.support.expect"
local load = require "spec.support.load"
local redis = require "spec.support.redis"
local store = require "whatsapp.store"
local store_worker = require "spec.support.store_worker"

local T = 1700000000

describe("the store in a dictionary", function()
  it("is for nginx", function()
    local ok, err = pcall(store.nginx, "store")
    assert.is_false(ok)
    expect.refused("config", "dict", "not nginx", nil, err)
  end)
end)

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local function item(key, lane, at, body)
  return { key = key, lane = lane or "l", at = at or T, body = body or "x" }
end

describe("the store in a dictionary", function()
  local worker, one

  setup(function() worker = store_worker.start() end)
  teardown(function() worker:stop() end)
  before_each(function()
    worker:run "for _, d in ipairs { 'store', 'tiny' } do ngx.shared[d]:flush_all() ngx.shared[d]:flush_expired() end"
    one = worker:open("nginx", { dict = "store" })
  end)

  local function handled(now)
    local keys = {}
    local claim = one:claim(now, 60)
    while claim do
      keys[#keys + 1] = claim.key
      assert.is_true(one:confirm(claim, now))
      claim = one:claim(now, 60)
    end
    return keys
  end

  it("needs a dictionary that is there", function()
    local ok, err = pcall(worker.open, worker, "nginx", { dict = "nowhere" })
    assert.is_false(ok)
    expect.refused("config", "dict", "nowhere", nil, err)
    assert.are.equal("add `lua_shared_dict nowhere 10m;` to the http block", err.hint)
  end)

  it("is one for all workers: each event once, those of a lane in order", function()
    local list = {}
    for n = 1, 25 do
      for lane = 1, 40 do list[#list + 1] = item(lane .. ":" .. n, "lane " .. lane, T + n, tostring(n)) end
    end
    assert.are.equal(1000, one:add(list, T))
    local workers = {}
    load.eventually("both workers at work", function()
      workers[worker:run([[
        local one, now = whatsapp.store.nginx "store", ...
        local notes = ngx.shared.notes
        if not started then
          started = true
          for _ = 1, 5 do
            ngx.timer.at(0, function()
              while not notes:get "go" do ngx.sleep(0.001) end
              local claim, err = one:claim(now, 600)
              while claim do
                notes:rpush("log", "begin " .. claim.lane .. "|" .. claim.body .. "|" .. ngx.worker.id())
                if claim.body == "5" then ngx.sleep(0.001) end
                notes:rpush("log", "end " .. claim.lane .. "|" .. claim.body .. "|")
                assert(one:confirm(claim, now))
                claim, err = one:claim(now, 600)
              end
              if err then notes:rpush("log", tostring(err)) end
              -- A lane may have been held while the others were empty.
              notes:incr("ended", 1, 0)
            end)
          end
        end
        return ngx.worker.id()
      ]], { T + 100 })] = true
      return workers[0] and workers[1]
    end)
    worker:run "ngx.shared.notes:set('go', true)"
    load.eventually("the end", function() return worker:run "return ngx.shared.notes:get 'ended' or 0" == 10 end)
    -- What was left because its lane was held when the others looked.
    local rest = handled(T + 100)
    local open, last, by, count = {}, {}, {}, 0
    local line = worker:run "return ngx.shared.notes:lpop 'log'"
    while line do
      local what, lane, n, id = line:match "^(%l+) (.*)|(%d+)|(%d*)$"
      assert.is_truthy(what, line)
      if what == "begin" then
        assert.is_nil(open[lane], line)
        assert.are.equal((last[lane] or 0) + 1, tonumber(n), line)
        open[lane], last[lane], by[id], count = n, tonumber(n), true, count + 1
      else
        assert.are.equal(n, open[lane], line)
        open[lane] = nil
      end
      line = worker:run "return ngx.shared.notes:lpop 'log'"
    end
    assert.are.equal(1000, count + #rest)
    assert.are.same({ ["0"] = true, ["1"] = true }, by)
  end)

  it("takes a batch whole or not at all when it is full, and what is in it gets out", function()
    one = worker:open("nginx", { dict = "tiny" })
    local n, err = 0, nil
    while not err do
      local batch = {}
      for i = 1, 3 do batch[i] = item(("%d:%d"):format(n, i), "l" .. i, T + n, ("x"):rep(1000)) end
      local added
      added, err = one:add(batch, T)
      if added then n = n + added end
    end
    expect.refused("io", nil, "no memory", nil, err)
    assert.is_true(n > 50)
    assert.are.same({ n, 0 }, { one:pending(T) })
    expect.refused("io", nil, "no memory", one:put("r", ("x"):rep(5000)))
    local claims = {}
    for i = 1, 3 do claims[i] = assert(one:claim(T, 60)) end
    assert.is_true(one:release(claims[1], T, 0))
    assert.is_true(one:renew(claims[2], T, 90))
    for i = 2, 3 do assert.is_true(one:confirm(claims[i], T)) end
    assert.are.equal(n - 2, #handled(T))
    assert.are.same({ 0 }, { one:pending(T) })
    assert.are.equal(1, one:add({ item("new", "l", T, ("x"):rep(5000)) }, T))
  end)

  it("takes a dead worker's lock when it is full, and pushes nothing out", function()
    local tiny = worker:open("nginx", { dict = "tiny" })
    assert.are.equal(1, tiny:add({ item("in") }, T))
    local filled = worker:run [[
      local dict, n = ngx.shared.tiny, 0
      assert(dict:safe_set("wa:lock", "2147483647 1", 600))
      for size = 4000, 0, -50 do
        while dict:safe_add(("other %06d"):format(n), ("."):rep(size)) do n = n + 1 end
      end
      -- What was used last would be pushed out last.
      for _, name in ipairs(dict:get_keys(0)) do
        if name:find "^wa:" then dict:get(name) end
      end
      return n
    ]]
    assert.is_true(filled > 10)
    assert.are.equal("in", assert(tiny:claim(T, 60)).key)
    assert.are.equal(filled, worker:run [[
      local n = 0
      for _, name in ipairs(ngx.shared.tiny:get_keys(0)) do
        if name:find "^other" then n = n + 1 end
      end
      return n
    ]])
  end)

  it("survives a reload", function()
    assert(one:add({ item "a" }, T))
    local version = assert(one:put("r", "text"))
    local pid = worker:run "return ngx.worker.pid()"
    local file = assert(io.open(worker.directory .. "/nginx.pid"))
    os.execute("kill -HUP " .. file:read "*l")
    file:close()
    load.eventually("new workers", function()
      local ok, now = pcall(worker.run, worker, "return ngx.worker.pid()")
      return ok and now ~= pid
    end)
    assert.are.same({ "text", version }, { one:get "r" })
    assert.are.same({ "a" }, handled(T))
  end)

  -- Does `work` in a worker that is killed just before it writes for the nth time;
  -- false when it does not write so often.
  local function killed_at(n, work)
    local ok = pcall(worker.run, worker, ([[
      local one, n = whatsapp.store.nginx "store", ...
      local real, writes = ngx.shared.store, 0
      local ffi = require "ffi"
      pcall(ffi.cdef, "int kill(int pid, int signal);")
      one.backend.dict.dict = setmetatable({}, { __index = function(_, method)
        return function(_, ...)
          if not method:find "^get" then writes = writes + 1 end
          if writes == n then
            ffi.C.kill(ngx.worker.pid(), 9)
            ngx.sleep(10)
          end
          return real[method](real, ...)
        end
      end })
      local T = %d
      %s
    ]]):format(T, work), { n })
    return not ok
  end

  -- Kills at each write in turn; `check` looks at what is there then.
  local function at_every_write(before, work, check)
    local n = 0
    repeat
      n = n + 1
      worker:run "ngx.shared.store:flush_all() ngx.shared.store:flush_expired()"
      local kept = before()
      local died = killed_at(n, work)
      check(died, kept)
    until not died
    assert.is_true(n > 5, n)
  end

  it("has added all of a batch or nothing when a worker is killed", function()
    at_every_write(function() end, [[
      local function item(key, lane) return { key = key, lane = lane, at = T, body = "x" } end
      assert(one:add({ item("a", "1"), item("b", "2") }, T))
    ]], function(died)
      local count = one:pending(T)
      assert.is_true(count == 2 or died and count == 0, count)
      assert.are.equal(2 - count, one:add({ item("a", "1"), item("b", "2") }, T))
      local keys = handled(T)
      table.sort(keys)
      assert.are.same({ "a", "b" }, keys)
    end)
  end)

  it("has claimed and confirmed all or nothing when a worker is killed", function()
    at_every_write(function()
      assert(one:add({ item("a", "1"), item("b", "1"), item("c", "2") }, T))
    end, [[
      local claim = assert(one:claim(T, 60))
      assert(one:confirm(claim, T))
    ]], function()
      local count = one:pending(T)
      local keys = handled(T + 100)
      assert.are.equal(count, #keys)
      table.sort(keys)
      assert.are.same(count == 3 and { "a", "b", "c" } or { "b", "c" }, keys)
      assert.are.same({ 0 }, { one:pending(T) })
    end)
  end)

  it("has written all of a record or nothing when a worker is killed", function()
    at_every_write(function()
      return assert(one:append("r", "old", assert(one:put("r", "very ", nil, { due = T })), { expires = T + 5 }))
    end, [[
      assert(one:put("r", "new", true, { due = T + 10 }))
      assert(one:append("r", "er", true))
    ]], function(died, version)
      local text, its = one:get "r"
      assert.are.equal(text == "very old", its == version)
      assert.is_true(text == "newer" or died and (text == "new" or text == "very old"), text)
      assert.are.same(its == version and { "r" } or {}, (one:due(T)))
      assert(one:append("r", "!", its))
      assert.are.equal(text .. "!", (one:get "r"))
      assert.is_true(one:remove "r")
      assert.are.same({}, one:list "")
    end)
  end)
end)

describe("the store in SQLite, in nginx", function()
  it("is made before the workers, and is for all of them", function()
    local worker, count, workers = store_worker.start(), 0, {}
    load.eventually("both workers at work", function()
      local id, done = worker:run "return ngx.worker.id(), in_master:append('journal', 'x', true) ~= nil"
      assert.is_true(done)
      workers[id], count = true, count + 1
      return workers[0] and workers[1] and count > 20
    end)
    assert.are.equal(("x"):rep(count), (worker:run "return in_master:get 'journal'"))
    worker:stop()
  end)
end)

describe("the store in Redis, in nginx", function()
  local worker, server, one

  setup(function()
    worker = store_worker.start()
    server = redis.start("--requirepass s3cret", "--no-auth-warning -a s3cret")
  end)
  teardown(function()
    worker:stop()
    server:stop()
  end)
  before_each(function() one = worker:open("redis", { path = server.path, password = "s3cret", database = 1 }) end)

  it("logs in, and goes on after Redis was gone", function()
    assert(one:put("a", "1", true))
    local found, err = worker:open("redis", { path = server.path }):get "a"
    assert.is_nil(found)
    assert.are.equal("auth", err.kind)
    server:halt "TERM"
    found, err = one:get "a"
    assert.is_nil(found)
    assert.are.same({ "io", true }, { err.kind, err.retryable })
    assert.is_falsy(tostring(err):find "s3cret")
    server:start()
    assert.are.equal("1", (one:get "a"))
    assert.are.equal("", (server:cli "--raw get '{whatsapp}:text:a'"):gsub("\n", ""))
    assert.are.equal("1", (server:cli "-n 1 --raw get '{whatsapp}:text:a'"):gsub("\n", ""))
  end)

  it("waits without holding the worker", function()
    server:cli "client pause 2000 all"
    local ticks = worker:run([[
      local one, ticks = whatsapp.store.redis { path = ..., password = "s3cret", database = 1 }, 0
      local thread = ngx.thread.spawn(function() return one:get "a" end)
      while coroutine.status(thread) ~= "zombie" and coroutine.status(thread) ~= "dead" do
        ngx.sleep(0.005)
        ticks = ticks + 1
      end
      return ticks
    ]], { server.path })
    assert.is_true(ticks > 3, ticks)
  end)

  it("cannot wait in every phase", function()
    local kind = worker:run([[
      local one, kind = whatsapp.store.redis { path = ..., password = "s3cret" }
      local old = ngx.get_phase
      ngx.get_phase = function() return "log" end
      local value, err = one:get "a"
      ngx.get_phase = old
      return err.kind
    ]], { server.path })
    assert.are.equal("state", kind)
  end)
end)
