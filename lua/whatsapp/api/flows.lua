--- `wa.flows`: WhatsApp Flows: forms inside a chat. Meta's page: "Flows API".

local Error = require "whatsapp.error"
local document = require "whatsapp.flow.document"
local fetch = require "whatsapp.api.fetch"
local fields = require "whatsapp.api.fields"
local json = require "whatsapp.json"
local percent = require "whatsapp.percent"
local places = require "whatsapp.flow.places"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"
local screens = require "whatsapp.flow.screens"

local name, link = fields.text(200), fields.link
local categories = { type = "list", max = 8, of = fields.one_of [[SIGN_UP SIGN_IN APPOINTMENT_BOOKING
  LEAD_GENERATION CONTACT_US CUSTOMER_SUPPORT SURVEY OTHER]] }

local rows = {
  list = { "GET", "{business_account_id}/flows", operation = "listFlows", does = "The flows of the business account.",
    query = true, page = "data" },
  get = { "GET", "{id}", operation = "getFlow", does = "What Graph knows of a flow; `fields` asks for more: preview, …",
    query = true, fields = { date_format = fields.string } },
  delete = { "DELETE", "{id}", operation = "deleteFlow", does = "Deletes a draft.", returns = "success" },
  assets = { "GET", "{id}/assets", operation = "listAssetsGetFlowJsonUrl",
    does = "The files of a flow, with a link to each.", query = true, page = "data" },
  publish = { "POST", "{id}/publish", operation = "publishFlow",
    does = "Publishes a flow; what is uploaded later is a new draft of it.", returns = "success" },
  deprecate = { "POST", "{id}/deprecate", operation = "deprecateFlow",
    does = "Ends a published flow: it can be sent no more.", returns = "success" },
  migrate = { "POST", "{business_account_id}/migrate_flows", operation = "migrateFlows",
    does = "Copies flows from another business account.", parts = true, short = "source_waba_id", fields = {
      source_waba_id = fields.required(fields.id), source_flow_names = { type = "list", max = 100, of = name },
    } },
}

-- Rows whose functions do more than the row says.
local called = {
  create = { "POST", "{business_account_id}/flows", operation = "createFlow", json = true, short = "name",
    closed = true, fields = {
      name = fields.required(name), categories = categories, clone_flow_id = fields.id, endpoint_uri = link,
      flow_json = fields.string, publish = fields.boolean,
    } },
  update = { "POST", "{id}", operation = "updateFlowMetadata", json = true, some = true, idempotent = true,
    returns = "success", closed = true,
    fields = { name = name, categories = categories, endpoint_uri = link, application_id = fields.id } },
  upload = { "POST", "{id}/assets", operation = "updateFlowJson",
    parts = true, short = "file", closed = true, idempotent = true,
    always = { name = "flow.json", asset_type = "FLOW_JSON" },
    upload = { type = "application/json", filename = "flow.json" } },
}

local create, update, upload = resource.method(called.create), resource.method(called.update),
  resource.method(called.upload)

-- Screens -------------------------------------------------------------------------------

-- What stands behind the place that Meta names. Whether it counts columns from 0 or
-- from 1 it does not say: one further is inside either way.
local function place_of(problem, text)
  local place = type(problem.pointers) == "table" and problem.pointers[1] or problem
  local line = tonumber(problem.line_start or place.line_start)
  local column = tonumber(problem.column_start or place.column_start)
  if line and column then return text:keys_at(line, column + 1) end
  if type(place.path) == "string" then return places.keys(place.path) end
  local pointer = type(problem.message) == "string" and problem.message:match "%$root[%w_/%-]+"
  return pointer and places.keys(pointer)
end

local function text_of(file)
  local handle = io.open(file, "rb")
  local text = handle and handle:read "*a"
  if handle then handle:close() end
  return text
end

-- Adds to each mistake that Meta found how the place is called in your table.
local function explain(body, text, file)
  local found = body.validation_errors
  if type(found) ~= "table" or not found[1] then return body end
  text = text or (file and text_of(file))
  local read = text and document.read(text)
  for _, problem in ipairs(read and found or {}) do
    local keys = type(problem) == "table" and place_of(problem, read)
    if keys then problem.field = places.name(read.value, keys) end
  end
  return body
end

