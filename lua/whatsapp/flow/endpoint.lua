--- A Flow's endpoint: decrypts what WhatsApp asks, gives it to your handlers,
--- encrypts what they answer.
-- Meta's page: "Implementing endpoints for Flows".

local Error = require "whatsapp.error"
local complaint = require "whatsapp.complaint"
local core = require "whatsapp.core"
local document = require "whatsapp.flow.document"
local envelope = require "whatsapp.flow.envelope"
local requests = require "whatsapp.flow.request"
local schema = require "whatsapp.schema"
local settings = require "whatsapp.webhook.settings"
local tokens = require "whatsapp.flow.token"
local verify = require "whatsapp.webhook.verify"
local webhook = require "whatsapp.webhook"

local refuse = Error.refuse

local M = {}

---@class whatsapp.flow.Endpoint
local Endpoint = { __name = "whatsapp.flow.Endpoint" }
Endpoint.__index = Endpoint

-- Apart from the object, so that nothing that prints one shows them.
local secrets = setmetatable({}, { __mode = "k" })

function Endpoint.__tostring(endpoint)
  local count = #secrets[endpoint].keys
  return ("whatsapp.flow.Endpoint (%d key%s)"):format(count, count == 1 and "" or "s")
end

-- Handlers ----------------------------------------------------------------------------

-- What the client itself asks and tells.
local PONG = '{"data":{"status":"active"}}'
local ACKNOWLEDGED = '{"data":{"acknowledged":true}}'

-- Meta's page has both names. A form may have a field of its own called error; none
-- that has error_message as well.
local function notice_of(request)
  local data = request.data
  local key = data.error_key or data.error
  return type(key) == "string" and type(data.error_message) == "string" and key or nil
end

-- The handlers of a request: those that there are, or those that a function chooses, which
-- may be one for all.
local function handler_of(on, request)
  if type(on) == "function" then on = on(request) end
  if type(on) == "function" then return on end
  if type(on) ~= "table" then return nil end
  return request.action == "data_exchange" and request.screen and on[request.screen] or on[request.action]
end

local function report(self, err, request, traceback)
  if self.error_handler then
    local ok, why = pcall(self.error_handler, err, request, traceback)
    if ok then return end
    err, traceback = why, nil
  end
  complaint.write(("whatsapp: flow: %s: %s"):format(tostring(request), complaint.describe(err, traceback)))
end

local function report_notice(self, request, key)
  report(self, Error.new { kind = "protocol", outcome = "rejected",
    message = ("WhatsApp could not use an answer: %s: %s"):format(key, request.data.error_message) }, request)
end

local function no_handler(request)
  return Error.new { kind = "config", field = "on", message = "there is no handler of " .. tostring(request),
    hint = ("on = { %s = function(request) … end }"):format(request.screen or request.action) }
end

-- The handler's answer as JSON, and its status; its errors are told here and nowhere
-- else.
local function ask_handler(self, request)
  local traceback
  local ok, answer, status = xpcall(function()
    local handler = handler_of(self.on, request)
    if not handler then return nil, no_handler(request) end
    local answered, err = handler(request)
    if answered == nil and err ~= nil then return nil, err end
    return requests.encode(answered, request)
  end, function(raised)
    traceback = complaint.traceback(raised)
    return raised
  end)
  if ok and answer then return answer, status end
  report(self, ok and status or answer, request, traceback)
end

local function answer_of(self, request)
  if request.action == "ping" then return PONG, 200 end
  local notice = notice_of(request)
  if notice then
    report_notice(self, request, notice)
    return ACKNOWLEDGED, 200
  end
  return ask_handler(self, request)
end

-- Handling ----------------------------------------------------------------------------

local TEXT = "text/plain; charset=utf-8"

local function plain(status, text, allow)
  return status, { ["Content-Type"] = TEXT, Allow = allow }, text
end

-- What no handler sees needs no token.
local function check_token(self, request)
  if not self.signed_tokens or request.action == "ping" or notice_of(request) then return true end
  return tokens.check(request.flow_token_signature, request.flow_token, secrets[self].app)
