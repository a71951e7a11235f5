-- A store that fails, in each operation, before or after it has done its work:
-- nothing is lost, nothing handled twice.

local failing = require "spec.support.failing"
local meta = require "spec.support.meta"
local whatsapp = require "whatsapp"

local OPERATIONS = { "add", "claim", "confirm", "release", "renew", "advance", "pending" }

describe("a bot whose store fails", function()
  local now, wa, inner, fails, bot, heard, told

  before_each(function()
    now, heard, told, inner = 1800000000, {}, {}, whatsapp.store.memory()
    wa = whatsapp.new { access_token = "x", phone_number_id = meta.phone_number_id, base_url = "http://127.0.0.1:9" }
    fails = function() end
    bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), tries = 100,
      store = failing.new(inner, function(method) return fails(method) end), clock = function() return now end }
    bot:on_error(function(err) told[#told + 1] = tostring(err) end)
    bot:otherwise(function(event) heard[#heard + 1] = event.text or event.type end)
  end)

  after_each(function() wa:close() end)

  -- As Meta does: again, until the answer is 200.
  local function deliver(items)
    for _ = 1, 200 do
      if meta.deliver(bot, items) == 200 then return end
      now = now + 5
    end
    error "never 200"
  end

  -- Ticks until nothing is left.
  local function finish()
    for _ = 1, 500 do
      local seconds = bot:tick()
      if inner:pending(now) == 0 then return end
      now = now + math.max(seconds, 1)
    end
    error("left: " .. table.concat(heard, ", "))
  end

  local function items()
    return { meta.message { text = "1", timestamp = "1700000001" },
             meta.message { text = "2", timestamp = "1700000002" },
             meta.status("wamid.s" .. now, "delivered", { timestamp = "1700000003" }),
             meta.status("wamid.s" .. now, "read", { timestamp = "1700000004" }),
             meta.message { text = "3", timestamp = "1700000005" } }
  end

  it("and that is to end waits until the store knows what was handled", function()
    deliver { meta.message { text = "first" } }
    fails = function(method) return method == "confirm" and "before" or nil end
    deliver { meta.message { text = "second" } }
    assert.are.equal(1, bot:stop())
    deliver { meta.message { text = "third" } }
    bot:tick()
    assert.are.equal(1, bot:stop())
    fails = function() end
    now = now + bot:tick()
    bot:tick()
    assert.are.equal(0, bot:stop())
    assert.are.same({ "first", "second" }, heard)
    assert.are.equal(1, (inner:pending(now)))
  end)

  local EXPECTED = { "1", "2", "delivered", "read", "3" }

  for _, operation in ipairs(OPERATIONS) do
    for _, how in ipairs { "before", "after", "raise" } do
      it(("in %s (%s) at first"):format(operation, how), function()
        local left = 3
        fails = function(method)
          if method ~= operation or left == 0 then return nil end
          left = left - 1
          return how
        end
        local batch = items()
        meta.deliver(bot, batch)
        deliver(batch)
        finish()
        assert.are.same(EXPECTED, heard)
      end)
    end

    it(("in %s for longer than a lease"):format(operation), function()
      local whole = now + 200
      fails = function(method) return method == operation and now < whole and "before" or nil end
      deliver(items())
      finish()
      while now < whole do now = now + bot:tick() end
      finish()
      assert.are.same(EXPECTED, heard)
    end)
  end

  it("in all of them, by chance", function()
    math.randomseed(20261)
    local methods, expected = { "before", "after" }, {}
    fails = function() return math.random() < 0.3 and methods[math.random(2)] or nil end
    for _ = 1, 60 do
      deliver(items())
      finish()
      for _, word in ipairs(EXPECTED) do expected[#expected + 1] = word end
      now = now + 1
    end
    assert.are.same(expected, heard)
    assert.is_true(#told > 100)
    fails = function() end
    bot:tick()
    assert.are.equal(0, bot.active)
    assert.are.same({}, bot.inbox.held)
    assert.are.same({}, bot.inbox.handled)
    assert.are.same({}, bot.inbox.stalled)
    assert.are.same({}, bot.inbox.begun)
  end)

  it("with a bug: other events still get their places", function()
    for _ = 1, 3 * bot.concurrency do
      local left = 1
      fails = function(method)
        left = left - 1
        return method == "claim" and left < 0 and left > -2 and "raise" or nil
      end
      deliver { meta.message { text = "x" } }
    end
    fails = function() end
    finish()
    assert.are.equal(3 * bot.concurrency, #heard)
    assert.are.equal(0, bot.active)
  end)

  it("and whose clock tells no time does not spin", function()
    bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), store = inner,
                         clock = function() return "now" end }
    bot:on_error(function(err) told[#told + 1] = tostring(err) end)
    assert.are.equal(1, inner:add({ { key = "k", lane = "l", at = now, body = "" } }, now))
    bot:work()
    assert.is_true(#told > 0)
  end)
end)
