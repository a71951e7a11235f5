--- `wa.assigned_users`: the people of a business who work with the business account.

local fields = require "whatsapp.api.fields"

local PATH = "{business_account_id}/assigned_users"

return {
  list = { "GET", PATH, operation = "getAssignedUsers", does = "The people of this business.", query = true,
    page = "data", short = "business", fields = { business = fields.required(fields.id) } },
  add = { "POST", PATH, operation = "addAssignedUser", id = "user", does = "Assigns a person: a list of tasks.",
    form = true, short = "tasks", idempotent = true, returns = "success", fields = {
      user = fields.id, tasks = { type = "list", required = true, max = 16,
        of = { type = "string", one_of = fields.tasks } },
    } },
  remove = { "DELETE", PATH, operation = "removeAssignedUser", id = "user", does = "Takes a person's tasks away.",
    form = true, returns = "success", closed = true, fields = { user = fields.id } },
}
