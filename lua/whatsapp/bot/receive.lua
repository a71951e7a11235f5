--- What a bot answers to Meta's requests.

local run = require "whatsapp.bot.run"
local trouble = require "whatsapp.bot.trouble"
local webhook = require "whatsapp.webhook"

local M = {}

local TEXT = "text/plain; charset=utf-8"

local function answer(status, text, more)
  local headers = { ["Content-Type"] = TEXT }
  for name, value in pairs(more or {}) do headers[name] = value end
  return status, headers, text
end

-- In whatever way a host has them: names in any case, or found by its metatable alone;
-- a text, or a list of one.
local function header(headers, wanted)
  if type(headers) ~= "table" then return nil end
  local found = headers[wanted]
  if found == nil then
    for name, value in pairs(headers) do
      if type(name) == "string" and name:lower() == wanted then found = value end
    end
  end
  if type(found) == "table" and #found == 1 then return found[1] end
  return found
end

local QUIET = 60 -- seconds in which no other refusal of its kind is told of

-- A wrong secret or token shows nowhere else; and strangers must not fill the log.
local function refuse(bot, status, err)
  local now, before = bot.inbox.clock(), bot.refused[err.kind]
  if not before or math.abs(now - before) >= QUIET then
    bot.refused[err.kind] = now
    trouble.report(bot, err)
  end
  return answer(status, tostring(err))
end

local function challenge(bot, query)
  local text, err = bot.webhook:challenge(query == nil and {} or query)
  if text then return answer(200, text) end
  -- Somebody looks at the address in a browser.
  if err.kind == "invalid" then return answer(400, tostring(err)) end
  return refuse(bot, err.kind == "signature" and 403 or 500, err)
end

local function receive(bot, headers, body)
  if type(body) == "string" and #body >= webhook.BODY_MAX then
    return answer(413, "the body is too large")
  end
  local events, err = bot.webhook:parse(body, header(headers, "x-hub-signature-256"))
  if not events then return refuse(bot, err.kind == "signature" and 401 or 400, err) end
  local ok, added
  ok, added, err = pcall(bot.inbox.add, bot.inbox, events)
  if not ok then added, err = nil, added end
  if not added then
    trouble.report(bot, err)
    return answer(500, "the events could not be stored; deliver them again", { ["Retry-After"] = "5" })
  end
  run.begin(bot)
  return answer(200, "ok")
end

--- Answers a request: see `Bot:handle`.
---@param bot whatsapp.Bot
---@param method string
---@param query table<string, string>|string|nil
---@param headers table<string, string>
---@param body string|nil
---@return integer status
---@return table<string, string> headers
---@return string body
function M.handle(bot, method, query, headers, body)
  if method == "GET" then return challenge(bot, query) end
  if method == "POST" then return receive(bot, headers, body == nil and "" or body) end
  return answer(405, "GET and POST only", { Allow = "GET, POST" })
end

return M
