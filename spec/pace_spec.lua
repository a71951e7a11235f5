-- Pacing, with a clock that the spec turns.

local pace = require "whatsapp.pace"

-- When `n` calls that all come at `now` may go.
local function turns(bucket, n, now)
  local times = {}
  for i = 1, n do times[i] = now + bucket:take(now) end
  return times
end

-- The most of these times (in order) in any span of so many seconds.
local function most_within(times, seconds)
  local most, first = 0, 1
  for last = 1, #times do
    while times[last] - times[first] >= seconds - 1e-9 do first = first + 1 end
    most = math.max(most, last - first + 1)
  end
  return most
end

local numbers = require("spec.support.random").new(7)

local function random() return numbers(1e6) / 1e6 end

describe("a bucket", function()
  it("lets a second's tokens go at once, then as many each second", function()
    local times = turns(pace.bucket(3), 9, 100)
    assert.are.same({ 100, 100, 100, 101, 101, 101, 102, 102, 102 }, times)
  end)

  it("of less than one a second keeps them apart", function()
    assert.are.same({ 0, 4, 8 }, turns(pace.bucket(0.25), 3, 0))
  end)

  it("never lets more than its rate into any second, whenever calls come", function()
    for _, rate in ipairs { 1, 2, 10, 80, 1000 } do
      local bucket, now, times, last = pace.bucket(rate), 50, {}, 0
      for i = 1, 3000 do
        if random() < 0.3 then now = now + random() * 3 / rate end
        if random() < 0.001 then now = now + 10 end
        local due = now + bucket:take(now)
        assert.is_true(due >= last and due >= now, "first come, first served")
        times[i], last = due, due
      end
      assert.is_true(most_within(times, 1) <= rate, "rate " .. rate)
    end
  end)

  it("keeps an odd rate in the long run", function()
    local times = turns(pace.bucket(2.5), 1000, 0)
    assert.is_true(times[1000] >= 998 / 2.5)
    assert.is_true(times[1000] <= 1000 / 2.5)
  end)

  it("says the wait without taking", function()
    local bucket = pace.bucket(1)
    assert.are.equal(0, bucket:wait(5))
    assert.are.equal(0, bucket:take(5))
    assert.are.same({ 1, 1, 0.25, 0 },
      { bucket:wait(5), bucket:wait(5), bucket:wait(5.75), bucket:wait(7) })
  end)

  it("is as full after a long rest as at the start, and no fuller", function()
    local bucket = pace.bucket(2)
    turns(bucket, 2, 0)
    assert.are.same({ 1000, 1000, 1001 }, turns(bucket, 3, 1000))
  end)
end)

describe("a lending bucket", function()
  it("lends 45 at once, then one in six seconds", function()
    local times = turns(pace.lending(1 / 6, 45), 48, 10)
    for i = 1, 45 do assert.are.equal(10, times[i]) end
    assert.are.same({ 16, 22, 28 }, { times[46], times[47], times[48] })
  end)

  it("is repaid one by one", function()
    local bucket = pace.lending(1 / 6, 45)
    turns(bucket, 45, 0)
    assert.is_false(bucket:full(0))
    assert.are.equal(0, bucket:take(12))                        -- two are repaid
    assert.are.equal(0, bucket:take(12))
    assert.are.equal(6, bucket:take(12))
    assert.is_false(bucket:full(6 * 48 - 1))
    assert.is_true(bucket:full(6 * 48))
    assert.are.equal(0, turns(bucket, 45, 1000)[45] - 1000)
  end)
end)

describe("a pacer", function()
  it("has one bucket for a key and rate", function()
    local pacer = pace.pacer()
    local line = pacer:line("account", 10)
    assert.are.equal(1, #line)
    assert.are.equal(line, pacer:line("account", 10))
    assert.are_not.equal(line[1], pacer:line("other", 10)[1])
  end)

  it("has a slower sibling queue in the faster line as well, and not the other way", function()
    local pacer = pace.pacer()
    local ten = pacer:line("account", 10)[1]
    local five = pacer:line("account", 5)
    assert.are.equal(2, #five)
    assert.are.equal(ten, five[2])
    assert.are.same({ ten }, pacer:line("account", 10))
    local twenty = pacer:line("account", 20)[1]
    assert.are.same({ five[1], ten, twenty }, pacer:line("account", 5))
    assert.are.same({ ten, twenty }, pacer:line("account", 10))
  end)

  it("keeps a bucket for each recipient", function()
    local pacer = pace.pacer()
    turns(pacer:pair("a", 0), 45, 0)
    assert.are.equal(6, pacer:pair("a", 0):wait(0))
    assert.are.equal(0, pacer:pair("b", 0):wait(0))
  end)

  it("forgets recipients whose burst is whole again, and no others", function()
    local pacer = pace.pacer()
    for i = 1, 999 do pacer:pair("quiet " .. i, 0):take(0) end
    turns(pacer:pair("busy", 0), 45, 0)
    assert.are.equal(1000, pacer.pair_count)
    pacer:pair("new", 7)
    assert.are.equal(2, pacer.pair_count)
    assert.is_true(pacer:pair("busy", 7):wait(7) == 0)
    turns(pacer:pair("busy", 7), 1, 7)
    assert.are.equal(5, pacer:pair("busy", 7):wait(7))
  end)

  it("makes room for more recipients than usual, when all are busy", function()
    local pacer = pace.pacer()
    for i = 1, 5000 do turns(pacer:pair("to " .. i, 0), 2, 0) end
    assert.are.equal(5000, pacer.pair_count)
    assert.are.equal(0, pacer:pair("to 1", 0):wait(0))
    for i = 5001, 10001 do pacer:pair("to " .. i, 100):take(100) end
    assert.is_true(pacer.pair_count < 5100)
  end)
end)
