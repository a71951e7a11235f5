-- Which conversation an event belongs to, what opens one, what is left behind.

local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"
local whatsapp = require "whatsapp"

describe("a bot's conversations", function()
  local sandbox, t

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() t = talks.new(sandbox) end)
  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  -- As many customers' events are begun five times by processes that die.
  local function die(customers)
    for _ = 1, 5 do
      for _ = 1, customers do assert(t.store:claim(t.now, 1)) end
      t.now = t.now + 1
    end
  end

  it("is begun by the business, once at a time", function()
    local made = t:opens(function(chat, what)
      chat:say("About " .. what .. ": " .. chat:ask "When?")
    end)
    assert.is_true(made:start(t.bot, "+1 555 123-4567", "order 42"))
    assert.are.same({ "When?" }, t:said())
    local ok, err = made:start(t.bot, meta.phone, "order 43")
    assert.are.same({ nil, "state" }, { ok, err.kind })
    t:deliver "noon"
    assert.are.same({ "About order 42: noon" }, t:said())
    ok, err = made:start(t.bot, "0123")
    assert.are.same({ nil, "invalid", "to" }, { ok, err.kind, err.field })
    ok, err = made:start(t.bot, meta.phone, print)
    assert.are.same({ nil, "invalid" }, { ok, err.kind })
  end)

  it("ends where a handler opens another, and goes on when that handler's event comes again", function()
    local one = whatsapp.conversation("one", function(chat) chat:say("one " .. chat:ask "One?") end)
    local two = whatsapp.conversation("two", function(chat) chat:say("two " .. chat:ask "Two?") end)
    t.bot = t:new_bot(function(b) b:on("text", "^one$", one):on("text", "^two$", two, { interrupt = true }) end)
    local again = meta.message { text = "two" }
    t:deliver "one"
    assert.are.equal(200, meta.deliver(t.bot, { again }))
    -- As after a crash before the event was confirmed: the inbox has forgotten it.
    local forgetful = whatsapp.store.memory()
    for _, method in ipairs { "get", "put", "append", "due" } do
      forgetful.backend[method] = function(_, ...) return t.store.backend[method](t.store.backend, ...) end
    end
    local other = t.bot:with { store = forgetful }
    assert.are.equal(200, meta.deliver(other, { again }))
    t:deliver "x"
    assert.are.same({ "One?", "Two?", "two x" }, t:said())
  end)


  it("is opened by no status, not even through `otherwise`", function()
    local made = whatsapp.conversation("again", function(chat) chat:say("You wrote " .. chat:ask "What?") end)
    t.bot = t:new_bot(function(bot) bot:otherwise(made) end)
    t:deliver "hello"
    assert.are.same({ "What?" }, t:said())
    for _, status in ipairs { "sent", "delivered", "read" } do t:tell(t.last, status) end
    t:deliver "this"
    assert.are.same({ "You wrote this" }, t:said())
    t.bot = t:new_bot(function(bot) bot:on("status", made) end)
    t:tell(t.last, "sent")
    assert.truthy(tostring(table.remove(t.told)):find "not opened by a status")
  end)

  describe("that wait for a time", function()
    local function remind(chat)
      chat:say "one"
      local name = chat:ask("Name?", { timeout = 60 })
      chat:say("two " .. tostring(name))
    end

    it("go on by the clock of the process that saw it", function()
      t:opens(remind)
      t:deliver "go"
      local behind = t:new_bot(function(bot) bot:add(whatsapp.conversation("talk", remind)) end,
        { clock = function() return t.now - 5 end })
      t.now = t.now + 60
      t.bot.later = function() end
      t.bot:tick()                -- sees that it is due, and another process handles it
      behind:work()
      assert.are.same({ "one", "Name?", "two nil" }, t:said())
    end)

    it("miss nothing where an answer comes while timers are looked for", function()
      local list = {}
      t:opens(function(chat)
        for i = 1, 2 do list[i] = chat:ask(("%d?"):format(i), { timeout = 60 }) or "timeout" end
      end)
      t:deliver "go"
      local ticking = t:new_bot(function(bot) bot:add(t.bot.talks.known.talk) end)
      local backend, due = t.store.backend, t.store.backend.due
      t.now = t.now + 60
      backend.due = function(...)
        local names, seconds = due(...)
        backend.due, t.now = due, t.now - 1
        t:deliver "in time"
        return names, seconds
      end
      ticking:tick()
      t:advance(59)
      assert.are.same({ "in time" }, list)
      t:advance(1)
      assert.are.same({ "in time", "timeout" }, list)
    end)

    it("go on once whatever it was is over, as often as on_error wants it tried", function()
      local runs, broken = 0, true
      t:opens(function(chat)
        chat:sleep(60)
        chat:step("work", function()
          runs = runs + 1
          if broken then error "no connection" end
        end)
        chat:say "done"
      end)
      t.bot:on_error(function(err)
        t.told[#t.told + 1] = tostring(err)
        return 1
      end)
      t:deliver "go"
      t:advance(60)
      for _ = 1, 10 do t:advance(1) end
      assert.are.same({ 11, 11 }, { runs, #t.told })
      broken, t.told = false, {}
      t:advance(1)
      assert.are.same({ "done" }, t:said())
    end)

    it("go on after `tries` whose processes died", function()
      t:opens(function(chat)
        chat:sleep(60)
        chat:say "done"
      end)
      t:deliver "go"
      t.bot.later = function() end
      t:advance(60)
      die(1)
      t.bot.later = nil
      t:advance(0)
      assert.truthy(tostring(table.remove(t.told)):find "begun 5 times")
      t:advance(600)
      assert.are.same({ "done" }, t:said())
    end)
  end)

  it("go on when what began them is left after its `tries`", function()
    local broken = true
    local made = t:opens(function(chat, who)
      chat:step("work", function() if broken then error "no connection" end end)
      chat:say("done for " .. tostring(who))
    end)
    t.bot:on_error(function() return 1 end)
    t:deliver "go"
    assert.is_true(made:start(t.bot, "+1 555 123 0000", "somebody"))
    t.now = t.now + 1
    die(2)
    broken = false
    t:advance(0)
    assert.are.same({}, t:said())
    assert.are.equal(2, #t.bot:conversations())
    t:advance(600)
    local said = t:said()
    table.sort(said)
    assert.are.same({ "done for nil", "done for somebody" }, said)
  end)

  it("are begun by a process that knows them, whichever is told first", function()
    local made = t:opens(function(chat, what) chat:say(("%s for %s"):format(what, chat.to)) end)
    t.bot.later = function() end
    local other = t:new_bot(function(bot) bot:add(whatsapp.conversation("other", function() end)) end)
    assert.is_true(made:start(t.bot, "+1 (555) 123 0000", "News"))
    local ok, err = made:start(t.bot, "15551230000", "More news")
    assert.are.same({ nil, "state" }, { ok, err.kind })
    other:work()
    assert.truthy(tostring(table.remove(t.told)):find "no conversation talk")
    t.bot.later = nil
    t:advance(60)
    assert.are.same({ "News for 15551230000" }, t:said())
  end)

  it("take an answer in a process that knows them, whichever gets it", function()
    t:opens(function(chat) chat:say("Hello " .. chat:ask "Name?") end)
    t:deliver "go"
    local here = t.bot
    t.bot = t:new_bot(function(bot) bot:add(whatsapp.conversation("other", function() end)) end)
    t:deliver "Ann"
    assert.truthy(tostring(table.remove(t.told)):find "no conversation talk")
    t.bot = here
    t:advance(20)
    assert.are.same({ "Name?", "Hello Ann" }, t:said())
    assert.are.same({}, t.heard)
  end)

  describe("for which there is no code", function()
    local function order(chat)
      local size, name = chat:ask("Size?", { one_of = { "S", "M" } }), chat:ask "Name?"
      chat:say(("%s for %s"):format(size, name))
    end

    -- A process that knows other conversations, and stops.
    local function here(prepare)
      t.bot = t:new_bot(function(bot)
        bot:on("text", "^stop$", function(event) event:reply { text = "Stopped" } end, { interrupt = true })
        prepare(bot)
      end)
    end

    local function elsewhere()
      here(function(bot) bot:add(whatsapp.conversation("other", function() end)) end)
    end

    before_each(function()
      t:opens(order)
      t:deliver "go"
      assert.are.same({ "Size?" }, t:said())
    end)

    it("let pass what interrupts, and take the rest in its order", function()
      local known = t.bot
      elsewhere()
      t:deliver("M", "stop", "Ann")
      assert.are.same({ "Stopped" }, t:said())
      t.told, t.bot = {}, known
      t:deliver "thanks"
      assert.are.same({ "Name?", "M for Ann" }, t:said())
      assert.are.same({ "thanks" }, t.heard)
    end)

    it("are looked at seldom when that lasts, and miss nothing", function()
      elsewhere()
      t:deliver "M"
      for _ = 1, 24 * 6 do t:advance(600) end
      assert.is_true(#t.told > 10 and #t.told < 40, tostring(#t.told))
      t.told = {}
      here(function(bot) bot:add(whatsapp.conversation("talk", order)) end)
      t:advance(3600)
      t:deliver "Ann"
      assert.are.same({ "Name?", "M for Ann" }, t:said())
    end)

    it("leave what came to the handlers when they end", function()
      elsewhere()
      t:deliver("M", "hello?")
      t.told = {}
      t:opens(function() error "gone" end)
      t:advance(20)
      assert.is_true(t:was_told "gone")
      assert.are.same({ "M", "hello?" }, t.heard)
    end)

    it("are told of what became of a message all the same", function()
      t.store = whatsapp.store.memory()
      local known = whatsapp.conversation("talk", function(chat)
        chat:say("It is " .. tostring(chat:say("important").id))
      end)
      t.bot = t:new_bot(function(bot) bot:on("text", "^go$", known) end)
      assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
      t:deliver "go"
      t:said()
      local id = t.last.id
      elsewhere()
      t:tell(t.last, "sent")
      assert.are.same({ "sent" }, t.heard)
      t.told = {}
      here(function(bot) bot:add(known) end)
      t:advance(60)
      assert.are.same({ "It is " .. id }, t:said())
    end)
  end)

  it("lose no answer while the store fails", function()
    local failing, backend = 20, t.store.backend
    t:opens(function(chat) chat:say("Hello " .. chat:ask "Name?") end)
    t:deliver "go"
    local append = backend.append
    backend.append = function(...)
      if failing == 0 then return append(...) end
      failing = failing - 1
      return nil, require("whatsapp.error").new { kind = "io", message = "the disk is full" }
    end
    t:deliver "Ann"
    for _ = 1, 25 do t:advance(1) end
    assert.are.equal(20, #t.told)
    t.told = {}
    assert.are.same({ "Name?", "Hello Ann" }, t:said())
  end)

  it("go on when a process dies behind the status that settled a send", function()
    local died = true
    local function talk(chat)
      local sent = chat:say "important"
      chat:step("work", function() if died then error "killed" end end)
      chat:say("then " .. sent.id)
    end
    t:opens(talk)
    assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
    t:deliver "go"
    assert.are.same({ "important" }, t:said())
    local id = t.last.id
    t.bot:on_error(function() return 60 end)        -- as after a kill: the status comes again
    t:tell(t.last, "sent")
    died = false
    t:opens(talk)
    t:advance(60)
    assert.are.same({ "then " .. id }, t:said())
  end)
end)
