local expect = require "spec.support.expect"
local meta = require "spec.support.meta"
local whatsapp = require "whatsapp"

describe("a bot", function()
  local now, wa, bot, heard, told

  local function new_bot(more)
    local options = { client = wa, webhook = whatsapp.webhook(meta.hook()), store = whatsapp.store.memory(),
                      clock = function() return now end }
    for name, value in pairs(more or {}) do options[name] = value end
    local made = whatsapp.bot(options)
    made:on_error(function(err, event)
      told[#told + 1] = { err = err, event = event }
    end)
    return made
  end

  local function hear(word)
    return function(event, ...)
      heard[#heard + 1] = table.concat({ word, event.text or event.type, ... }, " ")
    end
  end

  local function deliver(...)
    local items = {}
    for i, item in ipairs { ... } do items[i] = type(item) == "string" and meta.message { text = item } or item end
    return meta.deliver(bot, items)
  end

  before_each(function()
    now, heard, told = os.time(), {}, {}
    wa = whatsapp.new { access_token = "x", phone_number_id = meta.phone_number_id,
      base_url = "http://127.0.0.1:9" }
    bot = new_bot()
  end)

  after_each(function() wa:close() end)

  describe("chooses the handler", function()
    local function picture(kind)
      return meta.message { type = kind, [kind] = { id = "1", caption = "look 42" } }
    end

    it("by type, kind, both, or a list of them", function()
      bot:on("text", hear "text"):on("message.image", hear "image"):on({ "status.read", "video" }, hear "either")
         :on("status", hear "status"):otherwise(hear "else")
      deliver("hi", picture "image", picture "video", meta.status("wamid.a", "sent"),
        meta.status("wamid.a", "read"), meta.message { type = "sticker", sticker = { id = "5" } })
      assert.are.same({ "text hi", "image look 42", "either look 42", "status sent", "either read", "else sticker" },
        heard)
    end)

    it("and does not answer a status, whose answer would have statuses again", function()
      local refused
      bot:otherwise(function(event) refused = { event:reply { text = "What?" } } end)
      deliver(meta.status("wamid.a", "sent"))
      expect.refused("invalid", nil, "no message", refused[1], refused[2])
    end)

    it("by what was written: a pattern, whose captures it gets", function()
      bot:on("text", "^order (%d+) (%a+)$", hear "order"):on("text", { "^hi", "^hello" }, hear "greeting")
         :on("text", function(event) return #event.text > 20, "long" end, hear "function")
      deliver("order 12 Apples", "hello you", "nothing of it", "a text of more than twenty bytes")
      assert.are.same({ "order order 12 Apples 12 Apples", "greeting hello you",
                        "function a text of more than twenty bytes long" }, heard)
    end)

    it("by the exact id of what was tapped", function()
      local function tap(id)
        return meta.message { type = "interactive",
          interactive = { type = "button_reply", button_reply = { id = id, title = "Yes" } } }
      end
      bot:on("button_reply", "ye.", hear "pattern"):on("button_reply", { "no", "yes" }, hear "id")
      deliver(tap "yes", tap "ye.", tap "no", tap "yess")
      assert.are.same({ "id Yes", "pattern Yes", "id Yes" }, heard)
    end)

    it("by an id that would be no pattern", function()
      local function tap(kind, id)
        return meta.message { type = "interactive",
          interactive = { type = kind, [kind] = { id = id, title = "Yes" } } }
      end
      bot:on("button_reply", { "%", "[x" }, hear "button"):on({ "message.list_reply", "button" }, "(50%", hear "list")
      deliver(tap("button_reply", "%"), tap("list_reply", "(50%"), tap("button_reply", "[x"), tap("button_reply", "x"))
      assert.are.same({ "button Yes", "list Yes", "button Yes" }, heard)
    end)

    it("also for a message of which there was only word that it is unavailable", function()
      bot:on("text", hear "text"):on("unsupported", hear "before")
      local late = meta.message { text = "hi" }
      local before = meta.message { type = "unsupported", errors = { { code = 131060 } }, id = late.id }
      deliver(before)
      deliver(before)
      deliver(late, before)
      assert.are.same({ "before unsupported", "text hi" }, heard)
    end)

    it("but none whose name is a slip", function()
      local function refused(word, meant)
        local err = expect.raised("config", "selector", "known", pcall(bot.on, bot, word, hear ""))
        assert.is_truthy(err.hint:find(("did you mean %s?"):format(meant), 1, true), err.hint)
      end
      refused("butonreply", "button_reply")
      refused("status.faild", "failed")
      refused("txt", "text")
      refused("template.aproved", "approved")
      refused("staus", "status")
      refused("Text", "text")
      refused("IMAGE", "image")
      refused("message.interactive", "button_reply, list_reply or flow_reply")
      refused("photo", "image")
      bot:on("hologram", hear "new"):on("account.something_new", hear "new"):on("message.poll_update", hear "new")
      deliver(meta.message { type = "hologram", hologram = { id = "1" } })
      assert.are.same({ "new hologram" }, heard)
    end)

    it("first come, first served", function()
      bot:on("text", hear "first"):on("text", hear "second")
      deliver "hi"
      assert.are.same({ "first hi" }, heard)
    end)

    it("but not for echoes, unless they are asked for", function()
      local body = assert(require("whatsapp.json").encode { object = "whatsapp_business_account", entry = { {
        id = "1", changes = { { field = "smb_message_echoes", value = { metadata = { phone_number_id = "1" },
          message_echoes = { { id = "wamid.echo", from = "1", to = "2", timestamp = "1700000000", type = "text",
                               text = { body = "from the app" } } } } } } } } })
      local headers = { ["x-hub-signature-256"] = whatsapp.webhook.sign(body, meta.secret) }
      bot:on("text", hear "text")
      assert.are.equal(200, (bot:handle("POST", nil, headers, body)))
      assert.are.same({}, heard)
      bot = new_bot():on("echo.text", hear "echo")
      assert.are.equal(200, (bot:handle("POST", nil, headers, body)))
      assert.are.same({ "echo from the app" }, heard)
    end)

    it("and refuses what can never be chosen", function()
      local function refused(field, text, ...)
        expect.raised("config", field, text, pcall(bot.on, bot, ...))
      end
      refused("handler", "function", "text")
      refused("handler", "function", "text", "pattern", "handler")
      refused("selector", "status", "statsu.failed", hear "")
      refused("selector", "no selector", "button reply", hear "")
      refused("selector[2]", "string", { "text", 5 }, hear "")
      refused("selector", "empty", {}, hear "")
      refused("match", "pattern", "text", 5, hear "")
      refused("match[1]", "pattern", "text", { "%" }, hear "")
      refused("match", "missing ]", "text", "order [0-9", hear "")
      refused("match[2]", "(", { "button_reply", "text" }, { "a", "(a" }, hear "")
      refused("handler", "not a nil", "text", hear "", nil)
      refused("handler", "not a nil", "text", function() return true end, nil, { interrupt = true })
      expect.raised("config", "handler", "function", pcall(bot.otherwise, bot))
      expect.raised("config", "middleware", "function", pcall(bot.use, bot, "x"))
    end)
  end)

  describe("has middleware", function()
    it("around the handlers, in order", function()
      bot:use(function(event, following)
        heard[#heard + 1] = "in"
        local answer = following()
        heard[#heard + 1] = "out " .. answer
        event.tag = nil
      end)
      bot:use(function(event, following)
        event.tag = "tag"
        return following()
      end)
      bot:on("text", function(event) return event.tag end)
      deliver "hi"
      assert.are.same({ "in", "out tag" }, heard)
    end)

    it("that lets an event go on once", function()
      bot:use(function(_, following)
        following()
        following()
      end)
      bot:on("text", hear "text")
      deliver "hi"
      assert.are.same({ "text hi" }, heard)
      assert.is_truthy(told[1].err:find "only once")
    end)

    it("that can end an event", function()
      bot:use(function(event, following) if event.text ~= "stop" then return following() end end)
      bot:on("text", hear "text")
      deliver("stop", "go")
      assert.are.same({ "text go" }, heard)
      assert.are.equal(0, (bot.store:pending(now)))
    end)
  end)

  describe("isolates errors", function()
    it("of a handler, and tells on_error", function()
      bot:on("text", "^bad", function() error "a bug" end):on("text", hear "text")
      assert.are.equal(200, deliver("bad", "good"))
      assert.are.same({ "text good" }, heard)
      assert.are.equal(1, #told)
      assert.is_truthy(told[1].err:find "a bug")
      assert.are.equal("bad", told[1].event.text)
      assert.are.equal(0, (bot.store:pending(now)))
    end)

    it("and begins again when on_error says so, before the customer's next", function()
      local times = 0
      bot:on_error(function() return 30 end)
      bot:on("text", "^bad", function()
        times = times + 1
        if times < 3 then error "not yet" end
        heard[#heard + 1] = "at last"
      end)
      bot:on("text", hear "text")
      deliver("bad", "good")
      deliver(meta.message { text = "other", from = "15559999999" })
      assert.are.same({ "text other" }, heard)
      now = now + 29
      bot:tick()
      assert.are.equal(1, times)
      now = now + 1
      bot:tick()
      assert.are.equal(2, times)
      now = now + 30
      bot:tick()
      assert.are.same({ "text other", "at last", "text good" }, heard)
    end)

    it("as often as on_error says so, a second later at the earliest", function()
      local times = 0
      bot = new_bot { tries = 2 }
      bot:on_error(function() return 0 end)
      bot:on("text", function()
        times = times + 1
        if times <= 10 then error "not yet" end
      end)
      deliver "hi"
      for i = 1, 10 do
        assert.are.equal(i, times)
        bot:tick()
        assert.are.equal(i, times)
        now = now + 1
        bot:tick()
      end
      assert.are.equal(11, times)
      assert.are.equal(0, (bot.store:pending(now)))
    end)

    it("that a handler returns", function()
      bot:on("text", "^raise", function() return nil, "of its own" end)
      bot:on("text", function(event) return event:reply { text = "Hi" } end)
      assert.are.equal(200, deliver("raise", "send"))
      assert.are.equal(1, #told)
      assert.are.equal("send", told[1].event.text)
      assert.are.equal("network", told[1].err.kind)
    end)

    it("and takes no delay for longer than Meta delivers again", function()
      for _, delay in ipairs { math.huge, 1e15 } do
        local times, asked = 0, 0
        bot = new_bot()
        bot:on_error(function()
          asked = asked + 1
          return delay
        end)
        bot:on("text", function()
          times = times + 1
          if times == 1 then error "not yet" end
        end)
        deliver "hi"
        assert.are.equal(1, asked)
        now = now + 7 * 24 * 3600
        bot:tick()
        assert.are.equal(2, times)
        assert.are.equal(0, (bot.store:pending(now)))
      end
    end)

    it("of a clock that tells no time", function()
      for _, time in ipairs { false, "now" } do
        bot = new_bot { clock = function() return time or nil end }
        local before = #told
        assert.are.equal(500, deliver "hi")
        assert.is_true(#told > before)
        assert.is_number(bot:tick())
      end
    end)

    -- What goes to the log while a text is handled.
    local function logged(text)
      local stderr, written = io.stderr, {}
      io.stderr = { write = function(_, ...) written[#written + 1] = table.concat { ... } end } -- luacheck: ignore 122
      local status = deliver(text)
      io.stderr = stderr -- luacheck: ignore 122
      assert.are.equal(200, status)
      return table.concat(written)
    end

    it("of middleware and of on_error itself", function()
      bot:use(function() error "in the middle" end)
      bot:on_error(function() error "in on_error" end)
      assert.is_truthy(logged("hi"):find "in on_error")
    end)

    it("and what was handled in vain can be added to the store again", function()
      bot:on("text", function(event)
        heard[#heard + 1] = event.key
        if #heard == 1 then error "boom" end
      end)
      deliver("first", "second")
      local event = told[1].event
      bot.store:add({ { key = event.key .. "/1", lane = event.lane, at = event.timestamp, body = event:dump() } }, now)
      bot:tick()
      assert.are.equal(3, #heard)
      assert.are.equal(event.key, heard[3])
      assert.are.equal(0, (bot.store:pending(now)))
      assert.are.equal(1, #told)
    end)

    it("of conversations and steps: the log has the message, then where", function()
      bot = whatsapp.bot { client = wa, webhook = bot.webhook, store = whatsapp.store.memory() }
      bot:on("text", "^talk$", whatsapp.conversation("talk", function() error "boom" end))
      bot:on("text", "^step$", whatsapp.conversation("step", function(chat)
        chat:step("fails", function() error "boom" end)
      end))
      for _, text in ipairs { "talk", "step" } do
        local log = logged(text)
        assert.is_truthy(log:find "whatsapp: bot: [^\n]*: [^\n]*bot_spec.lua:%d+: boom\n", log)
        assert.is_truthy(log:find("stack traceback:\n.*bot_spec.lua:%d+:"), log)
      end
    end)
  end)

  describe("answers", function()
    local function post(body, signature)
      return bot:handle("POST", {}, { ["X-HUB-signature-256"] = signature }, body)
    end

    it("the challenge", function()
      local query = { ["hub.mode"] = "subscribe", ["hub.verify_token"] = meta.verify_token, ["hub.challenge"] = "7" }
      local status, headers, text = bot:handle("GET", query, {}, nil)
      assert.are.equal(200, status)
      assert.are.equal("7", text)
      assert.is_truthy(headers["Content-Type"]:find "^text/plain")
      query["hub.verify_token"] = "other"
      status, headers, text = bot:handle("GET", query, {})
      assert.is_truthy(headers["Content-Type"])
      assert.are.equal(403, status)
      assert.is_nil(text:find(meta.verify_token, 1, true))
      assert.are.equal(400, (bot:handle("GET", nil, {})))
      assert.are.equal(400, (bot:handle("GET", "a=b", {})))
    end)

    it("what it does not take, and stores nothing of it", function()
      local body = meta.body { meta.message { text = "hi" } }
      local good = whatsapp.webhook.sign(body, meta.secret)
      bot:on("text", hear "text")
      assert.are.equal(401, (post(body)))
      assert.are.equal(401, (post(body .. " ", good)))
      assert.are.equal(401, (post(body, "sha256=" .. ("0"):rep(64))))
      assert.are.equal(400, (post("{", whatsapp.webhook.sign("{", meta.secret))))
      assert.are.equal(401, (post(nil, good)))
      assert.are.equal(413, (post((" "):rep(3 * 1024 * 1024), good)))
      local status, headers = bot:handle("PUT", {}, {}, body)
      assert.are.equal(405, status)
      assert.are.equal("GET, POST", headers.Allow)
      assert.are.equal(0, (bot.store:pending(now)))
      assert.are.same({}, heard)
      assert.are.equal(200, (post(body, good)))
      assert.are.same({ "text hi" }, heard)
    end)

    it("what it does not take, and tells of it once a minute", function()
      local body = meta.body { meta.message { text = "hi" } }
      local function counts(seconds)
        now = now + seconds
        post(body)
        post("{", whatsapp.webhook.sign("{", meta.secret))
        bot:handle("GET", "hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", {})
        bot:handle("GET", "a=b", {})
        local kinds = {}
        for i, one in ipairs(told) do kinds[i] = one.err.kind end
        return table.concat(kinds, " ")
      end
      assert.are.equal("signature invalid", counts(0))
      assert.is_nil(told[1].event)
      assert.are.equal("signature invalid", counts(59))
      assert.are.equal("signature invalid signature invalid", counts(1))
    end)

    it("200 however the host has its headers, but for two signatures", function()
      local body = meta.body { meta.message { text = "hi" } }
      local good = whatsapp.webhook.sign(body, meta.secret)
      local by_metatable = setmetatable({}, { __index = function(_, name)
        return name:lower() == "x-hub-signature-256" and good or nil
      end })
      for _, headers in ipairs { { ["X-HUB-SIGNATURE-256"] = good }, { ["x-hub-signature-256"] = { good } },
                                 { "x", [true] = 1, ["x-Hub-Signature-256"] = good }, by_metatable } do
        assert.are.equal(200, (bot:handle("POST", nil, headers, body)))
      end
      assert.are.equal(401, (bot:handle("POST", nil, { ["x-hub-signature-256"] = { good, good } }, body)))
    end)

    it("500 when the store fails, and handles nothing", function()
      bot:on("text", hear "text")
      bot.store:close()
      local body = meta.body { meta.message { text = "hi" } }
      local status, headers = post(body, whatsapp.webhook.sign(body, meta.secret))
      assert.are.equal(500, status)
      assert.are.equal("5", headers["Retry-After"])
      assert.are.same({}, heard)
      assert.are.equal("state", told[1].err.kind)
      assert.is_nil(told[1].event)
    end)
  end)

  describe("handles each event once", function()
    it("however often it is delivered", function()
      local message, status = meta.message { text = "hi" }, meta.status("wamid.s", "read")
      bot:otherwise(hear "any")
      for _ = 1, 3 do assert.are.equal(200, deliver(message, status, message)) end
      assert.are.same({ "any hi", "any read" }, heard)
    end)

    it("and statuses only forward", function()
      bot:on("status", hear "status")
      deliver(meta.status("wamid.a", "delivered"), meta.status("wamid.a", "sent"), meta.status("wamid.b", "sent"))
      deliver(meta.status("wamid.a", "read"), meta.status("wamid.a", "delivered"))
      assert.are.same({ "status delivered", "status sent", "status read" }, heard)
    end)

    it("in the order in which a customer wrote, not in which it came", function()
      local later = meta.message { text = "second", timestamp = tostring(now - 1) }
      local sooner = meta.message { text = "first", timestamp = tostring(now - 2) }
      bot:on("text", hear "text")
      deliver(later, sooner)
      assert.are.same({ "text first", "text second" }, heard)
    end)

    it("but again when its process died, and not for ever", function()
      local store = bot.store
      bot:on("text", hear "text")
      bot.later = function() end                      -- stored and answered, then gone
      deliver "hi"
      for _ = 1, 5 do                                 -- begun, and never ended
        assert.is_table((store:claim(now, 60)))
        now = now + 61
      end
      bot = new_bot { store = store }
      bot:on("text", hear "again")
      bot:tick()
      assert.are.same({}, heard)
      assert.are.equal("state", told[1].err.kind)
      assert.is_truthy(tostring(told[1].err):find "5 times")
      assert.are.equal(0, (store:pending(now)))
    end)

    it("when what died is followed by another", function()
      local store = bot.store
      bot.later = function() end
      deliver("one", "two")
      assert(store:claim(now, 60))
      bot = new_bot { store = store }
      bot:on("text", hear "after")
      assert.is_true(bot:tick() <= 5)
      assert.are.same({}, heard)
      now = now + 60
      bot:tick()
      assert.are.same({ "after one", "after two" }, heard)
    end)
  end)

  describe("stores whatever Meta signs", function()
    local long = ("9"):rep(5000)

    local function handled(item, phone_number_id)
      heard = {}
      bot:otherwise(function(event) heard[#heard + 1] = event.kind end)
      assert.are.equal(200, meta.deliver(bot, { item, meta.message { text = "good" } }, phone_number_id))
      assert.are.equal(0, (bot.store:pending(now)))
      assert.are.same({}, told)
      table.sort(heard)
      return table.concat(heard, " ")
    end

    it("with ids that are no names", function()
      for _, id in ipairs { "wamid.\0.x", long, "" } do
        assert.are.equal("message message", handled(meta.message { text = "x", id = id }))
        assert.are.equal("message status", handled(meta.status(id, "sent")))
        assert.are.equal("message message", handled(meta.message { text = "x", from = id }))
        assert.are.equal("message message", handled(meta.message { text = "x" }, id))
      end
    end)

    it("as deep as the webhook lets it through", function()
      local before, after = ('{"a":'):rep(89), ("}"):rep(89)
      local function post(inner)
        local body = before .. inner .. after
        return (bot:handle("POST", nil, { ["x-hub-signature-256"] = whatsapp.webhook.sign(body, meta.secret) }, body))
      end
      bot:otherwise(hear "deep")
      assert.are.equal(200, post "{}")
      assert.are.same({}, told)
      assert.are.equal(400, post '{"a":{}}')
      assert.are.same({ "deep unknown" }, heard)
      assert.matches("nested", told[1].err.message)
    end)
  end)

  it("holds on to what takes long, as long as it is ticked", function()
    local store, inner = bot.store, nil
    bot:on("text", function()
      for _ = 1, 5 do
        now = now + 40
        bot.inbox:upkeep()
      end
      inner = { store:claim(now, 60) }
    end)
    deliver "hi"
    assert.are.same({}, inner)
    assert.are.same({}, told)
    assert.are.equal(0, (store:pending(now)))
  end)

  it("keeps a customer's events apart from others' in work at the same time", function()
    local order = {}
    bot:on("text", function(event)
      order[#order + 1] = event.text .. " begins"
      wa:loop().sleep(event.text:find "slow" and 0.05 or 0.001)
      order[#order + 1] = event.text .. " ends"
    end)
    deliver(meta.message { text = "slow", timestamp = "1700000000" },
      meta.message { text = "next", timestamp = "1700000001" },
      meta.message { text = "other", from = "15559999999", timestamp = "1700000002" })
    if wa:loop().suspends then
      assert.are.same({ "slow begins", "other begins", "other ends", "slow ends", "next begins", "next ends" }, order)
    else
      assert.are.equal(6, #order)
    end
  end)

  it("takes away what has expired, every few minutes", function()
    local store = bot.store
    local function expire(name) assert(store:put(name, "x", nil, { expires = now + 10 })) end
    expire "a"
    bot:tick()
    assert.are.equal("x", (store:get "a"))
    now = now + 299
    bot:tick()
    assert.are.equal("x", (store:get "a"))
    now = now + 1
    bot:tick()
    assert.is_nil(store:get "a")
  end)

  it("lets the host do the work after its answer", function()
    local later
    bot = new_bot { later = function(it) later = it end }
    bot:on("text", hear "text")
    assert.are.equal(200, deliver "hi")
    assert.are.same({}, heard)
    assert.are.equal(bot, later)
    later:work()
    assert.are.same({ "text hi" }, heard)
  end)

  it("is made of what it can use", function()
    local function refused(field, text, options)
      expect.raised("config", field, text, pcall(whatsapp.bot, options))
    end
    local hook = whatsapp.webhook(meta.hook())
    refused(nil, "table", "x")
    refused("client", "missing", nil)
    refused("client", "missing", { webhook = hook })
    refused("client", "client", { client = {} })
    refused("webhook", "webhook", { client = wa, webhook = {} })
    refused("store", "store", { client = wa, webhook = hook, store = "redis" })
    refused("lease", "number", { client = wa, webhook = hook, lease = "1" })
    refused("concurrency", "", { client = wa, webhook = hook, concurrency = 0 })
    refused("stroe", "store", { client = wa, webhook = hook, stroe = whatsapp.store.memory() })
    assert.is_nil(tostring(whatsapp.bot { client = wa, webhook = hook }):find(meta.secret, 1, true))
  end)
end)
