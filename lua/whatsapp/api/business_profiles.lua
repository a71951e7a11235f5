--- `wa.business_profiles`: a business profile by its own id; `wa.profile` is that of
-- the client's number.

local profile = require "whatsapp.api.profile"

return {
  get = { "GET", "{id}", operation = "getWhatsAppBusinessProfileDetails", does = "A business profile.", query = true },
  update = { "POST", "{id}", operation = "updateWhatsAppBusinessProfile", does = "Changes what is given.", json = true,
    always = profile.update.always, idempotent = true, returns = "success", some = true, closed = true,
    fields = profile.update.fields },
}
