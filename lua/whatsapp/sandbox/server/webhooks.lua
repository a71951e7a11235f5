--- What the sandbox posts to the webhook's address, signed as Meta signs it: what
--- customers write, and what becomes of messages. Delivered again, ever later, until
--- the answer is 200.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local webhook_url = require "whatsapp.sandbox.webhook_url"
local agenda = require "whatsapp.sandbox.server.agenda"
local crypto = require "whatsapp.sandbox.server.crypto"
local exchanges = require "whatsapp.sandbox.server.exchanges"
local faults = require "whatsapp.sandbox.server.faults"
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

-- What is about the account itself, and not one of its numbers, tells the time here.
local function body_of(changes)
  local time = not changes[1].value.metadata and state.time() or nil
  return escape(assert(json.encode { object = "whatsapp_business_account", entry = {
    { id = state.settings.business_account_id, time = time, changes = changes } } }))
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

--- A connection to where a URL leads, as `webhook_url.parse` has it.
---@param url { addresses: string[], port: integer }
---@param timeout integer milliseconds
---@return table|nil socket
---@return string? why there is none
function M.connect(url, timeout)
  local socket, why = ngx.socket.tcp(), nil
  socket:settimeout(timeout)
  for _, address in ipairs(url.addresses) do
    local ok
    ok, why = socket:connect(address, url.port)
    if ok then return socket end
  end
  return nil, why
end

-- The status of the answer, or nil and why there is none.
local function post(url, body)
  local socket, why = M.connect(url, TIMEOUT)
  if not socket then return nil, why end
  local ok, line
  ok, why = socket:send(request_of(url, body))
  if ok then line, why = socket:receive "*l" end
  socket:close()
  local status = line and tonumber(line:match "^HTTP/%d%.%d (%d%d%d)")
  return status, why or "no HTTP answer"
end

local function report(delivery, path, more)
  local entry = { time = state.now(), service = "webhook", method = "POST", path = path, text = delivery.body,
                  fault = delivery.fault }
  for name, value in pairs(more) do entry[name] = value end
  record(entry)
  exchanges.add(entry, nil, delivery)
end

-- With `data` each change is a node until it was taken: it outlives the sandbox.
local function owe(queue, body)
  if not state.settings.data then return nil end
  return state.add("webhook", { id = "webhook." .. identity.hex(8), queue = queue, body = body })
end

local function settle(owed)
  for _, node in ipairs(owed) do
    if state.nodes[node.id] == node then state.remove(node) end
  end
end

local function deliver(delivery)
  local url = webhook_url.parse(state.settings.webhook_url)
  for attempt = 1, TIMES do
    local began = ngx.now()
    local status, why = post(url, delivery.body)
    report(delivery, url.path, { status = status, error = not status and why or nil, attempt = attempt,
                                 duration = ngx.now() - began })
    if status == 200 then break end
    if ngx.worker.exiting() then return end
    ngx.sleep(math.min(FIRST * 2 ^ (attempt - 1), LONGEST))
  end
  if delivery.owed then agenda.at(0, settle, delivery.owed) end
end

-- What is about one customer goes out one after the other, so that nothing happens
-- by chance: the deliveries that wait behind the one under way.
local queues = {}

local function work(premature, name)
  local queue = queues[name]
  while queue[1] and not premature do deliver(table.remove(queue, 1)) end
  queues[name] = nil
end

local function enqueue(delivery)
  local queue = queues[delivery.queue]
  if queue then
    queue[#queue + 1] = delivery
    return
  end
  queues[delivery.queue] = { delivery }
  assert(ngx.timer.at(0, work, delivery.queue))
end

-- A delivery of items: { queue, change, body, owed }.
local function delivery_of(items, fault)
  local changes, owed = {}, {}
  for i, item in ipairs(items) do changes[i], owed[i] = item.change, item.owed end
  return { id = identity.hex(8), queue = items[1].queue, body = items[2] and body_of(changes) or items[1].body,
           owed = owed[1] and owed, fault = fault }
end

-- Faults ---------------------------------------------------------------------------

local held   -- { rule, items }: what waits until the rule has enough

-- Sends what was held: in one body, or each by itself, the last first.
local function release()
  local group = held
  held = nil
  if group.rule.batch then return enqueue(delivery_of(group.items, true)) end
  local queue = group.items[1].queue
  for i = #group.items, 1, -1 do
    group.items[i].queue = queue
    enqueue(delivery_of({ group.items[i] }, true))
  end
end

local function hold(item, rule)
  held = held or { rule = rule, items = {} }
  table.insert(held.items, item)
  if #held.items >= (held.rule.batch or held.rule.reorder) then release() end
end

local function apply(rule, item)
  local delivery = delivery_of({ item }, true)
  if rule.drop then
    settle(delivery.owed or {})
    return report(delivery, webhook_url.parse(state.settings.webhook_url).path, {})
  end
  for _ = 1, rule.duplicate or 1 do
    if rule.delay then
      agenda.at(state.now() + rule.delay, enqueue, delivery)
    else
      enqueue(delivery)
    end
  end
end

local function dispatch(item)
  if held then return hold(item) end
  local rule = faults.match { service = "webhook" }
  if not rule then return enqueue(delivery_of { item }) end
  if rule.batch or rule.reorder then return hold(item, rule) end
  apply(rule, item)
end

--- What was held for rules that are gone now goes out.
---@param removed table[]
function M.let_go(removed)
  for _, rule in ipairs(removed) do
    if held and held.rule == rule then release() end
  end
end

-- Sending --------------------------------------------------------------------------

--- Whether anybody is told.
---@return boolean
function M.wanted()
  if not state.settings.webhook_url then return false end
  return state.nodes[state.settings.business_account_id].subscribed_app ~= nil
end

--- Sends a change of a field to the webhook, if there is one and the app is subscribed.
---@param phone? table  the number it is about; none for one of the account
---@param customer string  or what else it is about: one thing's changes go out in order
---@param field string
---@param value table
---@return boolean sent
function M.send(phone, customer, field, value)
  if not M.wanted() then return false end
  if phone then
    value.messaging_product = "whatsapp"
    value.metadata = { display_phone_number = phone.display_phone_number:gsub("%D", ""), phone_number_id = phone.id }
  end
  local change = { field = field, value = value }
  local body = body_of { change }
  dispatch { queue = customer, change = change, body = body, owed = owe(customer, body) }
  return true
end

--- Goes on with what the sandbox before this one had not delivered.
function M.resume()
  if not M.wanted() then return end
  for _, node in ipairs(state.all "webhook") do
    enqueue { id = identity.hex(8), queue = node.queue, body = node.body, owed = { node } }
  end
end

--- Delivers a webhook again, the same bytes.
---@param exchange table
function M.redeliver(exchange)
  enqueue { id = exchange.webhook_id, queue = exchange.queue, body = exchange.body }
end

return M
