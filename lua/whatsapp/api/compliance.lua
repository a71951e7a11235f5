--- `wa.compliance`: what the law of India asks of a business that sells. Meta's page:
-- "Business compliance".

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/business_compliance_info"

local required = fields.required

return {
  get = { "GET", PATH, operation = "getBusinessComplianceInfo", does = "The compliance information.", query = true,
    returns = "first" },
  update = { "POST", PATH, operation = "updateBusinessComplianceInfo", does = "Sets the compliance information.",
    json = true, always = { messaging_product = "whatsapp" }, idempotent = true, returns = "success", fields = {
      entity_name = required(fields.text(128, 2)),
      entity_type = required(fields.one_of [[LIMITED_LIABILITY_PARTNERSHIP SOLE_PROPRIETORSHIP PARTNERSHIP
        PUBLIC_COMPANY PRIVATE_COMPANY OTHER]]),
      entity_type_custom = fields.text(1024), is_registered = fields.boolean,
      grievance_officer_details = { type = "table", required = true, fields = {
        name = required(fields.text(128)), email = required(fields.email),
        mobile_number = fields.phone_with_plus, landline_number = fields.phone_with_plus,
      } },
      customer_care_details = { type = "table", required = true, fields = {
        email = required(fields.email),
        mobile_number = fields.phone_with_plus, landline_number = fields.phone_with_plus,
      } },
    } },
}
