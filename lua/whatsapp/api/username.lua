--- `wa.username`: the business username of a number. (Newer than Meta's OpenAPI
-- description; Meta's page: "Business usernames".)

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/username"

return {
  get = { "GET", PATH, does = "The username of the number and its status; no username when there is none." },
  set = { "POST", PATH, does = "Claims or changes the username: 3 to 35 letters, digits, periods, underscores.",
    json = true, short = "username", idempotent = true, fields = {
      username = { type = "string", required = true, min = 3, max = 35, pattern = "^[%w._]+$", form = "my.shop_1" },
      transfer_action = fields.one_of "none force_transfer",
    } },
  delete = { "DELETE", PATH, does = "Gives the username up.", returns = "success" },
  suggestions = { "GET", "{phone_number_id}/username_suggestions", does = "Usernames reserved for the number." },
}