-- Fields with `flow_json` in place of `screens`.
local function with_text(given)
  if type(given) ~= "table" or given.screens == nil then return given end
  local flow, err = screens.build(given.screens)
  if not flow then return nil, err end
  local out = {}
  for key, value in pairs(given) do out[key] = value end
  out.screens = nil
  if out.flow_json ~= nil then return Error.invalid("flow_json", "cannot stand beside screens") end
  out.flow_json = tostring(flow)
  return out
end

--- Makes a flow, a draft unless it is published at once. Its screens are checked
--- before anything is sent.
---@param flow string|{ name: string, categories?: string[], screens?: whatsapp.Flow, flow_json?: string,
--- endpoint_uri?: string, clone_flow_id?: string, publish?: boolean } `screens` as for
--- `whatsapp.flow.screens`; the name alone makes an empty flow
---@param options? table per-call options
---@return { id: string, validation_errors?: table[] }|nil flow with what Meta found wrong: each has
--- `message`, `line_start`, `column_start` and `field`, the place in your table
---@return whatsapp.Error? err
function rows.create(self, flow, options)
  local checked, err = with_text(flow)
  if checked == nil and err then return nil, err end
  local body
  body, err = create(self, checked, options)
  if not body then return nil, err end
  return explain(body, type(checked) == "table" and checked.flow_json or nil)
end

-- Whether a table is screens, and not the name of a file or its bytes.
local function is_screens(given)
  return type(given) == "table" and (given.version ~= nil or given.screens ~= nil or type(given[1]) == "table")
end

--- Uploads the screens of a flow: a table as for `whatsapp.flow.screens`, or Flow JSON as
--- a file (`"flow.json"`) or text (`{ data = text }`).
---@param id string
---@param given whatsapp.Flow|string|{ data: string }
---@param options? table per-call options
---@return { success: boolean, validation_errors: table[] }|nil answer with what Meta found wrong: each
--- has `message`, `line_start`, `column_start` and `field`, the place in your table
---@return whatsapp.Error? err
function rows.upload(self, id, given, options)
  if is_screens(given) then
    local flow, err = screens.build(given)
    if not flow then return nil, err end
    given = { data = tostring(flow) }
  end
  local body, err = upload(self, id, given, options)
  if not body then return nil, err end
  if type(given) == "string" then given = { file = given } end
  return explain(body, given.data, given.file)
end

