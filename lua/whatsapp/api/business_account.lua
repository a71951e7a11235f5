--- `wa.business_account`: the WhatsApp Business Account (WABA) itself.

local fields = require "whatsapp.api.fields"

local ACCOUNT = "{business_account_id}"

return {
  get = { "GET", ACCOUNT, operation = "getWhatsAppBusinessAccountDetails", id = "business_account_id",
    optional = true, does = "What Graph knows of an account; the client's own unless an id is given.",
    query = true },
  update = { "POST", ACCOUNT, operation = "updateWhatsAppBusinessAccount", id = "business_account_id",
    optional = true, does = "Renames the account or moves it to another time zone.", json = true, some = true,
    idempotent = true, returns = "success", fields = { name = fields.text(100), timezone_id = fields.id } },
  activities = { "GET", ACCOUNT .. "/activities", operation = "getWhatsAppBusinessAccountActivities",
    does = "What was done to the account, by whom.", query = true, page = "data", fields = {
      since = { type = "string", number = true }, ["until"] = { type = "string", number = true },
      activity_type = { type = "any" },
    } },
  on_behalf_requests = { "GET", ACCOUNT .. "/in_progress_onbehalf_request",
    operation = "getInProgressOnBehalfRequests", does = "Requests to own the account on behalf of a business.",
    query = true, page = "data" },
}
