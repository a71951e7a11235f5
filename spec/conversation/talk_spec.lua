-- Conversations whose code changes, or has bugs.

local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"
local whatsapp = require "whatsapp"

describe("a conversation", function()
  local sandbox, t

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() t = talks.new(sandbox) end)
  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  it("has not begun to send what waits for its turn, or was refused and is to be repeated", function()
    local stored, steps
    local options = sandbox:options()
    options.rate, options.deadline = 1, 1000
    options.loop = setmetatable({ sleep = function()
      local name = assert(t.store:list("conversation/", nil, 2))[1]
      stored[#stored + 1] = { name, (assert(t.store:get(name))) }
    end }, { __index = require "whatsapp.loop.native" })
    local paced = whatsapp.new(options)
    local function talk(chat)
      for i = 1, 2 do
        chat:step("count", function() steps = steps + 1 end)
        chat:send { text = ("%d"):format(i) }
        chat:step("count", function() steps = steps + 1 end)
        chat:send { image = { data = "\137PNG\r\n\26\n" .. i, type = "image/png" } }
      end
    end
    t:close()
    t.wa, t.told, stored, steps = paced, {}, {}, 0
    t:opens(talk)
    assert(sandbox:fault { path = "/messages$", code = 130429, times = 2 })
    t:deliver "go"
    assert.are.same({ "1", "image", "2", "image" }, t:said())
    assert.is_true(#stored > 5)
    -- Each time it waited a process may have died: the next one sends what was to be sent, and
    -- does what was done before not again.
    for _, one in ipairs(stored) do
      t.store, stored, steps = whatsapp.store.memory(), {}, 0
      assert(t.store:put(one[1], one[2], nil, { due = t.now, expires = t.now + 1000 }))
      t:opens(talk)
      t:advance(1)
      local said = t:said()
      assert.are.equal(#said - 1, steps, one[2])
      assert.are.same({ "image", {} }, { said[#said], t.told })
    end
    assert.are.same({}, assert(t.bot:conversations()))
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
      assert.truthy(tostring(t.told[1]):find('has "ask" as command 1 .* asks for "step look up"'))
      t.told = {}
      t:opens(first)
      t:advance(20)                                     -- the answer was kept for whoever knows what to do with it
      assert.are.same({ "Name?", "first" }, t:said())
      assert.are.same({}, t.heard)
    end)

    -- What is told when a conversation that was answered "Ann" goes on with other code.
    local function told_by(before, after)
      t.store = whatsapp.store.memory()
      t:opens(before)
      t:deliver("go", "Ann")
      t:said()
      t:opens(after)
      t:deliver "x"
      return #t.told > 0 and tostring(table.remove(t.told)) or nil
    end

    local function asks(...)
      local questions = { ... }
      return function(chat)
        for _, question in ipairs(questions) do chat:ask(question) end
      end
    end

    it("goes on when a message is worded anew, and says where one has moved", function()
      local before = asks("Name?", "Age?", "Town?")
      assert.is_nil(told_by(before, asks("Your name?", "Age?", "Town?")))
      assert.are.same({ "Town?" }, t:said())
      assert.is_nil(told_by(before, asks("Your name?", "Your age?", "Your town?")))
      local moved = "now sends as command %d (\"ask\") what its journal has as command %d"
      for after, place in pairs {
        [asks("Title?", "Name?", "Age?", "Town?")] = { 3, 1 },
        [asks("Age?", "Name?", "Town?")] = { 1, 3 },
        [asks("Age?", "Town?")] = { 1, 3 },
      } do
        local told = told_by(before, after)
        assert.truthy(told and told:find(moved:format(place[1], place[2]), 1, true), told)
      end
    end)

    it("goes on whichever of some equal texts is worded anew", function()
      local function counts(one, other, options)
        return function(chat)
          for i = 1, 3 do
            chat:ask(i == 2 and other or one, i < 3 and options or { retry = "Say it" })
            chat:say "So"
          end
        end
      end
      local old, new = "How many?", "How many pizzas?"
      for _, texts in ipairs { { new, old }, { old, new }, { new, new } } do
        assert.is_nil(told_by(counts(old, old), counts(texts[1], texts[2])))
        assert.are.same({ "So", texts[1] }, t:said())
        assert.is_nil(told_by(counts(texts[1], texts[2]), counts(old, old)))
        assert.are.same({ "So", old }, t:said())
      end
    end)

    it("goes on whatever is said of a bad answer", function()
      local function answers(options)
        return function(chat)
          local number = chat:ask("How many?", options)
          chat:say(("%s %s"):format(number, chat:ask("Which?", { retry = "Say it" })))
          chat:ask "How many?"
        end
      end
      local without, with = answers { number = true }, answers { number = true, retry = "Say it" }
      for before, after in pairs { [without] = with, [with] = without } do
        t.store = whatsapp.store.memory()
        t:opens(before)
        t:deliver("go", "many", "2", { image = { id = "1" } })
        t:said()
        t:opens(after)
        t:deliver "this"
        assert.are.same({ "2 this", "How many?" }, t:said())
      end
    end)

    it("stays where its code cannot go on with answers to swapped questions", function()
      local told = told_by(asks("Name?", "Age?"), function(chat)
        local age = chat:ask("Age?", { number = true })
        if not tonumber(age) then error "no age" end
        chat:ask "Name?"
      end)
      assert.truthy(told and told:find("no age", 1, true), told)
      assert.are.equal(1, #t.bot:conversations())
    end)

    it("says where something else is waited for, or a step has another name", function()
      local function waits(selection, step)
        return function(chat)
          chat:wait(selection)
          chat:step(step, function() end)
          chat:wait "text"
        end
      end
      assert.is_nil(told_by(waits("text", "a"), waits({ "text", "image" }, "a")))
      assert.truthy(told_by(waits("text", "a"), waits("image", "a")):find(
        "was given a message.text by command 1, but its code now waits for something else", 1, true))
      assert.truthy(told_by(waits("text", "a"), waits("text", "b")):find(
        'has "step a" as command 2 in its journal, but its code now asks for "step b"', 1, true))
    end)

    it("keeps to answers that were good when they were given", function()
      local function survey(ask, sizes)
        return function(chat)
          local name, size = chat:ask("Name?", ask), chat:choose("Size?", sizes)
          chat:say(("%s %s %s"):format(name, size, chat:ask "Why?"))
        end
      end
      t:opens(survey({ pattern = "^%u%l+$" }, { "S", "M", "L" }))
      t:deliver("go", "Ann", "S")
      t:opens(survey({ one_of = { "Bob" } }, { "XL", "L", "M", "XXL" }))
      t:deliver "so"
      assert.are.same({ "Name?", "Size?", "Why?", "Ann S so" }, t:said())
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
      t:advance(19)
      assert.are.same({}, t:said())
      t:advance(1)
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

    it("is told with its message and where it is", function()
      local lines = {}
      t:opens(function(chat)
        chat:ask "Name?"
        error "a bug"
      end)
      t.bot:on_error(function(err, _, traceback) lines[#lines + 1] = tostring(err) .. "\n" .. traceback end)
      t:deliver("go", "Ann")
      t:opens(function(chat) chat:step("work", function() error "another" end) end)
      t.bot:on_error(function(err, _, traceback) lines[#lines + 1] = tostring(err) .. "\n" .. traceback end)
      t:deliver "go"
      for i, words in ipairs { "a bug", "another" } do
        local place = "[^\n]*talk_spec.lua:%d+: " .. words .. "\n"
        assert.truthy(lines[i]:find("^" .. place .. place .. "stack"), lines[i])
      end
    end)

    it("is told of a message that is none, and of what its function returns", function()
      t:opens(function(chat)
        local sent, err = chat:say(("x"):rep(5000))
        chat:say(tostring(sent) .. " " .. err.kind)
        return nil, require("whatsapp.error").new { kind = "network", message = "not reached" }
      end)
      t.bot:on_error(function(err, event)
        t.told[#t.told + 1] = ("%s %s: %s"):format(event.from, event.conversation, tostring(err))
      end)
      t:deliver "go"
      assert.are.same({ "nil invalid" }, t:said())
      for _, told in ipairs(t.told) do assert.truthy(told:find("^" .. meta.phone .. " talk: "), told) end
      assert.is_true(t:was_told "5000")
      assert.is_true(t:was_told "not reached")
    end)

    it("is to go round and round", function()
      t:opens(function(chat, round)
        if (round or 1) < 50 then chat:restart((round or 1) + 1) end
        chat:say "never"
      end)
      t:deliver "go"
      assert.is_true(t:was_told "began anew 20 times in a row")
      t:opens(function(chat, round)
        chat:say(tostring(round or 1))
        chat:sleep(1)
        if (round or 1) < 50 then chat:restart((round or 1) + 1) end
      end)
      t:deliver "go"
      for _ = 1, 50 do t:advance(1) end
      assert.are.equal(50, #t:said())
      t:opens(function(chat)
        while true do chat:ask(("x"):rep(5000)) end
      end)
      t:deliver "go"
      assert.are.equal(21, #t.told)
      t.told = {}
      assert.are.same({}, t.bot:conversations())
    end)

    it("is that a chat is used where it cannot be", function()
      local kept
      for _, case in ipairs {
        { "with a colon: chat:ask(…)", function(chat) chat.ask "Name?" end },
        { "with a colon: chat:send(…)", function(chat) chat.send { text = "x" } end },
        { "not in a step", function(chat) chat:step("inner", function() chat:say "x" end) end },
        { "another coroutine", function(chat) coroutine.wrap(function() chat:say "x" end)() end },
        { "gsub, table.sort", function(chat) ("x"):gsub(".", function(word) chat:say(word) end) end },
        { "a bug", function(chat)
          kept = chat
          error "a bug"
        end },
        { "this chat is over", function() kept:say "x" end },
      } do
        t:opens(case[2])
        t:deliver "go"
        assert.is_true(t:was_told(case[1]), case[1])
      end
    end)

    it("is told with whom it was, also by a timer", function()
      t:opens(function(chat)
        chat:sleep(60)
        error "a bug"
      end)
      t.bot:on_error(function(_, event)
        event:reply { text = ("Sorry, %s is out of order"):format(event.conversation) }
      end)
      t:deliver "go"
      t:advance(60)
      assert.are.same({ "Sorry, talk is out of order" }, t:said())
    end)

    it("is not that two have one name", function()
      local one = t:opens(function() end)
      local ok, err = pcall(t.bot.add, t.bot, whatsapp.conversation("talk", function() end))
      assert.are.same({ false, "config", "name" }, { ok, err.kind, err.field })
      t.bot:add(one)
    end)

    it("is one when it waits by itself, or uses options that there are not", function()
      for _, fn in ipairs {
        function() coroutine.yield() end,
        function(chat) chat:ask("Name?", { number = true, pattern = "x" }) end,
        function(chat) chat:ask("Name?", { number = { 1, 2 } }) end,
        function(chat) chat:ask("Name?", { number = { min = "1" } }) end,
        function(chat) chat:ask("Name?", { pattern = "^(%d" }) end,
        function(chat) chat:ask("Name?", { one_of = { 1, 2 } }) end,
        function(chat) chat:ask() end,
        function(chat) chat:say(nil) end,
        function(chat) chat:send { to = "15551230000", text = "x" } end,
        function(chat) chat:wait "status.delivered" end,
        function(chat) chat:wait { "text", timeout = 5 } end,
        function(chat) chat:random(5, 1) end,
        function(chat) chat:random(1.5) end,
        function(chat) chat:call(function() end) end,
        function(chat) chat:choose("Which?", { "S", "S" }) end,
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
      } do
        t:opens(fn)
        t:deliver "go"
        assert.are.equal(1, #t.told)
        assert.truthy(tostring(table.remove(t.told)):find "%S")
        assert.are.same({}, t.bot:conversations())
      end
    end)
  end)

end)
