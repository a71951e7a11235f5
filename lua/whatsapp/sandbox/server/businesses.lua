--- The business portfolio, and its solutions with partners.

local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local business_account = require "whatsapp.sandbox.server.business_account"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
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

-- Solutions --------------------------------------------------------------------------

local choose_solution = fields.of { name = "WhatsAppBusinessSolution", always = "id", more = {},
  default = { "id", "name", "status", "status_for_pending_request", "owner_app", "owner_permissions" } }

--- POST /{app_id}/whatsapp_business_solution
function M.create_solution(req, app)
  local body = req:json()
  params.given(body, "partner_app_id")
  local solution = state.add("solution", {
    name = params.text(body, "solution_name", { max = 75 }),
    owner_permissions = params.given(body, "owner_permissions"), owner_app = { id = app.id, name = "WhatsApp sandbox" },
    status = "INITIATED", status_for_pending_request = "PENDING_ACTIVATION",
  })
  return answer.ok { solution_id = solution.id }
end

--- GET /{solution_id}
function M.solution(req, solution)
  return answer.ok(choose_solution(req)(solution))
end

--- GET /{app_id}/whatsapp_business_solutions, GET /{business_account_id}/solutions
function M.solutions(req)
  return paging.answer(req, state.all "solution", choose_solution(req))
end

return M
