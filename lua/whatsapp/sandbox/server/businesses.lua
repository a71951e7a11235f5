--- The business portfolio.

local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local business_account = require "whatsapp.sandbox.server.business_account"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local choose = fields.of { name = "Business", always = "id", default = { "id", "name" }, more = { "timezone_id" } }

--- GET /{business_id}
function M.get(req, business)
  return answer.ok(choose(req)(business))
end

--- GET /{business_id}/owned_whatsapp_business_accounts
function M.owned_accounts(req)
  return paging.answer(req, state.all "business_account", business_account.choose(req))
end

--- GET /{business_id}/extendedcredits
function M.credits(_, business)
  return answer.ok { data = { { id = business.credit_id, legal_entity_name = business.name } } }
end

--- POST /{business_id}/onboard_partners_to_mm_lite
function M.onboard_partners()
  return answer.ok { request_id = identity.id "business" }
end

--- A list of what there is nothing of: shared accounts, client businesses, activities, …
function M.none(req)
  return paging.answer(req, {}, function(one) return one end)
end

return M
