--- A customer's Flow in the sandbox: played with the Flow JSON that was uploaded, its
-- endpoint asked where the flow says, encrypted for the phone number's public key.

local Error = require "whatsapp.error"
local crypto = require "whatsapp.sandbox.server.crypto"
local envelope = require "whatsapp.sandbox.server.flow_envelope"
local exchanges = require "whatsapp.sandbox.server.exchanges"
local metrics = require "whatsapp.sandbox.server.flow_metrics"
local players = require "whatsapp.flow.player"
local state = require "whatsapp.sandbox.server.state"
local webhook_url = require "whatsapp.sandbox.webhook_url"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local TIMEOUT = 10 * 1000 -- milliseconds; WhatsApp waits no longer

local function url_of(text)
  local url = webhook_url.parse(text)
  if url then return url end
  local host, port, path = text:match "^http://([%w.-]+):?(%d*)(/?.*)$"
  if not host then return nil end
  return { host = host, port = tonumber(port) or 80, path = path ~= "" and path or "/", addresses = { host } }
end

local function request_of(url, body)
  return table.concat({
    ("POST %s HTTP/1.0"):format(url.path), ("Host: %s:%d"):format(url.host, url.port),
    "User-Agent: facebookexternalua", "Content-Type: application/json", ("Content-Length: %d"):format(#body),
    "X-Hub-Signature-256: sha256=" .. crypto.hex(crypto.hmac_sha256(state.settings.app_secret, body)), "", body,
  }, "\r\n")
end

-- The status and the body of an HTTP/1.0 answer.
local function receive(socket)
  local line, why = socket:receive "*l"
  local status = line and tonumber(line:match "^HTTP/%d%.%d (%d%d%d)")
  if not status then return nil, why or "no HTTP answer" end
  repeat
    line, why = socket:receive "*l"
    if not line then return nil, why end
  until line == ""
  return status, (socket:receive "*a")
end

local function post(url, body)
  local socket, why = webhooks.connect(url, TIMEOUT)
  local ok, status, answer
  if socket then
    ok, why = socket:send(request_of(url, body))
    if ok then status, answer = receive(socket) end
    socket:close()
  end
  if status then return status, answer end
  return nil, Error.new { kind = "network", outcome = "unknown",
    message = ("the endpoint http://%s:%d%s: %s"):format(url.host, url.port, url.path, tostring(why or answer)) }
end

-- What seals requests for a key and posts them to the endpoint; the page sees each as
-- it was before it was sealed.
local function channel(flow, url, seal)
  local entry
  local function report(answer)
    entry.duration = ngx.now() - entry.duration
    metrics.record(flow, entry.status, entry.duration, entry.duration * 1000 >= TIMEOUT)
    exchanges.add(entry, answer)
  end
  local function seal_and_tell(text)
    entry = { time = state.now(), service = "flow", method = "POST", path = url.path, text = text,
              duration = ngx.now() }
    local body, session = seal(text)
    return body, { open = function(_, answer)
      local opened = session:open(answer)
      report(opened)
      return opened
    end }
  end
  return seal_and_tell, function(body)
    local status, answer = post(url, body)
    entry.status, entry.error = status, not status and answer.message or nil
    if status ~= 200 and status ~= 427 then report(status and answer) end
    return status, answer
  end
end

local function hmac(text) return crypto.hmac_sha256(state.settings.app_secret, text) end

--- Makes a player of a flow, not open yet: see `whatsapp.flow.player`. Its calls may
--- wait for the endpoint.
---@param flow table
---@param phone table the number whose message opens it
---@param flow_token? string
---@return whatsapp.flow.Player|nil
---@return whatsapp.Error? err
function M.new(flow, phone, flow_token)
  local options = { screens = flow.text or "", flow_token = flow_token }
  if flow.data_api_version then
    local url = url_of(flow.endpoint_uri or "")
    if not url then return Error.invalid("endpoint_uri", "must be http:// in the sandbox") end
    local pem = phone.business_public_key
    local seal = pem and envelope.sealer(pem)
    if not seal then return Error.invalid("business_public_key", "is not set for the phone number") end
    options.seal, options.post = channel(flow, url, seal)
    options.base64, options.hmac = ngx.encode_base64, hmac
  end
  return players.new(options)
end

return M
