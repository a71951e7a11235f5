-- The store in an SQLite file, and the module under it.

local child = require "spec.support.child"
local expect = require "spec.support.expect"
local files = require "spec.support.files"
local server = require "spec.support.server"
local sqlite = require "whatsapp.sqlite"
local store = require "whatsapp.store"

local T = 1700000000

describe("whatsapp.sqlite", function()
  local db

  before_each(function() db = assert(sqlite.open(":memory:", 0, "")) end)
  after_each(function() db:close() end)

  local function echo(...)
    local n = db:statement("SELECT " .. ("?,"):rep(select("#", ...)):sub(1, -2))
    return select(2, assert(db:row(n, ...)))
  end

  it("gives back what it was given: bytes, numbers, nothing", function()
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    local all = table.concat(bytes):rep(1000)
    assert.is_true(echo(all) == all)
    assert.are.same({ "", "a\0b", "ä", "1" }, { echo("", "a\0b", "ä", "1") })
    assert.are.same({ 0, -1, 2 ^ 53, -2 ^ 53, 0.5, 1e300, -1e-300, 1 / 0, 2 ^ 63, 1, 0 },
      { echo(0, -1, 2 ^ 53, -2 ^ 53, 0.5, 1e300, -1e-300, 1 / 0, 2 ^ 63, true, false) })
    assert.are.same({ n = 3 }, { n = select("#", echo(nil, nil, nil)), echo(nil, nil, nil) })
    assert.are.equal("1700000000", tostring(echo(1700000000)))
    if math.type then
      assert.are.equal("9223372036854775807", tostring(echo(math.tointeger(2 ^ 62) * 2 - 1)))
      assert.are.equal("float", math.type(echo(0.25)))
    end
  end)

  it("keeps integers as integers on every Lua", function()
    assert.are.same({ "integer", "integer", "real", "blob", "null" }, { select(2, assert(db:row(
      db:statement "SELECT CAST(typeof(?1) AS BLOB), typeof(?2), typeof(?3), typeof(?4), typeof(?5)",
      5, 2 ^ 40, 0.5, "5", nil))) })
  end)

  it("counts changes, gives rows and columns", function()
    assert(db:exec "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE u (x)")
    local insert = db:statement "INSERT INTO t (v) VALUES (?)"
    for i, value in ipairs { "a", "b", "c" } do assert.are.same({ 1, i }, { db:run(insert, value) }) end
    assert.are.same({ "a", "b", "c" }, db:column(db:statement "SELECT v FROM t ORDER BY id"))
    assert.are.same({}, db:column(db:statement "SELECT x FROM u"))
    assert.are.same({ true, "b", 2 }, { db:row(db:statement "SELECT v, id FROM t WHERE v = ?", "b") })
    assert.are.same({ false }, { db:row(db:statement "SELECT v FROM t WHERE v = ?", "z") })
    assert.are.same({ 2 }, { (db:run(db:statement "DELETE FROM t WHERE id < ?", 3)) })
  end)

  it("says what is wrong with a statement", function()
    for sql, words in pairs { ["SELEC 1"] = "syntax error", ["SELECT x FROM nowhere"] = "no such table" } do
      local value, message = db:row(db:statement(sql))
      assert.is_nil(value)
      assert.is_truthy(message:find(words, 1, true), message)
    end
    assert.is_nil((db:exec "SELEC 1"))
    assert.is_nil((db:run(db:statement "SELECT ?")))
    assert.is_nil((db:run(db:statement "SELECT 1", 2)))
    assert.has_error(function() db:run(1000) end)
    assert.has_error(function() db:run(0) end)
    assert.has_error(function() db:run(db:statement "SELECT ?", {}) end)
    assert.has_error(function() db.run({}, 1) end)
  end)

  it("is closed once and for all", function()
    local n = db:statement "SELECT 1"
    db:close()
    db:close()
    assert.has_error(function() db:row(n) end)
    assert.has_error(function() db:statement "SELECT 1" end)
  end)

  it("does not open what cannot be opened", function()
    local value, message = sqlite.open("/nowhere/at/all.db", 0, "")
    assert.is_nil(value)
    assert.is_truthy(message:find("unable to open", 1, true))
    assert.is_nil((sqlite.open(":memory:", 0, "no SQL")))
    for _ = 1, 100 do sqlite.open("/nowhere/at/all.db", 0, "") end
    collectgarbage()
  end)
end)