-- Uploads what Meta must find no mistake in.
local function refuse_mistakes(body)
  local first = type(body.validation_errors) == "table" and body.validation_errors[1]
  if not first then return true end
  return nil, Error.new { kind = "graph", outcome = "rejected", raw = body, field = first.field,
    message = ("Meta finds %d mistakes in the screens: %s"):format(#body.validation_errors, tostring(first.message)),
    hint = "err.raw.validation_errors has all of them" }
end

local function put(self, id, flow, options)
  local body, err = self:upload(id, flow, options)
  if not body then return nil, err end
  return refuse_mistakes(body)
end

--- Changes name, categories or endpoint; with `screens`, what it shows too.
---@param id string
---@param changes { name?: string, categories?: string[], endpoint_uri?: string, application_id?: string,
--- screens?: whatsapp.Flow }
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err of kind `graph` where Meta found mistakes in the screens
function rows.update(self, id, changes, options)
  if type(changes) ~= "table" or changes.screens == nil then return update(self, id, changes, options) end
  local rest = {}
  for key, value in pairs(changes) do rest[key] = value end
  rest.screens = nil
  local flow, err = screens.build(changes.screens)
  if not flow then return nil, err end
  if next(rest) ~= nil then
    local ok
    ok, err = update(self, id, rest, options)
    if not ok then return nil, err end
  end
  return put(self, id, flow, options)
end

-- Looking -------------------------------------------------------------------------------

local preview_spec = { type = "table", fields = {
  invalidate = fields.boolean, interactive = fields.boolean, debug = fields.boolean, token = fields.string,
  action = fields.one_of "navigate data_exchange", screen = fields.string, data = { type = "json", object = true },
  phone_number = fields.phone_with_plus,
} }

-- What Meta's page takes in the link, in its order; how the Flow begins is told as in a message.
local function preview_parameters(given)
  local first = given.screen and json.encode { screen = given.screen, data = given.data }
  local action = given.action or (first and "navigate")
  local interactive = given.interactive
  if interactive == nil and (given.debug or given.token or given.phone_number or action) then interactive = true end
  return {
    { "interactive", interactive }, { "flow_token", given.token }, { "flow_action", action },
    { "flow_action_payload", first }, { "phone_number", given.phone_number }, { "debug", given.debug },
  }
end

local function check_preview(query)
  local checked, err = schema.check(query == nil and {} or query, preview_spec)
  if not checked then return nil, err end
  if checked.action == "data_exchange" and checked.screen then
    return Error.invalid("screen", "cannot stand beside action data_exchange: the endpoint says which is first")
  elseif not checked.screen and (checked.data or checked.action == "navigate") then
    return Error.invalid("screen", "is missing: which screen is shown first")
  end
  return checked
end

local function with_parameters(url, parameters)
  local parts = {}
  for _, one in ipairs(parameters) do
    if one[2] ~= nil then parts[#parts + 1] = one[1] .. "=" .. percent.encode(one[2]) end
  end
  if not parts[1] then return url end
  return url .. (url:find("?", 1, true) and "&" or "?") .. table.concat(parts, "&")
end

--- A link to a page that shows the flow, good for 30 days; anyone who has it can look.
--- With any of the others than `invalidate` it can be filled in there, and is opened as a
--- message with the same `token`, `action`, `screen` and `data` would open it. A flow with
--- an endpoint needs `token` and the `phone_number` that has its public key; `debug` shows
--- what it does beside it.
---@param id string
---@param query? { invalidate?: boolean, interactive?: boolean, token?: string, action?: "navigate"|"data_exchange",
--- screen?: string, data?: table, phone_number?: string, debug?: boolean } `invalidate` true: the links of before end
---@param options? table per-call options
---@return { preview_url: string, expires_at: string }|nil
---@return whatsapp.Error? err
function rows.preview(self, id, query, options)
  local checked, err = check_preview(query)
  if not checked then return nil, err end
  local flow
  local asked = ("preview.invalidate(%s)"):format(tostring(checked.invalidate == true))
  flow, err = self:get(id, { fields = asked }, options)
  if not flow then return nil, err end
  local preview = flow.preview
  if type(preview) ~= "table" or type(preview.preview_url) ~= "string" then
    return nil, Error.new { kind = "protocol", outcome = "unknown", message = "the answer has no preview" }
  end
  preview.preview_url = with_parameters(preview.preview_url, preview_parameters(checked))
  return preview
end

local day = { type = "string", pattern = "^%d%d%d%d%-%d%d%-%d%d$", form = "2026-12-31" }

local metric_spec = { type = "table", short = "name", fields = {
  name = fields.required(fields.one_of [[ENDPOINT_REQUEST_COUNT ENDPOINT_REQUEST_ERROR ENDPOINT_REQUEST_ERROR_RATE
    ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL ENDPOINT_AVAILABILITY]]),
  granularity = fields.one_of "DAY HOUR LIFETIME", since = day, ["until"] = day,
} }

--- How a flow's endpoint did.
---@param id string
---@param query string|{ name: string, granularity?: "DAY"|"HOUR"|"LIFETIME", since?: string, until?: string }
--- ENDPOINT_REQUEST_COUNT, ENDPOINT_REQUEST_ERROR, ENDPOINT_REQUEST_ERROR_RATE,
--- ENDPOINT_REQUEST_LATENCY_SECONDS_CEIL or ENDPOINT_AVAILABILITY, day by day unless said otherwise;
--- days such as 2026-12-31
---@param options? table per-call options
---@return { name: string, granularity: string, data_points: table[] }|nil
---@return whatsapp.Error? err code 139006 below 250 requests; the sandbox has metrics from the first request of its
--- phone on
function rows.metrics(self, id, query, options)
  local checked, err = schema.check(query == nil and {} or query, metric_spec)
  if not checked then return nil, err end
  local asked = ("metric.name(%s).granularity(%s)"):format(checked.name, checked.granularity or "DAY")
  for _, key in ipairs { "since", "until" } do
    if checked[key] then asked = ("%s.%s(%s)"):format(asked, key, checked[key]) end
  end
  local flow
  flow, err = self:get(id, { fields = asked }, options)
  if not flow then return nil, err end
  if type(flow.metric) == "table" then return flow.metric end
  return nil, Error.new { kind = "protocol", outcome = "unknown", message = "the answer has no metric" }
end

-- Deploying -------------------------------------------------------------------------------

local function find_by_name(self, wanted, options)
  local all, err = self:all({ limit = 100 }, options)
  if not all then return nil, err end
  for _, flow in ipairs(all) do
    if flow.name == wanted and flow.status ~= "DEPRECATED" then return flow end
  end
end

-- The Flow JSON that Meta has, false when there is none.
local function current(self, id, options)
  local page, err = self:assets(id, options)
  if not page then return nil, err end
  for _, asset in ipairs(page.data) do
    if asset.asset_type == "FLOW_JSON" and type(asset.download_url) == "string" then
      return fetch.bytes(self.client, asset.download_url, "download_url", options)
    end
  end
  return false
end

--- The Flow JSON of a flow, as it was uploaded: for `whatsapp.flow.parse`, or a file.
---@param id string
---@param options? table per-call options
---@return string|nil text
---@return whatsapp.Error? err of kind `not_found` for a flow without any
function rows.download(self, id, options)
  local text, err = current(self, id, options)
  if text then return text end
  return nil, err or Error.new { kind = "not_found", outcome = "rejected", message = "the flow has no Flow JSON" }
end

local deploy_spec = { type = "table", fields = {
  categories = categories, endpoint_uri = link, publish = fields.boolean } }

local function make(self, flow_name, flow, settings, options)
  local made, err = self:create({ name = flow_name, categories = settings.categories or { "OTHER" },
    endpoint_uri = settings.endpoint_uri, flow_json = tostring(flow) }, options)
  if not made then return nil, err end
  local ok
  ok, err = refuse_mistakes(made)
  if not ok then return nil, err end
  return made.id
end

-- The endpoint of a flow that is there; whether it was another one.
local function set_endpoint(self, id, uri, options)
  if not uri then return false end
  local now, err = self:get(id, { fields = "endpoint_uri" }, options)
  if not now then return nil, err end
  if now.endpoint_uri == uri then return false end
  return self:update(id, { endpoint_uri = uri }, options)
end

-- Uploads what differs from what Meta has; whether it did.
local function bring(self, id, flow, options)
  local text, err = current(self, id, options)
  if text == nil then return nil, err end
  local now = text and document.read(text)
  if now and json.encode(now.value) == json.encode(flow) then return false end
  return put(self, id, flow, options)
end

local function publish(self, id, settings, result, options)
  if settings.publish == false then return result end
  local ok, err = self:publish(id, options)
  if not ok then return nil, err end
  result.changed = true
  return result
end

local function redeploy(self, known, flow, settings, options)
  local moved, err = set_endpoint(self, known.id, settings.endpoint_uri, options)
  if moved == nil then return nil, err end
  local uploaded
  uploaded, err = bring(self, known.id, flow, options)
  if uploaded == nil then return nil, err end
  local result = { id = known.id, changed = moved or uploaded }
  if known.status ~= "DRAFT" and not uploaded then return result end
  return publish(self, known.id, settings, result, options)
end

--- Makes the flow of this name what the screens say, and publishes it: made when there
--- is none, uploaded when its content differs, left alone when it is the same.
---@param flow_name string
---@param flow whatsapp.Flow the screens, as for `whatsapp.flow.screens`
---@param settings? { categories?: string[], endpoint_uri?: string, publish?: boolean } `publish = false`
--- leaves a draft; categories are for a new flow
---@param options? table per-call options
---@return { id: string, changed: boolean }|nil
---@return whatsapp.Error? err of kind `graph` where Meta found mistakes in the screens
function rows.deploy(self, flow_name, flow, settings, options)
  local ok, err = schema.check(flow_name, fields.required(name), "name")
  if not ok then return nil, err end
  settings, err = schema.check(settings == nil and {} or settings, deploy_spec)
  if not settings then return nil, err end
  flow, err = screens.build(flow)
  if not flow then return nil, err end
  local known
  known, err = find_by_name(self, flow_name, options)
  if err then return nil, err end
  if known then return redeploy(self, known, flow, settings, options) end
  local id
  id, err = make(self, flow_name, flow, settings, options)
  if not id then return nil, err end
  return publish(self, id, settings, { id = id, changed = true }, options)
end

--- Sets the public key that the data of Flows is encrypted with: the same as
--- `wa.encryption:set`.
---@param pem string of RSA with 2048 bits, as `whatsapp.flow.keypair` makes it
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function rows.set_public_key(self, pem, options)
  return self.client.encryption:set(pem, options)
end

for key, row in pairs(called) do
  row.call = rows[key]
  rows[key] = row
end

return rows
