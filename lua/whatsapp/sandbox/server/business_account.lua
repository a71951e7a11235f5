--- The WhatsApp Business Account itself.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"

local M = {}

local choose = fields.of {
  name = "WhatsAppBusinessAccount", always = "id",
  default = { "id", "name", "timezone_id", "message_template_namespace" },
  more = { "currency", "country", "account_review_status", "business_verification_status",
           "ownership_type", "primary_business_location" },
}

--- GET /{business_account_id}
function M.get(req, account)
  return answer.ok(choose(req)(account))
end

return M
