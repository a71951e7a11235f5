--- Calls: who permitted them, and how they go. Nothing is heard: what counts is what is
--- asked and answered.

local answer = require "whatsapp.sandbox.server.answer"
local changes = require "whatsapp.sandbox.server.changes"
local chats = require "whatsapp.sandbox.server.chats"
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
  for _, call in ipairs(state.of_phone("call", phone, "wa_id", wa_id)) do
    if call.by == "business" and call.at > state.now() - DAY then count = count + 1 end
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

local DIRECTION = { business = "BUSINESS_INITIATED", customer = "USER_INITIATED" }
local SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" -- nothing is heard

-- What happens to a call, as the webhook has it.
local function tell(call, event)
  local business = call.phone.display_phone_number:gsub("%D", "")
  local of_business = call.by == "business"
  event.id, event.direction, event.timestamp = call.id, DIRECTION[call.by], tostring(state.time())
  event.from, event.to = of_business and business or call.wa_id, of_business and call.wa_id or business
  event.biz_opaque_callback_data = call.callback_data
  webhooks.send(call.phone, call.wa_id, "calls", { calls = { event } })
end

local function tell_status(call, status)
  webhooks.send(call.phone, call.wa_id, "calls", { statuses = { { id = call.id, type = "call", status = status,
    timestamp = tostring(state.time()), recipient_id = call.wa_id, biz_opaque_callback_data = call.callback_data } } })
end

local function begin(call)
  call.id, call.state, call.at = "wacid." .. identity.hex(16), "ringing", state.now()
  state.add("call", call)
  chats.show_call(call)
  return call
end

-- What becomes of a call by what is done to it.
local NEXT = {
  caller = { ringing = { terminate = "ended" }, accepted = { terminate = "ended" } },
  called = { ringing = { accept = "accepted", reject = "rejected", terminate = "ended" },
             accepted = { terminate = "ended" } },
}

local function next_state(call, who, action)
  local of_state = NEXT[call.by == who and "caller" or "called"][call.state]
  return of_state and of_state[action]
end

local function move(call, to)
  call.state = to
  if to == "accepted" then
    call.started = state.time()
  else
    call.duration = call.started and state.time() - call.started
    tell(call, { event = "terminate", status = call.started and "COMPLETED" or "FAILED", duration = call.duration,
                 start_time = call.started and tostring(call.started),
                 end_time = call.started and tostring(state.time()) })
  end
  chats.show_call(call)
end

-- The customer's side ----------------------------------------------------------------------

--- A customer calls the business.
---@param phone table
---@param wa_id string
---@param cta_payload? string  of the button that was tapped
---@return string id
function M.ring(phone, wa_id, cta_payload)
  local call = begin { phone = phone, wa_id = wa_id, by = "customer" }
  tell(call, { event = "connect", session = { sdp_type = "offer", sdp = SDP }, cta_payload = cta_payload })
  return call.id
end

--- A customer takes a call, refuses or ends it.
---@param call table
---@param action string  accept, reject or terminate
function M.answer(call, action)
  local to = next_state(call, "customer", action)
  if not to then answer.invalid("action", "cannot be done to this call: it is " .. call.state) end
  if to ~= "ended" then tell_status(call, to:upper()) end
  move(call, to)
end

-- The business's ---------------------------------------------------------------------------

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
  local call = begin { phone = phone, wa_id = to, by = "business", callback_data = body.biz_opaque_callback_data }
  tell(call, { event = "connect", session = { sdp_type = "answer", sdp = SDP } })
  tell_status(call, "RINGING")
  return { messaging_product = "whatsapp", calls = { { id = call.id } } }
end

-- What cannot be done to a call does nothing to it.
local function act(body, phone)
  local call = call_of(body, phone)
  local to = next_state(call, "business", body.action)
  if to then move(call, to) end
  return DONE
end

function actions.accept(body, phone)
  session_of(body, "answer")
  return act(body, phone)
end

actions.pre_accept, actions.reject, actions.terminate = actions.accept, act, act

--- POST /{phone_number_id}/calls
function M.post(req, phone)
  local body = params.whatsapp(req)
  local does = actions[params.given(body, "action")]
    or params.refuse("action", "one of {CONNECT, PRE_ACCEPT, ACCEPT, REJECT, TERMINATE}")
  return answer.ok(does(body, phone))
end

return M
