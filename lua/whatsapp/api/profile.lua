--- `wa.profile`: what customers see of the business. Limits: Meta's "Business
-- profiles"; operations getBusinessProfile, updateBusinessProfile.

---@class whatsapp.Profile
---@field get fun(self, query?: { fields?: string[] }, options?: table): table|nil, whatsapp.Error?
---@field update fun(self, profile: { about?: string, address?: string, description?: string,
--- email?: string, websites?: string[], vertical?: string, profile_picture_handle?: string },
--- options?: table): true|nil, whatsapp.Error? only what is given changes

local PATH = "{phone_number_id}/whatsapp_business_profile"

local FIELDS = { "about", "address", "description", "email", "profile_picture_url", "websites",
                 "vertical" }

return {
  get = { "GET", PATH, query = { fields = FIELDS },
          returns = function(body) return body.data and body.data[1] or body end },
  update = { "POST", PATH, json = { messaging_product = "whatsapp" }, idempotent = true,
             returns = "success", fields = {
    about = { type = "string", max = 139 },
    address = { type = "string", min = 0, max = 256 },
    description = { type = "string", min = 0, max = 512 },
    email = { type = "string", min = 0, max = 128 },
    websites = { type = "list", min = 0, max = 2, of = { type = "string", max = 256 } },
    vertical = { type = "string" },
    profile_picture_handle = { type = "string" },
  } },
}
