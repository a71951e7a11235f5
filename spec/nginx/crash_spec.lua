-- A worker of nginx that dies by kill -9: before and after every write of a journal,
-- and in the midst of a send and of a step. The next one goes on.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local crashing = require "spec.support.crashing"
local files = require "spec.support.files"
local load = require "spec.support.load"
local meta = require "spec.support.meta"
local redis = require "spec.support.redis"
local sandboxes = require "whatsapp.sandbox"
local server = require "spec.support.server"
local webhook = require "whatsapp.webhook"
local worker = require "spec.support.worker"

-- The clock goes on where the spec has it. A customer's number says at which write
-- the worker dies: 4915, the store, 1 (before it) or 2 (after it), and which write.
local INIT = [==[
  package.path = package.path .. ";build/deps/usr/share/lua/5.1/?.lua"
  local store, log = whatsapp.store.STORE, %q

  die_at(store, log, function(lane)
    local when, at = lane:match "4915%%d([12])(%%d%%d%%d)$"
    if when and ngx.shared.notes:incr("writes " .. lane, 1, 0) == tonumber(at) then
      return when == "1" and "before" or "after"
    end
  end)

  bot = whatsapp.bot {
    client = whatsapp.new { api_key = %q, base_url = %q, ca_file = %q, phone_number_id = %q, rate = false },
    webhook = whatsapp.webhook { app_secret = %q }, store = store, concurrency = 1,
    clock = function() return ngx.now() + (ngx.shared.notes:get "ahead" or 0) end }
  bot:on_error(function(err) append_line(log, "error " .. tostring(err)) end)
  bot:on("text", "^go$", ten(log))

  for _, decision in ipairs { "skip", "resend" } do
    bot:on("text", "^" .. decision .. "$", whatsapp.conversation(decision, function(chat)
      local sent = chat:say("important, " .. decision, { on_unknown = decision })
      chat:say(sent.unknown and "it is unknown" or "it has the id " .. sent.id)
    end))
  end

  bot:on("text", "^steps$", whatsapp.conversation("steps", function(chat)
    for _, once in ipairs { false, true } do
      local done, err = chat:step("work", function()
        append_line(log, ("%%s step %%s"):format(chat.to, tostring(once)))
        if ngx.shared.notes:add("killed " .. tostring(once), true) then os.execute "kill -KILL $PPID" end
        return "done"
      end, { once = once })
      chat:say(done or err.outcome)
    end
  end))
]==]

local HTTP = [[
  lua_shared_dict bot 10m;
  init_worker_by_lua_block { require("whatsapp.nginx").start(bot) }
]]

local SERVER = [[
  location /webhook { content_by_lua_block { require("whatsapp.nginx").serve(bot) } }
  location /waiting { content_by_lua_block {
    local count = 0
    for _, open in ipairs(bot:conversations() or {}) do
      local at = tonumber(ngx.var.arg_at)
      if not at or (open.at == "wait" and open.commands == at) then count = count + 1 end
    end
    ngx.print(count)
  } }
  location /advance { content_by_lua_block {
    ngx.shared.notes:incr("ahead", tonumber(ngx.var.arg_by), 0)
    bot:tick()
  } }
]]

