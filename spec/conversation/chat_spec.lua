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
end)
