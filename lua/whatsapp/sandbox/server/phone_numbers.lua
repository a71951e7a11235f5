--- The account's phone numbers.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local default = { "id", "display_phone_number", "verified_name", "quality_rating",
                  "code_verification_status", "platform_type", "throughput" }
local more = { "status", "name_status", "unified_cert_status", "account_mode", "host_platform",
               "messaging_limit_tier", "country_code", "country_dial_code", "username",
               "is_official_business_account", "is_pin_enabled", "search_visibility",
               "webhook_configuration", "conversational_automation" }

local choose = fields.of { name = "WhatsAppBusinessPhoneNumber", always = "id",
                           default = default, more = more }

local list_default = { "status" }
for _, name in ipairs(default) do list_default[#list_default + 1] = name end

local choose_for_list = fields.of { name = "WhatsAppBusinessPhoneNumber", always = "id",
                                    default = list_default, more = more }

--- GET /{business_account_id}/phone_numbers
function M.list(req)
  return paging.answer(req, state.all "phone_number", choose_for_list(req))
end

--- POST /{business_account_id}/phone_numbers: a number that is to be verified and registered
function M.create(req)
  local body = req:json()
  local number = params.text(body, "phone_number", { pattern = "^[1-9]%d%d%d%d%d%d+$", says = "a phone number" })
  if body.cc ~= nil then number = tostring(body.cc) .. number end
  local phone = state.add_phone_number { display_phone_number = "+" .. number, status = "DISCONNECTED",
    verified_name = params.text(body, "verified_name", { max = 75 }), code_verification_status = "NOT_VERIFIED" }
  return answer.ok { id = phone.id }
end

--- GET /{phone_number_id}
function M.get(req, phone)
  return answer.ok(choose(req)(phone))
end

return M
