--- `wa.templates`: the message templates of a business account. Meta's page:
-- "Message templates"; operations of /{WABA-ID}/message_templates.

local Error = require "whatsapp.error"
local definition = require "whatsapp.message.definition"
local fields = require "whatsapp.api.fields"
local poll = require "whatsapp.poll"
local preflight = require "whatsapp.preflight"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"

local PATH = "{business_account_id}/message_templates"

local STATUSES = fields.words [[APPROVED PENDING REJECTED PAUSED DISABLED IN_APPEAL PENDING_DELETION DELETED
  LIMIT_EXCEEDED ARCHIVED]]

local DAY = 24 * 60 * 60

-- Ids as Graph's pages write a list of them: [1,2]. One alone may be given as it is.
local function ids_of(most)
  local id_list = { type = "list", max = most, of = fields.id }
  local function bracketed(value, path)
    local list, err = schema.check(type(value) == "table" and value or { value }, id_list, path)
    if not list then return nil, err end
    return "[" .. table.concat(list, ",") .. "]"
  end
  return { type = "string", before = bracketed, also = "string[]",
           says = ("a list of at most %d ids, or one"):format(most) }
end

local ids = fields.required(ids_of(10))

local moment = { type = "number", min = 0, max = 1e11, whole = true, required = true,
                 says = "seconds since 1970" }

local function check_period(query)
  if query.start < query["end"] then return query end
  return Error.invalid("end", "must be later than start")
end

local rows = {
  list = { "GET", PATH, operation = "getTemplateByNameDefaultFields", does = "The templates of the business account.",
    query = true, page = "data", fields = {
    status = { type = "string", one_of = STATUSES },
    name = fields.string, category = fields.one_of "AUTHENTICATION MARKETING UTILITY", language = fields.string,
    limit = { type = "number", min = 1, max = 1000, whole = true },
    after = fields.string, before = fields.string, fields = { type = "any" },
    quality_score = fields.string, content = fields.string,
    name_or_content = fields.string, summary = { type = "any" },
  }, closed = true, note = preflight.note_answer },
  library = { "GET", "message_template_library",
    does = "The templates that Meta has written: create { library_template_name = … } makes one your own.",
    query = true, page = "data", closed = true, fields = {
      search = fields.string, topic = fields.string, usecase = fields.string, industry = fields.string,
      language = fields.string, name = fields.string } },
  migrate = { "POST", "{business_account_id}/migrate_message_templates", short = "source_waba_id",
    does = "Makes this account's own of another one's approved templates, 500 at a time: answers which, and why others "
      .. "were not.",
    json = true, closed = true, fields = { source_waba_id = fields.required(fields.id),
      page_number = { type = "number", min = 0, whole = true, says = "the first 500 are 0" },
      count = { type = "number", min = 1, max = 500, whole = true },
      template_ids = { type = "list", max = 500, of = fields.id } } },
  unpause = { "POST", "{id}/unpause", does = "Ends the pause of a template, 5 minutes after it began at the earliest.",
    returns = function(body)
      if body.success ~= false then return true end
      return nil, Error.new { kind = "template", outcome = "rejected", raw = body,
        message = "the template stays paused", details = type(body.reason) == "string" and body.reason or nil }
    end },
  analytics = { "GET", "{business_account_id}/template_analytics",
    does = "How often templates were sent, delivered, read and clicked, day by day; 90 days back.",
    query = { granularity = "DAILY" }, page = "data", closed = true, check = check_period, fields = {
      start = moment, ["end"] = moment,
      granularity = fields.one_of "DAILY", template_ids = ids,
      metric_types = { type = "list", of = fields.one_of "SENT DELIVERED READ CLICKED COST" },
      product_type = fields.one_of "CLOUD_API MARKETING_MESSAGES_LITE_API", use_waba_timezone = fields.boolean } },
}

