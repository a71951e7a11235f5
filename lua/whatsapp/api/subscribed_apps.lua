--- `wa.subscribed_apps`: the apps that get the webhooks of the business account.

local fields = require "whatsapp.api.fields"

local PATH = "{business_account_id}/subscribed_apps"

return {
  list = { "GET", PATH, operation = "getAllSubscriptionsForAWaba", does = "The subscribed apps.", query = true,
    page = "data" },
  subscribe = { "POST", PATH, operation = "subscribeToWabaWebhooks",
    does = "Subscribes the app of the token, with its own callback or another one.", json = true,
    idempotent = true, returns = "success",
    fields = { override_callback_uri = fields.https, verify_token = fields.string } },
  unsubscribe = { "DELETE", PATH, operation = "unsubscribeFromWabaWebhooks", does = "Takes the app of the token off.",
    returns = "success" },
}
