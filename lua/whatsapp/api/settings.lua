--- `wa.settings`: calling, identity change, payload encryption and storage of a number.

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/settings"

return {
  get = { "GET", PATH, operation = "getPhoneNumberSettings", does = "The settings of the number.", query = true,
    fields = { include_sip_credentials = fields.boolean } },
  update = { "POST", PATH, operation = "updatePhoneNumberSettings", does = "Changes one of the settings.",
    json = true, some = true, idempotent = true, returns = "success", fields = {
      calling = fields.map, user_identity_change = fields.map, payload_encryption = fields.map,
      storage_configuration = fields.map,
    } },
}
