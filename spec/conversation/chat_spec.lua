-- What a conversation's function can do, with a bot that sends to the sandbox.

local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

describe("a conversation", function()
  local sandbox, wa, store, now, bot, told, seen, heard

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  -- A bot as another process would make it, on the same store.
  local function new_bot(prepare)
    local made = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()), store = store,
                                clock = function() return now end }
    made:on_error(function(err) told[#told + 1] = err end)
    made:otherwise(function(event) heard[#heard + 1] = event.text or event.type end)
    prepare(made)
    return made
  end

  local function deliver(...)
    local items = {}
    for i, item in ipairs { ... } do
      items[i] = meta.message(type(item) == "string" and { text = item } or item)
    end
    assert.are.equal(200, meta.deliver(bot, items))
  end

  local function tap(id, kind)
    kind = kind or "button_reply"
    return { type = "interactive", interactive = { type = kind, [kind] = { id = id, title = "x" } } }
  end

  -- What was sent since the last look.
  local function sent()
    local list, new = sandbox:sent(), {}
    for i = seen + 1, #list do new[#new + 1] = list[i].payload end
    seen = #list
    return new
  end

  local function said()
    local texts = {}
    for i, payload in ipairs(sent()) do
      texts[i] = payload.text and payload.text.body or payload.interactive and payload.interactive.body.text
        or payload.type
    end
    return texts
  end

  local function opens(fn, options)
    local made = whatsapp.conversation("talk", fn, options)
    bot = new_bot(function(b) b:on("text", "^go$", made) end)
    return made
  end

  before_each(function()
    local options = sandbox:options()
    options.phone_number_id, options.rate = sandbox.phone_number_id, false
    meta.phone_number_id = sandbox.phone_number_id
    wa, store, now = whatsapp.new(options), whatsapp.store.memory(), os.time()
    told, heard, seen = {}, {}, #sandbox:sent()
  end)

  after_each(function()
    wa:close()
    assert.are.same({}, told)
  end)

  -- In this process, and resumed by another one each time.
  for _, restarted in ipairs { false, true } do
    describe(restarted and "resumed by replay" or "in one process", function()
      local function continue(fn, options)
        if restarted then opens(fn, options) end
      end

      it("asks, and goes on with the answer", function()
        local names = {}
        local function talk(chat)
          local name = chat:ask "What is your name?"
          local age = chat:ask("How old are you?", { number = { min = 18 }, retry = "18 or more, please" })
          names[#names + 1] = name
          chat:say(("Hello %s (%d)"):format(name, age))
        end
        opens(talk)
        deliver "go"
        assert.are.same({ "What is your name?" }, said())
        continue(talk)
        deliver " Ann "
        assert.are.same({ "How old are you?" }, said())
        continue(talk)
        deliver("seven", "17")
        assert.are.same({ "18 or more, please", "18 or more, please" }, said())
        continue(talk)
        deliver "44"
        assert.are.same({ "Hello Ann (44)" }, said())
        assert.are.same({ "Ann" }, names)
        deliver "and now?"
        assert.are.same({ "and now?" }, heard)
      end)
    end)
  end

  it("lets its customer choose by button", function()
    opens(function(chat)
      chat:say("You chose " .. chat:choose("Which size?", { "Small", "Medium", "Large" }))
    end)
    deliver "go"
    assert.are.equal("button", sent()[1].interactive.type)
    deliver(tap "Medium")
    assert.are.same({ "You chose Medium" }, said())
  end)

  it("lets its customer choose from a list, by what they type, and asks again", function()
    local list = { { id = "p1", title = "Product 1", description = "First" }, { id = "p2", title = "Product 2" },
                   { id = "p3", title = "Product 3" }, { id = "p4", title = "Product 4" } }
    for _, answer in ipairs { tap("p3", "list_reply"), "product 3", "p3", "3" } do
      opens(function(chat) chat:say("You chose " .. chat:choose("Which?", list)) end)
      deliver "go"
      local question = sent()[1].interactive
      assert.are.same({ "list", "Product 1", "First" },
        { question.type, question.action.sections[1].rows[1].title, question.action.sections[1].rows[1].description })
      deliver "none of it"
      assert.are.same(question, sent()[1].interactive)
      deliver(answer)
      assert.are.same({ "You chose p3" }, said())
    end
    opens(function(chat) chat:choose("Which?", list, { retry = "One of the list, please" }) end)
    deliver("go", "no")
    assert.are.same({ "Which?", "One of the list, please" }, said())
  end)

  it("pages through what is longer than a list", function()
    local list = {}
    for i = 1, 20 do list[i] = ("Choice %d"):format(i) end
    opens(function(chat) chat:say("You chose " .. chat:choose("Which?", list)) end)
    deliver "go"
    local function rows() return sent()[1].interactive.action.sections[1].rows end
    local first = rows()
    assert.are.same({ 10, "Choice 1", "More" }, { #first, first[1].title, first[10].title })
    deliver(tap(first[10].id, "list_reply"))
    assert.are.equal("Choice 10", rows()[1].title)
    deliver "more"
    local last = rows()
    assert.are.same({ 3, "Choice 19", "More" }, { #last, last[1].title, last[3].title })
    deliver(tap(last[3].id, "list_reply"))
    assert.are.equal("Choice 1", rows()[1].title)
    deliver "choice 20"
    assert.are.same({ "You chose Choice 20" }, said())
  end)

  it("checks answers by pattern, words and function", function()
    opens(function(chat)
      local code = chat:ask("Code?", { pattern = "^(%d%d%d%d)$" })
      local colour = chat:ask("Colour?", { one_of = { "Red", "Green" }, retry = "Red or green?" })
      local even = chat:ask("Even?", { number = true, check = function(n)
        if n % 2 == 0 then return n end
        return nil, n .. " is odd"
      end })
      chat:say(("%s %s %s"):format(code, colour, even))
    end)
    deliver("go", "12345", "1234", "blue", "gREEN", "x", "3", "4")
    assert.are.same({ "Code?", "Code?", "Colour?", "Red or green?", "Even?", "Even?", "3 is odd", "1234 Green 4" },
      said())
  end)

  it("leaves to the bot's handlers what it does not wait for", function()
    opens(function(chat)
      local event = chat:wait { "image", "location" }
      chat:say("Got a " .. event.type .. " of " .. event.media.id)
    end)
    deliver("go", "what now?", { type = "image", image = { id = "55" } }, "thanks")
    assert.are.same({ "what now?", "thanks" }, heard)
    assert.are.same({ "Got a image of 55" }, said())
  end)

  it("gets the captures of the pattern that opened it", function()
    local made = whatsapp.conversation("captures", function(chat, number, word)
      chat:say(("%s of %s for %s"):format(number, word, chat.name))
    end)
    bot = new_bot(function(b) b:on("text", "^order (%d+) (%a+)$", made) end)
    deliver "order 12 apples"
    assert.are.same({ "12 of apples for Ann" }, said())
  end)

  it("keeps what its steps, the clock and chance gave", function()
    local runs, values, kept = 0, {}, nil
    local function talk(chat)
      local a, b, err = chat:step("stock", function()
        runs = runs + 1
        return { list = { 1, 2.5, "x" } }, nil, select(2, require("whatsapp.error").invalid("f", "is wrong"))
      end)
      values[#values + 1] = { a.list[1], a.list[2], a.list[3], b, err.kind, err.field, chat:now(), chat:random(),
                              chat:random(6), chat:random(7, 9) }
      kept = a
      chat:ask "Next?"
      chat:say "done"
    end
    opens(talk)
    deliver "go"
    now = now + 100
    opens(talk)
    deliver "x"
    assert.are.equal(1, runs)
    assert.are.equal(2, #values)
    assert.are.same(values[1], values[2])
    assert.are.same({ 1, 2.5, "x", nil, "invalid", "f" }, { (table.unpack or unpack)(values[1], 1, 6) })
    assert.is_true(values[1][8] >= 0 and values[1][8] < 1 and values[1][9] >= 1 and values[1][9] <= 6)
    assert.are.same({ list = { 1, 2.5, "x" } }, kept)
  end)

  it("sleeps, and is woken by tick, also in another process", function()
    local function talk(chat)
      chat:say "one"
      chat:sleep(3600)
      chat:say "two"
    end
    opens(talk)
    deliver("go", "hello?")
    assert.are.same({ "one" }, said())
    assert.are.same({ "hello?" }, heard)
    now = now + 3599
    assert.is_true(bot:tick() <= 1)
    assert.are.same({}, said())
    opens(talk)
    now = now + 1
    bot:tick()
    assert.are.same({ "two" }, said())
    now = now + 3600
    bot:tick()
    assert.are.same({}, said())
  end)

  it("waits as long as it said, and no longer", function()
    local function talk(chat)
      local name, err = chat:ask("Name?", { timeout = 60 })
      chat:say(name or err.kind)
    end
    opens(talk)
    deliver "go"
    now = now + 59
    bot:tick()
    assert.are.same({ "Name?" }, said())
    now = now + 1
    opens(talk)
    bot:tick()
    assert.are.same({ "timeout" }, said())
    deliver("go", "Ann")
    now = now + 100
    bot:tick()
    assert.are.same({ "Name?", "Ann" }, said())
  end)

  it("calls others, ends itself, begins anew", function()
    local inner = whatsapp.conversation("inner", function(chat, prefix) return prefix .. chat:ask "Inner?" end)
    opens(function(chat, round)
      round = round or 1
      local word = chat:call(inner, round .. " ")
      chat:say(word)
      if word:find "stop" then chat:cancel() end
      chat:restart(round + 1)
    end)
    deliver("go", "a", "b", "stop", "end")
    assert.are.same({ "Inner?", "1 a", "Inner?", "2 b", "Inner?", "3 stop" }, said())
    assert.are.same({ "end" }, heard)
  end)

  it("is begun by the business, once at a time", function()
    local made = opens(function(chat, what)
      chat:say("About " .. what .. ": " .. chat:ask "When?")
    end)
    assert.is_true(made:start(bot, "+1 555 123-4567", "order 42"))
    assert.are.same({ "When?" }, said())
    local ok, err = made:start(bot, meta.phone, "order 43")
    assert.are.same({ nil, "state" }, { ok, err.kind })
    deliver "noon"
    assert.are.same({ "About order 42: noon" }, said())
    ok, err = made:start(bot, "0123")
    assert.are.same({ nil, "invalid", "to" }, { ok, err.kind, err.field })
    ok, err = made:start(bot, meta.phone, print)
    assert.are.same({ nil, "invalid" }, { ok, err.kind })
  end)

  it("knows a customer by phone and by user id", function()
    local user = "US.13491208655302741918"
    local made = opens(function(chat) chat:say(("You are %s, %s"):format(chat:ask "Who?", chat:ask "Born?")) end)
    local both, by_phone, by_id = { from_user_id = user }, {}, { from = false, from_user_id = user }
    local function say(text, as)
      local fields = { text = text }
      for name, value in pairs(as) do fields[name] = value or nil end
      local message = meta.message(fields)
      if as.from == false then message.from = nil end
      assert.are.equal(200, meta.deliver(bot, { message }))
    end
    -- Begun by phone; the user id is learnt on the way.
    assert.is_true(made:start(bot, meta.phone))
    say("Ann", both)
    say("1990", by_id)
    assert.are.same({ "Who?", "Born?", "You are Ann, 1990" }, said())
    -- Begun by a message with both.
    say("go", both)
    say("Bob", by_phone)
    local ok, err = made:start(bot, meta.phone)
    assert.are.same({ nil, "state" }, { ok, err.kind })
    assert.are.same({ 1, 1, 1 }, { #bot:conversations(meta.phone), #bot:conversations(user), #bot:conversations() })
    say("1991", by_id)
    assert.are.same({ "Who?", "Born?", "You are Bob, 1991" }, said())
    assert.is_true(made:start(bot, meta.phone))
    say("Eve", by_id)
    say("1992", both)
    assert.are.same({ "Who?", "Born?", "You are Eve, 1992" }, said())
    assert.are.same({}, heard)
  end)

  it("comes before the handlers, except for those that interrupt", function()
    local made = whatsapp.conversation("talk", function(chat) chat:say("Name: " .. chat:ask "Name?") end)
    bot = new_bot(function(b)
      b:on("text", "^go$", made)
      b:on("text", "^help$", function(event) event:reply { text = "Helping" } end, { interrupt = true })
      b:on("text", "^hello$", function() error "an open conversation comes first" end)
    end)
    deliver("go", "help", "hello")
    assert.are.same({ "Name?", "Helping", "Name: hello" }, said())
  end)

  it("ends where a handler opens another, and goes on when that handler's event comes again", function()
    local one = whatsapp.conversation("one", function(chat) chat:say("one " .. chat:ask "One?") end)
    local two = whatsapp.conversation("two", function(chat) chat:say("two " .. chat:ask "Two?") end)
    bot = new_bot(function(b) b:on("text", "^one$", one):on("text", "^two$", two, { interrupt = true }) end)
    local again = meta.message { text = "two" }
    deliver "one"
    assert.are.equal(200, meta.deliver(bot, { again }))
    -- As after a crash before the event was confirmed: the inbox has forgotten it.
    local forgetful = whatsapp.store.memory()
    for _, method in ipairs { "get", "put", "append", "due" } do
      forgetful.backend[method] = function(_, ...) return store.backend[method](store.backend, ...) end
    end
    local other = bot:with { store = forgetful }
    assert.are.equal(200, meta.deliver(other, { again }))
    deliver "x"
    assert.are.same({ "One?", "Two?", "two x" }, said())
  end)

  it("is had with a group too", function()
    opens(function(chat) chat:say("Hello " .. chat:ask "Who?") end)
    deliver({ text = "go", group_id = "123456789" }, { text = "Ann", group_id = "123456789", from = "15550001111" })
    local list = sent()
    assert.are.same({ 2, "group", "123456789", "Hello Ann" },
      { #list, list[1].recipient_type, list[2].to, list[2].text.body })
  end)

  it("can be listed, looked at and ended", function()
    opens(function(chat)
      chat:ask "One?"
      chat:sleep(60)
      chat:say "never"
    end)
    deliver("go")
    local list = assert(bot:conversations(meta.phone))
    assert.are.same({ 1, "talk", "1", meta.phone, "wait", 1 },
      { #list, list[1].name, list[1].version, list[1].to, list[1].at, list[1].commands })
    deliver "yes"
    list = assert(bot:conversations())
    assert.are.same({ 1, "sleep", now + 60 }, { #list, list[1].at, list[1].due })
    assert.is_true(list[1]:finish())
    assert.is_true(list[1]:finish())
    now = now + 60
    bot:tick()
    deliver "hello"
    assert.are.same({ {}, { "hello" }, { "One?" } }, { bot:conversations(), heard, said() })
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
      opens(first)
      deliver "go"
      opens(second)
      deliver "Ann"
      assert.are.equal(1, #told)
      assert.truthy(tostring(told[1]):find('has "send text" as command 1 .* asks for "step look up"'))
      told = {}
      opens(first)
      deliver "Ann"
      assert.are.same({ "Name?", "first" }, said())
    end)

    it("fires its timer once there is code for it", function()
      local function sleeper(chat)
        chat:sleep(60)
        chat:say "slept"
      end
      opens(sleeper)
      deliver "go"
      now = now + 60
      opens(first, { version = 2 })
      for _ = 1, 5 do bot:tick() end
      assert.are.equal(1, #told)
      told = {}
      opens(sleeper)
      now = now + 59
      bot:tick()
      assert.are.same({}, said())
      now = now + 1
      bot:tick()
      assert.are.same({ "slept" }, said())
    end)

    it("lets older ones finish with their code, or start again", function()
      opens(first)
      deliver "go"
      opens(second, { version = 2, versions = { first } })
      deliver "Ann"
      deliver("go", "Ann")
      assert.are.same({ "Name?", "first", "Name?", "second" }, said())
      opens(first)
      deliver "go"
      opens(second, { version = 2, versions = { [1] = "restart" } })
      deliver("Ann", "Bob")
      assert.are.same({ "Name?", "Name?", "second" }, said())
      opens(first)
      deliver "go"
      opens(second, { version = 2 })
      deliver "Ann"
      assert.truthy(tostring(table.remove(told)):find "talk, version 1")
    end)
  end)

  describe("with a bug", function()
    it("is told of, and ends", function()
      opens(function(chat)
        chat:ask "Name?"
        error "a bug"
      end)
      deliver("go", "Ann", "hello")
      assert.truthy(tostring(table.remove(told)):find "a bug")
      assert.are.same({ "hello" }, heard)
      assert.are.same({}, bot:conversations())
    end)

    it("goes on where on_error wants it tried again", function()
      local broken = true
      opens(function(chat)
        local name = chat:ask "Name?"
        local id = chat:step("reserve", function()
          if broken then error "no connection" end
          return 7
        end)
        chat:say(("%s has %d"):format(name, id))
      end)
      bot:on_error(function() return 5 end)
      deliver("go", "Ann")
      broken = false
      now = now + 5
      bot:tick()
      assert.are.same({ "Name?", "Ann has 7" }, said())
    end)

    it("does not run a step twice that is to run once", function()
      local runs = 0
      opens(function(chat)
        local paid, err = chat:step("pay", function()
          runs = runs + 1
          error "no connection"
        end, { once = true })
        chat:say(("%s %s"):format(tostring(paid), err.outcome))
      end)
      bot:on_error(function() return 5 end)
      deliver "go"
      now = now + 5
      bot:tick()
      assert.are.same({ 1, { "nil unknown" } }, { runs, said() })
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
        opens(fn)
        deliver "go"
        assert.are.equal(1, #told)
        told = {}
        assert.are.same({}, bot:conversations())
      end
    end)
  end)

  describe("whose sending got no answer", function()
    local function send_and_tell(options)
      return function(chat)
        local given = chat:say("important", options)
        chat:say(given.id or "unknown")
      end
    end

    local function lose_answer(fn)
      opens(fn)
      assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
      deliver "go"
      assert.are.same({ "important" }, said())
      return sandbox:sent()[#sandbox:sent()]
    end

    it("learns by the status that it was sent", function()
      local message = lose_answer(send_and_tell())
      assert.are.equal("send text", bot:conversations()[1].at)
      opens(send_and_tell())
      assert.are.equal(200, meta.deliver(bot, { meta.status(message.id, "sent", {
        biz_opaque_callback_data = message.payload.biz_opaque_callback_data }) }))
      assert.are.same({ message.id }, said())
    end)

    it("learns by the status that it was not", function()
      local message = lose_answer(function(chat)
        local _, err = chat:say "important"
        chat:say(tostring(err.code))
      end)
      assert.are.equal(200, meta.deliver(bot, { meta.status(message.id, "failed", {
        errors = { { code = 131026, title = "x" } },
        biz_opaque_callback_data = message.payload.biz_opaque_callback_data }) }))
      assert.are.same({ "131026" }, said())
    end)

    it("skips it when nobody can say, or sends it again", function()
      lose_answer(send_and_tell())
      now = now + 20
      bot:tick()
      assert.are.same({ "unknown" }, said())
      lose_answer(send_and_tell { on_unknown = "resend" })
      now = now + 20
      bot:tick()
      local list = said()
      assert.are.same({ 2, "important" }, { #list, list[1] })
      local asked
      lose_answer(send_and_tell { on_unknown = function(message) asked = message.text return "skip" end })
      now = now + 20
      bot:tick()
      assert.are.same({ "important", { "unknown" } }, { asked, said() })
    end)

    it("does not wait longer than until the customer writes", function()
      lose_answer(function(chat)
        chat:say("important")
        chat:say("Hello " .. chat:ask "Name?")
      end)
      deliver "Ann"
      assert.are.same({ "Name?" }, said())
      assert.are.same({ "Ann" }, heard)
    end)
  end)
end)
