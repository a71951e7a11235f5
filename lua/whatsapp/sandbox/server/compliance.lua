--- What India's law wants to be known of the business behind a number.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local TYPES = { "LIMITED_LIABILITY_PARTNERSHIP", "SOLE_PROPRIETORSHIP", "PARTNERSHIP", "PUBLIC_COMPANY",
                "PRIVATE_COMPANY", "OTHER" }
local FIELDS = { "entity_name", "entity_type", "entity_type_custom", "is_registered", "grievance_officer_details",
                 "customer_care_details" }

--- GET /{phone_number_id}/business_compliance_info
function M.get(_, phone)
  local known = phone.compliance or { is_registered = false }
  local shown = { whatsapp_business_account_id = state.settings.business_account_id, messaging_product = "whatsapp" }
  for _, name in ipairs(FIELDS) do
    if known[name] == nil then shown[name] = json.null else shown[name] = known[name] end
  end
  return answer.ok { data = { shown } }
end

local function contact(body, name, needed)
  local details = params.given(body, name)
  if type(details) ~= "table" then params.refuse(name, "an object") end
  for _, field in ipairs(needed) do params.given(details, field) end
  return details
end

--- POST /{phone_number_id}/business_compliance_info
function M.update(req, phone)
  local body = params.whatsapp(req)
  phone.compliance = {
    entity_name = params.text(body, "entity_name", { max = 128 }),
    entity_type = params.one_of(params.given(body, "entity_type"), "entity_type", TYPES),
    entity_type_custom = body.entity_type_custom, is_registered = body.is_registered == true,
    grievance_officer_details = contact(body, "grievance_officer_details", { "name", "email" }),
    customer_care_details = contact(body, "customer_care_details", { "email" }),
  }
  return answer.ok { success = true }
end

return M
