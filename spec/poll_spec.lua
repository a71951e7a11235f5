-- Asking again until there is an answer. The clock is the spec's own.

local poll = require "whatsapp.poll"

local expect = require "spec.support.expect"

-- A loop whose sleep takes no time.
local function new_loop()
  local loop = { time = 100, pauses = {} }
  function loop.now() return loop.time end
  function loop.sleep(seconds)
    loop.pauses[#loop.pauses + 1] = seconds
    loop.time = loop.time + seconds
  end
  return loop
end

local TIMES = { timeout = 10, first = 1, longest = 2 }

describe("polling", function()
  it("asks once when there is an answer", function()
    local loop = new_loop()
    assert.same({ "yes" }, { poll.run(loop, TIMES, function(left) assert.equal(10, left) return "yes" end) })
    assert.same({}, loop.pauses)
  end)

  it("ends with an error", function()
    local loop, n = new_loop(), 0
    local answer, err = poll.run(loop, TIMES, function()
      n = n + 1
      if n == 2 then return nil, "no" end
    end)
    assert.is_nil(answer)
    assert.equal("no", err)
    assert.same({ 1 }, loop.pauses)
  end)

  it("waits longer each time, up to a limit, and asks for the last time at the end", function()
    local loop, lefts = new_loop(), {}
    local answer, err = poll.run(loop, TIMES, function(left) lefts[#lefts + 1] = left end)
    assert.is_nil(answer)
    assert.is_nil(err)
    assert.same({ 1, 1.5, 2, 2, 2, 1.5 }, loop.pauses)
    assert.same({ 10, 9, 7.5, 5.5, 3.5, 1.5, 1 }, lefts)
    assert.equal(110, loop.time)
  end)

  it("takes the whole of a time that is shorter than the first pause", function()
    local loop, n = new_loop(), 0
    local answer = poll.run(loop, { timeout = 0.5, first = 1, longest = 2 }, function()
      n = n + 1
      return n == 2 and "at last" or nil
    end)
    assert.equal("at last", answer)
    assert.same({ 0.5 }, loop.pauses)
  end)

  it("asks no more than once after the end, whatever the clock says", function()
    local loop, n = new_loop(), 0
    function loop.sleep() end -- a clock that does not move on
    assert.is_nil((poll.run(loop, { timeout = 0.4, first = 1, longest = 2 }, function() n = n + 1 end)))
    assert.equal(2, n)
  end)

  it("takes false for an answer", function()
    assert.is_false((poll.run(new_loop(), TIMES, function() return false end)))
  end)

  it("gives a question time, however late it is", function()
    local loop = new_loop()
    poll.run(loop, { timeout = 3, first = 1, longest = 1 }, function(left)
      assert.is_true(left > 0)
      loop.time = loop.time + 2
    end)
  end)
end)

describe("the options of a wait", function()
  it("may stand alone", function()
    assert.same({ n = 2, nil, { timeout = 1 } }, { n = 2, poll.arguments { timeout = 1 } })
    assert.same({ "read", { timeout = 1 } }, { poll.arguments("read", { timeout = 1 }) })
    assert.same({ {}, {} }, { poll.arguments({}, {}) })
  end)

  it("are its timeout, and those of each question", function()
    local given = { timeout = 5, retries = 0 }
    assert.same({ 5, { retries = 0 } }, { poll.options(given, 60) })
    assert.equal(5, given.timeout)
    assert.same({ 60, {} }, { poll.options(nil, 60) })
  end)

  it("are checked", function()
    expect.refused("invalid", "options", "must be a table", poll.options(5, 60))
    expect.refused("invalid", "timeout", "must be a number", poll.options({ timeout = "soon" }, 60))
    expect.refused("invalid", "timeout", "from 0.001", poll.options({ timeout = 0 }, 60))
  end)
end)
