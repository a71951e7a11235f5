--- Group chats of a phone number. Graph makes them in the background; here they are
--- there at once.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local choose = fields.of { name = "WhatsAppGroup", always = "id",
  default = { "id", "messaging_product", "subject", "creation_timestamp", "suspended", "total_participant_count",
              "join_approval_mode" },
  more = { "description", "participants" } }

local function requested()
  return answer.ok { messaging_product = "whatsapp", request_id = identity.hex(12) }
end

local function new_link()
  return "https://chat.whatsapp.com/" .. identity.hex(11)
end

--- POST /{phone_number_id}/groups
function M.create(req, phone)
  local body = params.whatsapp(req)
  local mode = body.join_approval_mode or "auto_approve"
  state.add("group", { phone = phone, messaging_product = "whatsapp", suspended = false, invite_link = new_link(),
    subject = params.text(body, "subject", { max = 128 }), description = body.description,
    join_approval_mode = params.one_of(mode, "join_approval_mode", { "approval_required", "auto_approve" }),
    creation_timestamp = state.time(), participants = json.array {}, total_participant_count = 0 })
  return requested()
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
    return requested()
  end
  local body = params.whatsapp(req)
  if body.subject ~= nil then group.subject = params.text(body, "subject", { max = 128 }) end
  if body.description ~= nil then group.description = body.description end
  return requested()
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

return M
