--- Flows: made, given their Flow JSON, published, ended; what is wrong with the JSON is
--- said with its place.

local check = require "whatsapp.flow.check"
local document = require "whatsapp.flow.document"
local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local events = require "whatsapp.sandbox.server.events"
local fields = require "whatsapp.sandbox.server.fields"
local identity = require "whatsapp.sandbox.identity"
local metrics = require "whatsapp.sandbox.server.flow_metrics"
local paging = require "whatsapp.sandbox.server.paging"
local params = require "whatsapp.sandbox.server.params"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local DONE = { success = true }
local DAY = 24 * 60 * 60

local CATEGORIES = { "SIGN_UP", "SIGN_IN", "APPOINTMENT_BOOKING", "LEAD_GENERATION", "CONTACT_US",
                     "CUSTOMER_SUPPORT", "SURVEY", "OTHER" }

-- Flow JSON --------------------------------------------------------------------------

-- "$root/screens/0/title": Meta counts from 0.
local function pointer(keys)
  local steps = { "$root" }
  for i, key in ipairs(keys) do steps[i + 1] = type(key) == "number" and key - 1 or tostring(key) end
  return table.concat(steps, "/")
end

local function error_of(code, message, place)
  return { error = code, error_type = "FLOW_JSON_ERROR", message = message,
           line_start = place.line_start, line_end = place.line_end,
           column_start = place.column_start, column_end = place.column_end }
end

-- What is wrong with a text, as Meta says it; and its value when it is JSON.
local function validate(text)
  local found, err = document.read(text)
  if not found then
    return json.array { error_of("INVALID_FLOW_JSON", "Flow JSON is not valid: " .. err.why, {
      line_start = err.line, line_end = err.line, column_start = err.column, column_end = err.column }) }, {}
  end
  local errors = json.array {}
  for i, problem in ipairs(check.run(found.value)) do
    local place = found:nearest(problem.keys)
    errors[i] = error_of(problem.code, ('%s at "%s".'):format(problem.message, pointer(problem.keys)), place)
    place.path = pointer(problem.keys)
    errors[i].pointers = { place }
  end
  return errors, type(found.value) == "table" and found.value or {}
end

--- What the phone shows of a flow.
---@param flow table
---@return table
function M.shown(flow)
  return { id = flow.id, name = flow.name, status = flow.status }
end

local function announce(flow)
  events.publish("flow", flow, M.shown)
end

-- A published flow stays as it is until the new draft is published.
local function take(flow, text)
  local errors, value = validate(text)
  flow.text, flow.validation_errors = text, errors
  flow.json_version, flow.data_api_version = value.version, value.data_api_version
  flow.status = "DRAFT"
end

-- Reading ----------------------------------------------------------------------------

local choose = fields.of {
  name = "WhatsAppBusinessFlow", always = "id",
  default = { "id", "name", "status", "categories", "validation_errors" },
  more = { "json_version", "data_api_version", "endpoint_uri", "data_channel_uri", "preview", "metric",
           "whatsapp_business_account", "application" },
}

local function preview_of(flow, anew)
  if anew or not flow.preview then
    flow.preview = {
      preview_url = ("https://business.facebook.com/wa/manage/flows/%s/preview/?token=%s")
        :format(flow.id, identity.uuid()),
      expires_at = os.date("!%Y-%m-%dT%H:%M:%S+0000", state.time() + 30 * DAY),
    }
  end
end

-- `preview.invalidate(true)` asks for the field preview.
local function asked(req)
  local text = req.query.fields
  return { query = { fields = text and text:gsub("%.[%w_]+%b()", "") } }, text or ""
end

--- GET /{business_account_id}/flows
function M.list(req)
  return paging.answer(req, state.all "flow", choose(req))
end

--- GET /{flow_id}
function M.get(req, flow)
  local plain, text = asked(req)
  flow.metric = text:find("metric", 1, true) and metrics.of(flow, text) or nil
  preview_of(flow, text:find("preview.invalidate(true)", 1, true) ~= nil)
  flow.whatsapp_business_account = { id = state.settings.business_account_id }
  flow.application = { id = state.settings.app_id }
  return answer.ok(choose(plain)(flow))
end

-- Making -----------------------------------------------------------------------------

-- The fields of a body, which may be JSON or a form.
local function body_of(req)
  if req:content_type() ~= "multipart/form-data" then return req:json() end
  local body = {}
  for _, part in ipairs(req:multipart()) do body[part.name] = part:text() end
  if type(body.categories) == "string" then body.categories = json.decode(body.categories) end
  return body
end

local function check_name(body, own)
  local wanted = params.text(body, "name", { max = 200 })
  for _, flow in ipairs(state.all "flow") do
    if flow.name == wanted and flow ~= own then
      answer.refuse { code = 100, subcode = 4016019, message = "Invalid parameter", title = "Flow name is not unique",
                      details = "Flow name is not unique" }
    end
  end
  return wanted
end

local function categories_of(body)
  if type(body.categories) ~= "table" or not body.categories[1] then params.refuse("categories", "a list") end
  for _, category in ipairs(body.categories) do params.one_of(category, "categories", CATEGORIES) end
  return body.categories
