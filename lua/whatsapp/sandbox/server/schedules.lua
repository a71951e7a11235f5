--- Schedules of the business account.

local answer = require "whatsapp.sandbox.server.answer"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local TYPES = { "BUSINESS_HOURS", "AUTOMATED_RESPONSE", "MESSAGE_CAMPAIGN", "MAINTENANCE_WINDOW", "CUSTOM" }
local TIME = { pattern = "^%d%d:%d%d", says = "a time, such as 09:00" }

local choose = fields.of { name = "WhatsAppBusinessSchedule", always = "id", more = {},
  default = { "id", "name", "status", "schedule_type", "description", "start_time", "end_time", "timezone",
              "days_of_week", "created_time", "updated_time", "is_active", "recurrence_pattern" } }

--- POST /{business_account_id}/schedules
function M.create(req)
  local body = req:json()
  local active, now = body.is_active ~= false, params.date_time()
  local schedule = state.add("schedule", {
    name = params.text(body, "name", { max = 100 }), description = body.description,
    schedule_type = params.one_of(body.schedule_type, "schedule_type", TYPES),
    start_time = params.text(body, "start_time", TIME), end_time = params.text(body, "end_time", TIME),
    timezone = body.timezone, days_of_week = body.days_of_week, recurrence_pattern = body.recurrence_pattern,
    is_active = active, status = active and "ACTIVE" or "INACTIVE", created_time = now, updated_time = now,
  })
  return answer.ok { id = schedule.id }
end

--- GET /{business_account_id}/schedules: the oldest first, or the newest.
function M.list(req)
  local choice, found = choose(req), state.all "schedule"
  if (req.query.sort or ""):find "%.desc$" then
    local turned = {}
    for i, schedule in ipairs(found) do turned[#found + 1 - i] = schedule end
    found = turned
  end
  return paging.answer(req, found, choice)
end

return M
