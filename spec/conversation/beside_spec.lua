-- Conversations beside the one that a customer has open: reminders.

local Error = require "whatsapp.error"
local meta = require "spec.support.meta"
local sandboxes = require "whatsapp.sandbox"
local talks = require "spec.support.talk"
local whatsapp = require "whatsapp"

describe("a conversation beside others", function()
  local sandbox, t, remind, order

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  local function new_bot()
    t.bot = t:new_bot(function(bot)
      bot:on("text", "^remind (%a+)$", remind, { interrupt = true }):on("text", "^order$", order)
    end)
  end

  before_each(function()
    t = talks.new(sandbox)
    remind = whatsapp.conversation("remind", function(chat, what)
      chat:sleep(60)
      chat:say(("Remember the %s, %s"):format(what, chat.name or "you"))
    end, { beside = true })
    order = whatsapp.conversation("order", function(chat)
      local what = chat:ask "What?"
      chat:start(remind, what)
      chat:say("Ordered: " .. what .. ", " .. chat:ask "When?")
    end)
    new_bot()
  end)

  after_each(function()
    t:close()
    assert.are.same({}, t.told)
  end)

  local function names(customer)
    local found = {}
    for _, open in ipairs(assert(t.bot:conversations(customer))) do found[#found + 1] = open.name end
    table.sort(found)
    return found
  end

  it("goes on whatever else is opened, and hears nothing", function()
    t:deliver "order"
    assert.is_true(remind:start(t.bot, meta.phone, "milk"))
    t:deliver "remind tea"
    assert.are.same({ "What?" }, t:said())
    t:deliver "bread"
    assert.are.same({ "When?" }, t:said())
    assert.are.same({ "order", "remind", "remind", "remind" }, names(meta.phone))
    new_bot()                                              -- another process
    t:deliver("noon", "order")
    assert.are.same({ "Ordered: bread, noon", "What?" }, t:said())
    t:advance(60)
    local said = t:said()
    table.sort(said)
    assert.are.same({ "Remember the bread, Ann", "Remember the milk, you", "Remember the tea, Ann" }, said)
    assert.are.same({ "order" }, names())
  end)

  it("is one, though what opens it is done again", function()
    local again, failing = meta.message { text = "remind tea" }, false
    assert.are.equal(200, meta.deliver(t.bot, { again }))
    local append = t.store.backend.append
    t.store.backend.append = function(...)
      if not failing then return append(...) end
      failing = false
      return nil, Error.new { kind = "io", message = "the disk is full" }
    end
    t:deliver "order"
    failing = true
    t:deliver "bread"
    assert.is_true(t:was_told "the disk is full")
    t:advance(1)
    assert.are.same({ "order", "remind", "remind" }, names(meta.phone))
    t:said()
    t:advance(60)
    local said = t:said()
    table.sort(said)
    assert.are.same({ "Remember the bread, Ann", "Remember the tea, Ann" }, said)
  end)

  it("is settled by statuses, and can be ended", function()
    assert(sandbox:fault { path = "/messages$", handled = true, drop = true })
    local sent = {}
    remind = whatsapp.conversation("remind", function(chat)
      sent[1] = chat:say "Remember"
      sent[2] = chat:say "the milk"
      chat:sleep(3600)
    end, { beside = true })
    new_bot()
    assert.is_true(remind:start(t.bot, meta.phone))
    assert.are.same({ "Remember" }, t:said())
    local id = t.last.id
    t:tell(t.last, "sent")
    assert.are.same({ "the milk" }, t:said())
    assert.are.equal(id, sent[1].id)
    t:deliver "order"                                     -- the customer is where they were
    assert.are.same({ "What?" }, t:said())
    for _, open in ipairs(t.bot:conversations(meta.phone)) do
      if open.name == "remind" then assert(open:finish()) end
    end
    assert.are.same({ "order" }, names(meta.phone))
  end)

  it("says what it cannot do", function()
    for _, method in ipairs { "ask", "wait", "choose" } do
      remind = whatsapp.conversation("remind", function(chat) chat[method](chat, "text", { "a" }) end,
        { beside = true })
      new_bot()
      assert.is_true(remind:start(t.bot, meta.phone))
      assert.is_true(t:was_told(("chat:%s: a conversation that is beside others hears nothing"):format(method)))
    end
    local ok, err = pcall(whatsapp.conversation, "remind", print, { beside = true, timeout = 60 })
    assert.are.same({ false, "config", "timeout" }, { ok, err.kind, err.field })
    t:opens(function(chat) chat:start(order) end)
    t:deliver "go"
    assert.is_true(t:was_told "start takes a conversation that is made with { beside = true }")
  end)
end)