end

-- Encrypted with the key that came with the request.
local function answer(self, text, session)
  local raw, tidied = document.decode(text)
  local request = raw and requests.new(raw, tidied)
  if not request then
    return plain(400, raw and "the decrypted request has no action" or "the decrypted request is no JSON")
  end
  local ok, err = check_token(self, request)
  if not ok then
    report(self, err, request)
    return plain(432, tostring(err))
  end
  local content, status = answer_of(self, request)
  local sealed
  if content then sealed, err = session:seal(content) end
  if sealed then return plain(status, sealed) end
  if err then report(self, Error.new(err), request) end
  return plain(500, "the endpoint failed")
end

local function check_body(body)
  if type(body) ~= "string" then return 400, ("the body must be a string, not a %s"):format(type(body)) end
  if #body >= webhook.BODY_MAX then return 413, "the body is too large" end
end

--- Answers a request of WhatsApp's, a POST; for any web server. WhatsApp waits for
--- 10 seconds at most. One RSA operation (about half a millisecond of CPU) is done for
--- it, and the handler has run, when it returns.
---@param body string|nil the bytes as they came, less than 3 MB; nil of a request that is no POST
---@param signature string|nil the X-Hub-Signature-256 header
---@return integer status 200; 427 for an invalid token; 432 for a wrong signature, 421 for what
---   cannot be decrypted (WhatsApp then fetches the public key again); 400, 405, 413; 500 when a
---   handler failed
---@return table<string, string> headers
---@return string body
function Endpoint:handle(body, signature)
  if body == nil then return plain(405, "POST only", "POST") end
  local status, why = check_body(body)
  if status then return plain(status, why) end
  local secret = secrets[self]
  if #secret.app > 0 then
    local ok, err = verify.check(body, signature, secret.app)
    if not ok then return plain(432, tostring(err)) end
  end
  local text, session = envelope.open(secret.keys, body)
  if not text then return plain(session.kind == "signature" and 421 or 400, tostring(session)) end
  local headers, sealed
  status, headers, sealed = answer(self, text, session)
  session:close()
  return status, headers, sealed
end

--- The public key of the (first) private key: what `wa.flows:set_public_key` wants.
---@return string pem
function Endpoint:public_key()
  return assert(secrets[self].keys[1]:public_pem())
end

--- The signature of a body, as Meta makes it: for tests.
---@param body string
---@return string|nil signature nil for an endpoint without app_secret
function Endpoint:sign(body)
  local secret = secrets[self].app[1]
  return secret and verify.sign(body, secret)
end

-- Making one ---------------------------------------------------------------------------

local PATH_MAX = 255

local BLOCK = "(%-%-%-%-%-BEGIN [%u ]+%-%-%-%-%-)([%s%w+/=]+)(%-%-%-%-%-END [%u ]+%-%-%-%-%-)"

-- On its way through an environment or a configuration PEM may lose its line ends, or get
-- them as two characters, or be indented.
local function in_lines(pem)
  return (pem:gsub("\\n", "\n"):gsub(BLOCK, function(head, body, tail)
    local lines = body:gsub("%s", ""):gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
    return ("%s\n%s\n%s\n"):format(head, lines, tail)
  end))
end

