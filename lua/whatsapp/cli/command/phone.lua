--- `whatsapp phone`: the numbers of the account.

local action = require "whatsapp.cli.action"

local FIELDS = { "id", "display_phone_number", "verified_name", "quality_rating", "status", "platform_type",
                 "code_verification_status", "name_status", "messaging_limit_tier" }

return {
  summary = "the account's phone numbers",
  actions = {
    action.list("phone_numbers", { "id", "display_phone_number", "verified_name", "quality_rating", "status" }),
    action.get("phone_numbers", FIELDS, { optional = true, about = "its id (WHATSAPP_PHONE_NUMBER_ID)",
      query = { fields = table.concat(FIELDS, ",") } }),
  },
}
