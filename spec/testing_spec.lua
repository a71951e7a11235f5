-- The kit for tests of bots, on bots of its own.

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
    assert.are.equal("4915200000 = Bob\n> one\n< Hi Ann\n4915200000 > two\n4915200000 < Hi Bob\n", t:transcript())
    assert.are.equal("http://127.0.0.1:9", bot.client.config.base_url)
    assert.are.equal(0, (bot.store:pending(os.time())))
  end)

  it("plays transcripts", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "# greets\n> menu\n< Choose [Yes, please] [No]\n> [No]\n< You chose no\n\n> remind\n+ 60\n"
    file:write(("< 1 at %d\n> x\n< Bye\n"):format(t.now + 60))
    file:close()
    local ok, err = pcall(ann.plays, ann, path)
    os.remove(path)
    assert.is_false(ok)
    assert.truthy(tostring(err):find('expected "Bye", but the bot said "Hi Ann"', 1, true), tostring(err))
  end)
end)