describe("a worker of nginx that is killed", function()
  local upstream, database, sandbox, directory, log, nginx

  local STORES = {
    nginx = function() return 'nginx "bot"' end,
    sqlite = function() return ("sqlite %q"):format(directory .. "/bot.db") end,
    redis = function() return ("redis { path = %q, prefix = %q }"):format(database.path, directory:match "[^/]+$") end,
  }

  setup(function()
    upstream, database = server.start_nginx(), redis.start()
    sandbox = assert(sandboxes.start { gateway_rate = false })
    meta.phone_number_id = sandbox.phone_number_id
  end)

  teardown(function()
    upstream:stop()
    database:stop()
    sandbox:stop()
  end)

  before_each(function()
    directory = server.make_directory()
    log = directory .. "/log"
  end)

  after_each(function()
    if nginx then nginx:stop() end
    nginx = nil
    server.remove_directory(directory)
  end)

  local function start(store)
    local init = INIT:format(log, sandbox.api_key, sandbox.base_url, sandbox.ca_file, sandbox.phone_number_id,
      meta.secret):gsub("STORE", STORES[store])
    nginx = worker.start(upstream, { init = crashing.source .. init, http = HTTP, server = SERVER })
  end

  -- As Meta does: again, until the answer is 200.
  local function post(items)
    local body = meta.body(items)
    load.eventually("an answer", function()
      local ok, answer = pcall(function()
        return load.finish({ load.start_post(nginx.port, "/webhook", body,
          "X-Hub-Signature-256: " .. webhook.sign(body, meta.secret)) })[1]
      end)
      return ok and answer.status == 200
    end)
  end

  local function advance(seconds) nginx:try("/advance?by=" .. seconds) end

  -- Lets time pass until something holds.
  local function until_true(what, check)
    load.eventually(what, function()
      if check() then return true end
      advance(20)
    end)
  end

  local function noted(pattern)
    local _, count = files.read(log):gsub(pattern, "")
    return count
  end

  local function heard_by(customer)
    local texts = {}
    for _, message in ipairs(sandbox:sent()) do
      if message.to == customer then texts[#texts + 1] = message.payload.text.body end
    end
    return texts, #texts
  end

  -- How many writes the journal has; the commands behind which it waits for the customer.
  local WRITES, WAITS = 12, { 1, 6 }

  for place, store in ipairs { "nginx", "sqlite", "redis" } do
    it("before and after each write leaves it to the next, with the store " .. store, function()
      start(store)
      local customers = {}
      for when = 1, 2 do
        for at = 1, WRITES do customers[#customers + 1] = ("4915%d%d%03d"):format(place, when, at) end
      end
      for i, text in ipairs(crashing.says) do
        local items = {}
        for n, customer in ipairs(customers) do
          items[n] = meta.message { from = customer, text = text, timestamp = tostring(os.time() + i - 5) }
        end
        post(items)
        local waits = WAITS[i]
        until_true("all that wait", function()
          return not waits or nginx:try("/waiting?at=" .. waits) == tostring(#customers)
        end)
      end
      until_true("the end of all", function() return nginx:try "/waiting" == "0" end)
      assert.are.equal(#customers, noted "write")
      local losses = 0
      for _, customer in ipairs(customers) do
        local found = crashing.outcome(sandbox, log, customer, customer:find "^4915%d1" and "before" or "after")
        assert.are.same(found.expected, found.heard, found.where)
        assert.is_true(found.again == 0 or found.again == 1, found.where)
        if found.lost then losses = losses + 1 end
      end
      assert.are.equal(#crashing.TEXTS, losses)
    end)

    it("in the midst of a send or a step leaves what the page says, with the store " .. store, function()
      start(store)
      local number = 0

      -- A message is sent, and before anybody hears of it the worker dies.
      local function kill_while_sending(text)
        number = number + 1
        local customer = ("4916%d%05d"):format(place, number)
        assert(sandbox:fault { path = "/messages$", handled = true, delay = 20 })
        post { meta.message { from = customer, text = text } }
        load.eventually("the message", function() return select(2, heard_by(customer)) == 1 end)
        local pid = nginx:get "/pid"
        nginx:signal("KILL", pid)
        load.eventually("the next worker", function() return (nginx:try "/pid" or pid) ~= pid end)
        return customer, sandbox:sent()[#sandbox:sent()]
      end

      local customer, message = kill_while_sending "skip"
      post { meta.status(message.id, "sent", { recipient_id = customer,
        biz_opaque_callback_data = message.payload.biz_opaque_callback_data }) }
      until_true("the status", function() return select(2, heard_by(customer)) == 2 end)
      assert.are.same({ "important, skip", "it has the id " .. message.id }, (heard_by(customer)))

      customer = kill_while_sending "skip"
      until_true("the decision", function() return select(2, heard_by(customer)) == 2 end)
      assert.are.same({ "important, skip", "it is unknown" }, (heard_by(customer)))
      assert.are.equal(1, noted "cannot know whether")

      customer = kill_while_sending "resend"
      until_true("the decision", function() return select(2, heard_by(customer)) == 3 end)
      local texts = heard_by(customer)
      assert.are.same({ "important, resend", "important, resend" }, { texts[1], texts[2] })
      assert.truthy(texts[3]:find "^it has the id")

      customer = ("4917%d00000"):format(place)
      post { meta.message { from = customer, text = "steps" } }
      until_true("the steps", function() return select(2, heard_by(customer)) == 2 end)
      assert.are.same({ "done", "unknown" }, (heard_by(customer)))
      assert.are.same({ 2, 1 }, { noted "step false", noted "step true" })
      assert.are.equal(1, noted "error ")
    end)
  end
end)
