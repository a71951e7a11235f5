--- Settings of a phone number: commerce, calling and the like, automation, encryption.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local envelope = require "whatsapp.sandbox.server.flow_envelope"
local overview = require "whatsapp.sandbox.server.overview"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local DONE = { success = true }

local function copy_into(target, source)
  for name, value in pairs(source) do target[name] = value end
end

-- Commerce ------------------------------------------------------------------------

local function commerce_of(phone)
  phone.commerce = phone.commerce or { id = phone.id, is_cart_enabled = true, is_catalog_visible = false }
  return phone.commerce
end

--- GET /{phone_number_id}/whatsapp_commerce_settings
function M.commerce(_, phone)
  return answer.ok { data = { commerce_of(phone) } }
end

--- POST /{phone_number_id}/whatsapp_commerce_settings?is_cart_enabled=&is_catalog_visible=
function M.update_commerce(req, phone)
  for _, name in ipairs { "is_cart_enabled", "is_catalog_visible" } do
    local value = req.query[name]
    if value then commerce_of(phone)[name] = params.one_of(value, name, { "true", "false" }) == "true" end
  end
  return answer.ok(DONE)
end

-- Calling, identity, storage ---------------------------------------------------------

local SETTINGS = { calling = true, user_identity_change = true, payload_encryption = true,
                   storage_configuration = true }

local function settings_of(phone)
  phone.settings = phone.settings or {
    calling = { status = "disabled", call_icon_visibility = "visible", callback_permission_status = "disabled",
                ip_addresses = { default = json.array {} } },
    payload_encryption = { status = "disabled" }, storage_configuration = { status = "default" },
  }
  return phone.settings
end

--- GET /{phone_number_id}/settings
function M.settings(_, phone)
  return answer.ok(settings_of(phone))
end

--- POST /{phone_number_id}/settings
function M.update_settings(req, phone)
  for name, value in pairs(req:json()) do
    if not SETTINGS[name] or type(value) ~= "table" then params.refuse(name, "an object that is a setting") end
    local settings = settings_of(phone)
    settings[name] = settings[name] or {}
    copy_into(settings[name], value)
  end
  overview.tell_business()
  return answer.ok(DONE)
end

-- Automation ---------------------------------------------------------------------------

--- POST /{phone_number_id}/conversational_automation
function M.update_automation(req, phone)
  local body = req:json()
  for _, name in ipairs { "prompts", "commands" } do
    if body[name] ~= nil and type(body[name]) ~= "table" then params.refuse(name, "an array") end
  end
  if #(body.prompts or {}) > 3 then params.refuse("prompts", "an array of at most 3") end
  if #(body.commands or {}) > 30 then params.refuse("commands", "an array of at most 30") end
  phone.conversational_automation = phone.conversational_automation
    or { id = state.add("bot", { phone = phone }).id, enable_welcome_message = false, prompts = json.array {},
         commands = json.array {} }
  for name in pairs(phone.conversational_automation) do
    if name ~= "id" and body[name] ~= nil then phone.conversational_automation[name] = body[name] end
  end
  return answer.ok(DONE)
end

--- GET /{bot_id}
function M.bot(_, bot)
  return answer.ok(bot.phone.conversational_automation)
end

-- Encryption ---------------------------------------------------------------------------

--- GET /{phone_number_id}/whatsapp_business_encryption
function M.encryption(_, phone)
  return answer.ok { data = json.array { phone.business_public_key and {
    business_public_key = phone.business_public_key, business_public_key_signature_status = "VALID",
  } } }
end

--- POST /{phone_number_id}/whatsapp_business_encryption, as a form
function M.update_encryption(req, phone)
  for _, part in ipairs(req:multipart()) do
    if part.name == "business_public_key" then
      local key = part:text()
      if not envelope.sealer(key) then params.refuse("business_public_key", "a public key of RSA, in PEM") end
      phone.business_public_key = key
      return answer.ok(DONE)
    end
  end
  params.given({}, "business_public_key")
end

return M
