--- Stores: events that are added, claimed and confirmed a second, and writes of
--- records. From the top of the tree:
--
--   tools/in-tree build/5.4 lua5.4 bench/stores.lua [EVENTS]
--
-- One process does all of it, one call after the other. Redis keeps what it is told
-- (appendfsync always), as SQLite does: the disk decides. Under LuaJIT the stores of
-- nginx take part too, measured inside a worker.

local core = require "whatsapp.core"
local stores = require "spec.support.stores"

local EVENTS = tonumber(arg[1]) or 2000

-- Given as text, since it also runs inside nginx.
local MEASURE = [[
  local store, now, count = ...
  local rates = {}
  local function measure(name, n, work)
    local start = now()
    for i = 1, n do work(i) end
    rates[#rates + 1] = ("%s %.0f"):format(name, n / (now() - start))
  end
  local body = ("x"):rep(1000)
  local function item(i)
    return { key = "wamid." .. i, lane = "lane " .. i % 100, at = 1700000000 + i, body = body }
  end
  measure("add", count, function(i) assert(store:add({ item(i) }, 1700000000)) end)
  measure("claim+confirm", count, function()
    assert(store:confirm(assert(store:claim(1800000000, 60)), 1800000000))
  end)
  measure("add-by-10", math.floor(count / 10), function(i)
    local batch = {}
    for j = 1, 10 do batch[j] = item(count + 10 * i + j) end
    assert(store:add(batch, 1700000000))
  end)
  local version
  measure("append", count, function()
    version = assert(store:append("journal", "a step of 40 bytes or so, as JSON\n", version))
  end)
  measure("get", math.ceil(count / 20), function() assert(store:get "journal") end)
  return table.concat(rates, "  ")
]]

for _, name in ipairs(stores.names) do
  local host = stores[name].start()
  local store = host.open()
  local rates
  if host.worker then
    rates = host.worker:run(([[
      local function measure(...) %s end
      local now = require("whatsapp.core").now
      return measure(store_of(%d), now, ...)
    ]]):format(MEASURE, store.backend.id), { EVENTS })
  else
    rates = assert((loadstring or load)(MEASURE))(store, core.now, EVENTS) -- luacheck: ignore 113
  end
  print(("%-15s %s"):format(name, rates))
  store:close()
  host:stop()
end
