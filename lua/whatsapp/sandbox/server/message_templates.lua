--- Message templates: listed, created, reviewed, changed, deleted.

local json = require "whatsapp.json"
local agenda = require "whatsapp.sandbox.server.agenda"
local answer = require "whatsapp.sandbox.server.answer"
local events = require "whatsapp.sandbox.server.events"
local fields = require "whatsapp.sandbox.server.fields"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local rules = require "whatsapp.sandbox.server.template_rules"
local state = require "whatsapp.sandbox.server.state"
local template_code = require "whatsapp.sandbox.server.template_code"
local template_library = require "whatsapp.sandbox.server.template_library"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local DAY = 24 * 60 * 60
local MAX_TEMPLATES = 250

-- The states in which a template can be edited.
local editable = { APPROVED = true, REJECTED = true, PAUSED = true }

-- The review --------------------------------------------------------------------

-- What stands in a body, and what the review makes of it; anything else is approved.
local verdicts = { ["[reject]"] = "REJECTED", ["[pause]"] = "PAUSED", ["[disable]"] = "DISABLED" }

local function verdict(template)
  for _, component in ipairs(template.components) do
    local body = component.type == "BODY" and component.text or ""
    for word, status in pairs(verdicts) do
      if body:find(word, 1, true) then return status end
    end
  end
  return "APPROVED"
end

--- What the phone shows of a template.
---@param template table
---@return table
function M.shown(template)
  return { id = template.id, name = template.name, language = template.language, status = template.status,
           category = template.category, components = template.components,
           rejected_reason = template.rejected_reason }
end

local function publish(template)
  events.publish("template", template, M.shown)
end

local function decide(template, status, reason)
  template.review_at, template.status = nil, status
  template.rejected_reason = status == "REJECTED" and (reason or "INVALID_FORMAT") or "NONE"
  publish(template)
  webhooks.send(nil, "template " .. template.id, "message_template_status_update", {
    event = status, message_template_id = tonumber(template.id), message_template_name = template.name,
    message_template_language = template.language, message_template_category = template.category,
    reason = reason or template.rejected_reason,
  })
end

-- A review that is due is done, at the latest when somebody looks.
local function reviewed(template)
  if template.review_at and state.now() >= template.review_at then decide(template, verdict(template)) end
  return template
end

local function schedule(template)
  if template.review_at then agenda.at(template.review_at, reviewed, template) end
end

local function submit(template)
  local seconds = state.settings.review_seconds
  template.status, template.rejected_reason = "PENDING", "NONE"
  template.review_at = seconds and state.now() + seconds or nil
  publish(template)
  schedule(template)
end

--- Goes on with the reviews that were under way before the sandbox started.
function M.resume()
  for _, template in ipairs(state.all "template") do schedule(template) end
end

--- Decides the review of a template.
---@param template table
---@param status string
---@param reason? string
function M.review(template, status, reason)
  if not (editable[status] or status == "DISABLED") then
    answer.invalid("status", "must be one of APPROVED, REJECTED, PAUSED, DISABLED")
  end
  decide(template, status, reason)
end

--- A template by name and language, as it is now.
---@param name string
---@param language string
---@return table|nil template
function M.find(name, language)
  for _, template in ipairs(state.all "template") do
    if template.name == name and template.language == language then return reviewed(template) end
  end
end

--- All templates, as they are now.
---@return table[]
function M.all()
  for _, template in ipairs(state.all "template") do reviewed(template) end
  return state.all "template"
end

-- Reading -------------------------------------------------------------------------

local choose = fields.of {
  name = "WhatsAppMessageTemplate", always = "id",
  default = { "name", "parameter_format", "components", "language", "status", "category", "id" },
  more = { "library_template_name",
           "rejected_reason", "quality_score", "message_send_ttl_seconds", "previous_category" },
}

local filters = { "name", "status", "category", "language" }
local statuses = { APPROVED = true, PENDING = true, REJECTED = true, PAUSED = true,
  DISABLED = true, IN_APPEAL = true, PENDING_DELETION = true, DELETED = true, ARCHIVED = true,
  LIMIT_EXCEEDED = true }

local function check_filters(query)
  if query.category then rules.category(query.category) end
  if query.status and not statuses[query.status] then
    answer.refuse { code = 100,
      message = "Param status must be one of {APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …}" }
  end
end

local function fits(template, query)
  for _, name in ipairs(filters) do
    if query[name] and query[name] ~= template[name] then return false end
  end
  return true
end

