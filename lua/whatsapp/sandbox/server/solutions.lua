--- Solutions with partners, and the intents to move an account from one to another.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local HOUR = 60 * 60

local choose = fields.of { name = "WhatsAppBusinessSolution", always = "id", more = {},
  default = { "id", "name", "status", "status_for_pending_request", "owner_app", "owner_permissions" } }

-- Solutions --------------------------------------------------------------------------

--- POST /{app_id}/whatsapp_business_solution
function M.create(req, app)
  local body = req:json()
  params.given(body, "partner_app_id")
  local solution = state.add("solution", {
    name = params.text(body, "solution_name", { max = 75 }),
    owner_permissions = params.given(body, "owner_permissions"),
    owner_app = { id = app.id, name = "WhatsApp sandbox" },
    status = "INITIATED", status_for_pending_request = "PENDING_ACTIVATION",
  })
  return answer.ok { solution_id = solution.id }
end

--- GET /{solution_id}
function M.get(req, solution)
  return answer.ok(choose(req)(solution))
end

--- GET /{app_id}/whatsapp_business_solutions, GET /{business_account_id}/solutions
function M.list(req)
  return paging.answer(req, state.all "solution", choose(req))
end

--- GET /{solution_id}/access_token?business_id=: the sandbox has one token for all
function M.access_token(req)
  params.given(req.query, "business_id")
  return answer.ok { access_token = state.settings.access_token, expires_at = state.time() + HOUR }
end

-- Refuses what is not asked for, or no more.
local function expect(solution, pending)
  if solution.status_for_pending_request == pending then return end
  answer.refuse { code = 100, details = ("the solution is %s, and nothing of this kind is pending")
    :format(solution.status) }
end

local function become(solution, status)
  solution.status, solution.status_for_pending_request = status, "NONE"
end

--- POST /{solution_id}/accept
function M.accept(req, solution)
  params.given(req:json(), "partner_app_id")
  expect(solution, "PENDING_ACTIVATION")
  become(solution, "ACTIVE")
  return answer.ok { solution_id = solution.id, partner_status = "ACCEPTED", success = true,
                     message = "Solution partnership accepted successfully", update_time = params.date_time() }
end

-- By what is rejected: what was pending, and what the solution is then.
local requests = { PARTNERSHIP_REQUEST = { "PENDING_ACTIVATION", "REJECTED" },
                   DEACTIVATION_REQUEST = { "PENDING_DEACTIVATION", "ACTIVE" } }

--- POST /{solution_id}/reject
function M.reject(req, solution)
  local body = req:json()
  local kind = params.one_of(params.given(body, "request_type"), "request_type",
    { "PARTNERSHIP_REQUEST", "DEACTIVATION_REQUEST" })
  expect(solution, requests[kind][1])
  become(solution, requests[kind][2])
  return answer.ok { success = true, solution_id = solution.id, rejected_request_type = kind,
                     rejection_timestamp = params.date_time(), partner_app_id = body.partner_app_id }
end

--- POST /{solution_id}/send_deactivation_request
function M.send_deactivation_request(_, solution)
  if solution.status ~= "ACTIVE" then expect(solution, "none of them") end
  solution.status_for_pending_request = "PENDING_DEACTIVATION"
  return answer.ok { success = true, message = "Deactivation request submitted successfully",
                     request_id = "deactivation_req_" .. solution.serial }
end

--- POST /{solution_id}/accept_deactivation_request
function M.accept_deactivation_request(req, solution)
  expect(solution, "PENDING_DEACTIVATION")
  become(solution, "DEACTIVATED")
  return M.get(req, solution)
end

--- POST /{solution_id}/reject_deactivation_request
function M.reject_deactivation_request(req, solution)
  expect(solution, "PENDING_DEACTIVATION")
  become(solution, "ACTIVE")
  return M.get(req, solution)
end

-- Intents ------------------------------------------------------------------------------

local function solution_of(body)
  local solution = state.nodes[tostring(params.given(body, "solution_id"))]
  if solution and solution.kind == "solution" then return solution end
  params.refuse("solution_id", "the id of a solution")
end

local function scheduled(time)
  return time and "SCHEDULED" or "PENDING", time or params.date_time(state.time() + HOUR)
end

--- POST /{business_account_id}/set_solution_migration_intent
function M.migrate(req)
  local body = req:json()
  solution_of(body)
  params.one_of(params.given(body, "migration_intent"), "migration_intent",
    { "INITIATE_MIGRATION", "CANCEL_MIGRATION", "CONFIRM_MIGRATION", "SCHEDULE_MIGRATION" })
  local intent = state.add("migration_intent", { status = "INITIATED" })
  local status, at = scheduled(body.scheduled_migration_time)
  return answer.ok { success = true, migration_intent_id = intent.id, status = status, estimated_completion_time = at }
end

local choose_intent = fields.of { name = "WhatsAppBusinessMigrationIntent", always = "id",
                                  default = { "id", "status" }, more = {} }

--- GET /{migration_intent_id}
function M.intent(req, intent)
  return answer.ok(choose_intent(req)(intent))
end

local function add_obo_intent(solution)
  local now = params.date_time()
  return state.add("obo_intent", { solution_id = solution.id, status = "PENDING", created_time = now,
                                   updated_time = now })
end

--- POST /{business_account_id}/obo_mobility_intent
function M.move(req)
  local body = req:json()
  params.given(body, "intent_type")
  local intent = add_obo_intent(solution_of(body))
  local status, at = scheduled(body.scheduled_execution_time)
  return answer.ok { success = true, mobility_intent_id = intent.id, status = status, estimated_completion_time = at,
                     approval_required = status == "PENDING",
                     next_steps = { status == "PENDING" and "Await partner approval"
                                    or "Automatic execution at scheduled time" } }
end

--- POST /{business_account_id}/set_obo_mobility_intent
function M.set_move(req)
  local body = req:json()
  params.given(body, "waba_id")
  return answer.ok { success = true, intent_id = add_obo_intent(solution_of(body)).id,
                     client_mutation_id = body.client_mutation_id, error_msg = "" }
end

local choose_move = fields.of { name = "OBOMobilityIntent", always = "id", more = {},
  default = { "id", "waba", "solution", "status", "created_time", "updated_time" } }

--- GET /{obo_mobility_intent_id}
function M.move_intent(req, intent)
  local account, solution = state.nodes[state.settings.business_account_id], state.nodes[intent.solution_id]
  return answer.ok(choose_move(req) {
    id = intent.id, status = intent.status, created_time = intent.created_time, updated_time = intent.updated_time,
    waba = { id = account.id, name = account.name }, solution = choose { query = {} }(solution) })
end

return M
