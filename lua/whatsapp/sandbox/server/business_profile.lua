--- The business profile of a phone number.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"
local text = require "whatsapp.sandbox.server.text"

local M = {}

local choose = fields.of {
  name = "WhatsAppBusinessProfile", always = "messaging_product", more = { "id" },
  default = { "messaging_product", "about", "address", "description", "email",
              "profile_picture_url", "websites", "vertical" },
}

-- The profile, and the id that it has by itself.
local function whole(phone)
  local node = state.of_phone("business_profile", phone)[1] or state.add("business_profile", { phone = phone })
  local profile = { id = node.id }
  for name, value in pairs(phone.profile) do profile[name] = value end
  return profile
end

--- GET /{phone_number_id}/whatsapp_business_profile
function M.get(req, phone)
  return answer.ok { data = { choose(req)(whole(phone)) } }
end

local choose_own = fields.of {
  name = "WhatsAppBusinessProfile", always = "id", more = {},
  default = { "id", "messaging_product", "about", "address", "description", "email", "profile_picture_url",
              "websites", "vertical" },
}

--- GET /{business_profile_id}
function M.get_own(req, node)
  return answer.ok(choose_own(req)(whole(node.phone)))
end

-- Updating --------------------------------------------------------------------

local MAX_WEBSITES, MAX_WEBSITE = 2, 256

local verticals = {}
for name in ([[OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH
  NONPROFIT PROF_SERVICES RETAIL TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING
  OTC_DRUGS]]):gmatch "%S+" do
  verticals[name] = true
end

local refuse = params.refuse

-- Text up to a length; empty takes the field away, where that may be.
local function up_to(max, min)
  return function(value, name)
    if type(value) ~= "string" then refuse(name, "a string") end
    local n = text.length(value)
    if n < (min or 0) then refuse(name, "a non-empty string") end
    if n > max then refuse(name, ("at most %d characters long"):format(max)) end
    return n > 0 and value or nil
  end
end

local email_text = up_to(128)

local function email(value, name)
  value = email_text(value, name)
  if value and not value:find "^[^@%s]+@[^@%s]+%.[^@%s]+$" then refuse(name, "a valid email") end
  return value
end

local function websites(value, name)
  if type(value) ~= "table" or #value > MAX_WEBSITES then
    refuse(name, ("an array of at most %d URLs"):format(MAX_WEBSITES))
  end
  local kept = json.array {}
  for i, url in ipairs(value) do
    if type(url) ~= "string" or not url:find "^https?://[^/%s]+%S*$"
      or text.length(url) > MAX_WEBSITE then
      refuse(("%s[%d]"):format(name, i - 1),
        ("an http or https URL of at most %d characters"):format(MAX_WEBSITE))
    end
    kept[i] = url
  end
  return #kept > 0 and kept or nil
end

local function vertical(value, name)
  return verticals[value] and value or refuse(name, "a known vertical, such as RETAIL or OTHER")
end

-- A made-up picture: nothing was uploaded that could be shown.
local function picture(value, name)
  if type(value) ~= "string" or not value:find "^%d:" then refuse(name, "an upload handle") end
  return "https://shop.example/picture.jpg?handle=" .. ngx.escape_uri(value)
end

-- By the field of the request: the profile's field, and its check.
local rules = {
  about = { "about", up_to(139, 1) },
  address = { "address", up_to(256) },
  description = { "description", up_to(512) },
  email = { "email", email },
  websites = { "websites", websites },
  vertical = { "vertical", vertical },
  profile_picture_handle = { "profile_picture_url", picture },
}

--- POST /{phone_number_id}/whatsapp_business_profile
function M.update(req, phone)
  local body = params.whatsapp(req)
  local changed = {}
  for name, value in pairs(phone.profile) do changed[name] = value end
  for name, rule in pairs(rules) do
    if body[name] ~= nil then changed[rule[1]] = rule[2](body[name], name) end
  end
  phone.profile = changed
  return answer.ok { success = true }
end

--- POST /{business_profile_id}
function M.update_own(req, node)
  M.update(req, node.phone)
  return answer.ok { id = node.id, success = true }
end

return M
