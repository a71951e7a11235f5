-- The kit for tests of bots, on bots of its own.

local expect = require "spec.support.expect"
local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local testing = require "whatsapp.testing"
local whatsapp = require "whatsapp"

describe("a test of a bot", function()
  local sandbox, wa, bot, t, ann

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  before_each(function()
    -- Nobody listens there: the test has a client of its own.
    wa = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:9" }
    bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()) }
    bot:on("text", "^menu$", function(event)
      event:reply { buttons = { body = "Choose", { id = "yes", title = "Yes, please" }, { id = "no", title = "No" } } }
    end)
    bot:on("text", "^list$", function(event)
      event:reply { list = { body = "Choose", button = "Show", { id = "p1", title = "One" },
                             { id = "p2", title = "Two" } } }
    end)
    bot:on({ "button_reply", "list_reply" }, function(event) event:reply { text = "You chose " .. event.reply_id } end)
    bot:on("text", "^book (%S+)$", function(event, action)
      event:reply { flow = { body = "Book", button = "Start", id = "1", token = "t-" .. action,
        action = action ~= "named" and action or nil, screen = action == "named" and "DAY" or nil,
        data = action == "named" and { greeting = "Hello" } or nil } }
    end)
    bot:on("flow_reply", function(event) event:reply { text = event.data.flow_token .. " " .. event.data.day } end)
    bot:on("image", function(event) event:reply { text = "A picture of " .. #assert(event:download()) .. " bytes" } end)
    bot:on("text", "^bug$", function() error "a bug" end)
    bot:on("text", "^remind$", whatsapp.conversation("remind", function(chat)
      for i = 1, 3 do
        chat:sleep(60)
        chat:say(("%d at %d"):format(i, chat:now()))
      end
    end))
    bot:otherwise(function(event) event:reply { text = "Hi " .. event.name } end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user("+49 151 1234567", "Ann")
  end)

  after_each(function() wa:close() end)

  it("has customers who write, tap, pick and send", function()
    ann:says("hello"):says "menu"
    ann:expects "Hi Ann"
    local _, menu = ann:expects "buttons"
    assert.are.equal("Yes, please", menu.interactive.action.buttons[1].reply.title)
    ann:taps("Yes, please"):expects "You chose yes"
    ann:says("list"):picks "p2"
    ann:expects "list"
    ann:expects "chose p%d$"
    ann:sends { image = "examples/files/photo.png" }
    ann:expects "^A picture of %d+ bytes$"
    ann:sends { location = { latitude = 1, longitude = 2 } }
    ann:expects "Hi Ann"
    ann:expects_nothing()
  end)

  describe("with a Flow", function()
    local flow_json = assert(whatsapp.flow.screens { version = "7.1",
      { id = "DAY", title = "Day", terminal = true, data = { greeting = "Hi" },
        { body = "${data.greeting}" },
        { date_picker = { name = "day", label = "Day", required = true } },
        { footer = { label = "Done", complete = { day = "${form.day}" } } } } })

    it("open it as the message says, and submit what they played", function()
      ann:says "book named"
      ann:expects "flow"
      local player = ann:opens(flow_json)
      assert.are.equal("Hello", player:view().components[1].text)
      assert.is_false(pcall(ann.submits, ann, player))
      assert(player:submit { day = "2026-05-01" })
      ann:submits(player)
      ann:expects "^t%-named 2026%-05%-01$"
    end)

    it("submit what they filled in without playing", function()
      ann:says("book navigate"):submits { day = "Monday" }
      ann:expects "flow"
      ann:expects "t-navigate Monday"
    end)

    it("ask the endpoint where the message says so", function()
      local pair = assert(whatsapp.flow.keypair())
      local endpoint = whatsapp.flow.endpoint { private_key = pair.private_key, app_secret = "secret", on = {
        INIT = function(request) return request:show("DAY", { greeting = request.flow_token }) end } }
      ann:says "book data_exchange"
      ann:expects "flow"
      assert.are.equal("t-data_exchange",
        ann:opens(endpoint, { screens = flow_json }):view().components[1].text)
    end)

    it("fail where none was sent, or it cannot be opened", function()
      local ok, err = pcall(ann.submits, ann, { day = "Monday" })
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find("no message that opens a Flow", 1, true))
      ann:says "book navigate"
      ok, err = pcall(ann.opens, ann, flow_json)
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find("is not given its data greeting", 1, true))
      ann:expects "flow"
    end)
  end)

  it("fails where the bot says something else, and shows the transcript", function()
    ann:says "hello"
    local function failing(text, fn, ...)
      local ok, err = pcall(fn, ...)
      assert.is_false(ok)
      assert.truthy(tostring(err):find(text, 1, true), tostring(err))
      assert.truthy(tostring(err):find("> hello\n< Hi Ann\n", 1, true), tostring(err))
    end
    failing('expected "Bye", but the bot said "Hi Ann"', ann.expects, ann, "Bye")
    failing("nothing more", ann.expects, ann, "Hi Ann")
    failing('no button "Yes"', ann.taps, ann, "Yes")
    failing("a bug", ann.says, ann, "bug")
    ann:says "hello"
    failing("expected nothing more", ann.expects_nothing, ann)
  end)

  it("has a clock, by which timers fire at their time", function()
    local began = t.now
    ann:says "remind"
    t:advance(59)
    ann:expects_nothing()
    t:advance(1000)
    for i = 1, 3 do ann:expects(("%d at %d"):format(i, began + 60 * i)) end
    assert.are.equal(began + 1059, t.now)
  end)

  it("keeps customers apart, and leaves the bot as it is", function()
    local bob = t.user("4915200000", "Bob")
    ann:says "one"
    bob:says "two"
    bob:expects "Hi Bob"
    ann:expects "Hi Ann"
    assert.are.equal("Bob = 4915200000\n> one\n< Hi Ann\nBob > two\nBob < Hi Bob\n", t:transcript())
    assert.are.equal("http://127.0.0.1:9", bot.client.config.base_url)
    assert.are.equal(0, (bot.store:pending(os.time())))
  end)

  it("has the bot's own client send to the sandbox while handlers run, and only then", function()
    bot:on("text", "^own$", function(event)
      assert(wa:send { to = event.from, text = "By wa" })
      local photo = assert(wa.media:upload "examples/files/photo.png")
      assert(bot.client:send { to = event.from, image = { id = photo.id } })
      error "and raises"
    end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    assert.is_false(pcall(ann.says, ann, "own"))
    ann:expects("By wa"):expects("image"):expects_nothing()
    for _, client in ipairs { wa, bot.client } do
      assert.are.equal("http://127.0.0.1:9", client.config.base_url)
      assert.are.equal("network", select(2, client:send({ to = "4915112345678", text = "No" }, { retries = 0 })).kind)
    end
  end)

  it("hears what nobody asked for: before a customer was known, and to whom it was", function()
    local offer = whatsapp.conversation("offer", function(chat) chat:say("An offer for " .. chat:ask "Your name?") end)
    t:receives("messages", { contacts = { { wa_id = "4915200000", profile = { name = "Bob" } } },
      messages = { { from = "4915200000", id = "wamid.bob", timestamp = ("%d"):format(t.now), type = "text",
                     text = { body = "Hi" } } } })
    ann:says("Hi"):expects "Hi Ann"
    assert(offer:start(t.bot, "+49 152 00000"))
    assert(offer:start(t.bot, "+49 151 1234567"))
    local bob = t.user "4915200000"
    assert.are.equal(bob, t:user "+49 (0) 152 00000")
    bob:expects("Hi Bob"):expects("Your name?"):says("Bob"):expects "An offer for Bob"
    ann:expects "Your name?"
    local said = "4915200000 < Your name?\n< Your name?\n4915200000 > Bob\n4915200000 < An offer for Bob\n"
    assert.are.equal(said, t:transcript():sub(-#said))
  end)

  it("goes on with what another test has left in a store", function()
    local left = whatsapp.store.memory()
    local function begin(words)
      bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook(meta.hook()) }
      bot:on("text", "^go$", whatsapp.conversation("two", function(chat)
        local first = chat:ask(words .. "First?")
        chat:say(words .. first .. chat:ask "Second?")
      end))
      t = testing.bot(bot, { sandbox = sandbox, store = left })
      return t.user "4915112345678"
    end
    begin("old "):says("go"):expects("old First?"):says("1"):expects "Second?"
    -- Code that has changed, as after a deployment.
    begin("new "):says("2"):expects "new 12"
  end)

  it("has customers with a user id, or both", function()
    bot:on("text", "^who$", function(event)
      event:reply { text = ("%s %s"):format(tostring(event.phone), tostring(event.user_id)) }
    end)
    t = testing.bot(bot, { sandbox = sandbox })
    t.user("DE.1349ABC", "Eve"):says("hello"):expects("Hi Eve")
    t.user("DE.1349ABC"):says("who"):expects "nil DE.1349ABC"
    local dan = t.user({ phone = "4915300000", user_id = "DE.77" }, "Dan")
    dan:says("who"):expects("4915300000 DE.77"):says("hello"):expects "Hi Dan"
    assert.are.equal(dan, t.user "DE.77")
    assert.are.equal(dan, t.user "4915300000")
  end)

  it("expects what a function takes, words as they are, patterns and kinds", function()
    bot:on("text", "^parts$", function(event)
      for _, text in ipairs { "Pick (one)?", "Pick (one)?", "100%", "ORD-17" } do event:reply { text = text } end
      event:reply { location = { latitude = 1, longitude = 2, name = "Here" } }
    end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    ann:says("parts"):expects("Pick (one)?"):expects("^Pick %(one%)%?$"):expects("100%"):expects "%u+-%d+"
    local _, payload = ann:expects(function(message) return message.location.latitude == 1 end)
    assert.are.equal("location", payload.type)
    ann:expects_nothing()
    ann:says("menu"):expects "Choose [Yes, please] [No]"
    ann:says("menu"):expects "[No]"
    local ok, err = pcall(function() ann:says("menu"):expects "[Nothing]" end)
    assert.is_false(ok)
    assert.truthy(err:find('expected "[Nothing]", but the bot said "Choose [Yes, please] [No]"', 1, true), err)
  end)

  it("taps an older message where it is said, and none twice by chance", function()
    ann:says("menu"):says "menu"
    local _, first = ann:expects "buttons"
    local _, second = ann:expects "buttons"
    local seen = {}
    t.bot:use(function(event, following)
      seen[#seen + 1] = (event.context or {}).id
      return following()
    end)
    ann:taps "yes"
    local ok, err = pcall(function() ann:taps "yes" end)
    assert.is_false(ok)
    assert.truthy(err:find("has been answered", 1, true), err)
    ann:taps("yes", first):taps("no", second)
    assert.are.same({ second.id, first.id, second.id }, seen)
  end)

  it("tells the bot what becomes of its messages", function()
    local told = {}
    bot:on("status", function(event)
      told[#told + 1] = ("%s %s %s"):format(event.type, tostring(event.callback_data),
        tostring(event.errors and event.errors[1].code))
    end)
    bot:on("text", "^marked$", function(event) event:reply { text = "Marked", callback_data = "order 17" } end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    local _, first = ann:says("marked"):expects "Marked"
    ann:says("hello"):reports("delivered"):reports("read", { message = first }):reports "failed"
    ann:says("hello"):reports("failed", { code = 131049 })
    assert.are.same({ "delivered nil nil", "read order 17 nil", "failed nil 131026", "failed nil 131049" }, told)
  end)

  it("has Graph refuse what the bot sends next, once", function()
    bot:on("text", "^try$", function(event)
      local _, err = event:reply { text = "1" }
      event:reply { text = ("%s %d"):format(err.kind, err.code) }
    end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    t:refuses(131056)
    ann:says("try"):expects("rate_limited 131056"):expects_nothing()
    assert.are.equal("! 131056\n> try\n# refused: the error is of kind rate_limited\n< rate_limited 131056\n",
      t:transcript())
    t:refuses(131026)
    -- What is left is gone with the next test.
    t = testing.bot(bot, { sandbox = sandbox })
    t.user("4915112345678", "Ann"):says("hello"):expects "Hi Ann"
  end)

  it("delivers no words a day after the customer's last, only templates", function()
    local closed = {}
    bot:on("status.failed", function(event) closed[#closed + 1] = event.errors[1].kind end)
    bot:on("text", "^tomorrow$", whatsapp.conversation("tomorrow", function(chat)
      chat:sleep(24 * 3600 - 1)
      chat:say "in time"
      chat:sleep(1)
      chat:say "too late"
      chat:send { template = { name = "hello_world", language = "en_US" } }
    end))
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    ann:says "tomorrow"
    t:advance(2 * 24 * 3600)
    ann:expects("in time"):expects("template"):expects_nothing()
    assert.are.same({ "window" }, closed)
    local note = "# not delivered, since 4915112345678 has not written for 24 hours (131047): too late\n"
    assert.truthy(t:transcript():find(note, 1, true), t:transcript())
  end)

  it("delivers templates alone to who has not written, and knows those that were approved", function()
    local definition = { name = "invoice_due", language = "en_US", category = "UTILITY",
      body = "Please remember to pay the invoice {{1}} soon.", examples = { "1" },
      buttons = { { quick_reply = "Paid" } } }
    local function failing(pattern, fn)
      local ok, err = pcall(fn)
      assert.is_false(ok)
      assert.truthy(err:find("testing_spec.lua:%d+: " .. pattern), err)
    end
    bot:on("status", function() end)
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "491511234567"
    local function remind(question)
      return whatsapp.conversation("remind " .. type(question), function(chat)
        local button, event = chat:ask(question, { type = "button" })
        if button then return chat:say("Thank you for " .. event.reply_id) end
        return button, event
      end)
    end
    local in_words = remind "Pay!"
    local by_template = remind { template = { name = "invoice_due", language = "en_US", body = { "7" },
                                              buttons = { { payload = "paid" } } } }
    assert(in_words:start(t.bot, ann.number))
    ann:expects_nothing()
    assert.are.equal("# not delivered, since 491511234567 has not written for 24 hours (131047): Pay!\n",
      t:transcript())
    failing("the bot raised: whatsapp: template: 132001 .*"
      .. "# refused: the error is of kind template %(the sandbox knows what t:approves has told it of%)", function()
      assert(by_template:start(t.bot, "4915200001"))
      t:advance(1)
    end)
    for _ = 1, 2 do t:approves(definition) end
    assert(by_template:start(t.bot, "4915200002"))
    t.user "4915200002":expects("invoice_due: 7"):taps("paid"):expects "Thank you for paid"
    failing("the template cannot be approved: whatsapp: invalid: category: is missing", function()
      t:approves { language = "en_US" }
    end)
    failing("t:approves takes a template as", function() t:approves "invoice_due" end)
  end)

  it("has the window of the test's clock, and the client's window_fallback", function()
    local fallback = whatsapp.new { access_token = "x", phone_number_id = "1",
      window_fallback = { template = { name = "hello_world", language = "en_US" } } }
    bot = whatsapp.bot { client = fallback, webhook = whatsapp.webhook(meta.hook()) }
    local left = {}
    bot:on("text", whatsapp.conversation("days", function(chat)
      for _ = 1, 3 do
        chat:step("left", function() left[#left + 1] = assert(t.bot.client:window(chat.to)) end)
        chat:say "words"
        chat:sleep(20 * 3600)
      end
    end))
    t = testing.bot(bot, { sandbox = sandbox, now = 1790000000 })
    ann = t.user "4915112345678"
    ann:says "go"
    t:advance(40 * 3600)
    ann:expects("words"):expects("words"):expects("template"):expects_nothing()
    assert.are.same({ 24 * 3600, 4 * 3600, 0 }, left)
    fallback:close()
  end)

  it("finds what a conversation does otherwise when it is replayed", function()
    local count = 0
    bot:on("text", "^count$", whatsapp.conversation("count", function(chat)
      count = count + 1
      chat:say("number " .. count)
      chat:ask "And?"
    end))
    bot:on("text", "^chance$", whatsapp.conversation("chance", function(chat)
      local number = chat:random(1000)
      chat:say("number " .. number)
      chat:ask "And?"
      chat:say("still " .. number)
    end))
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    ann:says("chance"):says "so"
    local _, first = ann:expects "^number %d+$"
    ann:expects("And?"):expects("^still " .. first.text.body:match "%d+" .. "$"):says "count"
    local ok, err = pcall(function() ann:says "so" end)
    assert.is_false(ok)
    assert.truthy(err:find("the conversation count was given the same answers, and says something else as command 1",
      1, true), err)
  end)

  it("leaves errors to the bot's own on_error, and notes them", function()
    local told = {}
    bot:on_error(function(err) told[#told + 1] = err end)
    t = testing.bot(bot, { sandbox = sandbox })
    t.user("4915112345678"):says("bug"):expects_nothing()
    assert.truthy(told[1]:find "a bug$")
    assert.truthy(t:transcript():find "^> bug\n# on_error: [^\n]*testing_spec.lua:%d+: a bug\n$", t:transcript())
  end)

  it("says what a bug in a conversation was, then where, and the line of the test", function()
    bot:on("text", "^boom$", whatsapp.conversation("boom", function(chat)
      chat:ask "Now?"
      error "boom"
    end))
    t = testing.bot(bot, { sandbox = sandbox })
    ann = t.user "4915112345678"
    ann:says "boom"
    local ok, err = pcall(function() ann:says "yes" end)
    assert.is_false(ok)
    local here = debug.getinfo(1, "l").currentline
    assert.truthy(err:find(("^spec/testing_spec.lua:%d: the bot raised: "):format(here - 2)), err)
    assert.truthy(err:find "[^\n]*testing_spec.lua:%d+: boom\nstack traceback", err)
    assert.truthy(err:find("\n> boom\n< Now?\n> yes\n", 1, true), err)
  end)

  it("says at the test's line what a wrong call should be", function()
    ann:says "hello"
    local here = debug.getinfo(1, "l").currentline
    local calls = {
      { "t.user takes a phone number or a user id: \"ann\"", function() t.user "ann" end },
      { "t.user takes a phone number or a user id: ", function() t.user() end },
      { "t.user takes { phone", function() t.user {} end },
      { "a customer's name is a text", function() t.user("4915112345678", 7) end },
      { "call it with a colon: ann:says(…)", function() ann.says "hello" end },
      { "call it with a colon: t:advance(…)", function() t.advance(60) end },
      { "says takes a text", function() ann:says() end },
      { "says takes a text", function() ann:says "" end },
      { "sends takes one kind", function() ann:sends "photo.jpg" end },
      { "sends takes one kind", function() ann:sends { image = "a.png", text = "b" } end },
      { "no kind of message imgae; did you mean image?", function() ann:sends { imgae = "a.png" } end },
      { "whatsapp: io: file: cannot open no.png", function() ann:sends { image = "no.png" } end },
      { "is a table, not a string", function() ann:sends { location = "here" } end },
      { "taps takes a title or an id", function() ann:taps() end },
      { "a message as expects returns it", function() ann:taps("Yes", "Hi") end },
      { "the bot has offered nothing", function() ann:picks "One" end },
      { "reports takes one of delivered, failed, played, read, sent, not seen", function() ann:reports "seen" end },
      { "submits takes", function() ann:submits() end },
      { "expects takes words", function() ann:expects() end },
      { "plays takes the path", function() ann:plays() end },
      { "advance takes seconds from 0 on, not -5", function() t:advance(-5) end },
      { "advance takes seconds from 0 on, not x", function() t:advance "x" end },
      { "refuses takes a code", function() t:refuses() end },
    }
    for i, case in ipairs(calls) do
      local ok, err = pcall(case[2])
      assert.is_false(ok, case[1])
      assert.truthy(err:find(case[1], 1, true), err)
      assert.are.equal("spec/testing_spec.lua:" .. here + 1 + i, err:match "^(.-:%d+): ")
    end
    assert.are.equal("> hello\n< Hi Ann\n", t:transcript())
    ann:says "list"
    local ok, err = pcall(function() ann:taps "One" end)
    assert.is_false(ok)
    assert.truthy(err:find('there is no button "One" to choose: it is a row, which one picks', 1, true), err)
    expect.raised("config", "sotre", "did you mean store?", pcall(testing.bot, bot, { sotre = 1 }))
    expect.raised("config", "now", "whole number", pcall(testing.bot, bot, { now = "today" }))
    expect.raised("config", "bot", "must be a bot", pcall(testing.bot))
  end)
end)