describe("the store in a file", function()
  local directory, path

  before_each(function()
    directory = server.make_directory()
    path = directory .. "/bot.db"
  end)
  after_each(function() server.remove_directory(directory) end)

  it("keeps everything while nobody has it open", function()
    local one = store.sqlite(path)
    assert(one:add({ { key = "a", lane = "l", at = T, body = "x", seen = { "l" } } }, T))
    local version = assert(one:put("r", "text", nil, { due = T }))
    assert(one:advance("s", 5, T))
    one:close()
    local two = store.sqlite { path = path }
    assert.are.equal(0, two:add({ { key = "a", lane = "l", at = T, body = "x" } }, T))
    assert.are.same({ "x", T }, { two:claim(T, 60).body, (two:last_seen "l") })
    assert.are.same({ "text", version }, { two:get "r" })
    assert.are.same({ "r" }, (two:due(T)))
    assert.is_false(two:advance("s", 4, T))
    two:close()
  end)

  it("is told what a file is not", function()
    local file = assert(io.open(path, "w"))
    file:write(("no database "):rep(1000))
    file:close()
    for wrong, words in pairs { [path] = "not a database", ["/nowhere/bot.db"] = "unable to open",
                                [directory] = "unable to open" } do
      local ok, err = pcall(store.sqlite, wrong)
      assert.is_false(ok)
      expect.refused("config", "path", words, nil, err)
    end
    local ok, err = pcall(store.sqlite)
    assert.is_false(ok)
    expect.refused("config", "path", "must be a string", nil, err)
  end)

  it("answers an io error while another holds it, and works again", function()
    local one, other = store.sqlite { path = path, busy_timeout = 0.01 }, assert(sqlite.open(path, 0, ""))
    assert(other:exec "BEGIN IMMEDIATE")
    local added, err = one:add({ { key = "a", lane = "l", at = T, body = "x" } }, T)
    expect.refused("io", nil, "locked", added, err)
    assert.is_true(err.retryable)
    expect.refused("io", nil, "locked", one:put("r", "x"))
    assert.are.same({ 0 }, { one:pending(T) })
    assert(other:exec "COMMIT")
    other:close()
    assert.are.equal(1, one:add({ { key = "a", lane = "l", at = T, body = "x" } }, T))
    one:close()
  end)

  it("waits for another that makes the same new file", function()
    local other = child.start(([[
      local db = assert(require("whatsapp.sqlite").open(%q, 0, ""))
      assert(db:exec "BEGIN IMMEDIATE")
      print "held"
      require("socket").sleep(0.3)
      assert(db:exec "COMMIT")
    ]]):format(path))
    assert.are.equal("held", other.pipe:read "*l")
    local one = store.sqlite { path = path, busy_timeout = 30 }
    assert(one:put("r", "x"))
    one:close()
    assert.are.same({ "", 0 }, { other:finish() })
  end)

  it("says yes to nothing while its file is moved, removed or replaced", function()
    local one = store.sqlite(path)
    local function item(key) return { key = key, lane = "l", at = T, body = "x" } end
    assert.are.equal(1, one:add({ item "a" }, T))
    assert(os.rename(path, path .. ".moved"))
    for _ = 1, 2 do
      expect.refused("io", nil, "moved or removed", one:add({ item "b" }, T))
      expect.refused("io", nil, "moved or removed", one:put("r", "text"))
      assert(io.open(path, "w")):close()
    end
    assert.is_true(one:confirm(assert(one:claim(T, 60)), T))
    assert(os.rename(path .. ".moved", path))
    assert.are.equal(1, one:add({ item "b" }, T))
    assert(os.remove(path))
    expect.refused("io", nil, "moved or removed", one:add({ item "c" }, T))
    one:close()
    local private = store.sqlite ":memory:"
    assert.are.equal(1, private:add({ item "a" }, T))
    private:close()
  end)

  it("takes a batch whole or not at all when the disk is full", function()
    local one = store.sqlite(path)
    local db = one.backend.db
    local pages = select(2, db:row(db:statement "PRAGMA page_count"))
    assert(db:exec(("PRAGMA max_page_count = %d"):format(pages + 20)))
    local batch = {}
    for i = 1, 100 do batch[i] = { key = "k" .. i, lane = "l", at = T, body = ("x"):rep(4000) } end
    expect.refused("io", nil, "full", one:add(batch, T))
    assert.are.same({ 0 }, { one:pending(T) })
    assert(db:exec "PRAGMA max_page_count = 100000")
    assert.are.equal(100, one:add(batch, T))
    one:close()
  end)

  it("loads without the module only as far as saying which rock to install", function()
    local output, status = child.run(([[
      package.preload["whatsapp.sqlite"] = function() error "no such thing" end
      local ok, err = pcall(whatsapp.store.sqlite, %q)
      print(ok, err.kind, err.hint)
    ]]):format(path))
    assert.are.equal(0, status, output)
    assert.is_truthy(output:find "^false%s+config%s+install the rock whatsapp%-sqlite")
  end)

  it("can be used on both sides of a fork", function()
    local output, status = child.run(([[
      local one = whatsapp.store.sqlite { path = %q, busy_timeout = 30 }
      local pids = {}
      for p = 1, 4 do
        assert(one:put("before " .. p, "x"))
        local pid = posix.fork()
        if pid == 0 then
          for i = 1, 25 do
            -- A lane of its own, since another's may be held: so there is one to claim.
            local name = p .. ":" .. i
            assert(one:add({ { key = name, lane = name, at = i, body = "x" } }, %d))
            local claim = assert(one:claim(%d, 600))
            assert(one:confirm(claim, %d))
          end
          assert(one:put("after " .. p, "x"))
          posix.exit(0)
        end
        pids[p] = pid
      end
      for i = 1, 25 do assert(one:append("parent", i .. " ", true)) end
      for p = 1, 4 do assert(posix.wait(pids[p]) == 0) end
      print(#one:list "before", #one:list "after", (one:pending(%d)))
      one:close()
    ]]):format(path, T, T, T, T))
    assert.are.same({ "4\t4\t0\n", 0 }, { output, status })
    local two = store.sqlite(path)
    assert.are.equal(25, select(2, two:get("parent"):gsub(" ", "")))
    two:close()
    local db = assert(sqlite.open(path, 0, ""))
    assert.are.equal("ok", (select(2, db:row(db:statement "PRAGMA integrity_check"))))
    db:close()
  end)

  it("does not lose the file when a child ends, closes or is collected", function()
    local output, status = child.run(([[
      local one = whatsapp.store.sqlite(%q)
      assert(one:put("a", "1"))
      for _, ending in ipairs { "close", "collect", "exit" } do
        local pid = posix.fork()
        if pid == 0 then
          if ending == "close" then one:close() end
          if ending == "collect" then one = nil collectgarbage() collectgarbage() end
          posix.exit(0)
        end
        assert(one:append("a", "2", true))
        assert(posix.wait(pid) == 0)
        assert(one:append("a", "3", true))
      end
      print((one:get "a"))
    ]]):format(path))
    assert.are.same({ "1232323\n", 0 }, { output, status })
  end)

  it("finds its file again after a fork from another directory", function()
    local output, status = child.run(([[
      local one = whatsapp.store.sqlite "bot.db"
      assert(one:put("a", "1"))
      require("lfs").chdir "/"
      local pid = posix.fork()
      if pid == 0 then posix.exit(0) end
      posix.wait(pid)
      print((one:get "a"))
    ]]), ("require('lfs').chdir %q"):format(directory))
    assert.are.same({ "1\n", 0 }, { output, status })
    assert.is_truthy(#files.read(path) > 0)
  end)
end)
