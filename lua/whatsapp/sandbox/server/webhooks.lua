--- What the sandbox posts to the webhook's address, signed as Meta signs it: what
--- customers write, and what becomes of messages. Delivered again, ever later, until
--- the answer is 200.

local json = require "whatsapp.json"
local crypto = require "whatsapp.sandbox.server.crypto"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local FIRST, LONGEST, TIMES = 0.25, 1, 60
local TIMEOUT = 20 * 1000 -- milliseconds

local record = function() end

--- Has deliveries written to the journal.
---@param writer fun(entry: table)
function M.open(writer)
  record = writer
end

-- Bodies ---------------------------------------------------------------------------

-- Meta escapes all that is not ASCII, and the slash, before it signs.
local function escape(text)
  text = text:gsub("/", "\\/")
  return (text:gsub("[\194-\244][\128-\191]+", function(bytes)
    local first = bytes:byte()
    local point = first % (first < 224 and 32 or first < 240 and 16 or 8)
    for i = 2, #bytes do point = point * 64 + bytes:byte(i) % 64 end
    if point < 65536 then return ("\\u%04x"):format(point) end
    point = point - 65536
    return ("\\u%04x\\u%04x"):format(55296 + math.floor(point / 1024), 56320 + point % 1024)
  end))
end

local function body_of(phone, field, value)
  value.messaging_product = "whatsapp"
  value.metadata = { display_phone_number = phone.display_phone_number:gsub("%D", ""), phone_number_id = phone.id }
  return escape(assert(json.encode { object = "whatsapp_business_account", entry = {
    { id = state.settings.business_account_id, changes = { { field = field, value = value } } } } }))
end

-- Delivery -------------------------------------------------------------------------

local function request_of(url, body)
  local signature = crypto.hex(crypto.hmac_sha256(state.settings.app_secret, body))
  return table.concat({
    ("POST %s HTTP/1.0"):format(url.path), ("Host: %s:%d"):format(url.host, url.port),
    "User-Agent: facebookexternalua", "Content-Type: application/json",
    ("Content-Length: %d"):format(#body), "X-Hub-Signature-256: sha256=" .. signature, "", body,
  }, "\r\n")
end

-- The status of the answer, or nil and why there is none.
local function post(url, body)
  local socket = ngx.socket.tcp()
  socket:settimeout(TIMEOUT)
  local ok, why = socket:connect(url.host, url.port)
  if not ok then return nil, why end
  local line
  ok, why = socket:send(request_of(url, body))
  if ok then line, why = socket:receive "*l" end
  socket:close()
  local status = line and tonumber(line:match "^HTTP/%d%.%d (%d%d%d)")
  return status, why or "no HTTP answer"
end

local function url_of(text)
  local host, port, path = text:match "^http://([%w.-]+):?(%d*)(.*)$"
  return { host = host, port = tonumber(port) or 80, path = path ~= "" and path or "/" }
end

local function deliver(body)
  local url = url_of(state.settings.webhook_url)
  for attempt = 1, TIMES do
    local status, why = post(url, body)
    record { time = ngx.now(), service = "webhook", method = "POST", path = url.path, status = status,
             error = not status and why or nil, attempt = attempt, text = body }
    if status == 200 or ngx.worker.exiting() then return end
    ngx.sleep(math.min(FIRST * 2 ^ (attempt - 1), LONGEST))
  end
end

-- What is about one customer goes out one after the other, so that nothing happens
-- by chance: the bodies that wait behind the one under way.
local queues = {}

local function work(premature, customer)
  local queue = queues[customer]
  while queue[1] and not premature do deliver(table.remove(queue, 1)) end
  queues[customer] = nil
end

local function begin(customer, body)
  local queue = queues[customer]
  if queue then
    queue[#queue + 1] = body
    return
  end
  queues[customer] = { body }
  assert(ngx.timer.at(0, work, customer))
end

--- Sends a change of a field to the webhook, if there is one.
---@param phone table  the number it is about
---@param customer string
---@param field string
---@param value table
---@return boolean sent
function M.send(phone, customer, field, value)
  if not state.settings.webhook_url then return false end
  begin(customer, body_of(phone, field, value))
  return true
end

return M
