-- One customer by several names.

local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"
local whatsapp = require "whatsapp"

describe("a customer", function()
  local sandbox, t

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() t = talks.new(sandbox) end)
  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  local user = "US.13491208655302741918"
  local both, by_phone, by_id = { from_user_id = user }, {}, { from = false, from_user_id = user }

  local function say(text, as)
    local fields = { text = text }
    for name, value in pairs(as) do fields[name] = value or nil end
    local message = meta.message(fields)
    if as.from == false then message.from = nil end
    assert.are.equal(200, meta.deliver(t.bot, { message }))
    return message
  end

  it("is known by phone and by user id", function()
    local made = t:opens(function(chat) chat:say(("You are %s, %s"):format(chat:ask "Who?", chat:ask "Born?")) end)
    -- Begun by phone; the user id is learnt on the way.
    assert.is_true(made:start(t.bot, meta.phone))
    say("Ann", both)
    say("1990", by_id)
    assert.are.same({ "Who?", "Born?", "You are Ann, 1990" }, t:said())
    -- Begun by a message with both.
    say("go", both)
    say("Bob", by_phone)
    local ok, err = made:start(t.bot, meta.phone)
    assert.are.same({ nil, "state" }, { ok, err.kind })
    for _, customer in ipairs { meta.phone, user } do assert.are.equal(1, #t.bot:conversations(customer)) end
    assert.are.equal(1, #t.bot:conversations())
    say("1991", by_id)
    assert.are.same({ "Who?", "Born?", "You are Bob, 1991" }, t:said())
    assert.is_true(made:start(t.bot, meta.phone))
    say("Eve", by_id)
    say("1992", both)
    assert.are.same({ "Who?", "Born?", "You are Eve, 1992" }, t:said())
    assert.are.same({}, t.heard)
  end)

  local function greet(chat) chat:say("Hello " .. chat:ask "Who?") end

  it("is known by both when a message told before there was a conversation", function()
    local made = t:opens(greet)
    say("hi", both)
    assert.is_true(made:start(t.bot, meta.phone))
    say("Ann", by_id)
    -- Opened by one name alone, and gone on with by the other.
    say("go", by_id)
    say("Bob", by_phone)
    say("go", by_phone)
    say("Eve", by_id)
    assert.are.same({ "Who?", "Hello Ann", "Who?", "Hello Bob", "Who?", "Hello Eve" }, t:said())
    assert.are.same({ "hi" }, t.heard)
  end)

  it("is known by both when the status of a message told", function()
    local made = t:opens(greet)
    assert.is_true(made:start(t.bot, meta.phone))
    assert.are.same({ "Who?" }, t:said())
    t:tell(t.last, "delivered", { recipient_user_id = user })
    say("Ann", by_id)
    assert.are.same({ "Hello Ann" }, t:said())
    assert.are.same({ "delivered" }, t.heard)
  end)

  it("stays known while there is something to know it by", function()
    t:opens(greet)
    local DAY = 24 * 60 * 60
    for _ = 1, 4 do
      say("hi", both)
      t:advance(50 * DAY)
    end
    say("go", by_phone)
    say("Ann", by_id)
    assert.are.same({ "Who?", "Hello Ann" }, t:said())
  end)

  it("comes to handlers and middleware once, whatever lane it is handled in", function()
    local passed = {}
    local made = whatsapp.conversation("talk", function(chat)
      chat:say "important"
      chat:ask "Who?"
    end)
    t.bot = t:new_bot(function(bot)
      bot:on("text", "^go$", made)
      bot:on("status", function(event) passed[#passed + 1] = event.key end)
      bot:use(function(event, following)
        passed[#passed + 1] = event.text or "status"
        return following()
      end)
    end)
    assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
    say("go", by_id)
    t:sent()
    -- With the phone it comes in another lane.
    local message = t.last
    t:tell(message, "sent", { recipient_user_id = user })
    say("Ann", both)
    assert.are.same({ "go", "status", message.id .. ":sent", "Ann" }, passed)
    assert.are.same({ "Who?" }, t:said())
  end)
end)
