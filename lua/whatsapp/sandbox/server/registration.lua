--- The life of a phone number: its code, its PIN, its registration. The code that is
--- sent is always 123456.

local answer = require "whatsapp.sandbox.server.answer"
local params = require "whatsapp.sandbox.server.params"

local M = {}

local CODE = "123456"

local six_digits = { pattern = "^%d%d%d%d%d%d$", says = "six digits" }

-- What can be changed of a number, and shown again.
local CHANGED = { "search_visibility", "webhook_configuration", "username" }

--- POST /{phone_number_id}
function M.update(req, phone)
  local body = req:json()
  if body.pin ~= nil then
    phone.pin = params.text(body, "pin", six_digits)
    phone.is_pin_enabled = true
  end
  for _, name in ipairs(CHANGED) do
    if body[name] ~= nil then phone[name] = body[name] end
  end
  return answer.ok { success = true }
end

--- POST /{phone_number_id}/request_code
function M.request_code(req, phone)
  local body = req:json()
  params.one_of(params.given(body, "code_method"), "code_method", { "SMS", "VOICE" })
  params.text(body, "language", {})
  phone.code_verification_status = "NOT_VERIFIED"
  return answer.ok { success = true }
end

--- POST /{phone_number_id}/verify_code
function M.verify_code(req, phone)
  if params.text(req:json(), "code", six_digits) ~= CODE then
    answer.refuse { code = 100, message = "Verify code error", details = "the code of the sandbox is " .. CODE }
  end
  phone.code_verification_status = "VERIFIED"
  return answer.ok { success = true, id = phone.id }
end

--- POST /{phone_number_id}/register
function M.register(req, phone)
  local pin = params.text(params.whatsapp(req), "pin", six_digits)
  if phone.code_verification_status ~= "VERIFIED" then answer.refuse { code = 133006 } end
  if phone.pin and phone.pin ~= pin then answer.refuse { code = 133005 } end
  phone.pin, phone.is_pin_enabled, phone.status = pin, true, "CONNECTED"
  return answer.ok { success = true }
end

--- POST /{phone_number_id}/deregister
function M.deregister(_, phone)
  if phone.status == "DISCONNECTED" then answer.refuse { code = 133010 } end
  phone.status = "DISCONNECTED"
  return answer.ok { success = true }
end

return M
