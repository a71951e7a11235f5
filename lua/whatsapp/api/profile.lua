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

-- Meta's WhatsAppBusinessVertical.
local VERTICALS = {}
for word in ("OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH "
  .. "NONPROFIT PROF_SERVICES RETAIL TRAVEL RESTAURANT UNDEFINED NOT_A_BIZ"):gmatch "%S+" do
  VERTICALS[word] = true
end

local function first_of(body)
  return type(body.data) == "table" and body.data[1] or {}
end

return {
  get = { "GET", PATH, query = { fields = FIELDS }, returns = first_of },
  update = { "POST", PATH, json = true, always = { messaging_product = "whatsapp" }, idempotent = true,
             returns = "success", some = true, closed = true, fields = {
    about = { type = "string", max = 139 },
    address = { type = "string", min = 0, max = 256 },
    description = { type = "string", min = 0, max = 512 },
    email = { type = "string", min = 0, max = 128, pattern = "^[^%s@]*@?[^%s@]*$", form = "name@example.com" },
    websites = { type = "list", min = 0, max = 2, of = { type = "link", max = 256 } },
    vertical = { type = "string", one_of = VERTICALS },
    profile_picture_handle = { type = "string" },
  } },
}
