-- Whatever handlers and conversations can wait for, customers of a test can do.

local sandboxes = require "whatsapp.sandbox"
local testing = require "whatsapp.testing"
local whatsapp = require "whatsapp"

describe("in a test of a bot", function()
  local sandbox, wa, bot, t, ann, seen

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  before_each(function()
    wa = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:9" }
    bot = whatsapp.bot { client = wa, webhook = whatsapp.webhook { insecure = true } }
    seen = {}
    bot:use(function(event, following)
      seen[#seen + 1] = event
      return following()
    end)
  end)

  after_each(function() wa:close() end)

  local function begin()
    t = testing.bot(bot, { sandbox = sandbox, now = 1790000000 })
    ann = t.user("4915112345678", "Ann")
  end

  -- Plays what was printed: it is the same again.
  local function play_again()
    local printed, path = t:transcript(), os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(printed)
    file:close()
    local before = #seen
    begin()
    ann:plays(path)
    os.remove(path)
    assert.are.equal(printed, t:transcript())
    assert.are.equal(2 * before, #seen)
    for i = 1, before do
      assert.are.same({ seen[i].kind, seen[i].type, seen[i].from, seen[i].text, seen[i].group_id },
        { seen[before + i].kind, seen[before + i].type, seen[before + i].from, seen[before + i].text,
          seen[before + i].group_id })
    end
  end

  -- The event that something made.
  local function made(fn)
    local before = #seen
    fn()
    assert.are.equal(before + 1, #seen)
    return seen[#seen]
  end

  it("everything that customers send is written short, and can be played again", function()
    begin()
    local sent = {}
    for i, message in ipairs {
      { contacts = { { name = "Bob Doe", phones = { "+4915200000" } } } },
      { location = { latitude = 52.5, longitude = 13.4, name = "Berlin" } },
      { order = { sku1 = 2, sku2 = { quantity = 1, price = 9.5, currency = "EUR" } } },
      { sticker = "examples/files/photo.png" },
      { button = "Stop" },
      { edit = "Hello!" },
      { revoke = true },
      { request_welcome = true },
      { unsupported = true },
      { address_reply = { saved_address_id = "1", values = { city = "Berlin" } } },
      { call_permission_reply = "accept" },
      { text = "Is it free?", referral = "https://fb.me/ad" },
      { text = "look", forwarded = true },
      { call = "connect" },
      { call = { event = "terminate", duration = 60 } },
      { preferences = "stop" },
    } do
      sent[i] = made(function() ann:sends(message) end)
    end
    local words = {}
    for i, event in ipairs(sent) do words[i] = event.kind .. "." .. event.type end
    assert.are.same({ "message.contacts", "message.location", "message.order", "message.sticker", "message.button",
      "message.edit", "message.revoke", "message.request_welcome", "message.unsupported", "message.address_reply",
      "message.call_permission_reply", "message.text", "message.text", "call.connect", "call.terminate",
      "preferences.stop" }, words)
    for _, event in ipairs(sent) do assert.are.equal(ann.number, event.from) end
    assert.are.equal("Bob Doe", sent[1].data[1].name.formatted_name)
    assert.are.same({ "sku1", 2, "sku2", "EUR" }, { sent[3].data.product_items[1].product_retailer_id,
      sent[3].data.product_items[1].quantity, sent[3].data.product_items[2].product_retailer_id,
      sent[3].data.product_items[2].currency })
    assert.are.same({ "Stop", "Stop" }, { sent[5].reply_id, sent[5].text })
    assert.are.same({ "Hello!", sent[5].id }, { sent[6].text, sent[6].data.original_message_id })
    assert.are.equal(131051, sent[9].errors[1].code)
    assert.are.equal("Berlin", sent[10].data.values.city)
    assert.are.equal("accept", sent[11].data.response)
    assert.are.equal("https://fb.me/ad", sent[12].raw.referral.source_url)
    assert.is_true(sent[13].context.forwarded)
    play_again()
  end)

  it("messages are answered, templates tapped, and a number is changed", function()
    bot:on("text", "^begin$", function(event)
      event:reply { text = "First" }
      event:reply { template = { name = "promo", language = "en_US", header = { image = "https://example.com/a.png" },
        body = { "Ann" }, buttons = { { url = "new" }, { payload = "enough" } } } }
    end)
    bot:on("system", function(event)
      assert(event.bot.client:send { to = event.data.wa_id, text = "Noted" })
    end)
    begin()
    local _, first = ann:says("begin"):expects "First"
    ann:expects "template"
    local event = made(function() ann:sends { text = "this one", reply_to = first } end)
    assert.are.same({ first.id, "this one" }, { event.context.id, event.text })
    event = made(function() ann:sends { image = "examples/files/photo.png", reply_to = "First" } end)
    assert.are.same({ first.id, "image/png", 44 }, { event.context.id, event.media.mime_type, #event.media.sha256 })
    assert.are.same({ "button", "enough" }, { made(function() ann:taps "enough" end).type, seen[#seen].reply_id })
    event = made(function() ann:changes_number "+49 152 0000-7" end)
    assert.are.same({ "4915112345678", "4915200007" }, { event.from, event.data.wa_id })
    ann:expects "Noted"
    assert.are.equal("4915200007", made(function() ann:says "hello" end).from)
    assert.are.equal(ann, t.user "4915200007")
    play_again()
  end)

  it("customers write in groups, and each of them is one conversation", function()
    bot:on("text", "^lunch$", whatsapp.conversation("lunch", function(chat)
      local place, event = chat:choose("Where?", { "Here", "There" })
      chat:say(("%s, says %s"):format(place, event.name))
    end))
    begin()
    local bob, team = t.user("4915200000", "Bob"), t.group("Y2FwaV9ncm91cDox", "Team")
    ann:says "alone"
    ann:at(team):says "lunch"
    assert.are.same({ "Y2FwaV9ncm91cDox", ann.number }, { seen[#seen].group_id, seen[#seen].from })
    team:expects "1. Here"
    ann:expects_nothing()
    bob:at(team):says("1"):expects("Here, says Bob"):reports "read"
    assert.are.same({ "read", bob.number, "Y2FwaV9ncm91cDox" },
      { seen[#seen].type, seen[#seen].phone, seen[#seen].group_id })
    t.group "Z3JvdXAy":expects_nothing()
    bob:at(t.group "Z3JvdXAy"):says "lunch"
    team:expects_nothing()
    t.group "Z3JvdXAy":expects "Where?"
    for _, part in ipairs { "\nTeam = (group) Y2FwaV9ncm91cDox\n",
      "\n@Team > lunch\nTeam < Where?\\n1. Here\\n2. There\n",
      "\nBob@Team > 1\n", "\nBob@Z3JvdXAy > lunch\nZ3JvdXAy < Where?" } do
      assert.truthy(t:transcript():find(part, 1, true), t:transcript())
    end
    play_again()
  end)

  it("a bot is told of anything else that Meta tells of", function()
    bot:on("template.approved", function(event)
      assert(event.bot.client:send { to = "4915112345678", text = event.name .. " can be sent" })
    end)
    begin()
    ann:says "Tell me"
    t:receives("message_template_status_update", { event = "APPROVED", message_template_name = "hello",
      message_template_id = 17, message_template_language = "en_US" })
    ann:expects "hello can be sent"
    t:receives("group_participants_update", { groups = { { group_id = "g", type = "group_participants_remove",
      timestamp = "1790000000" } } })
    assert.are.same({ "group", "g", sandbox.phone_number_id },
      { seen[#seen].kind, seen[#seen].group_id, seen[#seen].phone_number_id })
    local heard = { made(function() ann:hears "A person here" end), made(function() ann:hears "Still here" end) }
    assert.are.same({ "echo", "A person here", ann.number, "Still here" },
      { heard[1].kind, heard[1].text, heard[1].from, heard[2].text })
    play_again()
  end)

  it("what is wrong is named at the line of the test, with the transcript where there is one", function()
    begin()
    local team = t.group "g"
    local here = debug.getinfo(1, "l").currentline
    for i, case in ipairs {
      { "a group does nothing by itself: ann:at(team):says(…)", function() team:says "hello" end },
      { "at takes a group: ann:at(team)", function() ann:at "g" end },
      { "at takes a group: ann:at(team)", function() ann:at(ann) end },
      { "t.group takes the id of a group", function() t.group() end },
      { 'hears takes a text: ann:hears "Hello"', function() ann:hears() end },
      { "changes_number takes a phone number", function() ann:changes_number "DE.1349" end },
      { "there is no field flow; did you mean flows?", function() t:receives("flow", {}) end },
      { "receives takes a field and what Graph has in it", function() t:receives "flows" end },
      { 'the bot has said no "Hello"', function() ann:sends { text = "x", reply_to = "Hello" } end },
      { "sends takes one kind", function() ann:sends { reply_to = "Hello" } end },
      { "is a table, not a boolean", function() ann:sends { edit = true } end },
    } do
      local ok, err = pcall(case[2])
      assert.is_false(ok, case[1])
      assert.truthy(err:find(case[1], 1, true), err)
      assert.are.equal("spec/testing/events_spec.lua:" .. here + 1 + i, err:match "^(.-:%d+): ")
    end
  end)
end)
