--- Usernames of phone numbers.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local FORM = { pattern = "^[%w._]+$", says = "3 to 35 letters, digits, periods and underscores" }

--- GET /{phone_number_id}/username
function M.get(_, phone)
  return answer.ok { username = phone.username, status = phone.username and "approved" or nil }
end

--- POST /{phone_number_id}/username
function M.set(req, phone)
  local body = req:json()
  local username = params.text(body, "username", FORM):lower()
  if #username < 3 or #username > 35 then params.refuse("username", FORM.says) end
  for _, other in ipairs(state.all "phone_number") do
    if other ~= phone and other.username == username then
      if body.transfer_action ~= "force_transfer" then answer.refuse { code = 147005 } end
      other.username = nil
    end
  end
  phone.username = username
  return answer.ok { status = "approved" }
end

--- DELETE /{phone_number_id}/username
function M.delete(_, phone)
  phone.username = nil
  return answer.ok { success = true }
end

--- GET /{phone_number_id}/username_suggestions
function M.suggestions(_, phone)
  local name = phone.verified_name:lower():gsub("%W+", "_")
  return answer.ok { data = { { username_suggestions = json.array { name, name .. "_official" } } } }
end

return M
