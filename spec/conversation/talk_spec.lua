-- Conversations whose code changes, or has bugs.

local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"

describe("a conversation", function()
  local sandbox, t

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() t = talks.new(sandbox) end)
  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  describe("whose code changed", function()
    local function first(chat)
      chat:ask "Name?"
      chat:say "first"
    end

    local function second(chat)
      chat:step("look up", function() end)
      chat:ask "Name?"
      chat:say "second"
    end

    it("says where it differs, and goes on when that is mended", function()
      t:opens(first)
      t:deliver "go"
      t:opens(second)
      t:deliver "Ann"
      assert.are.equal(1, #t.told)
      assert.truthy(tostring(t.told[1]):find('has "send text" as command 1 .* asks for "step look up"'))
      t.told = {}
      t:opens(first)
      t:advance(20)                                     -- the answer was kept for whoever knows what to do with it
      assert.are.same({ "Name?", "first" }, t:said())
      assert.are.same({}, t.heard)
    end)

    it("fires its timer once there is code for it", function()
      local function sleeper(chat)
        chat:sleep(60)
        chat:say "slept"
      end
      t:opens(sleeper)
      t:deliver "go"
      t.now = t.now + 60
      t:opens(first, { version = 2 })
      for _ = 1, 5 do t.bot:tick() end
      assert.are.equal(1, #t.told)
      t.told = {}
      t:opens(sleeper)
      t.now = t.now + 59
      t.bot:tick()
      assert.are.same({}, t:said())
      t.now = t.now + 1
      t.bot:tick()
      assert.are.same({ "slept" }, t:said())
    end)

    it("lets older ones finish with their code, or start again", function()
      t:opens(first)
      t:deliver "go"
      t:opens(second, { version = 2, versions = { first } })
      t:deliver "Ann"
      t:deliver("go", "Ann")
      assert.are.same({ "Name?", "first", "Name?", "second" }, t:said())
      t:opens(first)
      t:deliver "go"
      t:opens(second, { version = 2, versions = { [1] = "restart" } })
      t:deliver("Ann", "Bob")
      assert.are.same({ "Name?", "Name?", "second" }, t:said())
      t:opens(first)
      t:deliver "go"
      t:opens(second, { version = 2 })
      t:deliver "Ann"
      t:advance(20)
      for _ = 1, 2 do assert.truthy(tostring(table.remove(t.told)):find "talk, version 1") end
    end)
  end)

  describe("with a bug", function()
    it("is t.told of, and ends", function()
      t:opens(function(chat)
        chat:ask "Name?"
        error "a bug"
      end)
      t:deliver("go", "Ann", "hello")
      assert.truthy(tostring(table.remove(t.told)):find "a bug")
      assert.are.same({ "hello" }, t.heard)
      assert.are.same({}, t.bot:conversations())
    end)

    it("goes on where on_error wants it tried again", function()
      local broken = true
      t:opens(function(chat)
        local name = chat:ask "Name?"
        local id = chat:step("reserve", function()
          if broken then error "no connection" end
          return 7
        end)
        chat:say(("%s has %d"):format(name, id))
      end)
      t.bot:on_error(function() return 5 end)
      t:deliver("go", "Ann")
      broken = false
      t.now = t.now + 5
      t.bot:tick()
      assert.are.same({ "Name?", "Ann has 7" }, t:said())
    end)

    it("does not run a step twice that is to run once", function()
      local runs = 0
      t:opens(function(chat)
        local paid, err = chat:step("pay", function()
          runs = runs + 1
          error "no connection"
        end, { once = true })
        chat:say(("%s %s"):format(tostring(paid), err.outcome))
      end)
      t.bot:on_error(function() return 5 end)
      t:deliver "go"
      t.now = t.now + 5
      t.bot:tick()
      assert.are.same({ 1, { "nil unknown" } }, { runs, t:said() })
    end)

    it("is one when it waits by itself, or uses options that there are not", function()
      for _, fn in ipairs {
        function() coroutine.yield() end,
        function(chat) chat:ask("Name?", { retyr = "x" }) end,
        function(chat) chat:step("f", function() return print end) end,
        function(chat)
          chat:step("deep", function()
            local value = {}
            for _ = 1, 95 do value = { value } end
            return value
          end)
        end,
        function(chat) chat:choose("Which?", {}) end,
        function(chat) chat:wait "statsu.read" end,
        function(chat) chat:step("inner", function() chat:say "x" end) end,
      } do
        t:opens(fn)
        t:deliver "go"
        assert.are.equal(1, #t.told)
        t.told = {}
        assert.are.same({}, t.bot:conversations())
      end
    end)
  end)

end)
