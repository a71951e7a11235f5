--- A bot, or a Flow's endpoint, in nginx:
--- `content_by_lua_block { require("whatsapp.nginx").serve(bot) }`.

local Error = require "whatsapp.error"
local webhook = require "whatsapp.webhook"

local M = {}

local ngx = rawget(_G, "ngx")

-- A bot's next tick in this worker: when it is due; never, while it runs. nginx drops
-- timers when too many run, so none is waited for very long.
local ticking = setmetatable({}, { __mode = "k" })

-- When a bot's timer was made that has not begun: it works for all who ask until then.
local asked = setmetatable({}, { __mode = "k" })
local PATIENCE = 1

-- Bots for which no timer could be had.
local owed = setmetatable({}, { __mode = "k" })

local function work(premature, bot)
  asked[bot] = nil
  if not premature then bot:work() end
end

-- After the answer.
local function later(bot)
  local now = ngx.now()
  if asked[bot] and now < asked[bot] + PATIENCE then return end
  asked[bot] = ngx.timer.at(0, work, bot) and now or nil
  owed[bot] = not asked[bot] or nil
end

-- Each block of a configuration has locals of its own, so that a bot is easily nil here.
local function check(thing, field, what)
  Error.must_have(thing, "handle", field, what,
    "a local of another *_by_lua block is not seen: make it a global there, or part of a module")
end

local SOON = 0.1

local tick

local function tick_in(bot, seconds)
  local one = { due = ngx.now() + seconds }
  local ok, why = ngx.timer.at(seconds, tick, bot, one)
  ticking[bot] = ok and one or nil
  return ok, why
end

-- One that another took the place of, since it was overdue, does nothing.
function tick(premature, bot, one)
  if premature or ticking[bot] ~= one then return end
  one.due = math.huge
  local ok, seconds = pcall(bot.tick, bot)
  if not ok then ngx.log(ngx.ERR, "whatsapp: bot: ", tostring(seconds)) end
  tick_in(bot, ok and math.max(seconds, SOON) or SOON * 10)
end

-- A worker that is to end begins nothing new: what is stored, another handles.
local function prepare(bot)
  if bot.ending then return end
  bot.ending = ngx.worker.exiting
  bot.later = bot.later or later
end

--- Lets this worker look after what is stored, also while nothing is received: for
--- `init_worker_by_lua_block`. `serve` does it too, and again where nginx has dropped
--- the timer because too many ran (`lua_max_running_timers`).
---@param bot whatsapp.Bot
---@return true|nil
---@return whatsapp.Error? err of kind `state` where no timer can be had
function M.start(bot)
  check(bot, "bot", "a bot of whatsapp.bot")
  prepare(bot)
  local one = ticking[bot]
  if one and ngx.now() < one.due + PATIENCE then return true end
  local ok, why = tick_in(bot, 0)
  if not ok then
    return nil, Error.new { kind = "state", message = "nginx gives no timer: " .. tostring(why) }
  end
  return true
end

local function answer(status, headers, text)
  ngx.status = status
  for name, value in pairs(headers) do ngx.header[name] = value end
  ngx.print(text)
end

-- The body, also one that nginx has put into a file.
local function body_of()
  ngx.req.read_body()
  local body, path = ngx.req.get_body_data(), ngx.req.get_body_file()
  if body or not path then return body end
  local file = assert(io.open(path, "rb"))
  body = file:read(webhook.BODY_MAX) -- and no more: so much is refused
  file:close()
  return body
end

--- Answers the request that nginx has: for `content_by_lua_block`. The handlers run
--- after the answer, in a timer of nginx's.
---@param bot whatsapp.Bot
function M.serve(bot)
  M.start(bot)
  local method = ngx.req.get_method()
  answer(bot:handle(method, ngx.req.get_uri_args(),
    { ["x-hub-signature-256"] = ngx.var.http_x_hub_signature_256 }, method == "POST" and body_of() or nil))
  if not owed[bot] then return end
  ngx.eof()
  bot:work()
end

--- The same for a Flow's endpoint. Its handlers run before the answer and may wait as
--- any handler of nginx's may; decrypting keeps the worker for about half a millisecond.
---@param endpoint whatsapp.flow.Endpoint
function M.serve_flow(endpoint)
  check(endpoint, "endpoint", "an endpoint of whatsapp.flow.endpoint")
  local body = ngx.req.get_method() == "POST" and (body_of() or "") or nil
  answer(endpoint:handle(body, ngx.var.http_x_hub_signature_256))
end

return M
