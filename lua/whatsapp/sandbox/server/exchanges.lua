--- The last exchanges: what was asked and answered, and the webhooks, as the page shows
--- them. No secret is in them.

local json = require "whatsapp.json"
local events = require "whatsapp.sandbox.server.events"
local state = require "whatsapp.sandbox.server.state"
local texts = require "whatsapp.sandbox.server.text"

local M = {}

local KEPT = 500
local LONGEST = 64 * 1024 -- bytes of a text that are kept

local by_serial, last = {}, 0

local SECRETS = { "access_token", "api_key", "app_secret", "phone_token" }

-- A credential can only come in by a text that a client put there itself, or by a
-- connection's url.
local function without_secrets(text)
  for _, name in ipairs(SECRETS) do
    local secret, from = state.settings[name], 1
    while true do
      local first, behind = text:find(secret, from, true)
      if not first then break end
      text = text:sub(1, first - 1) .. "(secret)" .. text:sub(behind + 1)
      from = first + 8
    end
  end
  return (text:gsub("(session_token=)%x+", "%1(secret)"))
end

local function kept(text)
  if not text or text == "" then return nil end
  if #text > LONGEST then text = text:sub(1, LONGEST):gsub("[\194-\244][\128-\191]*$", "") .. "…" end
  return text
end

local function readable(text)
  if not text then return json.null end
  text = without_secrets(texts.readable(text))
  local value = text:find "^%s*[{%[]" and json.decode(text)
  return value or text
end

--- An exchange as the page gets it.
---@param exchange table
---@return table
function M.shown(exchange)
  local shown = {}
  for name, value in pairs(exchange) do shown[name] = value end
  shown.request, shown.response = exchange.parts or readable(exchange.request), readable(exchange.response)
  shown.parts, shown.body, shown.queue = nil, nil, nil
  return shown
end

--- Remembers an exchange.
---@param entry table      the journal's
---@param response? string the bytes of the answer
---@param webhook? { id: string, queue: string, body: string }
function M.add(entry, response, webhook)
  webhook = webhook or {}
  last = last + 1
  local exchange = {
    serial = last, time = entry.time, service = entry.service, method = entry.method, path = entry.path,
    query = entry.query and next(entry.query) and entry.query or nil, status = entry.status or json.null,
    error = entry.error, fault = entry.fault, attempt = entry.attempt, duration = entry.duration,
    request = kept(entry.text), parts = entry.parts, response = kept(response),
    webhook_id = webhook.id or json.null, queue = webhook.queue, body = webhook.body,
  }
  by_serial[last], by_serial[last - KEPT] = exchange, nil
  events.publish("exchange", exchange, M.shown)
end

---@param serial integer
---@return table|nil exchange
function M.get(serial)
  return by_serial[serial]
end

--- All that are kept, the newest last.
---@return table[]
function M.all()
  local found = json.array {}
  for serial = math.max(1, last - KEPT + 1), last do found[#found + 1] = M.shown(by_serial[serial]) end
  return found
end

return M
