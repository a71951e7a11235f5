--- `wa.official_account`: the blue mark of an official business account.

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/official_business_account"

return {
  get = { "GET", PATH, operation = "getOfficialBusinessAccountStatus", does = "How the application stands.",
    query = true },
  update = { "POST", PATH,
    operation = "GraphWhatsAppBusinessAccountToNumberCurrentStatusOfficialBusinessAccountPost",
    does = "Submits, resubmits or withdraws the application.", json = true, short = "action", fields = {
      action = fields.required(fields.one_of "SUBMIT_APPLICATION WITHDRAW_APPLICATION RESUBMIT_APPLICATION"),
      application_data = { type = "table", fields = {
        business_name = fields.text(255), business_description = fields.text(1000), website_url = fields.link,
        contact_email = fields.email,
      } },
    } },
}
