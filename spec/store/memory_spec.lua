-- The memory store's lanes when they are long.

local store = require "whatsapp.store"

local T = 1800000000

describe("a long lane in memory", function()
  local one

  before_each(function() one = store.memory() end)

  local function add(name, at)
    assert.are.equal(1, one:add({ { key = name, lane = "l", at = at, body = "" } }, T))
  end

  local function handle_all()
    local order = {}
    local claim = one:claim(T, 60)
    while claim do
      order[#order + 1] = { at = claim.at, key = claim.key }
      assert.is_true(one:confirm(claim, T))
      claim = one:claim(T, 60)
    end
    return order
  end

  it("is in order however its events came, equal times as they came", function()
    math.randomseed(20262)
    local expected = {}
    for i = 1, 500 do
      local at = math.random(100)
      add(("%04d"):format(i), at)
      expected[i] = { at = at, key = ("%04d"):format(i) }
    end
    table.sort(expected, function(a, b) return a.at < b.at or a.at == b.at and a.key < b.key end)
    assert.are.same(expected, handle_all())
    assert.are.same({ 0 }, { one:pending(T) })
  end)

  it("gives out of its midst what was claimed before older ones came", function()
    for i = 1, 9 do
      add("claimed" .. i, 100)
      local claim = assert(one:claim(T, 60))
      assert.are.equal("claimed" .. i, claim.key)
      for n = 1, i do add(("older %d.%d"):format(i, n), n) end
      for n = i, 9 do add(("younger %d.%d"):format(i, n), 100 + n) end
      assert.is_true(one:confirm(claim, T))
      assert.are.equal(10, #handle_all())
    end
  end)

  -- The steps of Lua's machine, which are the same in every run.
  local function steps_of(work)
    if rawget(_G, "jit") then
      jit.off()
      jit.flush()
    end
    local count = 0
    debug.sethook(function() count = count + 1 end, "", 100)
    work()
    debug.sethook()
    if rawget(_G, "jit") then jit.on() end
    return count
  end

  it("takes twice the steps for twice the events, newest first", function()
    local function fill(lane, n)
      return steps_of(function()
        for i = n, 1, -1 do
          assert(one:add({ { key = lane .. i, lane = lane, at = T + i, body = "" } }, T))
        end
      end)
    end
    local few = fill("few", 1000)
    assert.is_true(few > 100)
    assert.is_true(fill("many", 2000) < 2.8 * few)
  end)
end)
