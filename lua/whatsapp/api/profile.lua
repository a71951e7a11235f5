--- `wa.profile`: what customers see of the business. Meta's page: "Business profiles".

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/whatsapp_business_profile"

local FIELDS = { "about", "address", "description", "email", "profile_picture_url", "websites",
                 "vertical" }

return {
  get = { "GET", PATH, operation = "getWhatsAppBusinessProfile", does = "The profile of the number.",
    query = { fields = FIELDS }, returns = "first" },
  update = { "POST", PATH, operation = "updateWhatsAppBusinessProfileInformation",
    does = "Changes what is given; an empty text takes a field away.", json = true,
    always = { messaging_product = "whatsapp" }, idempotent = true, returns = "success", some = true, closed = true,
    fields = {
      about = fields.text(139), address = fields.text(256, 0), description = fields.text(512, 0),
      email = { type = "string", min = 0, max = 128, pattern = "^[^%s@]*@?[^%s@]*$", form = "name@example.com" },
      websites = { type = "list", min = 0, max = 2, of = { type = "link", max = 256 } },
      vertical = fields.one_of [[OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH
        NONPROFIT PROF_SERVICES RETAIL TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING
        OTC_DRUGS]],
      profile_picture_handle = fields.string,
    } },
}