-- Rows whose functions do more than the row says.
local called = {
  get = { "GET", "{id}", operation = "getTemplateByIdDefaultFields", query = true, note = preflight.note_answer },
  create = { "POST", PATH, operation = "createAuthenticationTemplateWOtpCopyCodeButton" },
  update = { "POST", "{id}", operation = "editTemplate" },
  upsert = { "POST", "{business_account_id}/upsert_message_templates" },
  delete = { "DELETE", PATH, operation = "deleteTemplateByName", query = true, returns = "success",
    fields = { name = { type = "string", max = 512 }, hsm_id = fields.id, hsm_ids = ids_of(100) } },
  compare = { "GET", "{id}/compare", query = true, fields = { template_ids = ids } },
}

-- Which one --------------------------------------------------------------------------

local NAMED = 'give its id, or { name = "…", language = "…" }'

-- The only one of these in a language, where one is given.
local function one_of(templates, name, language)
  local found, languages = nil, {}
  for _, template in ipairs(templates) do
    if template.name == name then
      languages[#languages + 1] = template.language
      if language == nil or template.language == language then found = template end
    end
  end
  if found and (language or #languages == 1) then return found.id end
  if found then
    return Error.invalid("language", ("is missing: %s has %s"):format(name, table.concat(languages, ", ")))
  end
  return nil, Error.new { kind = "not_found", outcome = "rejected", field = language and languages[1] and "language",
    message = ("there is no template %s%s"):format(name, language and " in " .. language or ""),
    hint = languages[1] and "it has " .. table.concat(languages, ", ") or "wa.templates:list() tells which there are" }
end

local which_one = { type = "table", fields = { name = fields.required(fields.string), language = fields.string } }

-- The id of a template that is named by it, by its name and language, or by what
-- an answer told of it.
local function id_of(self, which, options)
  if which == nil then return Error.invalid("id", "is missing", NAMED) end
  if type(which) ~= "table" then
    local id, err = schema.check(which, { type = "id" }, "id")
    if not id or id:find "^%d+$" then return id, err end
    return Error.invalid("id", ("%q is no id"):format(id), NAMED)
  end
  if which.id ~= nil then return schema.check(which.id, { type = "id" }, "id") end
  local wanted, err = schema.check(which, which_one)
  if not wanted then return nil, err end
  local found
  found, err = self:all({ name = wanted.name, fields = "id,name,language", limit = 100 }, options)
  if not found then return nil, err end
  return one_of(found, wanted.name, wanted.language)
end

local get = resource.method(called.get)

--- One template.
---@param which string|integer|{ id?: string, name?: string, language?: string } its id, or its name and language
---@param query? { fields?: string|string[] } what to answer with
---@param options? table per-call options
---@return table|nil
---@return whatsapp.Error? err
function rows.get(self, which, query, options)
  local id, err = id_of(self, which, options)
  if not id then return nil, err end
  return get(self, id, query, options)
end

-- Creating and changing --------------------------------------------------------------

-- Nothing is submitted before its files are with Meta.
local function submit(self, call, json, uploads, options)
  local finish = self.client:finish_of(options)
  if uploads[1] then
    local ok, err = self.client.uploads:upload_all(uploads, options, finish)
    if not ok then return nil, err end
  end
  call.json, call.finish = json, finish
  return self.client:perform(call, options)
end

--- Submits a template for review. Its parts are those of Meta's page: see
--- docs/templates.md. A file in a header is uploaded by itself, which needs the
--- app's id (`app_id`) where Graph does not tell it.
---@param template { name: string, language: string, category: string, header?: string|table,
--- header_example?: string, body?: string, examples?: string|table, footer?: string,
--- buttons?: (string|table)[], carousel?: table[], limited_time_offer?: string|table,
--- call_permission_request?: true, add_security_recommendation?: boolean,
--- code_expiration_minutes?: integer, library_template_name?: string, components?: table[] }
---@param options? table per-call options
---@return { id: string, status: string, category: string }|nil
---@return whatsapp.Error? err
function rows.create(self, template, options)
  local json, uploads = definition.compile(template)
  if not json then return nil, uploads end
  local made, err = submit(self, { method = "POST", path = PATH }, json, uploads, options)
  if not made then return nil, err end
  preflight.forget(self.client, { name = json.name })
  return made
end

--- Changes a template: its parts in the same form as for create, or `category`.
--- An approved one can be changed once in 24 hours and ten times in 30 days, and
--- is reviewed again.
---@param which string|integer|{ id?: string, name?: string, language?: string } its id, or its name and language
---@param changes { category?: string, header?: string|table, body?: string, examples?: string|table,
--- footer?: string, buttons?: (string|table)[], components?: table[] }
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.update(self, which, changes, options)
  local json, uploads = definition.changes(changes)
  if not json then return nil, uploads end
  local id, err = id_of(self, which, options)
  if not id then return nil, err end
  local body
  body, err = submit(self, { method = "POST", path = "{id}", values = { id = id } }, json, uploads, options)
  if not body then return nil, err end
  preflight.forget(self.client, { id = id })
  return resource.success(body)
end

--- Makes or changes an authentication template in several languages at once.
---@param template { name: string, languages: string[], buttons: table[],
--- add_security_recommendation?: boolean, code_expiration_minutes?: integer }
---@param options? table per-call options
---@return { id: string, language: string, status: string }[]|nil
---@return whatsapp.Error? err
function rows.upsert(self, template, options)
  local json, err = definition.upsert(template)
  if not json then return nil, err end
  local body
  body, err = self.client:perform({ method = "POST", path = called.upsert[2], json = json, idempotent = true }, options)
  if not body then return nil, err end
  preflight.forget(self.client, { name = json.name })
  if type(body.data) == "table" then return body.data end
  return nil, Error.new { kind = "protocol", outcome = "unknown", message = "the answer has no data" }
end

-- Deleting -------------------------------------------------------------------------

local which_spec = { type = "table", short = "name", fields = {
  name = { type = "string", max = 512 }, language = fields.string, id = { type = "id" }, hsm_id = { type = "id" },
  ids = { type = "list", max = 100, of = { type = "id" } },
} }

local delete = resource.method(called.delete)

-- Several at once, by their ids alone.
local function delete_all(self, checked, options)
  if checked.name or checked.id or checked.hsm_id then
    return Error.invalid("ids", "cannot stand beside a name or an id")
  end
  for _, id in ipairs(checked.ids) do preflight.forget(self.client, { id = id }) end
  return delete(self, { hsm_ids = checked.ids }, options)
end

--- Deletes a template: by name in all its languages, by id or by name and language in
--- one; or up to 100 by their `ids`. The name of an approved one cannot be used again for 30 days.
---@param which string|{ name?: string, language?: string, id?: string, ids?: string[] } Graph wants
--- name and id: what is missing is asked for
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.delete(self, which, options)
  if type(which) == "table" and which.id ~= nil and which.ids == nil then
    which = { id = which.id, name = which.name } -- it may be an answer, with all that is told of it
  end
  local checked, err = schema.check(which == nil and {} or which, which_spec)
  if not checked then return nil, err end
  if checked.ids then return delete_all(self, checked, options) end
  local id, name = checked.id or checked.hsm_id, checked.name
  if not id and not name then return Error.invalid("name", "is missing", 'give a name, or { id = "…" }') end
  if not id and checked.language then
    id, err = id_of(self, { name = name, language = checked.language }, options)
    if not id then return nil, err end
  end
  if not name then
    local template
    template, err = self:get(id, { fields = "name" }, options)
    if not template then return nil, err end
    name = template.name
  end
  preflight.forget(self.client, { name = name })
  local ok
  ok, err = delete(self, { name = name, hsm_id = id }, options)
  if not ok and not id and name:find "^%d+$" then err.hint = 'an id is given as { id = "…" }' end
  return ok, err
end

-- Waiting --------------------------------------------------------------------------

local FIRST, LONGEST, TIMEOUT = 0.5, 30, 300

-- What a review ends with, other than with what was hoped for.
local ENDS = fields.words "REJECTED DISABLED DELETED PENDING_DELETION LIMIT_EXCEEDED"

local STATUS = { type = "string", one_of = STATUSES }

local WATCHED = "id,name,language,category,status,rejected_reason"

local function ended(template, status)
  local reason = template.rejected_reason
  return nil, Error.new { kind = "template", outcome = "rejected", raw = template,
    message = ("the template %s is %s, not %s"):format(tostring(template.name), tostring(template.status), status),
    details = type(reason) == "string" and reason ~= "NONE" and reason or nil,
    hint = template.status == "REJECTED"
      and "change it with wa.templates:update(id, …), or appeal in WhatsApp Manager" or nil }
end

local function too_late(template, status, timeout)
  return nil, Error.new { kind = "timeout", outcome = "rejected", raw = template, retry = "auto", retryable = true,
    message = ("the template is %s, not %s, after %g s"):format(tostring(template and template.status), status,
      timeout),
    hint = "a review may take 24 hours: wait again, or let the webhook message_template_status_update tell" }
end

--- Waits until a template has a status, by asking: at first after half a
--- second, later every 30 seconds.
---@param which string|integer|{ id?: string, name?: string, language?: string } its id, or its name and language
---@param status? string "APPROVED"; may be left out before the options
---@param options? table `timeout` (300 seconds in all) and other per-call options
---@return table|nil template its name, language, category and status
---@return whatsapp.Error? err `template` with the reason when it was rejected (or came to another
--- end), `timeout` while it is still under review
function rows.wait(self, which, status, options)
  status, options = poll.arguments(status, options)
  local wanted, err = schema.check(status == nil and "APPROVED" or status, STATUS, "status")
  if not wanted then return nil, err end
  local timeout, rest = poll.options(options, TIMEOUT)
  if not timeout then return nil, rest end
  rest.deadline = timeout
  local id
  id, err = id_of(self, which, rest)
  if not id then return nil, err end
  local template
  local times = { timeout = timeout, first = FIRST, longest = LONGEST }
  local found, why = poll.run(self.client:loop(), times, function(left)
    local problem
    rest.deadline = left
    template, problem = get(self, id, { fields = WATCHED }, rest)
    if not template then return nil, problem end
    if template.status == wanted then return template end
    if ENDS[template.status] then return ended(template, wanted) end
  end)
  if found or why then return found, why end
  return too_late(template, wanted, timeout)
end

-- Numbers --------------------------------------------------------------------------

local WINDOWS = { [7] = true, [30] = true, [60] = true, [90] = true }

local compare_spec = { type = "table", short = "with", fields = {
  with = fields.required(fields.id), days = { type = "number", whole = true, min = 7, max = 90 },
} }

local compare = resource.method(called.compare)

--- Compares a template with another of the account; both were sent 1000 times in
--- the window.
---@param id string
---@param query string|{ with: string, days?: 7|30|60|90 } the other one; 7 days up to now
---@param options? table per-call options
---@return { metric: string, type: string }[]|nil metrics `metric` is BLOCK_RATE or MESSAGE_SENDS or TOP_BLOCK_REASON
---@return whatsapp.Error? err
function rows.compare(self, id, query, options)
  local checked, err = schema.check(query == nil and {} or query, compare_spec)
  if not checked then return nil, err end
  local days, now = checked.days or 7, os.time()
  if not WINDOWS[days] then return Error.invalid("days", "must be 7, 30, 60 or 90") end
  local body
  body, err = compare(self, id, { template_ids = checked.with, start = now - days * DAY,
                                  ["end"] = now }, options)
  if not body then return nil, err end
  return body.data or body
end

for name, row in pairs(called) do
  row.call = rows[name]
  rows[name] = row
end

return rows
