--- The people of the business, and what they may do with its account.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local TASKS = { "MANAGE", "DEVELOP", "MANAGE_TEMPLATES", "MANAGE_PHONE", "VIEW_COST", "MANAGE_EXTENSIONS",
                "VIEW_PHONE_ASSETS", "MANAGE_PHONE_ASSETS", "VIEW_TEMPLATES", "VIEW_INSIGHTS",
                "RECEIVE_INCOMING_MESSAGES", "MANAGE_BILLING", "MANAGE_USERS", "MESSAGING", "FULL_CONTROL" }

local choose = fields.of { name = "BusinessUser", always = "id", more = {},
                           default = { "id", "name", "business", "user_type" } }

local function assigned()
  local found = {}
  for _, user in ipairs(state.all "user") do
    if user.tasks then found[#found + 1] = user end
  end
  return found
end

--- GET /{business_account_id}/assigned_users?business=
function M.list(req)
  local business = state.nodes[params.given(req.query, "business")]
  local found = business and business.kind == "business" and assigned() or {}
  local response = paging.answer(req, found, choose(req))
  response.json.summary = { total_count = #found }
  return response
end

local function form_of(req)
  local form = ngx.decode_args(req:text(), 0)
  local user = state.nodes[tostring(params.given(form, "user"))]
  if not (user and user.kind == "user") then params.refuse("user", "the id of a person of the business") end
  return user, form
end

--- POST /{business_account_id}/assigned_users, as a form: a new person, or other tasks
function M.assign(req)
  local user, form = form_of(req)
  local tasks = json.decode(tostring(params.given(form, "tasks")))
  if not (tasks and tasks[1]) then params.refuse("tasks", "a list") end
  for _, task in ipairs(tasks) do params.one_of(task, "tasks", TASKS) end
  user.tasks, user.since = tasks, params.date_time()
  return answer.ok { success = true }
end

--- DELETE /{business_account_id}/assigned_users, as a form
function M.take_away(req)
  local user = form_of(req)
  user.tasks, user.since = nil, nil
  return answer.ok { success = true }
end

--- GET /{user_id}/assigned_whatsapp_business_accounts
function M.accounts(req, user)
  local account = state.nodes[state.settings.business_account_id]
  return paging.answer(req, { user.tasks and account }, function(one)
    return { id = one.id, name = one.name, status = "ACTIVE", assignment_date = user.since, permissions = user.tasks,
             business_id = user.business.id }
  end)
end

return M
