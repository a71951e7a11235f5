-- A process that dies by kill -9 before and after every write of a conversation's
-- journal, in plain Lua and under an event loop. Another one goes on: it ends, nothing
-- that was recorded is done again.

local child = require "spec.support.child"
local crashing = require "spec.support.crashing"
local files = require "spec.support.files"
local sandboxes = require "whatsapp.sandbox"
local server = require "spec.support.server"
local stores = require "spec.support.stores"

local LEASE = 60

-- Delivers what the customer writes, which is new only once. Before or after the
-- write number `at` it ends itself.
local PROGRAM = crashing.source .. [[
  local meta = require "spec.support.meta"
  local store, log, customer, now, at, when = assert($store), $log, $customer, $now, $at, $when
  meta.phone_number_id = $number

  local writes = 0
  die_at(store, log, function()
    writes = writes + 1
    return writes == at and when
  end)

  local bot = whatsapp.bot { client = whatsapp.new { api_key = $key, base_url = $url, ca_file = $ca,
                               phone_number_id = $number, rate = false, loop = $loop },
                             webhook = whatsapp.webhook(meta.hook()), store = store,
                             clock = function() return now end, lease = $lease }
  bot:on_error(function(err) append_line(log, "error " .. tostring(err)) end)
  bot:on("text", "^go$", ten(log))

  local function work()
    for _ = 1, 2 do
      now = now + 40
      bot:tick()
    end
    for i, text in ipairs { "go", "Ann", "M" } do
      assert(meta.deliver(bot, { meta.message { id = customer .. i, from = customer, text = text,
                                                timestamp = tostring($begun + i) } }) == 200)
    end
    now = now + 40
    bot:tick()
  end
  if $loop == "native" then work() else require "spec.support.loops"[$loop].run(work) end
]]

-- Each store, and each loop on one Lua.
local CASES = { { "sqlite", "native", "before" }, { "redis", "native", "before" }, { "sqlite", "native", "after" },
                { "redis", "native", "after" } }
if require "whatsapp.loop.native".suspends then
  CASES[#CASES + 1] = { "sqlite", rawget(_G, "jit") and "luv" or "cqueues", "after" }
end

describe("a conversation whose process dies", function()
  local sandbox, directory

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)
  before_each(function() directory = server.make_directory() end)
  after_each(function() server.remove_directory(directory) end)

  for place, case in ipairs(CASES) do
    local name, loop, when = case[1], case[2], case[3]
    it(("%s a write goes on, with %s under %s"):format(when, name, loop), function()
      local host = stores[name].start()
      local store = host.open()
      finally(function()
        store:close()
        host:stop()
      end)

      local function run(values)
        local text = PROGRAM:gsub("%$(%l+)", function(key)
          if key == "store" then return host.source(store) end
          return type(values[key]) == "number" and ("%d"):format(values[key]) or ("%q"):format(values[key])
        end)
        return child.run(text)
      end

      local kills, losses = 0, 0
      while true do
        local log = ("%s/%d"):format(directory, kills)
        local customer = ("49151%07d"):format(place * 100 + kills)
        local begun = os.time()
        local values = { log = log, customer = customer, begun = begun, now = begun + 10, at = kills + 1,
          when = when, number = sandbox.phone_number_id, key = sandbox.api_key, url = sandbox.base_url,
          ca = sandbox.ca_file, lease = LEASE, loop = loop }
        local _, status = run(values)
        if status == 0 then break end
        assert.are.equal(137, status)
        kills = kills + 1
        values.now, values.at = begun + 10 + 2 * LEASE, 0
        assert.are.same({ "", 0 }, { run(values) })
        local found = crashing.outcome(sandbox, log, customer, when)
        assert.are.same(found.expected, found.heard, found.where)
        assert.is_true(found.again == 0 or found.again == 1, found.where)
        if found.lost then losses = losses + 1 end
        for line in files.read(log):gmatch "error [^\n]+" do
          -- Of a message that may have been sent, and was not sent again.
          assert.truthy(line:find("cannot know whether", 1, true), line)
        end
      end
      assert.is_true(kills > 11, kills)
      assert.are.equal(when == "after" and #crashing.TEXTS or 0, losses)
      assert.are.same({}, (store:due(os.time() + 10000)))
    end)
  end
end)
