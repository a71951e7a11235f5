-- A process that dies by kill -9 before and after every write of a conversation's
-- journal. Another one goes on: it ends, nothing that was recorded is done again.

local child = require "spec.support.child"
local files = require "spec.support.files"
local sandboxes = require "whatsapp.sandbox"
local server = require "spec.support.server"
local stores = require "spec.support.stores"

local LEASE = 60

-- Delivers what the customer writes, which is new only once. Before and after the
-- write number `at` it may end itself.
local PROGRAM = [[
  local meta = require "spec.support.meta"
  local store, log, customer, now, at, when = assert(%s), %q, %q, %d, %d, %q
  meta.phone_number_id = %q

  local function write_down(text)
    local file = assert(io.open(log, "a"))
    assert(file:write(text, "\n"))
    file:close()
  end

  local writes = 0
  local function dying(method)
    local original = store.backend[method]
    store.backend[method] = function(self, name, text, ...)
      if name:find("conversation/", 1, true) ~= 1 then return original(self, name, text, ...) end
      writes = writes + 1
      if writes == at and when == "before" then os.execute "kill -KILL $PPID" end
      if writes == at then write_down("write " .. text:gsub("\n", "|")) end
      local version, err = original(self, name, text, ...)
      if writes == at then os.execute "kill -KILL $PPID" end
      return version, err
    end
  end
  dying "put"
  dying "append"

  local options = loadstring and assert(loadstring(%q))() or assert(load(%q))()
  local bot = whatsapp.bot { client = whatsapp.new(options), webhook = whatsapp.webhook(meta.hook()), store = store,
                             clock = function() return now end, lease = %d }
  bot:on_error(function(err) write_down("error " .. tostring(err)) end)

  bot:on("text", "^go$", whatsapp.conversation("ten", function(chat)
    local function step(name)
      return chat:step(name, function() write_down("step " .. name) return name end)
    end
    local name = chat:ask("1 name?", { pattern = "^%%a+$" })
    step "a"
    chat:say("2 hello " .. name)
    step "b"
    local size = chat:choose("3 size?", { "S", "M" })
    chat:say("4 " .. size)
    chat:sleep(30)
    step(chat:random(5) > 0 and "c" or "d")
    chat:say(("5 bye %%s %%s"):format(name, size))
    step "end"
  end))

  for _ = 1, 2 do
    now = now + 40
    bot:tick()
  end
  for i, text in ipairs { "go", "Ann", "M" } do
    assert(meta.deliver(bot, { meta.message { id = customer .. i, from = customer, text = text,
                                              timestamp = tostring(%d + i) } }) == 200)
  end
  now = now + 40
  bot:tick()
  write_down "alive"
]]

-- The texts, by the number of the command that sends them.
local SENDS = { [1] = 1, [4] = 2, [6] = 3, [8] = 4, [12] = 5 }
local TEXTS = { "1 name?", "2 hello Ann", "3 size?", "4 M", "5 bye Ann M" }

for _, name in ipairs(stores.shared) do
  describe("a conversation on the store " .. name, function()
    local host, store, sandbox, directory

    setup(function()
      host = stores[name].start()
      sandbox = assert(sandboxes.start { gateway_rate = false })
    end)
    teardown(function()
      host:stop()
      sandbox:stop()
    end)
    before_each(function()
      store = host.open()
      directory = server.make_directory()
    end)
    after_each(function()
      store:close()
      server.remove_directory(directory)
    end)

    local function options_text()
      local options = sandbox:options()
      return ("return { api_key = %q, base_url = %q, ca_file = %q, phone_number_id = %q, rate = false }"):format(
        options.api_key, options.base_url, options.ca_file, sandbox.phone_number_id)
    end

    local function run(log, customer, begun, now, at, when)
      local text = options_text()
      return child.run(PROGRAM:format(host.source(store), log, customer, now, at, when, sandbox.phone_number_id,
        text, text, LEASE, begun))
    end

    -- How often each text came, and each step was run.
    local function outcome(log, customer)
      local texts, steps, last, alive = {}, {}, nil, false
      for _, message in ipairs(sandbox:sent()) do
        local payload = message.payload
        local text = payload.text and payload.text.body or payload.interactive.body.text
        if payload.to == customer then texts[#texts + 1] = text end
      end
      for line in files.read(log):gmatch "[^\n]+" do
        local what, rest = line:match "^(%l+) ?(.*)$"
        -- Of a message that may have been sent, and was not sent again.
        assert.is_true(what ~= "error" or line:find("cannot know whether", 1, true) ~= nil, line)
        if what == "step" then steps[rest] = (steps[rest] or 0) + 1 end
        if what == "write" then last = rest end
        if what == "alive" then alive = true end
      end
      return texts, steps, last, alive
    end

    -- The text whose sending was begun by the write after which the process died.
    local function lost(last, when)
      local n = (last or ""):match '{"c":"%l[%l ]+","due":false,"mark":"[^"]+","n":(%d+)}|$'
      return when == "after" and tonumber(n) or nil
    end

    for _, when in ipairs { "before", "after" } do
      it("goes on when a process dies " .. when .. " a write", function()
        local kills, losses, at = 0, 0, 1
        while true do
          local log = ("%s/%d"):format(directory, at)
          local customer = ("49151%07d"):format(at + (when == "after" and 500 or 0))
          local begun = os.time()
          local _, status = run(log, customer, begun, begun + 10, at, when)
          if status == 0 then break end
          assert.are.equal(137, status)
          kills = kills + 1
          local output, second = run(log, customer, begun, begun + 10 + 2 * LEASE, 0, "never")
          assert.are.same({ "", 0 }, { output, second })
          local texts, steps, last = outcome(log, customer)
          local expected, gone = {}, lost(last, when)
          if gone then losses = losses + 1 end
          for i, text in ipairs(TEXTS) do
            if SENDS[gone] ~= i then expected[#expected + 1] = text end
          end
          local where = ("write %d, %s: %s"):format(at, when, tostring(last))
          assert.are.same(expected, texts, where)
          for _, step in ipairs { "a", "b", "c", "end" } do
            assert.is_true(steps[step] == 1 or steps[step] == 2, where .. " step " .. step)
          end
          local again = 0
          for _, count in pairs(steps) do again = again + count - 1 end
          assert.is_true(again <= 1, where)
          at = at + 1
        end
        assert.is_true(kills > 12, kills)
        -- The default for what may have been sent, and was not: skipped.
        assert.are.equal(when == "after" and #TEXTS or 0, losses)
        assert.are.same({}, (store:due(os.time() + 10000)))
      end)
    end
  end)
end
