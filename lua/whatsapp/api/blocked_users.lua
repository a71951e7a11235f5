--- `wa.blocked_users`: who cannot write to the number. Only who wrote in the last
-- 24 hours can be blocked. Meta's page: "Block users".

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/block_users"
local PRODUCT = { messaging_product = "whatsapp" }

return {
  list = { "GET", PATH, operation = "getBlockedUsers", does = "Who is blocked.", query = true, page = "data" },
  block = { "POST", PATH, operation = "blockUserS", does = "Blocks people: { \"+1 555…\", … }.", json = true,
    short = "block_users", always = PRODUCT, idempotent = true, returns = "block_users",
    fields = { block_users = fields.users } },
  unblock = { "DELETE", PATH, operation = "unblockUserS", does = "Lets them write again.", json = true,
    short = "block_users", always = PRODUCT, returns = "block_users", fields = { block_users = fields.users } },
}
