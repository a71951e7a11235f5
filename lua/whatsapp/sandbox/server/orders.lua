--- What a sandbox is told while it runs, by its page (`/api/…`) and by its Lua object
--- (`/orders/v…/…`): one handler for both, by "METHOD place"; `{}` is an id.

local agenda = require "whatsapp.sandbox.server.agenda"
local answer = require "whatsapp.sandbox.server.answer"
local calls = require "whatsapp.sandbox.server.calls"
local chats = require "whatsapp.sandbox.server.chats"
local customers = require "whatsapp.sandbox.server.customers"
local events = require "whatsapp.sandbox.server.events"
local exchanges = require "whatsapp.sandbox.server.exchanges"
local faults = require "whatsapp.sandbox.server.faults"
local flow_sessions = require "whatsapp.sandbox.server.flow_sessions"
local media = require "whatsapp.sandbox.server.media"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local overview = require "whatsapp.sandbox.server.overview"
local state = require "whatsapp.sandbox.server.state"
local storage = require "whatsapp.sandbox.server.storage"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local DONE = { success = true }

local function text(body, field)
  local value = body[field]
  if type(value) == "number" then value = ("%.0f"):format(value) end
  if type(value) ~= "string" or value == "" then answer.invalid(field, "must be a text") end
  return value
end

local function unknown(what)
  return { status = 404, json = { error = { message = "there is no such " .. what } } }
end

local M, orders = {}, {}

-- What there is, and what happens ------------------------------------------------------

orders["GET state"] = function() return answer.ok(overview.all()) end

orders["GET events"] = function(req)
  local since = req.headers["last-event-id"] or req.query.since
  local response = events.stream(since and tonumber(since) or nil)
  agenda.run() -- from now on in time
  return response
end

-- What customers do --------------------------------------------------------------------

orders["POST receive"] = function(req) return answer.ok { id = customers.write(req:json()) } end

orders["POST react"] = function(req)
  local body = req:json()
  local id, emoji = text(body, "message_id"), body.emoji ~= "" and body.emoji or nil
  local message = chats.message(id)
  return answer.ok { id = customers.write { from = body.from, type = "reaction",
    phone_number_id = body.phone_number_id or message and message.phone_number_id, group_id = body.group_id,
    reaction = { message_id = id, emoji = emoji } } }
end

orders["POST look"] = function(req)
  local body = req:json()
  message_history.look(text(body, "customer"), body.phone_number_id and text(body, "phone_number_id"))
  return answer.ok(DONE)
end

orders["POST customers"] = function(req)
  return answer.ok { id = customers.add(req:json()) }
end

orders["POST calls"] = function(req) return answer.ok { id = customers.call(req:json()) } end

orders["POST calls/{}"] = function(req, id)
  local call = state.nodes[id]
  if not call or call.kind ~= "call" then return unknown "call" end
  calls.answer(call, text(req:json(), "action"))
  return answer.ok(DONE)
end

orders["POST flows/open"] = function(req)
  return answer.ok(flow_sessions.open(text(req:json(), "message_id")))
end

orders["POST flows/step"] = function(req)
  local body = req:json()
  text(body, "session")
  return answer.ok(flow_sessions.step(body))
end

-- What becomes of messages -------------------------------------------------------------

orders["POST statuses"] = function(req)
  local body = req:json()
  message_history.set_status(text(body, "id"), text(body, "status"), body.code)
  return answer.ok(DONE)
end

-- What the webhook is told again, and what reviewers and the clock do ---------------------

orders["POST exchanges/{}/redeliver"] = function(_, serial)
  local exchange = exchanges.get(tonumber(serial))
  if not exchange then return unknown "exchange" end
  if exchange.service ~= "webhook" then answer.invalid("serial", "is no webhook's") end
  webhooks.redeliver(exchange)
  return answer.ok(DONE)
end

orders["POST templates/{}/review"] = function(req, id)
  local template, body = state.nodes[id], req:json()
  if not template or template.kind ~= "template" then return unknown "template" end
  message_templates.review(template, text(body, "status"), body.reason)
  return answer.ok(DONE)
end

-- Ten years at once are enough.
orders["POST clock"] = function(req)
  local seconds = req:json().advance
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds <= 10 * 366 * 86400) then
    answer.invalid("advance", "must be a number of seconds, at most ten years")
  end
  state.offset = state.offset + seconds
  local clock = { now = state.now(), offset = state.offset }
  events.publish("clock", clock)
  agenda.run()
  return answer.ok(clock)
end

-- Faults -------------------------------------------------------------------------------

orders["GET faults"] = function() return answer.ok { data = faults.all() } end

orders["POST faults"] = function(req) return answer.ok { id = faults.add(req:json()).id } end

orders["DELETE faults"] = function()
  webhooks.let_go(faults.remove())
  return answer.ok(DONE)
end

orders["DELETE faults/{}"] = function(_, id)
  local removed = faults.remove(id)
  if not removed[1] then return unknown "fault" end
  webhooks.let_go(removed)
  return answer.ok(DONE)
end

-- What is kept beyond the end is written at once.
orders["POST save"] = function()
  storage.save(true)
  return answer.ok(DONE)
end

-- Media --------------------------------------------------------------------------------

orders["POST media"] = function(req)
  local phone = state.nodes[state.settings.phone_number_id]
  local name = req.headers["x-filename"]
  local node = media.keep(phone, {
    content_type = req.headers["content-type"], filename = name and ngx.unescape_uri(name),
    size = tonumber(req.headers["content-length"]) or 0,
    chunks = function() return req:chunks(64 * 1024) end,
  }, true)
  return answer.ok { id = node.id, cdn_url = media.picked_url(node) }
end

orders["GET media/{}"] = function(req, id)
  local node = state.nodes[id]
  if node and node.kind == "media" then return media.file_answer(req, node) end
  return unknown "media"
end

--- The handler of an order, and the id in its path.
---@param method string
---@param place string  e.g. "media/123"
---@return (fun(req: table, id?: string): table)|nil handler
---@return string? id
function M.find(method, place)
  local exact = orders[method .. " " .. place]
  if exact then return exact end
  local before, id, behind = place:match "^(%l+)/([^/]+)(.*)$"
  return before and orders[("%s %s/{}%s"):format(method, before, behind)], id
end

return M
