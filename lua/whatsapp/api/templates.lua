--- `wa.templates`: the message templates of a business account. Meta's page:
-- "Message templates"; operations of /{WABA-ID}/message_templates.

local definition = require "whatsapp.message.definition"
local resource = require "whatsapp.resource"

local PATH = "{business_account_id}/message_templates"

local STATUSES = { APPROVED = true, PENDING = true, REJECTED = true, PAUSED = true, DISABLED = true,
                   IN_APPEAL = true, PENDING_DELETION = true, DELETED = true, LIMIT_EXCEEDED = true,
                   ARCHIVED = true }

local rows = {
  list = { "GET", PATH, operation = "getTemplateByNameDefaultFields", does = "The templates of the business account.",
    query = true, page = "data", fields = {
    status = { type = "string", one_of = STATUSES },
    name = { type = "string" }, category = { type = "string" }, language = { type = "string" },
    limit = { type = "number", min = 1, max = 1000, whole = true },
    after = { type = "string" }, before = { type = "string" }, fields = { type = "any" },
    quality_score = { type = "string" }, content = { type = "string" },
    name_or_content = { type = "string" }, summary = { type = "any" },
  }, closed = true },
  get = { "GET", "{id}", operation = "getTemplateByIdDefaultFields", does = "One template.", query = true },
  delete = { "DELETE", PATH, operation = "deleteTemplateByName",
    does = "Deletes all languages of a name, or only the one with the id; the name is blocked for 30 days.",
    query = true, short = "name", returns = "success", fields = {
    name = { type = "string", max = 512, required = true },
    hsm_id = { type = "id" },
  } },
}

--- Submits a template for review. Limits: header and footer 60 characters, body
--- 1024, 10 buttons; a variable needs an example.
---@param template { name: string, language: string, category: string, header?: string,
--- header_example?: string, body?: string, examples?: table, footer?: string,
--- buttons?: table[], components?: table[] }
---@param options? table per-call options
---@return { id: string, status: string, category: string }|nil
---@return whatsapp.Error? err
function rows.create(self, template, options)
  local json, err = definition.compile(template)
  if not json then return nil, err end
  local made
  made, err = self.client:perform({ method = "POST", path = PATH, json = json }, options)
  if not made then return nil, err end
  return made
end

--- Changes a template: its parts in the same form as for create, or `category`.
--- An approved one can be changed once in 24 hours, and is reviewed again.
---@param id string
---@param changes table
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.update(self, id, changes, options)
  local json, err = definition.changes(changes)
  if not json then return nil, err end
  local body
  body, err = self.client:perform({ method = "POST", path = "{id}", values = { id = id }, json = json },
    options)
  if not body then return nil, err end
  return resource.success(body)
end

rows.create = { "POST", PATH, operation = "createAuthenticationTemplateWOtpCopyCodeButton",
  call = rows.create }
rows.update = { "POST", "{id}", operation = "editTemplate", call = rows.update }

return rows
