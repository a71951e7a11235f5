--- A client: configuration, session and resources.

local Error = require "whatsapp.error"
local api = require "whatsapp.api"
local config = require "whatsapp.config"
local core = require "whatsapp.core"
local json = require "whatsapp.json"
local loop = require "whatsapp.loop"
local requests = require "whatsapp.request"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"
local send = require "whatsapp.send"

---@class whatsapp.Client
---@field media whatsapp.Media
---@field config table the configuration, without the credential
local Client = { __name = "whatsapp.Client" }

local resource_methods = {}
for name, rows in pairs(api) do
  resource_methods[name] = { __index = resource.methods(rows), __name = "whatsapp." .. name }
end

-- Resources are made when they are first asked for.
function Client.__index(self, key)
  local methods = resource_methods[key]
  if not methods then return Client[key] end
  local made = setmetatable({ client = self }, methods)
  rawset(self, key, made)
  return made
end

function Client.__tostring(self)
  return tostring(self.session)
end

local function build(settings, session, driver, owner)
  return setmetatable({ config = settings, session = session, loop = driver, owner = owner }, Client)
end

-- Exchanges ------------------------------------------------------------------------

local IDEMPOTENT = { GET = true, DELETE = true, PUT = true }

local function notify(settings, call, attempt, status, seconds)
  if not settings.on_request then return end
  local path = call.path or call.url:gsub("[?#].*$", "")
  local ok, err = pcall(settings.on_request, { method = call.method, path = path, status = status,
    seconds = seconds, attempt = attempt })
  if not ok then io.stderr:write("whatsapp: on_request raised: ", tostring(err), "\n") end
end

local function protocol_error(meta, why)
  return nil, Error.new { kind = "protocol", outcome = "unknown", status = meta.status,
    message = ("HTTP %d, but %s"):format(meta.status, why) }
end

-- What the answer says: the decoded body and { status, headers, raw }, or nil, err.
local function read_answer(self, answer, call, idempotent)
  local meta = { status = answer.status, headers = requests.headers(answer.headers),
                 http_version = answer.http_version }
  local good = answer.status >= 200 and answer.status < 300
  if good and call.bytes then return answer.body, meta end
  if good and answer.body == "" then return {}, meta end
  local decoded, why = json.decode(answer.body)
  local err = Error.of_answer { status = answer.status, headers = meta.headers, decoded = decoded,
    gateway = self.config.mode == "gateway", idempotent = idempotent }
  if err then return nil, err end
  if not decoded then
    return protocol_error(meta, ("the answer is not JSON (%s): %s"):format(
      meta.headers["content-type"] or "no content type", why))
  end
  meta.raw = decoded
  return json.tidy(decoded), meta
end

local function attempt_once(self, call, settings, request, attempt)
  local idempotent = call.idempotent or IDEMPOTENT[call.method] or false
  local exchange, err = core.submit(self.session, request)
  local answer
  if exchange then answer, err = self.loop.await(exchange) end
  if not answer then
    notify(settings, call, attempt, nil, nil)
    return nil, Error.of_transport(err, idempotent)
  end
  notify(settings, call, attempt, answer.status, answer.seconds)
  return read_answer(self, answer, call, idempotent)
end

--- Makes a call in our own terms; the resources are built on it.
---@param call table see `whatsapp.request`
---@param options? table per-call options
---@return any body decoded, or nil
---@return table|whatsapp.Error meta { status, headers, raw }
function Client:perform(call, options)
  if self.closed or self.session:closed() then
    return nil, Error.new { kind = "state", message = "the client is closed",
      hint = "make a new one with whatsapp.new" }
  end
  local settings, err = config.for_call(self.config, options)
  if not settings then return nil, err end
  local request
  request, err = requests.prepare(call, settings)
  if not request then return nil, err end
  return attempt_once(self, call, settings, request, 1)
end

-- Public -----------------------------------------------------------------------------

Client.send = send.send
Client.mark_read = send.mark_read

local request_fields = { query = true, json = true, headers = true }

--- Any call of the Graph API: version and ids are filled in.
---@param method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@param path string e.g. "{phone_number_id}/settings"
---@param request? { query?: table, json?: table, headers?: table<string, string> }
---@param options? table per-call options (they may also stand in `request`)
---@return table|nil body the decoded answer
---@return { status: integer, headers: table<string, string> }|whatsapp.Error meta
function Client:request(method, path, request, options)
  local call, rest = { method = method, path = path }, {}
  if request ~= nil and type(request) ~= "table" then
    return Error.invalid("request", ("must be a table, not a %s"):format(type(request)))
  end
  for _, given in ipairs { request or {}, options or {} } do
    for key, value in pairs(given) do
      if request_fields[key] then call[key] = value else rest[key] = value end
    end
  end
  for _, name in ipairs { "query", "headers" } do
    local ok, err = schema.check(call[name] or {}, { type = "map" }, name)
    if not ok then return nil, err end
  end
  return self:perform(call, rest)
end

--- A sibling: another number or other defaults over the same connections.
---@param options table all but those of the connection itself
---@return whatsapp.Client|nil
---@return whatsapp.Error? err
function Client:with(options)
  local settings, err = config.with(self.config, options)
  if not settings then return nil, err end
  local driver
  driver, err = loop.choose(settings.loop)
  if not driver then return nil, err end
  return build(settings, self.session, driver, false)
end

--- Closes the client: its secret is wiped, later calls answer a `state` error.
--- Closing a sibling closes only the sibling.
function Client:close()
  self.closed = true
  if self.owner then self.session:close() end
end

Client.__close = Client.close

local M = {}

--- Makes a client; raises an error object of kind `config`.
---@param options? table
---@return whatsapp.Client
function M.new(options)
  local settings, secret = config.read(options == nil and {} or options)
  if not settings then error(secret, 0) end
  local driver, err = loop.choose(settings.loop)
  if not driver then error(err, 0) end
  local session
  session, err = core.session {
    direct = settings.mode == "direct", base_url = settings.base_url,
    control_url = settings.control_url, credential = secret, connection = settings.connection,
    ca_file = settings.ca_file, proxy = settings.proxy, user_agent = settings.user_agent,
    allow_http = settings.allow_http,
  }
  if not session then error(Error.of_transport(err, false), 0) end
  settings.proxy, settings.connection = nil, nil
  return build(settings, session, driver, true)
end

return M
