-- What the loop of plain Lua leaves behind: nothing, also where a weak table holds
-- on to what leads back to its key.

local meta = require "spec.support.meta"
local native = require "whatsapp.loop.native"
local whatsapp = require "whatsapp"

if not native.suspends then return end

describe("a gathering", function()
  local seen

  before_each(function() seen = setmetatable({}, { __mode = "k" }) end)

  local function assert_none_left()
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(seen))
  end

  -- Hands out tasks that wait, and marks their coroutines.
  local function tasks(n, work)
    return function()
      n = n - 1
      if n < 0 then return nil end
      return function()
        seen[coroutine.running()] = true
        native.sleep(0.001)
        if work then work() end
      end
    end
  end

  local function tick() end

  it("leaves no coroutine", function()
    native.gather(4, tasks(8))
    native.gather(4, tasks(8), tick, 1)
    assert_none_left()
  end)

  it("leaves none of those within it", function()
    native.gather(2, tasks(2, function() native.gather(2, tasks(3), tick, 1) end), tick, 1)
    assert_none_left()
  end)

  it("leaves none when a task raises while others wait", function()
    local function fail() error("a bug", 0) end
    local ok, err = pcall(native.gather, 4, tasks(8, function()
      native.gather(2, tasks(3, fail), tick, 1)
    end), tick, 1)
    assert.is_false(ok)
    assert.is_truthy(tostring(err):find "a bug")
    assert_none_left()
    native.gather(2, tasks(2), tick, 1)
    assert_none_left()
  end)

  it("leaves nothing of a bot's webhooks", function()
    local wa = whatsapp.new { access_token = "x", phone_number_id = meta.phone_number_id,
      base_url = "http://127.0.0.1:9" }
    local bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), store = whatsapp.store.memory() }
    local count = 0
    bot:on("text", function()
      count = count + 1
      seen[coroutine.running()] = true
    end)
    for _ = 1, 20 do assert.are.equal(200, meta.deliver(bot, { meta.message { text = "hi" } })) end
    assert.are.equal(20, count)
    assert_none_left()
    wa:close()
  end)
end)
