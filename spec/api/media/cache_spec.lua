-- Media ids by content: bounded, with an end, and one upload for the same bytes.

local cache = require "whatsapp.api.media.cache"
local native = require "whatsapp.loop.native"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local DAY = 24 * 60 * 60

describe("the cache", function()
  it("gives an id back for 25 days", function()
    local ids = cache.new()
    ids:put("a", "1", 1000)
    assert.are.equal("1", ids:get("a", 1000))
    assert.are.equal("1", ids:get("a", 999 + 25 * DAY))
    assert.is_nil(ids:get("a", 1000 + 25 * DAY))
    assert.is_nil(ids:get("a", 1000))
  end)

  it("forgets what it is told to, and what it never knew", function()
    local ids = cache.new()
    ids:put("a", "1", 0)
    ids:put("a", "2", 0)
    assert.are.equal("2", ids:get("a", 0))
    ids:drop "a"
    ids:drop "b"
    assert.is_nil(ids:get("a", 0))
  end)

  it("forgets an id under all its keys, and no other", function()
    local ids = cache.new()
    ids:put("a", "1", 0)
    ids:put("b", "1", 0)
    ids:put("c", "2", 0)
    ids:drop_id "1"
    ids:drop_id "3"
    assert.are.same({ n = 3, nil, nil, "2" }, { n = 3, ids:get("a", 0), ids:get("b", 0), (ids:get("c", 0)) })
  end)

  it("keeps 1000: those that were asked for last", function()
    local ids = cache.new()
    for i = 1, 1000 do ids:put("key " .. i, tostring(i), 0) end
    assert.are.equal("1", ids:get("key 1", 0))
    ids:put("one more", "1001", 0)
    assert.are.equal("1", ids:get("key 1", 0))
    assert.is_nil(ids:get("key 2", 0))
    assert.are.equal("3", ids:get("key 3", 0))
  end)

  it("lets go of a claim when its owner is gone", function()
    local ids = cache.new()
    local claim = ids:claim "a"
    collectgarbage()
    collectgarbage()
    assert.is_true(ids:is_claimed "a")
    ids:release("a", claim)
    assert.is_false(ids:is_claimed "a")
    claim = ids:claim "b" -- luacheck: ignore
    claim = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_false(ids:is_claimed "b")
  end)
end)

describe("with media_cache", function()
  local box

  setup(function() box = assert(sandbox.start { gateway_rate = false }) end)
  teardown(function() box:stop() end)

  local function client(more)
    local options = box:options()
    options.rate, options.media_cache = false, true
    for name, value in pairs(more or {}) do options[name] = value end
    return whatsapp.new(options)
  end

  local function uploads()
    local count = 0
    for _, request in ipairs(box:requests()) do
      if request.method == "POST" and request.path:find "/media$" then count = count + 1 end
    end
    return count
  end

  -- How many uploads `work` makes.
  local function count(work)
    local before = uploads()
    work()
    return uploads() - before
  end

  local function temporary(bytes)
    local name = os.tmpname()
    local file = assert(io.open(name, "wb"))
    file:write(bytes)
    file:close()
    return name
  end

  it("the same bytes are uploaded once, wherever they lie", function()
    local wa = client()
    local name, ids = temporary "same bytes", {}
    assert.are.equal(1, count(function()
      ids[1] = assert(wa.media:upload { data = "same bytes", type = "text/plain" }).id
      ids[2] = assert(wa.media:upload { file = name, type = "text/plain" }).id
      ids[3] = assert(wa.media:upload({ data = "same bytes", type = "text/plain" }, { timeout = 5 })).id
    end))
    os.remove(name)
    assert.are.equal(ids[1], ids[2])
    assert.are.equal(ids[1], ids[3])
  end)

  it("a large file is hashed as a whole", function()
    local wa = client()
    local bytes = ("0123456789abcdef"):rep(400000)
    local name, other = temporary(bytes .. "a"), temporary(bytes .. "b")
    assert.are.equal(2, count(function()
      for _, file in ipairs { name, other, name, other } do
        assert(wa.media:upload { file = file, type = "application/pdf" })
      end
    end))
    os.remove(name)
    os.remove(other)
  end)

  it("other bytes, types and numbers are other uploads", function()
    local wa = client()
    assert.are.equal(4, count(function()
      assert(wa.media:upload { data = "bytes", type = "text/plain" })
      assert(wa.media:upload { data = "other bytes", type = "text/plain" })
      assert(wa.media:upload { data = "bytes", type = "application/pdf" })
      assert(wa:with { phone_number_id = box.second_phone_number_id }.media:upload {
        data = "bytes", type = "text/plain" })
    end))
  end)

  it("siblings share it; a call may go without", function()
    local wa = client { media_cache = false }
    local cached = assert(wa:with { media_cache = true })
    local source = { data = "for siblings", type = "text/plain" }
    assert.are.equal(1, count(function()
      assert(cached.media:upload(source))
      assert(wa.media:upload(source, { media_cache = true }))
    end))
    assert.are.equal(2, count(function()
      assert(wa.media:upload(source))
      assert(cached.media:upload(source, { media_cache = false }))
    end))
  end)

  it("what was deleted is uploaded again", function()
    local wa = client()
    local source = { data = "to be deleted", type = "text/plain" }
    local first = assert(wa.media:upload(source)).id
    assert.is_true(wa.media:delete(tonumber(first) < 2 ^ 53 and tonumber(first) or first))
    local second
    assert.are.equal(1, count(function() second = assert(wa.media:upload(source)).id end))
    assert.are_not.equal(first, second)
    assert(wa.media:get(second))
    assert(wa:with({ phone_number_id = box.second_phone_number_id }).media:delete(second))
    assert.are.equal(1, count(function() assert(wa.media:upload(source)) end))
  end)

  it("what a link brings is known by its bytes", function()
    local wa = client()
    assert.are.equal(1, count(function()
      assert(wa.media:upload { fetch = box.link })
      assert(wa.media:upload { fetch = box.link:gsub("photo", "moved") })
    end))
  end)

  it("many at once upload once", function()
    if not native.suspends then return end
    local wa, items = client(), {}
    for i = 1, 30 do items[i] = i end
    assert.are.equal(1, count(function()
      local results, errors = whatsapp.parallel(10, items, function(i)
        return wa:send { to = "+1555123456" .. i % 10,
                         document = { data = "for everybody", type = "text/plain" } }
      end)
      assert.are.same({}, errors)
      assert.are.equal(30, results.n)
    end))
  end)

  it("one that fails leaves it to the next", function()
    if not native.suspends then return end
    local wa = client { retries = 0 }
    box:fault { path = "/media$", code = 131000, delay = 0.1 }
    local results, errors = whatsapp.parallel(3, { 1, 2, 3 }, function()
      return wa.media:upload { data = "fails first", type = "text/plain" }
    end)
    local good, bad = 0, 0
    for i = 1, results.n do
      if results[i] then good = good + 1 end
      if errors[i] then bad = bad + 1 end
    end
    assert.are.equal("2 good, 1 bad", ("%d good, %d bad"):format(good, bad))
    box:clear_faults()
  end)
end)
