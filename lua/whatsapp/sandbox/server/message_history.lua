--- What became of each message: GET /{phone_number_id}/message_history, and
--- GET /{id}/events of one of its entries.
---
--- Nothing runs: an entry knows when it was sent, and what has happened since then is
--- reckoned when it is asked for.

local json = require "whatsapp.json"
local orders = require "whatsapp.sandbox.orders"
local answer = require "whatsapp.sandbox.server.answer"
local errors = require "whatsapp.sandbox.server.errors"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local state = require "whatsapp.sandbox.server.state"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local STATUSES = { SENT = true, DELIVERED = true, READ = true, FAILED = true, DELETED = true }

local by_wamid = {}
local statuses_in = orders.reader "statuses"

-- Reckoning -------------------------------------------------------------------------

local function failure(code)
  local row = errors[code] or errors.other
  return ("(#%d) %s"):format(code, row.message)
end

-- What the clock makes of a message: { status, time, description }, in order.
local function by_clock(message)
  local settings, steps = state.settings, { { "SENT", message.at } }
  local delivered, read = settings.delivered_seconds, settings.read_seconds
  if message.code then
    steps[2] = { "FAILED", message.at + (delivered or 0), failure(message.code) }
  elseif delivered then
    steps[2] = { "DELIVERED", message.at + delivered }
    steps[3] = read and { "READ", message.at + delivered + read } or nil
  end
  return steps
end

local before = { DELIVERED = { "SENT" }, READ = { "SENT", "DELIVERED" }, FAILED = { "SENT" },
                 DELETED = { "SENT" }, SENT = {} }

-- What it was told to be.
local function by_order(message, order)
  local steps = {}
  for i, status in ipairs(before[order.status]) do steps[i] = { status, message.at } end
  steps[#steps + 1] = { order.status, message.at, order.code and failure(order.code) }
  return steps
end

-- What the webhook is told of a step.
local function announce(message, step)
  local status = step[1]:lower()
  local code = status == "failed" and message.code
  webhooks.send(message.phone, message.to, "messages", { statuses = { {
    id = message.message_id, status = status, timestamp = ("%d"):format(step[2]),
    recipient_id = message.to, biz_opaque_callback_data = message.callback_data,
    errors = code and { { code = code, title = (errors[code] or errors.other).message } } or nil,
  } } }, step[2] - message.at)
end

--- Remembers a message, and tells the webhook what the clock makes of it.
---@param message { message_id: string, phone: table, to: string, code?: integer, callback_data?: string }
---  `code`: of the error with which it will fail
function M.add(message)
  message.at = ngx.now()
  by_wamid[message.message_id] = state.add("message", message)
  for _, step in ipairs(by_clock(message)) do announce(message, step) end
end

local SEQUENCE = { "SENT", "DELIVERED", "READ", "FAILED", "DELETED" }

-- What has happened to a message, by status. What was told once stays: a message
-- that was read is never only delivered again.
local function happened(message)
  local order = statuses_in(state.settings.prefix)[message.message_id]
  message.told = message.told or {}
  for _, step in ipairs(order and by_order(message, order) or by_clock(message)) do
    if step[2] <= ngx.now() then message.told[step[1]] = message.told[step[1]] or step end
  end
  return message.told
end

-- The events of a message up to now, oldest first.
local function events_of(message)
  local told, list = happened(message), {}
  for _, status in ipairs(SEQUENCE) do
    local step = told[status]
    if step then
      local timestamp, i = math.floor(step[2]), #list + 1
      list[i] = {
        id = message.id .. i, serial = i, delivery_status = step[1], error_description = step[3],
        timestamp = timestamp, occurrence_timestamp = timestamp, status_timestamp = timestamp,
        application = { id = state.settings.app_id },
        webhook_update_state = "PENDING",
      }
    end
  end
  return list
end

-- Answers ---------------------------------------------------------------------------

local choose = fields.of { name = "WhatsAppMessageHistory", always = "id",
                           default = { "id", "message_id" }, more = { "events" } }
local choose_event = fields.of { name = "WhatsAppMessageDeliveryStatusEvent", always = "id",
  default = { "id", "delivery_status", "timestamp" },
  more = { "webhook_update_state", "application", "webhook_uri", "error_description" } }
local choose_edge = fields.of { name = "WhatsAppMessageHistoryEventsEdge", always = "cursor",
                                default = { "cursor", "node" }, more = {} }
local choose_node = fields.of { name = "WhatsAppBusinessMessageDeliveryStatusOccurrence",
  always = "id", default = { "id", "delivery_status", "occurrence_timestamp" },
  more = { "error_description", "status_timestamp", "application" } }

local function mine(phone, wamid)
  if not wamid then return state.of_phone("message", phone) end
  local message = by_wamid[wamid]
  return { message and message.phone == phone and message or nil }
end

--- GET /{phone_number_id}/message_history?message_id=&fields=
function M.list(req, phone)
  local chosen, event = choose(req), choose_event(fields.inner(req, "events"))
  local asked = (req.query.fields or ""):gsub("%b{}", ""):find "events"
  return paging.answer(req, mine(phone, req.query.message_id), function(message)
    local shown = { id = message.id, message_id = message.message_id }
    if asked then
      shown.events = { data = json.array {} }
      for i, one in ipairs(events_of(message)) do shown.events.data[i] = event(one) end
    end
    return chosen(shown)
  end)
end

--- GET /{id}/events?status_filter=&fields=
function M.events(req, message)
  local filter = req.query.status_filter
  if filter and not STATUSES[filter] then
    answer.refuse { code = 100, message =
      "Param status_filter must be one of {SENT, DELIVERED, READ, FAILED, DELETED}" }
  end
  local edge, node, found = choose_edge(req), choose_node(fields.inner(req, "node")), {}
  for _, event in ipairs(events_of(message)) do
    if not filter or event.delivery_status == filter then found[#found + 1] = event end
  end
  return paging.answer(req, found, function(event)
    return edge { cursor = paging.cursor(event), node = node(event) }
  end)
end

return M
