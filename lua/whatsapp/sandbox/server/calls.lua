--- Calls: who permitted them, and how they go. Nothing is heard: what counts is what is
--- asked and answered.

local answer = require "whatsapp.sandbox.server.answer"
local changes = require "whatsapp.sandbox.server.changes"
local identity = require "whatsapp.sandbox.identity"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local DONE = { success = true }
local DAY = 24 * 60 * 60
local MOST_CALLS, PERMITTED = 100, 7 * DAY

-- Permissions ------------------------------------------------------------------------

local function permission_of(phone, wa_id)
  return state.of_phone("call_permission", phone, "wa_id", wa_id)[1]
    or state.add("call_permission", { phone = phone, wa_id = wa_id, status = "denied" })
end

--- Notes that the business asks a user for the permission.
---@param phone table
---@param wa_id string
function M.asked(phone, wa_id)
  local permission = permission_of(phone, wa_id)
  if permission.status ~= "granted" then permission.status = "pending" end
  changes.note("node", permission)
end

--- Notes what the user says to that, and completes it.
---@param phone table
---@param wa_id string
---@param reply table  `call_permission_reply` of the message
function M.replied(phone, wa_id, reply)
  local permission = permission_of(phone, wa_id)
  permission.status = reply.response == "accept" and "granted" or "denied"
  reply.expiration_timestamp = reply.expiration_timestamp or reply.response == "accept" and state.time() + PERMITTED
    or nil
  permission.expires = tonumber(reply.expiration_timestamp)
  reply.response_source = reply.response_source or "user_action"
end

local function status_of(permission)
  local expired = permission.status == "granted" and permission.expires and permission.expires <= state.now()
  return expired and "expired" or permission.status
end

local function calls_today(phone, wa_id)
  local count = 0
  for _, call in ipairs(state.of_phone("call", phone, "to", wa_id)) do
    if call.at > state.now() - DAY then count = count + 1 end
  end
  return count
end

--- GET /{phone_number_id}/call_permissions?user_wa_id=
function M.permissions(req, phone)
  local wa_id = params.given(req.query, "user_wa_id")
  local permission = permission_of(phone, wa_id)
  local status, used = status_of(permission), calls_today(phone, wa_id)
  local granted = status == "granted"
  return answer.ok {
    messaging_product = "whatsapp",
    permission = { status = status, expiration_time = granted and permission.expires or nil },
    actions = {
      { action_name = "start_call", can_perform_action = granted and used < MOST_CALLS,
        limits = granted and { { time_period = "24h", current_usage = used, max_allowed = MOST_CALLS } } or nil },
      { action_name = "send_call_permission_request", can_perform_action = not granted },
    },
  }
end

-- Calls ------------------------------------------------------------------------------

local function session_of(body, kind)
  local session = params.given(body, "session")
  if type(session) ~= "table" or session.sdp_type ~= kind or type(session.sdp) ~= "string" then
    params.refuse("session", ("an object with sdp_type %s and sdp"):format(kind))
  end
end

local function call_of(body, phone)
  local call = state.nodes[tostring(params.given(body, "call_id"))]
  if call and call.kind == "call" and call.phone == phone then return call end
  params.refuse("call_id", "the id of a call of this number")
end

local actions = {}

function actions.connect(body, phone)
  local to = tostring(params.given(body, "to")):gsub("%D", "")
  session_of(body, "offer")
  if status_of(permission_of(phone, to)) ~= "granted" then answer.refuse { code = 138006 } end
  if calls_today(phone, to) >= MOST_CALLS then answer.refuse { code = 138012 } end
  local call = state.add("call", { id = "wacid." .. identity.hex(16), phone = phone, to = to, at = state.now(),
                                   callback_data = body.biz_opaque_callback_data })
  webhooks.send(phone, to, "calls", { statuses = { { id = call.id, type = "call", status = "RINGING",
    timestamp = tostring(state.time()), recipient_id = to, biz_opaque_callback_data = call.callback_data } } })
  return { messaging_product = "whatsapp", calls = { { id = call.id } } }
end

function actions.terminate(body, phone)
  local call = call_of(body, phone)
  if call.ended then return DONE end
  call.ended = true
  webhooks.send(phone, call.to, "calls", { calls = { { id = call.id, to = call.to,
    from = phone.display_phone_number:gsub("%D", ""), event = "terminate", direction = "BUSINESS_INITIATED",
    timestamp = tostring(state.time()), status = "COMPLETED", biz_opaque_callback_data = call.callback_data } } })
  return DONE
end

local function answered(body, phone)
  call_of(body, phone)
  session_of(body, "answer")
  return DONE
end

actions.pre_accept, actions.accept = answered, answered

function actions.reject(body, phone)
  call_of(body, phone)
  return DONE
end

--- POST /{phone_number_id}/calls
function M.post(req, phone)
  local body = params.whatsapp(req)
  local act = actions[params.given(body, "action")]
    or params.refuse("action", "one of {CONNECT, PRE_ACCEPT, ACCEPT, REJECT, TERMINATE}")
  return answer.ok(act(body, phone))
end

return M
