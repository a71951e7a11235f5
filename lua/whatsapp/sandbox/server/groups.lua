--- Group chats of a phone number. Graph makes them in the background; here they are
--- there at once.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local chats = require "whatsapp.sandbox.server.chats"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local choose = fields.of { name = "WhatsAppGroup", always = "id",
  default = { "id", "messaging_product", "subject", "creation_timestamp", "suspended", "total_participant_count",
              "join_approval_mode" },
  more = { "description", "participants" } }

-- What Graph does in the background, it tells the webhook; `request_id` is of the request.
local function requested(group, field, kind, more)
  local request_id = identity.hex(16):upper()
  local event = { timestamp = tostring(state.time()), group_id = group.id, type = kind, request_id = request_id }
  for name, value in pairs(more or {}) do event[name] = value end
  webhooks.send(group.phone, group.id, field, { groups = { event } })
  return answer.ok { messaging_product = "whatsapp", request_id = request_id }
end

local function new_link()
  return "https://chat.whatsapp.com/" .. identity.hex(11)
end

--- POST /{phone_number_id}/groups
function M.create(req, phone)
  local body = params.whatsapp(req)
  local mode = body.join_approval_mode or "auto_approve"
  local group = state.add("group", { phone = phone, messaging_product = "whatsapp", suspended = false,
    invite_link = new_link(), subject = params.text(body, "subject", { max = 128 }), description = body.description,
    join_approval_mode = params.one_of(mode, "join_approval_mode", { "approval_required", "auto_approve" }),
    creation_timestamp = state.time(), participants = json.array {}, total_participant_count = 0 })
  return requested(group, "group_lifecycle_update", "group_create",
    { subject = group.subject, description = group.description })
end

--- GET /{phone_number_id}/groups
function M.list(req, phone)
  local response = paging.answer(req, state.of_phone("group", phone), function(group)
    return { id = group.id, subject = group.subject, created_at = tostring(group.creation_timestamp) }
  end)
  response.json.data = { groups = response.json.data }
  return response
end

--- GET /{group_id}
function M.get(req, group)
  return answer.ok(choose(req)(group))
end

--- POST /{group_id}: subject and description, or in a form a picture
function M.update(req, group)
  if req:content_type() == "multipart/form-data" then
    req:multipart()
    return requested(group, "group_settings_update", "group_settings_update")
  end
  local body = params.whatsapp(req)
  if body.subject ~= nil then group.subject = params.text(body, "subject", { max = 128 }) end
  if body.description ~= nil then group.description = body.description end
  return requested(group, "group_settings_update", "group_settings_update")
end

--- DELETE /{group_id}
function M.delete(_, group)
  state.remove(group)
  return answer.ok { success = true }
end

--- POST /{group_id}/invite_link
function M.create_invite_link(req, group)
  params.whatsapp(req)
  group.invite_link = new_link()
  return answer.ok { messaging_product = "whatsapp", invite_link = group.invite_link }
end

--- DELETE /{group_id}/invite_link
function M.delete_invite_link(req, group)
  params.whatsapp(req)
  group.invite_link = nil
  return answer.ok { messaging_product = "whatsapp", success = "true" }
end

-- Participants -------------------------------------------------------------------------

local function users_of(req)
  return params.users(req, "participants", "an array of 1 to 8", 8)
end

local function without(participants, users)
  local gone, kept = {}, json.array {}
  for _, user in ipairs(users) do gone[user.wa_id] = true end
  for _, one in ipairs(participants) do
    if not gone[one.wa_id] then kept[#kept + 1] = one end
  end
  return kept
end

local function set_participants(group, participants)
  group.participants, group.total_participant_count = participants, #participants
  chats.regroup(group)
end

--- Whoever writes in a group is in it.
---@param group table
---@param wa_id string
function M.join(group, wa_id)
  for _, one in ipairs(group.participants) do
    if one.wa_id == wa_id then return end
  end
  group.participants[#group.participants + 1] = { wa_id = wa_id }
  set_participants(group, group.participants)
end

--- POST /{group_id}/participants
function M.add_participants(req, group)
  local users = users_of(req)
  local participants = without(group.participants, users)
  for _, user in ipairs(users) do participants[#participants + 1] = { wa_id = user.wa_id } end
  set_participants(group, participants)
  return requested(group, "group_participants_update", "group_add_participants", { added_participants = users })
end

--- DELETE /{group_id}/participants
function M.remove_participants(req, group)
  local users = users_of(req)
  set_participants(group, without(group.participants, users))
  return requested(group, "group_participants_update", "group_remove_participants", { removed_participants = users })
end

-- Nobody asks to join by himself here.

--- GET /{group_id}/join_requests
function M.join_requests(req)
  return paging.answer(req, {}, function(one) return one end)
end

local function refuse_all(req, name)
  local list = params.given(params.whatsapp(req), "join_requests")
  if type(list) ~= "table" then params.refuse("join_requests", "an array") end
  local failed = json.array {}
  for i, id in ipairs(list) do
    failed[i] = { join_request_id = tostring(id), errors = { { code = 131009, title = "Parameter value is not valid",
      message = "Parameter value is not valid", error_data = { details = "there is no such request" } } } }
  end
  return answer.ok { messaging_product = "whatsapp", [name] = json.array {}, failed_join_requests = failed }
end

--- POST /{group_id}/join_requests
function M.approve(req) return refuse_all(req, "approved_join_requests") end

--- DELETE /{group_id}/join_requests
function M.reject(req) return refuse_all(req, "rejected_join_requests") end

return M
