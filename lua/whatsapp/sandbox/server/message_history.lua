--- What becomes of each message, by the clock, by order and when it is looked at:
--- GET /{phone_number_id}/message_history, and GET /{id}/events of one of its entries.

local json = require "whatsapp.json"
local agenda = require "whatsapp.sandbox.server.agenda"
local answer = require "whatsapp.sandbox.server.answer"
local changes = require "whatsapp.sandbox.server.changes"
local chats = require "whatsapp.sandbox.server.chats"
local errors = require "whatsapp.sandbox.server.errors"
local events = require "whatsapp.sandbox.server.events"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local state = require "whatsapp.sandbox.server.state"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local STATUSES = { SENT = true, DELIVERED = true, READ = true, FAILED = true, DELETED = true }

local MOST = 10000 -- whose history is kept

local by_wamid = {}

-- Reckoning -------------------------------------------------------------------------

local HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

-- The window was closed: Graph accepts a message all the same, and fails it then.
local CLOSED = 131047

local function failure(code)
  local row = errors[code] or errors.other
  return { code = code, title = row.message, message = row.message, href = HREF,
           error_data = row.details and { details = row.details } }
end

-- What the clock makes of a message, in order; `code`: with which it fails.
local function by_clock(message)
  local settings, steps = state.settings, { { status = "SENT", at = message.at } }
  local delivered, read = settings.delivered_seconds, settings.read_seconds
  if message.is_late then
    steps[1] = { status = "FAILED", at = message.at, code = CLOSED }
  elseif message.code then
    steps[2] = { status = "FAILED", at = message.at + (delivered or 0), code = message.code }
  elseif delivered then
    steps[2] = { status = "DELIVERED", at = message.at + delivered }
    steps[3] = read and { status = "READ", at = message.at + delivered + read, by_clock = true } or nil
  end
  return steps
end

local BEFORE = { DELIVERED = { "SENT" }, READ = { "SENT", "DELIVERED" }, FAILED = { "SENT" },
                 DELETED = { "SENT" }, SENT = {} }

-- What it is told to be, and was before.
local function by_order(status, code)
  local steps, now = {}, state.now()
  for i, earlier in ipairs(BEFORE[status]) do steps[i] = { status = earlier, at = now } end
  steps[#steps + 1] = { status = status, at = now, code = code }
  return steps
end

-- The webhook, if there is one, is told of a step.
local function announce(message, step)
  if not webhooks.wanted() then return false end
  local status, failed = step.status:lower(), step.code and failure(step.code)
  return webhooks.send(message.phone, message.to, "messages", { statuses = { {
    id = message.message_id, status = status, timestamp = ("%d"):format(step.at),
    recipient_id = message.to, biz_opaque_callback_data = message.callback_data,
    errors = failed and { failed } or nil,
  } } })
end

local function take(message, step)
  step.taken = true
  changes.note("node", message)
  if announce(message, step) or events.watched() then message.told[step.status] = step end
  chats.set_status(message.message_id, step.status:lower(), step.code and failure(step.code))
end

local follow_clock

-- A step by the clock is due. With a page open, a message is read when it is looked at.
local function due(entry)
  local message, step = entry.message, entry.steps[entry.next]
  if message.steps ~= entry.steps or step.taken then return end
  if step.by_clock and events.watched() then
    message.steps[3] = nil
  else
    take(message, step)
  end
  follow_clock(entry)
end

-- Takes the steps that are due, and the next one when it is.
function follow_clock(entry)
  local steps, step = entry.steps
  repeat
    entry.next = entry.next + 1
    step = steps[entry.next]
  until not (step and step.taken)
  if not step then return end
  if step.at <= state.now() then return due(entry) end
  agenda.at(step.at, due, entry)
end

local function schedule(message)
  follow_clock { message = message, steps = message.steps, next = 0 }
end

--- Goes on with the messages that were there before the sandbox started.
function M.resume()
  for _, message in ipairs(state.all "message") do
    by_wamid[message.message_id] = message
    schedule(message)
  end
end

--- Remembers a message, and has the clock make of it what becomes of it.
---@param message { message_id: string, phone: table, to: string, code?: integer, is_late?: boolean,
---  callback_data?: string }
---  `code`: of the error with which it will fail; `is_late`: the 24-hour window was closed
function M.add(message)
  message.at, message.told = state.now(), {}
  by_wamid[message.message_id] = state.add("message", message)
  message.steps = by_clock(message)
  schedule(message)
  for _, old in ipairs(state.limit("message", MOST)) do by_wamid[old.message_id] = nil end
end

local SEQUENCE = { "SENT", "DELIVERED", "READ", "FAILED", "DELETED" }

-- What has happened to a message, by status. What was told once stays: a message
-- that was read is never only delivered again.
local function happened(message)
  for _, step in ipairs(message.steps) do
    if step.taken then message.told[step.status] = message.told[step.status] or step end
  end
  return message.told
end

-- The events of a message up to now, oldest first.
local function events_of(message)
  local told, list = happened(message), {}
  for _, status in ipairs(SEQUENCE) do
    local step = told[status]
    if step then
      local timestamp, i = math.floor(step.at), #list + 1
      list[i] = {
        id = message.id .. i, serial = i, delivery_status = step.status,
        error_description = step.code and ("(#%d) %s"):format(step.code, failure(step.code).title),
        timestamp = timestamp, occurrence_timestamp = timestamp, status_timestamp = timestamp,
        application = { id = state.settings.app_id },
        webhook_update_state = "PENDING",
      }
    end
  end
  return list
end

-- Orders ----------------------------------------------------------------------------

local RANKS = { SENT = 1, DELIVERED = 2, FAILED = 2, READ = 3, DELETED = 4 }

-- Whether one state can become another: what has failed, or was deleted, has ended.
local function may_become(earlier, later)
  if earlier == later then return true end
  return earlier ~= "FAILED" and RANKS[later] > RANKS[earlier]
end

-- Follows an order: what was not told to anybody yet gives way to it.
local function follow(message, status, code)
  message.order, message.steps = status, by_order(status, code)
  changes.note("node", message)
  for _, step in ipairs(message.steps) do
    if not message.told[step.status] then take(message, step) end
  end
end

--- Decides what has become of a message, whatever the clock makes of it.
---@param wamid string
---@param status string  in lower case
---@param code? integer  of a failure
function M.set_status(wamid, status, code)
  local message, wanted = by_wamid[wamid], tostring(status):upper()
  if not message then answer.invalid("id", "is no message that was sent here") end
  if not STATUSES[wanted] then
    answer.invalid("status", "must be one of sent, delivered, read, failed, deleted")
  end
  if message.order and not may_become(message.order, wanted) then
    answer.invalid("status", ("the message is %s already: states only move forward"):format(message.order:lower()))
  end
  follow(message, wanted, wanted == "FAILED" and (tonumber(code) or 131026) or nil)
end

--- A customer looks at the chat with the business, or with one number of it: what was
--- delivered is read.
---@param customer string
---@param phone_number_id? string
function M.look(customer, phone_number_id)
  local wamids = chats.unread(customer, phone_number_id)
  if not wamids then answer.invalid("customer", "is none that is known") end
  for _, wamid in ipairs(wamids) do follow(by_wamid[wamid], "READ") end
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
