--- Numbers of a business that are verified before an account has them.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local registration = require "whatsapp.sandbox.server.registration"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local KIND = "preverified_number"
local DONE = { success = true }

local choose = fields.of { name = "WhatsAppBusinessPreVerifiedPhoneNumber", always = "id", more = {},
  default = { "id", "display_phone_number", "country_prefix", "verification_status", "availability_status",
              "created_time", "last_updated", "country_code" } }
local choose_one = fields.of { name = "WhatsAppBusinessPreVerifiedPhoneNumber", always = "id", more = {},
  default = { "id", "country_prefix", "display_phone_number", "is_input_id_valid" } }

--- POST /{business_id}/add_phone_numbers
function M.add(req, business)
  local number = params.text(req:json(), "phone_number", { pattern = "^%+?[1-9][%d ()-]+$", says = "a phone number" })
  local digits, now = number:gsub("%D", ""), params.date_time()
  local made = state.add(KIND, { business = business, partners = json.array {}, display_phone_number = "+" .. digits,
    country_prefix = tonumber(digits:match "^[17]" or digits:sub(1, 2)), is_input_id_valid = true,
    country_code = digits:find "^1" and "US" or nil, verification_status = "PENDING",
    availability_status = "AVAILABLE", created_time = now, last_updated = now })
  return answer.ok { id = made.id }
end

local FILTERS = { "verification_status", "availability_status", "country_code" }

--- GET /{business_id}/preverified_numbers
function M.list(req)
  local found = {}
  for _, number in ipairs(state.all(KIND)) do
    local fits = true
    for _, name in ipairs(FILTERS) do fits = fits and (req.query[name] or number[name]) == number[name] end
    if fits then found[#found + 1] = number end
  end
  return paging.answer(req, found, choose(req))
end

--- POST /{business_id}/share_preverified_numbers
function M.share(req)
  local body = req:json()
  local number, partner = state.nodes[tostring(params.given(body, "preverified_id"))],
    params.text(body, "partner_business_id", { pattern = "^%d+$", says = "the id of a business" })
  if not (number and number.kind == KIND) then params.refuse("preverified_id", "the id of a pre-verified number") end
  table.insert(number.partners, { id = partner, name = "Partner " .. partner, serial = #number.partners + 1 })
  return answer.ok(DONE)
end

--- GET /{preverified_number_id}
function M.get(req, number)
  return answer.ok(choose_one(req)(number))
end

--- DELETE /{preverified_number_id}
function M.delete(_, number)
  state.remove(number)
  return answer.ok(DONE)
end

--- GET /{preverified_number_id}/partners
function M.partners(req, number)
  return paging.answer(req, number.partners, function(partner) return { id = partner.id, name = partner.name } end)
end

--- POST /{preverified_number_id}/request_code, and verify_code: as of any number
M.request_code = registration.request_code

function M.verify_code(req, number)
  local response = registration.verify_code(req, number)
  number.verification_status, number.last_updated = "VERIFIED", params.date_time()
  return response
end

return M
