--- `wa.messages`: messages, and what became of those that were sent, without a webhook.

local Error = require "whatsapp.error"
local fields = require "whatsapp.api.fields"
local json = require "whatsapp.json"
local poll = require "whatsapp.poll"
local schema = require "whatsapp.schema"
local send = require "whatsapp.send"

---@class whatsapp.MessageEvent
---@field id string
---@field delivery_status "SENT"|"DELIVERED"|"READ"|"FAILED"|"DELETED"
---@field timestamp integer seconds since 1970
---@field webhook_update_state? "PENDING"|"DELIVERED"|"FAILED"|"RETRYING" of the webhook that tells it
---@field error_description? string why the message failed, or its webhook

---@class whatsapp.MessageHistory
---@field id string of this entry: what `events` takes
---@field message_id string the wamid
---@field events? { data: whatsapp.MessageEvent[] }

local rows = {
  encrypted = { "POST", "{phone_number_id}/messages_encrypted", operation = "sendEncryptedMessage",
    does = "Sends a message that is encrypted already, as a JWE.", json = true, short = "encrypted_contents",
    always = { messaging_product = "whatsapp" }, closed = true, returns = "encrypted_contents",
    fields = { encrypted_contents = fields.required(fields.string) } },
  history = { "GET", "{phone_number_id}/message_history", operation = "getMessageHistory",
    does = "What became of one message, or of all of the number.", short = "message_id", page = "data",
    query = { fields = "id,message_id,events{id,delivery_status,timestamp,webhook_update_state,"
      .. "application,webhook_uri,error_description}" },
    fields = { message_id = { type = "wamid" } }, closed = true },
  events = { "GET", "{id}/events", operation = "getMessageHistoryEvents",
    does = "The events of an entry of the history.", query = true, page = "data", item = "node", closed = true,
    fields = { status_filter = fields.one_of "SENT DELIVERED READ FAILED DELETED" } },
}

--- The same as `wa:send`.
---@param message whatsapp.Message
---@param options? whatsapp.CallOptions
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function rows.send(self, message, options)
  return self.client:send(message, options)
end

--- The same as `wa:mark_read`.
---@param message_id string
---@param options? table `typing`, and per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.mark_read(self, message_id, options)
  return self.client:mark_read(message_id, options)
end

--- Sends a template as a marketing message that Meta optimises: the message as
--- for `wa:send`, and `product_policy` ("CLOUD_API_FALLBACK", "STRICT") and
--- `message_activity_sharing` (true, false).
---@param message whatsapp.Message
---@param options? table per-call options
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function rows.marketing(self, message, options)
  return send.marketing(self.client, message, options)
end

rows.send = { "POST", "{phone_number_id}/messages", operation = "sendMessage", call = rows.send }
rows.mark_read = { "POST", "{phone_number_id}/messages", operation = "sendMessage", call = rows.mark_read }
rows.marketing = { "POST", "{phone_number_id}/marketing_messages", operation = "sendMarketingMessage",
  call = rows.marketing, fields = send.MARKETING }

-- Waiting ----------------------------------------------------------------------------

-- The states that can be waited for, and how far each is. PLAYED is Graph's for
-- voice messages, in webhooks at least.
local STATES = { sent = 1, delivered = 2, read = 3 }
local RANKS = { SENT = 1, DELIVERED = 2, READ = 3, PLAYED = 4 }

local state_spec = { type = "string", one_of = STATES }

local FIRST, LONGEST, TIMEOUT = 0.5, 5, 60

-- What the events come to, in whatever order they stand: the furthest state that
-- was seen so far, and the event that ended it.
local function summary(page, furthest)
  local ended
  for _, entry in ipairs(json.tables(page.data)) do
    for _, event in ipairs(json.tables(type(entry.events) == "table" and entry.events.data)) do
      local rank = RANKS[event.delivery_status]
      if rank and rank > (furthest and RANKS[furthest.delivery_status] or 0) then furthest = event end
      if event.delivery_status == "FAILED" or event.delivery_status == "DELETED" then ended = event end
    end
  end
  return furthest, ended
end

-- The error code in a description such as "(#131026) Message undeliverable".
local function code_in(text)
  for digits in text:gmatch "%d+" do
    if #digits >= 5 and Error.explain(digits) then return tonumber(digits) end
  end
  return tonumber(text:match "^%s*%(#(%d+)%)")
end

local function ended_by(event)
  if event.delivery_status == "DELETED" then
    return nil, Error.new { kind = "graph", outcome = "rejected", state = "deleted", raw = event,
      message = "the message was deleted" }
  end
  local text = type(event.error_description) == "string" and event.error_description or nil
  local code = text and code_in(text)
  local known = code and Error.explain(code) or {}
  return nil, Error.new { kind = known.kind or "graph", code = code, title = known.title,
    message = "the message was not delivered", details = text, outcome = "rejected",
    retry = known.retry, hint = known.hint, url = known.url, state = "failed", raw = event }
end

local function state_of(event)
  return event and event.delivery_status:lower() or nil
end

-- What the state comes to: a delivery, nil while the wish is open, or nil, err.
-- A device that has the message cannot lose it again, so an end counts only
-- before that.
local function verdict(wanted, furthest, ended)
  local rank = furthest and RANKS[furthest.delivery_status] or 0
  if rank >= STATES[wanted] and not (ended and rank < STATES.delivered) then
    return { status = state_of(furthest), timestamp = tonumber(furthest.timestamp) }
  end
  if ended then return ended_by(ended) end
end

local function too_late(wanted, event, seconds, last_err)
  return nil, Error.new { kind = "timeout", outcome = "unknown", retry = "auto", retryable = true,
    message = ("the message is not %s after %g s: %s"):format(wanted, seconds,
      event and "it is " .. state_of(event) or "nothing is known of it yet"),
    details = last_err and "asking failed at last: " .. last_err.message or nil,
    hint = "it may still arrive: wait again, do not send again", state = state_of(event), raw = event }
end

---@class whatsapp.Delivery
---@field status "sent"|"delivered"|"read"|"played" the furthest state, at least the one asked for
---@field timestamp integer when it was reached, in seconds since 1970

--- Waits until a message has reached a state, by asking for its history: at first
--- after half a second, later every 5 seconds. What may pass by itself (a lost
--- connection, a rate limit) is waited out too.
---@param wamid string
---@param state? "sent"|"delivered"|"read" "delivered"; may be left out before the options
---@param options? table `timeout` (60 seconds in all) and other per-call options
---@return whatsapp.Delivery|nil
---@return whatsapp.Error? err for a message that failed: what its code means, `code` if Graph
--- names one; `timeout` when it is still on its way, `state` being the last one seen
function rows.wait(self, wamid, state, options)
  local id, wanted, err
  state, options = poll.arguments(state, options)
  id, err = schema.check(wamid, { type = "wamid" }, "message_id")
  if not id then return nil, err end
  wanted, err = schema.check(state == nil and "delivered" or state, state_spec, "state")
  if not wanted then return nil, err end
  local seconds, rest = poll.options(options, TIMEOUT)
  if not seconds then return nil, rest end
  local furthest, last_err
  local times = { timeout = seconds, first = FIRST, longest = LONGEST }
  local found, why = poll.run(self.client:loop(), times, function(left)
    local page, ended
    rest.deadline = left
    page, last_err = self:history(id, rest)
    if not page then return nil, not last_err.retryable and last_err or nil end
    furthest, ended = summary(page, furthest)
    return verdict(wanted, furthest, ended)
  end)
  if found or why then return found, why end
  return too_late(wanted, furthest, seconds, last_err)
end

return rows
