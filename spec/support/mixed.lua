--- Mixed events of many customers, every one several times and in no order; the
--- handler that writes down what it handles; and what must stand there in the end.

local meta = require "spec.support.meta"
local sign = require("whatsapp.webhook").sign

local M = {}

local START = 1700000000
local BODIES, CUSTOMERS, EVENTS = 6, 5, 9

-- The nth event of a customer.
local function event(customer, n)
  local key, time = ("%s.%d"):format(customer, n), tostring(START + n)
  local common = { id = "wamid." .. key, from = customer, timestamp = time }
  if n % 3 == 0 then
    local words = { "sent", "delivered", "read" }
    return meta.status("wamid.to." .. customer, words[n / 3], { recipient_id = customer, timestamp = time })
  elseif n % 3 == 1 then
    common.text = key
  else
    common.type, common.interactive = "interactive", { type = "button_reply", button_reply = { id = key, title = key } }
  end
  return meta.message(common)
end

local function shuffle(list)
  for i = #list, 2, -1 do
    local j = math.random(i)
    list[i], list[j] = list[j], list[i]
  end
  return list
end

--- Bodies as Meta sends them: all events of a customer are in one of them, twice.
--- With another seed the same events come in another order.
---@param seed integer
---@return { body: string, signature: string }[]
function M.bodies(seed)
  math.randomseed(seed)
  local bodies = {}
  for b = 1, BODIES do
    local items = {}
    for c = 1, CUSTOMERS do
      for n = 1, EVENTS do
        local one = event(("1555%03d%04d"):format(b, c), n)
        items[#items + 1], items[#items + 2] = one, one
      end
    end
    local body = meta.body(shuffle(items))
    bodies[b] = { body = body, signature = sign(body, meta.secret) }
  end
  return shuffle(bodies)
end

--- Has a bot write down each event that it handles, when it begins and when it ends.
---@param bot whatsapp.Bot
---@param path string of a file that many processes may write to
---@param pause? fun(event: whatsapp.Event) in between
function M.note(bot, path, pause)
  local file = assert(io.open(path, "a"))
  file:setvbuf "line"
  local function note(what, one)
    file:write(("%s %s %d\n"):format(what, one.from, one.timestamp - START))
  end
  local function handler(one)
    note("begin", one)
    if pause then pause(one) end
    note("end", one)
  end
  bot:on("text", handler):on("button_reply", handler):on("status", handler)
end

--- How many events were handled so far.
---@param path string
---@return integer
function M.count(path)
  local count, file = 0, io.open(path)
  if not file then return 0 end
  for line in file:lines() do
    if line:find "^end" then count = count + 1 end
  end
  file:close()
  return count
end

M.total = BODIES * CUSTOMERS * EVENTS

--- What is wrong in such a file: an event that was handled twice, two of a
--- customer at once, the wrong order, something missing.
---@param path string
---@return string[]
function M.faults(path)
  local wrong, open, last, count = {}, {}, {}, 0
  for line in io.lines(path) do
    local what, customer, n = line:match "^(%l+) (%d+) (%d+)$"
    n = tonumber(n)
    if what == "begin" then
      if open[customer] then wrong[#wrong + 1] = "at once: " .. line end
      if n ~= (last[customer] or 0) + 1 then wrong[#wrong + 1] = "not its turn: " .. line end
      open[customer] = n
    else
      if open[customer] ~= n then wrong[#wrong + 1] = "never began: " .. line end
      open[customer], last[customer], count = nil, n, count + 1
    end
  end
  if count ~= M.total then wrong[#wrong + 1] = ("%d of %d"):format(count, M.total) end
  return wrong
end

return M
