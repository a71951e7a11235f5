--- `wa.commerce`: whether catalog and cart show in a chat with the number.

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/whatsapp_commerce_settings"

return {
  get = { "GET", PATH, operation = "getCommerceSettings", does = "Whether cart and catalog show.", returns = "first" },
  update = { "POST", PATH, operation = "setOrUpdateCommerceSettings", does = "Shows or hides cart and catalog.",
    query = true, some = true, closed = true, idempotent = true, returns = "success",
    fields = { is_cart_enabled = fields.boolean, is_catalog_visible = fields.boolean } },
}
