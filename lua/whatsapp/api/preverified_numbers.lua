--- `wa.preverified_numbers`: numbers that a partner has verified for its clients.

local fields = require "whatsapp.api.fields"

return {
  list = { "GET", "{id}/preverified_numbers", operation = "getPreVerifiedPhoneNumbers",
    does = "The pre-verified numbers of a business.", query = true, page = "data", fields = {
      verification_status = fields.one_of "VERIFIED PENDING FAILED EXPIRED",
      availability_status = fields.one_of "AVAILABLE IN_USE RESERVED UNAVAILABLE",
      country_code = { type = "string", pattern = "^%u%u$", form = "US" },
    } },
  add = { "POST", "{id}/add_phone_numbers", operation = "addPhoneNumbers",
    does = "Adds a number to a business, to be verified.", json = true, short = "phone_number",
    fields = { phone_number = fields.required(fields.phone_with_plus) } },
  share = { "POST", "{id}/share_preverified_numbers", operation = "sharePreVerifiedPhoneNumber",
    does = "Shares a number of a business with another business.", json = true, idempotent = true,
    returns = "success",
    fields = { preverified_id = fields.required(fields.id), partner_business_id = fields.required(fields.id) } },
  get = { "GET", "{id}", operation = "getPreVerifiedPhoneNumberDetails", does = "What Graph knows of a number.",
    query = true },
  delete = { "DELETE", "{id}", operation = "deletePreVerifiedPhoneNumber", does = "Deletes a number.",
    returns = "success" },
  partners = { "GET", "{id}/partners", operation = "getPreVerifiedPhoneNumberPartners",
    does = "The businesses it is shared with.", query = true, page = "data" },
  request_code = { "POST", "{id}/request_code", operation = "requestPreVerifiedPhoneNumberCode",
    does = "Has a verification code sent to the number.", json = { language = "en_US" }, short = "code_method",
    returns = "success", fields = { code_method = fields.code_method, language = fields.language } },
  verify_code = { "POST", "{id}/verify_code", operation = "verifyPreVerifiedPhoneNumberCode",
    does = "Verifies the number with the code that it got.", json = true, short = "code", returns = "success",
    fields = { code = fields.code } },
}
