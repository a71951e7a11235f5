--- The application of a number to be an Official Business Account.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local identity = require "whatsapp.sandbox.identity"
local params = require "whatsapp.sandbox.server.params"

local M = {}

local NONE = { oba_status = "CANCELLED", status_message = "There is no Official Business Account application" }

local choose = fields.of { name = "WhatsAppOfficialBusinessAccount", always = "id", more = {},
                           default = { "id", "oba_status", "status_message" } }

local function shown(phone)
  local application = phone.official_account or NONE
  return { id = phone.id, oba_status = application.oba_status, status_message = application.status_message }
end

--- GET /{phone_number_id}/official_business_account
function M.get(req, phone)
  return answer.ok(choose(req)(shown(phone)))
end

-- What an action makes of the application, and what is said of it.
local SUBMITTED = { oba_status = "PENDING",
                    status_message = "Your Official Business Account application is under review" }
local actions = {
  SUBMIT_APPLICATION = { becomes = SUBMITTED, verb = "submitted" },
  RESUBMIT_APPLICATION = { becomes = SUBMITTED, verb = "resubmitted" },
  WITHDRAW_APPLICATION = { verb = "withdrawn", becomes = { oba_status = "CANCELLED",
    status_message = "Official Business Account application has been cancelled" } },
}

--- POST /{phone_number_id}/official_business_account
function M.update(req, phone)
  local action = actions[params.one_of(params.given(req:json(), "action"), "action",
    { "SUBMIT_APPLICATION", "WITHDRAW_APPLICATION", "RESUBMIT_APPLICATION" })]
  local is_pending = shown(phone).oba_status == "PENDING"
  if is_pending == (action.becomes == SUBMITTED) then
    answer.refuse { code = 100, details = is_pending and "there is an application under review already"
      or "there is no application under review" }
  end
  phone.official_account = action.becomes
  return answer.ok { success = true, updated_status = shown(phone), tracking_id = "oba_req_" .. identity.hex(8),
    message = ("Official Business Account application %s successfully"):format(action.verb) }
end

return M
