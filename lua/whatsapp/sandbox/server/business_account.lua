--- The WhatsApp Business Account itself.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local params = require "whatsapp.sandbox.server.params"

local M = {}

local choose = fields.of {
  name = "WhatsAppBusinessAccount", always = "id",
  default = { "id", "name", "timezone_id", "message_template_namespace" },
  more = { "currency", "country", "account_review_status", "business_verification_status",
           "ownership_type", "primary_business_location", "owner_business_info" },
}

--- What is asked of an account, or of some.
M.choose = choose

--- GET /{business_account_id}
function M.get(req, account)
  return answer.ok(choose(req)(account))
end

--- POST /{business_account_id}
function M.update(req, account)
  local body = req:json()
  for _, name in ipairs { "name", "timezone_id" } do
    if body[name] ~= nil then account[name] = params.text(body, name, { max = 100 }) end
  end
  return answer.ok { success = true }
end

return M
