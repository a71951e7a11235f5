--- `wa.solutions`: multi-partner solutions. Meta's page: "Multi-partner solutions".

local fields = require "whatsapp.api.fields"

local required = fields.required

local permissions = { type = "list", required = true, min = 0, max = 1, of = fields.one_of "MESSAGING" }

return {
  list = { "GET", "{business_account_id}/solutions", operation = "listWabaSolutions",
    does = "The solutions of the business account.", query = true, page = "data" },
  create = { "POST", "{app_id}/whatsapp_business_solution", operation = "createWhatsAppBusinessSolution",
    does = "Makes a solution that an app owns.", id = "app_id", optional = true, json = true,
    returns = "solution_id", fields = {
      solution_name = required(fields.text(75, 2)), partner_app_id = required(fields.id),
      owner_permissions = permissions, partner_permissions = permissions,
    } },
  get = { "GET", "{id}", operation = "getSolutionDetails", does = "What Graph knows of a solution.", query = true },
  access_token = { "GET", "{id}/access_token", operation = "getSolutionAccessToken",
    does = "A token for the resources of a client business.", query = true, short = "business_id", closed = true,
    fields = { business_id = required(fields.id) } },
  accept = { "POST", "{id}/accept", operation = "acceptWhatsAppBusinessSolution", does = "Accepts an invitation.",
    json = true, short = "partner_app_id",
    fields = { partner_app_id = required(fields.id), log_session_id = fields.string } },
  reject = { "POST", "{id}/reject", operation = "rejectSolutionRequest", does = "Rejects a request.", json = true,
    short = "request_type", returns = "success", fields = {
      request_type = required(fields.one_of "PARTNERSHIP_REQUEST DEACTIVATION_REQUEST"),
      rejection_reason = fields.text(500), partner_app_id = fields.id,
    } },
  send_deactivation_request = { "POST", "{id}/send_deactivation_request",
    operation = "sendSolutionDeactivationRequest", does = "Asks the partner to end the solution.", json = true,
    short = "reason", fields = { reason = fields.text(500) } },
  accept_deactivation_request = { "POST", "{id}/accept_deactivation_request",
    operation = "acceptWhatsAppBusinessSolutionDeactivationRequest", does = "Agrees to end the solution.",
    query = true, fields = { fields = { type = "any" } } },
  reject_deactivation_request = { "POST", "{id}/reject_deactivation_request",
    operation = "rejectSolutionDeactivationRequest", does = "Does not agree to end the solution.", query = true,
    json = { reject_deactivation_request = true }, fields = { fields = { type = "any" } } },
}
