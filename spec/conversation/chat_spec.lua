-- What a conversation's function can do, with a bot that sends to the sandbox, in plain Lua
-- and under each event loop; spec/nginx/conversation_spec.lua runs it in nginx.

local hosts = require "spec.support.hosts"
local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"
local whatsapp = require "whatsapp"

local tap = talks.tap

for _, host in ipairs(hosts.all()) do describe("a conversation under " .. host.name, function()
  local it = host.wrap(it)
  local sandbox, t

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() t = talks.new(sandbox, host.name) end)
  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  -- In this process, and resumed by another one each time.
  for _, restarted in ipairs { false, true } do
    describe(restarted and "resumed by replay" or "in one process", function()
      local function continue(fn, options)
        if restarted then t:opens(fn, options) end
      end

      it("asks, and goes on with the answer", function()
        local names = {}
        local function talk(chat)
          local name = chat:ask "What is your name?"
          local age = chat:ask("How old are you?", { number = { min = 18 }, retry = "18 or more, please" })
          names[#names + 1] = name
          chat:say(("Hello %s (%d)"):format(name, age))
        end
        t:opens(talk)
        t:deliver "go"
        assert.are.same({ "What is your name?" }, t:said())
        continue(talk)
        t:deliver " Ann "
        assert.are.same({ "How old are you?" }, t:said())
        continue(talk)
        t:deliver("seven", "17")
        assert.are.same({ "18 or more, please", "18 or more, please" }, t:said())
        continue(talk)
        t:deliver "44"
        assert.are.same({ "Hello Ann (44)" }, t:said())
        assert.are.same({ "Ann" }, names)
        t:deliver "and now?"
        assert.are.same({ "and now?" }, t.heard)
      end)
    end)
  end

  it("lets its customer choose by button", function()
    t:opens(function(chat)
      chat:say("You chose " .. chat:choose("Which size?", { "Small", "Medium", "Large" }))
    end)
    t:deliver "go"
    assert.are.equal("button", t:sent()[1].interactive.type)
    t:deliver(tap "Medium")
    assert.are.same({ "You chose Medium" }, t:said())
  end)

  it("lets its customer choose from a list, by what they type, and asks again", function()
    local list = { { id = "p1", title = "Product 1", description = "First" }, { id = "p2", title = "Product 2" },
                   { id = "p3", title = "Product 3" }, { id = "p4", title = "Product 4" } }
    for _, answer in ipairs { tap("p3", "list_reply"), "product 3", "p3", "3" } do
      t:opens(function(chat) chat:say("You chose " .. chat:choose("Which?", list)) end)
      t:deliver "go"
      local question = t:sent()[1].interactive
      assert.are.same({ "list", "Product 1", "First" },
        { question.type, question.action.sections[1].rows[1].title, question.action.sections[1].rows[1].description })
      t:deliver "none of it"
      assert.are.same(question, t:sent()[1].interactive)
      t:deliver(answer)
      assert.are.same({ "You chose p3" }, t:said())
    end
    t:opens(function(chat) chat:choose("Which?", list, { retry = "One of the list, please" }) end)
    t:deliver("go", "no")
    assert.are.same({ "Which?", "One of the list, please" }, t:said())
  end)

  it("takes a number for what a title says, and counts only where none says any", function()
    local function talk(...)
      local list = { ... }
      t:opens(function(chat) chat:say("You chose " .. chat:choose("Which?", list)) end)
    end
    talk("9:00", "17:00", "19:00", "20:00")
    t:deliver("go", "3", "0", "9")
    assert.are.same({ "Which?", "Which?", "Which?", "You chose 9:00" }, t:said())
    talk("2", "4", "6")
    t:deliver("go", "3", "6")
    assert.are.same({ "Which?", "Which?", "You chose 6" }, t:said())
    talk("Red", "Green", "Blue")
    t:deliver("go", "4", "2")
    assert.are.same({ "Which?", "Which?", "You chose Green" }, t:said())
  end)

  it("pages through what is longer than a list", function()
    local list = {}
    for i = 1, 20 do list[i] = ("Choice %d"):format(i) end
    t:opens(function(chat) chat:say("You chose " .. chat:choose("Which?", list)) end)
    t:deliver "go"
    local function rows() return t:sent()[1].interactive.action.sections[1].rows end
    local first = rows()
    assert.are.same({ 10, "Choice 1", "More" }, { #first, first[1].title, first[10].title })
    t:deliver(tap(first[10].id, "list_reply"))
    assert.are.equal("Choice 10", rows()[1].title)
    t:deliver "more"
    local last = rows()
    assert.are.same({ 3, "Choice 19", "More" }, { #last, last[1].title, last[3].title })
    t:deliver(tap(last[3].id, "list_reply"))
    assert.are.equal("Choice 1", rows()[1].title)
    t:deliver "choice 20"
    assert.are.same({ "You chose Choice 20" }, t:said())
  end)

  it("is not answered by a tap on an older question", function()
    t:opens(function(chat)
      local sure = chat:choose("Sure?", { "Yes", "No" })
      local really = chat:choose("Really?", { "Yes", "No" })
      chat:say(("%s, %s, %s"):format(sure, really, chat:ask "Why?"))
    end)
    t:deliver "go"
    t:said()
    local yes = tap("Yes", nil, t.last.id)
    t:deliver(yes, tap("Yes", nil, t.last.id))
    assert.are.same({ "Really?" }, t:said())
    t:deliver "what?"
    assert.are.same({ "Really?" }, t:said())
    t:deliver(tap("No", nil, t.last.id))
    t:said()
    t:deliver(tap("Yes", nil, yes.context.id))
    t:deliver { text = "So", context = { id = yes.context.id } }
    assert.are.same({ "Yes, No, So" }, t:said())
    assert.are.same({}, t.heard)
  end)

  it("checks answers by pattern, words and function", function()
    t:opens(function(chat)
      local code = chat:ask("Code?", { pattern = "^(%d%d%d%d)$" })
      local colour = chat:ask("Colour?", { one_of = { "Red", "Green" }, retry = "Red or green?" })
      local even = chat:ask("Even?", { number = true, check = function(n)
        if n % 2 == 0 then return n end
        return nil, n .. " is odd"
      end })
      chat:say(("%s %s %s"):format(code, colour, even))
    end)
    t:deliver("go", "12345", "1234", "blue", "gREEN", "x", "3", "4")
    assert.are.same({ "Code?", "Code?", "Colour?", "Red or green?", "Even?", "Even?", "3 is odd", "1234 Green 4" },
      t:said())
  end)

  it("takes what a check only nods at, as it is", function()
    t:opens(function(chat)
      chat:say("Hello " .. chat:ask("Name?", { check = function(name) return #name > 2, "A longer one" end }))
    end)
    t:deliver("go", "Al", "Ann")
    assert.are.same({ "Name?", "A longer one", "Hello Ann" }, t:said())
  end)

  it("asks for other things than words", function()
    local function talk(chat)
      local file = chat:ask("A receipt?", { type = { "image", "document" }, retry = "A picture, please",
        check = function(file) return file.mime_type ~= "image/gif", "No GIF" end })
      local place, event = chat:ask({ location_request = "Where?" }, { type = "location" })
      local form = chat:ask("The form?", { type = "flow_reply" })
      chat:say(("%s %s %s %s"):format(file.id, place.latitude, event.type, form.day))
      chat:say(chat:ask("Like it?", { type = { "button_reply", "text" } }))
    end
    local function image(mime_type) return { type = "image", image = { id = "55", mime_type = mime_type } } end
    local form = { type = "interactive", interactive = { type = "nfm_reply", nfm_reply = {
      name = "flow", body = "Sent", response_json = [[{"day":"Monday"}]] } } }
    t:opens(talk)
    t:deliver("go", "here", { type = "sticker", sticker = { id = "5" } }, image "image/gif", image "image/png")
    t:deliver("Berlin", { type = "location", location = { latitude = 52.5, longitude = 13.4 } })
    t:opens(talk)
    t:deliver(form, image "image/png", " much ")
    assert.are.same({ "A receipt?", "A picture, please", "A picture, please", "No GIF", "Where?", "Where?", "The form?",
                      "55 52.5 location Monday", "Like it?", "Like it?", "much" }, t:said())
    assert.are.same({}, t.heard)
    -- What nobody asked for, and a form of another message, are for the handlers.
    local function form_of(id) return { type = form.type, interactive = form.interactive, context = { id = id } } end
    t:opens(function(chat) chat:say(chat:ask "Name?" .. chat:ask("The form?", { type = "flow_reply" }).day) end)
    t:deliver("go", form_of "wamid.old", "Ann ", form_of "wamid.old")
    assert.are.same({ { "Name?", "The form?" }, { "Sent", "Sent" } }, { t:said(), t.heard })
    t:deliver(form_of(t.last.id))
    assert.are.same({ "AnnMonday" }, t:said())
    for _, wrong in ipairs { "imgae", "reaction", {}, 5 } do
      t:opens(function(chat) chat:ask("A receipt?", { type = wrong }) end)
      t:deliver "go"
      assert.is_true(t:was_told "type must be a type of message, or a list of them: address_reply, audio")
    end
  end)

  it("has a header and a footer about its choices", function()
    t:opens(function(chat)
      local two = chat:choose({ body = "Which?", header = "Size", footer = "One" }, { "S", "M" })
      chat:say(two .. chat:choose({ body = "And?", header = "Colour" }, { "R", "G", "B", "W" }))
    end)
    t:deliver("go", "m", "3")
    local list = t:sent()
    local first, second = list[1].interactive, list[2].interactive
    assert.are.same({ "Which?", "Size", "One", 2, "And?", "Colour", 4, "MB" },
      { first.body.text, first.header.text, first.footer.text, #first.action.buttons,
        second.body.text, second.header.text, #second.action.sections[1].rows, list[3].text.body })
    for _, wrong in ipairs { {}, { body = "Which?", haeder = "Size" }, 5 } do
      t:opens(function(chat) chat:choose(wrong, { "S" }) end)
      t:deliver "go"
      assert.is_true(t:was_told "the question must be a text, or { body, header, footer }")
    end
  end)

  it("has its events' methods in steps", function()
    local results
    local function talk(chat)
      local _, answer = chat:ask "Name?"
      results = { (select(2, answer:mark_read())).kind, chat:step("read", function()
        return answer:mark_read(), chat.event:react "👍" ~= nil
      end) }
    end
    t:opens(talk)
    t:deliver "go"
    t:opens(talk)
    t:deliver "Ann"
    assert.are.same({ "state", true, true }, results)
    assert.are.equal("👍", t:sent()[2].reaction.emoji)
    assert.is_true(t:was_told "a conversation's function calls nothing by itself")
  end)

  it("takes words in any case, and numbers that mean one thing", function()
    t:opens(function(chat)
      local fruit = chat:ask("Fruit?", { one_of = { "Äpfel", "Ψάρι", "Ёж" } })
      local town = chat:choose("Town?", { "Łódź", "ŽILINA", "Ørje" })
      chat:say(("%s %s %s"):format(fruit, town, chat:ask("How much?", { number = true })))
    end)
    for answers, said in pairs { ["äpfel łódź 3,5"] = "Äpfel Łódź 3.5", ["ψάρι žilina 0.125"] = "Ψάρι ŽILINA 0.125",
                                 ["ёж øRJE 1000"] = "Ёж Ørje 1000" } do
      t:deliver "go"
      for word in answers:gmatch "%S+" do t:deliver(word) end
      assert.are.same({ "Fruit?", "Town?", "How much?", said }, t:said())
    end
    -- As they come from other keyboards, and from the clipboard.
    t:deliver("go", "\226\128\170äpfel!\226\128\172", "¡łódź! 👍", "\226\128\143٣٫٥\194\160")
    assert.are.same({ "Fruit?", "Town?", "How much?", "Äpfel Łódź 3.5" }, t:said())
    t:deliver("go", "ёж", "ŽILINA", "1,000", "1.000", "-20.500", "+7")
    assert.are.same({ "Fruit?", "Town?", "How much?", "How much?", "How much?", "How much?", "Ёж ŽILINA 7" }, t:said())
  end)

  it("takes what is typed for titles with emoji, and digits of any script", function()
    local function chosen(list, ...)
      t:opens(function(chat) chat:say("-> " .. (chat:choose("Which?", list, { tries = 1 }) or "none")) end)
      for _, text in ipairs { ... } do
        t:deliver("go", text)
        assert.are.equal("-> " .. list.wanted, t:said()[2], text)
      end
    end
    chosen({ "✅ Yes", "❌ No", wanted = "✅ Yes" }, "yes", "Yes.", "✅ yes", "YES ❤️")
    chosen({ "✅ Yes", "❌ No", wanted = "❌ No" }, "no", "٢", "२", "２", "۲")
    chosen({ "👍", "👎", wanted = "👎" }, "👎", "2")
    chosen({ "C", "C!", wanted = "C!" }, "c!")
    chosen({ "< 5", "5 to 10", "More", wanted = "none" }, "5", "👍", "yes", "...")
    chosen({ "Tea!", "Tea?", wanted = "none" }, "tea")
    -- One that is neither is no number.
    chosen({ "A", "B", wanted = "none" }, "٬", "\217", "\224\165", "\239\188\128")
  end)

  it("leaves to the bot's handlers what it does not wait for", function()
    t:opens(function(chat)
      local event = chat:wait { "image", "location" }
      chat:say("Got a " .. event.type .. " of " .. event.media.id)
    end)
    t:deliver("go", "what now?", { type = "image", image = { id = "55" } }, "thanks")
    assert.are.same({ "what now?", "thanks" }, t.heard)
    assert.are.same({ "Got a image of 55" }, t:said())
  end)

  it("gets the captures of the pattern that opened it", function()
    local made = whatsapp.conversation("captures", function(chat, number, word)
      chat:say(("%s of %s for %s"):format(number, word, chat.name))
    end)
    t.bot = t:new_bot(function(b) b:on("text", "^order (%d+) (%a+)$", made) end)
    t:deliver "order 12 apples"
    assert.are.same({ "12 of apples for Ann" }, t:said())
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
    t:opens(talk)
    t:deliver "go"
    t.now = t.now + 100
    t:opens(talk)
    t:deliver "x"
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
    t:opens(talk)
    t:deliver("go", "hello?")
    assert.are.same({ "one" }, t:said())
    assert.are.same({ "hello?" }, t.heard)
    t.now = t.now + 3599
    assert.is_true(t.bot:tick() <= 1)
    assert.are.same({}, t:said())
    t:opens(talk)
    t.now = t.now + 1
    t.bot:tick()
    assert.are.same({ "two" }, t:said())
    t.now = t.now + 3600
    t.bot:tick()
    assert.are.same({}, t:said())
    t:opens(function(chat)
      for _, seconds in ipairs { 0, -5 } do chat:sleep(seconds) end
      chat:say "now"
    end)
    t:deliver "go"
    assert.are.same({ "now" }, t:said())
  end)

  it("waits as long as it said, and no longer", function()
    local function talk(chat)
      local name, err = chat:ask("Name?", { timeout = 60 })
      chat:say(name or err.kind)
    end
    t:opens(talk)
    t:deliver "go"
    t.now = t.now + 59
    t.bot:tick()
    assert.are.same({ "Name?" }, t:said())
    t.now = t.now + 1
    t:opens(talk)
    t.bot:tick()
    assert.are.same({ "timeout" }, t:said())
    t:deliver("go", "Ann")
    t.now = t.now + 100
    t.bot:tick()
    assert.are.same({ "Name?", "Ann" }, t:said())
    -- By a clock that is behind Meta's, too.
    t.now = os.time() - 120
    t:deliver("go", "Ann")
    assert.are.same({ "Name?", "Ann" }, t:said())
    t.now = os.time()
    -- However often it is asked.
    t:opens(function(chat)
      local _, err = chat:ask("Age?", { number = true, timeout = 60 })
      chat:say(err.kind)
    end)
    t:deliver "go"
    for _ = 1, 2 do
      t:advance(25)
      t:deliver "old enough"
    end
    t:advance(10)
    assert.are.same({ "Age?", "Age?", "Age?", "timeout" }, t:said())
  end)

  it("ends where nobody answers for as long as it has patience", function()
    local options = { timeout = 60, on_timeout = function(chat)
      chat:say("Bye, " .. chat.name)
      chat:ask "Still there?"
      chat:say "never"
    end }
    local function talk(chat)
      local size = chat:choose("Size?", { "S", "M" })
      local _, err = chat:wait("image", { timeout = 100 })
      chat:say(size .. " " .. err.kind)
      chat:wait("location", { timeout = math.huge })
      chat:wait "image"
      chat:say "never"
    end
    t:opens(talk, options)
    t:deliver("go", "m")
    t:opens(talk, options)
    t:advance(99)
    assert.are.same({ "Size?" }, t:said())
    t:advance(1)
    assert.are.same({ "M timeout" }, t:said())
    t:advance(1000)
    t:deliver { type = "location", location = { latitude = 52.5, longitude = 13.4 } }
    t:advance(59)
    t:opens(talk, options)
    t:advance(1)
    assert.are.same({ "Bye, Ann", "Still there?" }, t:said())
    t:opens(talk, options)
    t:advance(60)
    assert.are.same({ {}, {} }, { t:said(), t.bot:conversations() })
    t:opens(talk, { timeout = 60 })
    t:deliver "go"
    t:advance(60)
    assert.are.same({ { "Size?" }, {} }, { t:said(), t.bot:conversations() })
  end)

  it("asks as often as it is told to", function()
    t:opens(function(chat)
      local age, err = chat:ask("Age?", { number = true, retry = "A number", tries = 3 })
      chat:say(("%s %s"):format(tostring(age), err.kind))
      local size, why = chat:choose("Size?", { "S", "M" }, { tries = 1 })
      chat:say(("%s %s"):format(tostring(size), why.kind))
      chat:say(chat:ask("Why?", { tries = 1 }))
    end)
    t:deliver("go", "a", "b", "c", "L", "so")
    assert.are.same({ "Age?", "A number", "A number", "nil cancelled", "Size?", "nil cancelled", "Why?", "so" },
      t:said())
    -- A machine that answers whatever it is sent.
    t:opens(function(chat) chat:ask("Age?", { number = true }) end)
    t:deliver "go"
    for _ = 1, 60 do t:deliver "We are closed" end
    assert.are.same({ 50, 10, {} }, { #t:said(), #t.heard, t.bot:conversations() })
    assert.is_true(t:was_told "a question got 50 bad answers in a row")
  end)

  it("may use coroutines of its own, and calls nothing by itself", function()
    local made
    made = t:opens(function(chat)
      local name = chat:ask "Name?"
      for word in coroutine.wrap(function()
        for _, word in ipairs { "Hello", name } do coroutine.yield(word) end
      end) do
        chat:say(word)
      end
      local _, err = t.wa:send { to = meta.phone, text = "by itself" }
      chat:step("send", function() assert(t.wa:send { to = meta.phone, text = "by a step" }) end)
      local _, refused = made:start(t.bot, "15559990000")
      assert(refused == err)
      coroutine.wrap(function() _, refused = t.wa:send { to = meta.phone, text = "by another" } end)()
      assert(refused == err)
      chat:say(err.hint)
    end)
    t:deliver("go", "Ann")
    assert.are.same({ "Name?", "Hello", "Ann", "by a step",
                      "send with chat:send or chat:say, and do the rest in chat:step" }, t:said())
    -- Told each time that it is done, but not when it is replayed.
    assert.are.equal(2, #t.told)
    t.told = {}
    t:opens(function(chat)
      chat.event:reply { text = "by its event" }
      chat:say("Hello " .. chat:ask "Name?")
      return t.wa:send { to = meta.phone, text = "at the end" }
    end)
    t:deliver "go"
    t.bot.talks:forget_all()
    t:deliver "Ann"
    assert.are.same({ "Name?", "Hello Ann" }, t:said())
    for _ = 1, 2 do assert.is_true(t:was_told "a conversation's function calls nothing by itself") end
  end)

  it("calls others, ends itself, begins anew", function()
    local inner = whatsapp.conversation("inner", function(chat, prefix) return prefix .. chat:ask "Inner?" end)
    t:opens(function(chat, round)
      round = round or 1
      local word = chat:call(inner, round .. " ")
      chat:say(word)
      if word:find "stop" then chat:cancel() end
      chat:restart(round + 1)
    end)
    t:deliver("go", "a", "b", "stop", "end")
    assert.are.same({ "Inner?", "1 a", "Inner?", "2 b", "Inner?", "3 stop" }, t:said())
    assert.are.same({ "end" }, t.heard)
  end)

  it("opens another beside itself", function()
    local remind = whatsapp.conversation("remind", function(chat, what)
      chat:sleep(60)
      chat:say(("%s, %s?"):format(what, chat.name))
    end, { beside = true })
    t:opens(function(chat)
      chat:start(remind, chat:ask "What?")
      chat:say("Where? " .. chat:ask "Where?")
    end)
    t:deliver("go", "Milk")
    t:advance(60)
    t:deliver "Here"
    assert.are.same({ "What?", "Where?", "Milk, Ann?", "Where? Here" }, t:said())
  end)

  it("comes before the handlers, except for those that interrupt", function()
    local made = whatsapp.conversation("talk", function(chat) chat:say("Name: " .. chat:ask "Name?") end)
    t.bot = t:new_bot(function(b)
      b:on("text", "^go$", made)
      b:on("text", "^help$", function(event) event:reply { text = "Helping" } end, { interrupt = true })
      b:on("text", "^hello$", function() error "an open conversation comes first" end)
    end)
    t:deliver("go", "help", "hello")
    assert.are.same({ "Name?", "Helping", "Name: hello" }, t:said())
  end)

  it("is had with a group too", function()
    t:opens(function(chat) chat:say("Hello " .. chat:ask "Who?") end)
    t:deliver({ text = "go", group_id = "123456789" }, { text = "Ann", group_id = "123456789", from = "15550001111" })
    local list = t:sent()
    assert.are.same({ 2, "group", "123456789", "Hello Ann" },
      { #list, list[1].recipient_type, list[2].to, list[2].text.body })
    -- In which nothing can be tapped.
    t:opens(function(chat)
      local size = chat:choose({ body = "Size?", header = "Pizza", footer = "Write it" },
        { "Small", { id = "l", title = "Large", description = "For two" } })
      chat:say(size .. " " .. chat:choose("When?", { "9:00", "17:00" }))
    end)
    for _, text in ipairs { "go", "3", "2", "2", "9" } do t:deliver { text = text, group_id = "123456789" } end
    local size, time = "Pizza\nSize?\n1. Small\n2. Large: For two\nWrite it", "When?\n• 9:00\n• 17:00"
    assert.are.same({ size, size, time, time, "l 9:00" }, t:said())
  end)

  it("can be listed, looked at and ended", function()
    t:opens(function(chat)
      chat:ask "One?"
      chat:sleep(60)
      chat:say "never"
    end)
    t:deliver("go")
    local list = assert(t.bot:conversations(meta.phone))
    assert.are.same({ 1, "talk", "1", meta.phone, "wait", 1 },
      { #list, list[1].name, list[1].version, list[1].to, list[1].at, list[1].commands })
    t:deliver "yes"
    list = assert(t.bot:conversations())
    assert.are.same({ 1, "sleep", t.now + 60 }, { #list, list[1].at, list[1].due })
    assert.is_true(list[1]:finish())
    assert.is_true(list[1]:finish())
    t.now = t.now + 60
    t.bot:tick()
    t:deliver "hello"
    assert.are.same({ {}, { "hello" }, { "One?" } }, { t.bot:conversations(), t.heard, t:said() })
  end)

  describe("whose sending got no answer", function()
    local function send_and_tell(options)
      return function(chat)
        local given = chat:say("important", options)
        chat:say(given.id or "unknown")
      end
    end

    local function lose_answer(fn)
      t:opens(fn)
      assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
      t:deliver "go"
      assert.are.same({ "important" }, t:said())
      return sandbox:sent()[#sandbox:sent()]
    end

    it("learns by the status that it was sent", function()
      local message = lose_answer(send_and_tell())
      assert.are.equal("send text", t.bot:conversations()[1].at)
      t:opens(send_and_tell())
      assert.are.equal(200, meta.deliver(t.bot, { meta.status(message.id, "sent", {
        biz_opaque_callback_data = message.payload.biz_opaque_callback_data }) }))
      assert.are.same({ message.id }, t:said())
    end)

    it("learns by the status that it was not", function()
      local message = lose_answer(function(chat)
        local _, err = chat:say "important"
        chat:say(tostring(err.code))
      end)
      assert.are.equal(200, meta.deliver(t.bot, { meta.status(message.id, "failed", {
        errors = { { code = 131026, title = "x" } },
        biz_opaque_callback_data = message.payload.biz_opaque_callback_data }) }))
      assert.are.same({ "131026" }, t:said())
    end)

    it("skips it when nobody can say, or sends it again", function()
      lose_answer(send_and_tell())
      t.now = t.now + 20
      t.bot:tick()
      assert.are.same({ "unknown" }, t:said())
      assert.is_true(t:was_told('cannot know whether its message to 15551234567 (command 1, "send text")'))
      lose_answer(send_and_tell { on_unknown = "resend" })
      t.now = t.now + 20
      t.bot:tick()
      local list = t:said()
      assert.are.same({ 2, "important" }, { #list, list[1] })
      local asked
      lose_answer(send_and_tell { on_unknown = function(message) asked = message.text return "skip" end })
      t.now = t.now + 20
      t.bot:tick()
      assert.are.same({ "important", { "unknown" } }, { asked, t:said() })
      assert.is_true(t:was_told "cannot know")
    end)

    it("does not wait longer than until the customer writes", function()
      lose_answer(function(chat)
        chat:say("important")
        chat:say("Hello " .. chat:ask "Name?")
      end)
      t:deliver "Ann"
      assert.are.same({ "Name?" }, t:said())
      assert.are.same({ "Ann" }, t.heard)
      assert.is_true(t:was_told "cannot know")
    end)

    it("asks again when the customer writes, but for an answer that only fits", function()
      local function fail_once()
        assert(sandbox:fault { path = "/messages$", status = 502, body = "<html>" })
      end
      t:opens(function(chat)
        local name = chat:ask "Name?"
        chat:step("fail", fail_once)
        local age = chat:ask("Age?", { number = true, retry = "A number, please" })
        chat:step("fail", fail_once)
        chat:say(("%s %d %s"):format(name, age, chat:choose("Size?", { "S", "M" })))
      end)
      fail_once()
      t:deliver("go", "hello?")
      assert.are.same({ "Name?" }, t:said())
      t:deliver("Ann", "hello?")
      assert.are.same({ "Age?" }, t:said())
      t:deliver "44"
      t:deliver "m"
      assert.are.same({ "Ann 44 M" }, t:said())
      for _ = 1, 3 do assert.is_true(t:was_told "cannot know") end
    end)
  end)
end) end