--- GET /{business_account_id}/message_templates
function M.list(req)
  check_filters(req.query)
  local found = {}
  for _, template in ipairs(state.all "template") do
    if fits(reviewed(template), req.query) then found[#found + 1] = template end
  end
  return paging.answer(req, found, choose(req))
end

--- GET /{template_id}
function M.get(req, template)
  return answer.ok(choose(req)(reviewed(template)))
end

-- Creating ------------------------------------------------------------------------

local function check_name_is_free(name, language)
  if M.find(name, language) then
    answer.refuse { code = 100, subcode = 2388024, plain = true,
      title = "Content in This Language Already Exists",
      user_message = ("There is already %s content for this template. You can create a new "
        .. "template and try again."):format(language) }
  end
  if state.now() < (state.deleted_names[name] or 0) then
    answer.refuse { code = 100, subcode = 2388023, plain = true,
      title = "Message Template Language Is Being Deleted",
      user_message = ("%s was deleted and its name can't be used for 30 days."):format(name) }
  end
end

local function template_of(body)
  rules.check_name(body)
  local template = {
    name = body.name, language = body.language, category = rules.category(body.category),
    parameter_format = body.parameter_format or "POSITIONAL", components = body.components,
    message_send_ttl_seconds = body.message_send_ttl_seconds,
    library_template_name = body.library_template_name,
  }
  if body.library_template_name then template.components = template_library.components(body) end
  rules.check(template)
  template_code.write(template)
  return template
end

--- POST /{business_account_id}/message_templates
function M.create(req)
  local template = template_of(req:json())
  check_name_is_free(template.name, template.language)
  if #state.all "template" >= MAX_TEMPLATES then
    answer.refuse { code = 100, subcode = 2388019, plain = true,
      title = "Message Template Limit Exceeded",
      user_message = ("An account has at most %d templates."):format(MAX_TEMPLATES) }
  end
  submit(state.add("template", template))
  return answer.ok { id = template.id, status = template.status, category = template.category }
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local made = {}
  for key, item in pairs(value) do made[key] = copy(item) end
  return made
end

--- POST /{business_account_id}/upsert_message_templates: authentication templates in
--- several languages, new or changed.
function M.upsert(req)
  local body, made = req:json(), {}
  if body.category ~= "AUTHENTICATION" or type(body.languages) ~= "table" or not body.languages[1] then
    answer.refuse { code = 100, details = "languages, and the category AUTHENTICATION, are required" }
  end
  for i, language in ipairs(body.languages) do
    local given = copy(body)
    given.language = language
    made[i] = template_of(given)
  end
  for i, template in ipairs(made) do
    local known = M.find(template.name, template.language)
    if known then
      known.components = template.components
    else
      known = state.add("template", template)
    end
    submit(known)
    made[i] = { id = known.id, status = known.status, language = known.language }
  end
  return answer.ok { data = made }
end

-- Changing ------------------------------------------------------------------------

--- POST /{template_id}/unpause
function M.unpause(_, template)
  if reviewed(template).status ~= "PAUSED" then
    return answer.ok { success = false, reason = "Template is not paused" }
  end
  template.status = "APPROVED"
  publish(template)
  return answer.ok { success = true }
end

local function check_editable(template, body)
  if not editable[template.status] then
    answer.refuse { code = 100, details = ("a template in status %s cannot be edited")
      :format(template.status) }
  end
  if template.status ~= "APPROVED" then return end
  if body.category and rules.category(body.category) ~= template.category then
    answer.refuse { code = 100, details = "the category of an approved template is final" }
  end
  if state.now() < (template.edited_at or -DAY) + DAY then
    answer.refuse { code = 100, details = "an approved template can be edited once in 24 hours" }
  end
end

--- POST /{template_id}
function M.edit(req, template)
  local body = req:json()
  check_editable(reviewed(template), body)
  local changed = {
    category = rules.category(body.category or template.category),
    parameter_format = body.parameter_format or template.parameter_format,
    components = body.components or template.components,
  }
  rules.check(changed)
  template_code.write(changed)
  template.edited_at = template.status == "APPROVED" and state.now() or nil
  for name, value in pairs(changed) do template[name] = value end
  submit(template)
  return answer.ok { success = true }
end

-- Deleting ------------------------------------------------------------------------

local function delete(template)
  if reviewed(template).status == "APPROVED" then
    state.deleted_names[template.name] = state.now() + 30 * DAY
  end
  template.review_at = nil
  state.remove(template)
  events.publish("template", { id = template.id, deleted = true })
end

-- Those of a list of ids: all of them, or none.
local function delete_ids(text)
  local found = {}
  for id in text:gmatch "%d+" do
    local template = state.nodes[id]
    if not (template and template.kind == "template") then
      answer.refuse { code = 100, subcode = 33, plain = true, title = "Message Template Not Found",
        user_message = ("There is no message template with the id %s."):format(id) }
    end
    found[#found + 1] = template
  end
  for _, template in ipairs(found) do delete(template) end
  return answer.ok { success = true }
end

--- DELETE /{business_account_id}/message_templates?name=[&hsm_id=]: all languages of
--- a name, or the one with that id; ?hsm_ids=[…]: these.
function M.delete(req)
  local name, id = req.query.name, req.query.hsm_id
  if req.query.hsm_ids then return delete_ids(tostring(req.query.hsm_ids)) end
  if not name then answer.refuse { code = 100, message = "The parameter name is required." } end
  local found = {}
  for _, template in ipairs(state.all "template") do
    if template.name == name and (not id or template.id == id) then
      found[#found + 1] = template
    end
  end
  if #found == 0 then
    answer.refuse { status = 404, code = 100, subcode = 2593002, plain = true,
      title = "Message Template Not Found",
      user_message = ("There is no message template with the name %s%s.")
        :format(name, id and " and the id " .. id or "") }
  end
  for _, template in ipairs(found) do delete(template) end
  return answer.ok { success = true }
end

--- POST /{business_account_id}/migrate_message_templates: nobody else's templates are here.
function M.migrate(req)
  local body, failed = req:json(), {}
  params.given(body, "source_waba_id")
  for _, id in ipairs(type(body.template_ids) == "table" and body.template_ids or {}) do
    failed[tostring(id)] = "Template not found in the source account"
  end
  return answer.ok { migrated_templates = json.array {}, failed_templates = failed }
end

return M
