--- `wa.phone_numbers`: the numbers of a business account, and the life of one: added,
-- verified, registered. Meta's pages: "Business phone numbers", "Registration".

local fields = require "whatsapp.api.fields"

local NUMBER = "{phone_number_id}"

local one_of, required, text = fields.one_of, fields.required, fields.text

return {
  list = { "GET", "{business_account_id}/phone_numbers", operation = "getWhatsAppBusinessAccountPhoneNumbers",
    does = "The numbers of the business account.", query = true, page = "data", fields = {
      filtering = fields.string,
      sort = one_of "creation_time.asc creation_time.desc last_onboarded_time.asc last_onboarded_time.desc",
    } },
  create = { "POST", "{business_account_id}/phone_numbers", operation = "createWhatsAppBusinessAccountPhoneNumber",
    does = "Adds a number to the business account; it is to be verified and registered then.", json = true, fields = {
      phone_number = required(fields.phone), verified_name = required(text(75, 2)),
      cc = { type = "string", number = true, pattern = "^%d%d?%d?$", form = "49" },
      migrate_phone_number = fields.boolean, preverified_id = fields.id,
    } },
  get = { "GET", NUMBER, operation = "getPhoneNumberById", id = "phone_number_id", optional = true,
    does = "What Graph knows of a number; the client's own unless an id is given.", query = true },
  update = { "POST", NUMBER, operation = "updatePhoneNumberStatus", id = "phone_number_id", optional = true,
    does = "Changes a number: its visibility, display name, webhook, …", json = true, some = true,
    idempotent = true, returns = "success", fields = {
      connection_status = one_of [[CONNECTED DISCONNECTED PENDING FLAGGED RESTRICTED RATE_LIMITED
        MESSAGING_LIMIT_TIER_0 MESSAGING_LIMIT_TIER_1 MESSAGING_LIMIT_TIER_2 MESSAGING_LIMIT_TIER_3
        MESSAGING_LIMIT_TIER_4]],
      webhook_url = fields.link, whatsapp_business_api_data = fields.map, pin = fields.pin,
      search_visibility = one_of "VISIBLE HIDDEN", new_display_name = text(75, 2), username = fields.string,
      webhook_configuration = { type = "table", fields = {
        override_callback_uri = { type = "string", min = 0, required = true }, verify_token = fields.string,
      } },
    } },
  set_pin = { "POST", NUMBER, operation = "updatePhoneNumberStatus",
    does = "Sets the PIN of two-step verification.", json = true, short = "pin", idempotent = true,
    returns = "success", closed = true, fields = { pin = required(fields.pin) } },
  request_code = { "POST", NUMBER .. "/request_code", operation = "requestVerificationCode",
    does = "Has a verification code sent to the number.", json = { language = "en_US" }, short = "code_method",
    returns = "success", fields = { code_method = fields.code_method, language = fields.language } },
  verify_code = { "POST", NUMBER .. "/verify_code", operation = "verifyPhoneNumberCode",
    does = "Verifies the number with the code that it got.", json = true, short = "code", returns = "success",
    fields = { code = fields.code } },
  register = { "POST", NUMBER .. "/register", operation = "registerWhatsAppBusinessPhoneNumber",
    does = "Registers the number for the Cloud API; the PIN is that of two-step verification, new or existing.",
    json = true, short = "pin", always = { messaging_product = "whatsapp" }, returns = "success", fields = {
      pin = required(fields.pin), tier = one_of "PROD SANDBOX",
      data_localization_region = one_of "AE AU BH BR CA CH DE GB ID IN JP KR SG ZA",
      meta_store_retention_minutes = { type = "number", min = 60, max = 60 },
      backup = { type = "table", fields = { password = fields.string, data = fields.string } },
    } },
  deregister = { "POST", NUMBER .. "/deregister", operation = "deregisterPhoneNumber", id = "phone_number_id",
    optional = true, does = "Takes the number off the Cloud API.", returns = "success" },
}
