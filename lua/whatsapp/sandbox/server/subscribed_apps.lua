--- The apps that are subscribed to the account's webhooks. There is one app, that of
--- the credentials, and it is subscribed from the start.

local json = require "whatsapp.json"
local app = require "whatsapp.sandbox.server.account".app
local answer = require "whatsapp.sandbox.server.answer"
local overview = require "whatsapp.sandbox.server.overview"
local params = require "whatsapp.sandbox.server.params"

local M = {}

--- GET /{business_account_id}/subscribed_apps
function M.list(_, account)
  return answer.ok { data = json.array { account.subscribed_app } }
end

--- POST /{business_account_id}/subscribed_apps, with or without a callback of its own
function M.subscribe(req, account)
  local body = req:text() ~= "" and req:json() or {}
  local callback = body.override_callback_uri
  if callback ~= nil then
    if type(callback) ~= "string" or not callback:find "^https://" then
      params.refuse("override_callback_uri", "an https URL")
    end
    params.text(body, "verify_token", {})
  end
  account.subscribed_app = { override_callback_uri = callback, whatsapp_business_api_data = app }
  overview.tell_business()
  return answer.ok { success = true }
end

--- DELETE /{business_account_id}/subscribed_apps
function M.unsubscribe(_, account)
  account.subscribed_app = nil
  overview.tell_business()
  return answer.ok { success = true }
end

return M