end

local function publish(flow)
  local function refuse(why) answer.refuse { code = 139002, details = why } end
  if flow.status ~= "DRAFT" then refuse "Only a flow in status DRAFT can be published" end
  if not flow.text then refuse "The flow has no Flow JSON" end
  if flow.validation_errors[1] then refuse "The flow has validation errors" end
  if flow.data_api_version and not flow.endpoint_uri then refuse "The flow has no endpoint_uri" end
  if flow.data_api_version then
    local has_key = false
    for _, phone in ipairs(state.all "phone_number") do has_key = has_key or phone.business_public_key ~= nil end
    if not has_key then refuse "No public key is set for the phone number" end
  end
  flow.status, flow.was_published = "PUBLISHED", true
end

--- POST /{business_account_id}/flows
function M.create(req)
  local body = body_of(req)
  local made = { name = check_name(body), categories = body.categories and categories_of(body) or { "OTHER" },
                 endpoint_uri = body.endpoint_uri, status = "DRAFT", validation_errors = json.array {} }
  local source = body.clone_flow_id and state.nodes[body.clone_flow_id]
  if body.clone_flow_id and not (source and source.kind == "flow") then
    answer.refuse { code = 100, details = "clone_flow_id names no flow" }
  end
  local text = body.flow_json or (source and source.text)
  if text then take(made, text) end
  local flow = state.add("flow", made)
  if tostring(body.publish) == "true" then
    local ok, refused = pcall(publish, flow)
    if not ok then
      state.remove(flow)
      error(refused, 0)
    end
  end
  announce(flow)
  return answer.ok { id = flow.id, success = true, validation_errors = flow.validation_errors }
end

--- POST /{flow_id}
function M.update(req, flow)
  local body = body_of(req)
  if body.name then flow.name = check_name(body, flow) end
  if body.categories then flow.categories = categories_of(body) end
  if body.endpoint_uri then flow.endpoint_uri = body.endpoint_uri end
  announce(flow)
  return answer.ok(DONE)
end

--- POST /{business_account_id}/migrate_flows: nobody else's flows are here.
function M.migrate(req)
  local body = body_of(req)
  params.given(body, "source_waba_id")
  local failed = json.array {}
  for i, name in ipairs(type(body.source_flow_names) == "string" and json.decode(body.source_flow_names) or {}) do
    failed[i] = { source_name = name, error_code = "4233041",
                  error_message = "Flows Migration Error: Flow name not found in source WABA." }
  end
  return answer.ok { migrated_flows = json.array {}, failed_flows = failed }
end

-- Assets -----------------------------------------------------------------------------

--- POST /{flow_id}/assets
function M.upload(req, flow)
  local given = {}
  for _, part in ipairs(req:multipart()) do given[part.name] = part end
  local function text_of(name) return given[name] and given[name]:text() end
  params.one_of(text_of "name", "name", { "flow.json" })
  params.one_of(text_of "asset_type", "asset_type", { "FLOW_JSON" })
  if flow.status == "DEPRECATED" then
    answer.refuse { code = 139001, details = "a deprecated flow cannot be changed" }
  end
  take(flow, params.given(given, "file"):text())
  announce(flow)
  return answer.ok { success = true, validation_errors = flow.validation_errors }
end

--- GET /{flow_id}/assets
function M.assets(req, flow)
  local assets = {}
  if flow.text then
    flow.secret = flow.secret or identity.hex(16)
    assets[1] = { name = "flow.json", asset_type = "FLOW_JSON", serial = flow.serial, download_url =
      ("%s/whatsapp_business/flows/?id=%s&hash=%s"):format(state.settings.graph_url, flow.id, flow.secret) }
  end
  return paging.answer(req, assets, function(asset)
    return { name = asset.name, asset_type = asset.asset_type, download_url = asset.download_url }
  end)
end

--- GET of the url of an asset.
function M.download(req)
  local flow = state.nodes[req.query.id or ""]
  if not flow or flow.kind ~= "flow" or req.query.hash ~= flow.secret then
    return { status = 404, text = "URL signature mismatch or expired\n" }
  end
  return { status = 200, text = flow.text, content_type = "application/json" }
end

-- Its life ---------------------------------------------------------------------------

--- POST /{flow_id}/publish
function M.publish(_, flow)
  publish(flow)
  announce(flow)
  return answer.ok(DONE)
end

--- POST /{flow_id}/deprecate
function M.deprecate(_, flow)
  if flow.status ~= "PUBLISHED" then
    answer.refuse { code = 139003, details = flow.status == "DEPRECATED" and "The flow is already deprecated"
      or "Only a published flow can be deprecated" }
  end
  flow.status = "DEPRECATED"
  announce(flow)
  return answer.ok(DONE)
end

--- DELETE /{flow_id}
function M.delete(_, flow)
  if flow.status ~= "DRAFT" or flow.was_published then
    answer.refuse { code = 139004, details = "A published flow can only be deprecated" }
  end
  state.remove(flow)
  events.publish("flow", { id = flow.id, deleted = true })
  return answer.ok(DONE)
end

return M
