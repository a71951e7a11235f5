--- `wa.businesses`: a business portfolio and what belongs to it.

local fields = require "whatsapp.api.fields"

local count = { type = "number", min = 1, max = 100, whole = true }

return {
  get = { "GET", "{id}", operation = "getBusinessPortfolioSpecificFields", does = "What Graph knows of a business.",
    query = true },
  owned_accounts = { "GET", "{id}/owned_whatsapp_business_accounts",
    operation = "getOwnedWhatsAppBusinessAccounts", does = "The business accounts it owns.", query = true,
    page = "data", fields = { business_type = { type = "any" }, find = fields.id, first = count, last = count } },
  client_accounts = { "GET", "{id}/client_whatsapp_business_accounts",
    operation = "getClientWhatsAppBusinessAccounts", does = "The business accounts shared with it.", query = true,
    page = "data", fields = { business_type = { type = "any" }, find = fields.id } },
  extended_credits = { "GET", "{id}/extendedcredits", operation = "getCreditLines", does = "Its credit lines.",
    query = true, page = "data" },
  onboard_partners = { "POST", "{id}/onboard_partners_to_mm_lite", operation = "onboardPartnersToMMLite",
    does = "Asks it to have its marketing messages sent through a partner.", query = true, short = "solution_id",
    fields = { solution_id = fields.id }, returns = "request_id" },
}
