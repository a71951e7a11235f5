--- `wa.profile`: what customers see of the business. Meta's page: "Business profiles".

local Error = require "whatsapp.error"
local fields = require "whatsapp.api.fields"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"
local source = require "whatsapp.api.source"

local PATH = "{phone_number_id}/whatsapp_business_profile"

local FIELDS = { "about", "address", "description", "email", "profile_picture_url", "websites",
                 "vertical" }

local function is_email(text) return text == "" or text:find(fields.email.pattern) ~= nil end

local rows = {
  get = { "GET", PATH, operation = "getWhatsAppBusinessProfile", does = "The profile of the number.",
    query = { fields = FIELDS }, returns = "first" },
  update = { "POST", PATH, operation = "updateWhatsAppBusinessProfileInformation",
    does = "Changes what is given; an empty text takes a field away. A `profile_picture`, the name of a file, is "
      .. "uploaded first.", json = true,
    always = { messaging_product = "whatsapp" }, idempotent = true, returns = "success", some = true, closed = true,
    fields = {
      about = fields.text(139), address = fields.text(256, 0), description = fields.text(512, 0),
      email = { type = "string", min = 0, max = 128, test = is_email, form = "name@example.com" },
      websites = { type = "list", min = 0, max = 2, of = { type = "link", max = 256 } },
      vertical = fields.one_of [[OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH
        NONPROFIT PROF_SERVICES RETAIL TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING
        OTC_DRUGS]],
      profile_picture_handle = fields.string,
    } },
}

local row = rows.update
local update = resource.method(row)

local known = { profile_picture = true, messaging_product = true } -- of the latter the row tells
for name in pairs(row.fields) do known[name] = true end

--- Changes what is given. A picture (JPEG or PNG of 5 MB) is uploaded first; it
--- may also be the `profile_picture_handle` of an upload.
---@param profile { about?: string, address?: string, description?: string, email?: string,
--- websites?: string[], vertical?: string, profile_picture?: string|table,
--- profile_picture_handle?: string } the picture as for `wa.uploads:upload`
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.update(self, profile, options)
  if type(profile) ~= "table" then return update(self, profile, options) end
  local stray = schema.first_unknown(profile, known)
  if stray ~= nil then return schema.unknown_key(nil, stray, known) end
  if profile.profile_picture == nil then return update(self, profile, options) end
  if profile.profile_picture_handle ~= nil then
    return Error.invalid("profile_picture", "cannot stand beside profile_picture_handle")
  end
  local picture, err = source.check(profile.profile_picture, 'profile_picture = "logo.png"', "profile_picture")
  if not picture then return nil, err end
  local rest = { profile_picture_handle = "-" } -- until it is known
  for name, value in pairs(profile) do
    if name ~= "profile_picture" then rest[name] = value end
  end
  local ok
  ok, err = resource.check(row, rest)
  if not ok then return nil, err end
  picture.into, picture.key, picture.kind, picture.path = rest, "profile_picture_handle", "image", "profile_picture"
  ok, err = self.client.uploads:upload_all({ picture }, options, self.client:finish_of(options))
  if not ok then return nil, err end
  return update(self, rest, options)
end

row.call = rows.update
rows.update = row

return rows