local function read_key(given, passphrase, field)
  if type(given) ~= "string" then refuse(field, "must be PEM text or a path, not a " .. type(given)) end
  local is_pem = given:find("-----BEGIN", 1, true)
  if is_pem then given = in_lines(given) end
  -- What is no path must not get into an error: it may be the key.
  if not is_pem and (#given > PATH_MAX or given:find "%c") then
    refuse(field, "is neither PEM text, which begins with -----BEGIN, nor a path")
  end
  local key, err = core.private_key { pem = is_pem and given or nil, path = not is_pem and given or nil,
                                      passphrase = passphrase }
  if key then return key end
  refuse(err.field == "private_key" and field or err.field, err.message)
end

local function read_keys(options)
  local given, passphrase = options.private_key, options.passphrase
  if passphrase ~= nil and type(passphrase) ~= "string" then
    refuse("passphrase", "must be a string, not a " .. type(passphrase))
  end
  if given == nil then refuse("private_key", "is missing",
    "PEM text, or the path of a file with it; whatsapp.flow.keypair() makes a pair of keys") end
  if type(given) ~= "table" then return { read_key(given, passphrase, "private_key") } end
  if #given == 0 then refuse("private_key", "is an empty list") end
  local keys = {}
  for i, item in ipairs(given) do keys[i] = read_key(item, passphrase, ("private_key[%d]"):format(i)) end
  return keys
end

-- Names that can only be mistakes, in lower case, and what was meant.
local MISTAKES = { init = "INIT", back = "BACK", data_exchange = "data_exchange" }
local ANSWERED = { ping = true, SUCCESS = true }

local function check_handler(name, handler)
  local field = schema.join("on", name)
  if type(name) ~= "string" then refuse(field, "must be named after an action or a screen") end
  if ANSWERED[name] then refuse(field, "is never asked for: it is neither an action of yours nor a screen") end
  local meant = MISTAKES[name:lower()]
  if meant and meant ~= name then refuse(field, "is no action", ("did you mean %s?"):format(meant)) end
  if type(handler) ~= "function" then refuse(field, "must be a function, not a " .. type(handler)) end
  return handler
end

local function read_handlers(on)
  if type(on) == "function" then return on end
  if type(on) ~= "table" then refuse("on", "must be a table of functions, or a function, not a " .. type(on)) end
  local handlers = {}
  for _, name in ipairs(schema.sorted_keys(on)) do handlers[name] = check_handler(name, on[name]) end
  if next(handlers) == nil then
    refuse("on", "has no handler", "on = { INIT = …, data_exchange = …, BACK = …, SCREEN = … }")
  end
  return handlers
end

local function check_signed_tokens(wanted, app_secrets)
  if wanted ~= nil and type(wanted) ~= "boolean" then refuse("signed_tokens", "must be true or false") end
  if wanted and not app_secrets[1] then refuse("signed_tokens", "needs the app_secret") end
end

local OPTIONS = { private_key = true, passphrase = true, app_secret = true, insecure = true, signed_tokens = true,
                  on = true, on_error = true }

---@alias whatsapp.flow.Handler fun(request: whatsapp.flow.Request): whatsapp.flow.Answer

--- Makes an endpoint; raises an error object of kind `config`.
---
--- `private_key` is PEM text or the path of a file, or a list of them while one takes
--- the place of another; `passphrase` opens those that are encrypted. `app_secret` (or
--- WHATSAPP_APP_SECRET) is the app's, or a list; `insecure = true` goes without, for
--- tests. `signed_tokens = true` takes only requests whose `flow_token` bears Meta's signature
--- (Flow JSON 7.3 with `data_api_version = "4.0"`). `on` names handlers after actions (INIT,
--- BACK, data_exchange) and after screens, whose data_exchange they get; or it is a function
--- that is given the request and returns such a table, or one handler: for several Flows.
--- `on_error(err, request, traceback)` is told of a handler's errors and WhatsApp's; without it they
--- go to stderr, or nginx's error log.
---@param options { private_key: string|string[], passphrase?: string, app_secret?: string|string[],
---   insecure?: boolean, signed_tokens?: boolean,
---   on: table<string, whatsapp.flow.Handler>|fun(request: whatsapp.flow.Request): table|function,
---   on_error?: function }
---@return whatsapp.flow.Endpoint
function M.new(options)
  options = Error.must(schema.options(options, OPTIONS))
  if options.on_error ~= nil and type(options.on_error) ~= "function" then
    refuse("on_error", "must be a function, not a " .. type(options.on_error))
  end
  local endpoint = setmetatable({ on = read_handlers(options.on), error_handler = options.on_error,
    signed_tokens = options.signed_tokens }, Endpoint)
  secrets[endpoint] = { keys = read_keys(options), app = settings.app_secrets(options) }
  check_signed_tokens(options.signed_tokens, secrets[endpoint].app)
  return endpoint
end

--- Whether a value is an endpoint.
---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Endpoint
end

return M
