--- QR codes of a phone number.

local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

local choose = fields.of { name = "WhatsAppMessageQRDL", always = "code",
                           default = { "code", "prefilled_message", "deep_link_url" }, more = { "qr_image_url" } }

local function new_code()
  return (identity.random(14):gsub(".", function(char)
    local at = char:byte() % 32 + 1
    return ALPHABET:sub(at, at)
  end))
end

local function codes_of(phone, code)
  return state.of_phone("qr_code", phone, "code", code)
end

local function find(phone, code)
  return codes_of(phone, code)[1]
    or answer.refuse { code = 100, subcode = 33, message = "No QR code with code " .. code }
end

--- GET /{phone_number_id}/message_qrdls?code=
function M.list(req, phone)
  return paging.answer(req, codes_of(phone, req.query.code), choose(req))
end

--- GET /{phone_number_id}/message_qrdls/{code}
function M.get(req, phone, code)
  return answer.ok { data = { choose(req)(find(phone, code)) } }
end

--- POST /{phone_number_id}/message_qrdls: a new one, or with `code`, which may also
--- stand in the path, another text.
function M.post(req, phone, code)
  local body = req:json()
  local message = params.text(body, "prefilled_message", { max = 140 })
  local image = body.generate_qr_image
    and params.one_of(tostring(body.generate_qr_image):upper(), "generate_qr_image", { "PNG", "SVG" })
  code = code or body.code
  local one = code and find(phone, code)
  if not one then
    code = new_code()
    one = state.add("qr_code", { phone = phone, code = code, deep_link_url = "https://wa.me/message/" .. code })
  end
  one.prefilled_message = message
  if image then one.qr_image_url = ("https://shop.example/%s.%s"):format(one.code, image:lower()) end
  return answer.ok { code = one.code, prefilled_message = message, deep_link_url = one.deep_link_url,
                     qr_image_url = image and one.qr_image_url or nil }
end

--- DELETE /{phone_number_id}/message_qrdls/{code}
function M.delete(_, phone, code)
  state.remove(find(phone, code))
  return answer.ok { success = true }
end

return M
