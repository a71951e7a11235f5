--- Who is blocked by a phone number. (Whether they wrote in the last 24 hours is not
-- looked at.)

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local function blocked(phone, wa_id)
  return state.of_phone("blocked_user", phone, "wa_id", wa_id)
end

--- Whether a number has blocked a user: neither of them reaches the other then.
---@param phone table
---@param user string  a phone number or a business-scoped user id
---@return boolean
function M.is_blocked(phone, user)
  return blocked(phone, user)[1] ~= nil
end

local function users_of(req)
  return params.users(req, "block_users", "a non-empty array")
end

local function answer_with(name, users)
  return answer.ok { messaging_product = "whatsapp", block_users = { [name] = json.array(users) } }
end

--- GET /{phone_number_id}/block_users
function M.list(req, phone)
  return paging.answer(req, blocked(phone), function(one)
    return { messaging_product = "whatsapp", wa_id = one.wa_id }
  end)
end

--- POST /{phone_number_id}/block_users
function M.block(req, phone)
  local users = users_of(req)
  for _, user in ipairs(users) do
    if not blocked(phone, user.wa_id)[1] then state.add("blocked_user", { phone = phone, wa_id = user.wa_id }) end
  end
  return answer_with("added_users", users)
end

--- DELETE /{phone_number_id}/block_users
function M.unblock(req, phone)
  local users = users_of(req)
  for _, user in ipairs(users) do
    for _, one in ipairs(blocked(phone, user.wa_id)) do state.remove(one) end
  end
  return answer_with("removed_users", users)
end

return M
