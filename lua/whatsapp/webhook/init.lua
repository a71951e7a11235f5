--- What Meta sends to you: the endpoint's challenge, signed bodies, events.
--- Meta's pages: "Webhooks", "Create a webhook endpoint".

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local event = require "whatsapp.webhook.event"
local json = require "whatsapp.json"
local parse = require "whatsapp.webhook.parse"
local percent = require "whatsapp.percent"
local schema = require "whatsapp.schema"
local settings = require "whatsapp.webhook.settings"
local verify = require "whatsapp.webhook.verify"

---@class whatsapp.WebhookOptions
---@field app_secret? string|string[] the app's secret, or several while one takes the place of another;
--- WHATSAPP_APP_SECRET unless given
---@field verify_token? string what Meta was told; WHATSAPP_VERIFY_TOKEN unless given
---@field insecure? boolean without a secret every body passes: for tests

---@class whatsapp.Webhook
local Hook = { __name = "whatsapp.Webhook" }
Hook.__index = Hook

-- Apart from the object, so that nothing that prints one shows them.
local secrets = setmetatable({}, { __mode = "k" })

function Hook.__tostring(hook)
  local count = #secrets[hook].app
  return count == 0 and "whatsapp.Webhook (insecure)" or ("whatsapp.Webhook (%d secret%s)")
    :format(count, count == 1 and "" or "s")
end

-- Challenge --------------------------------------------------------------------------

local function decode_part(text)
  return percent.decode((text:gsub("+", " ")))
end

local function decode_query(text)
  local query = {}
  for name, value in text:gmatch "([^?&=]+)=([^&]*)" do query[decode_part(name)] = decode_part(value) end
  return query
end

--- Answers the GET by which Meta checks the endpoint: send what is returned as
--- text with status 200, and status 403 for an error.
---@param query table|string the decoded parameters, or the query string
---@return string|nil challenge
---@return whatsapp.Error? err of kind `signature` (another token), `invalid` or `config` (no
---   verify_token)
function Hook:challenge(query)
  local token = secrets[self].token
  if not token then
    return Error.config("verify_token", "there is none to compare with",
      "set WHATSAPP_VERIFY_TOKEN or give verify_token = …, the same as in Meta's app")
  end
  if type(query) == "string" then query = decode_query(query) end
  if type(query) ~= "table" then
    return Error.invalid("query", ("must be a table or a string, not a %s"):format(type(query)))
  end
  if query["hub.mode"] ~= "subscribe" then
    return Error.invalid("hub.mode", 'must be "subscribe"', "this is no request of Meta's")
  end
  local given, challenge = query["hub.verify_token"], query["hub.challenge"]
  if type(given) ~= "string" or not core.equal(core.sha256(given), core.sha256(token)) then
    return nil, Error.new { kind = "signature", field = "hub.verify_token", message = "is not verify_token" }
  end
  if type(challenge) ~= "string" or challenge == "" then
    return Error.invalid("hub.challenge", "is missing")
  end
  return challenge
end

-- Events -----------------------------------------------------------------------------

local BODY_MAX = 3 * 1024 * 1024

--- Verifies a body and takes it apart: every entry, change, message, status and
--- error is an event, in order. Nothing is dropped: what is new or strange is an
--- event of kind "unknown". An error means that nothing of it may be used.
---@param body string the bytes as they came, less than 3 MB
---@param signature string|nil the X-Hub-Signature-256 header
---@return whatsapp.Event[]|nil
---@return whatsapp.Error? err of kind `signature` or `invalid`
function Hook:parse(body, signature)
  if type(body) ~= "string" then
    return Error.invalid("body", ("must be a string, not a %s"):format(type(body)),
      "pass the request's body as it came")
  end
  if #body >= BODY_MAX then
    return Error.invalid("body", ("has %d bytes: Meta sends less than 3 MB"):format(#body))
  end
  local app = secrets[self].app
  if #app > 0 then
    local ok, err = verify.check(body, signature, app)
    if not ok then return nil, err end
  end
  local payload, why = core.decode(body)
  if not payload then payload, why = json.decode_raw(body, true) end
  if not payload then return Error.invalid("body", "is not JSON that can be read: " .. why) end
  return parse.events(payload, verify.digest)
end

-- Making one ---------------------------------------------------------------------------

local OPTIONS = { app_secret = true, verify_token = true, insecure = true }

--- Makes a webhook; raises an error object of kind `config`.
---
--- `app_secret` is the secret of the app at Meta, or a list of several while one
--- takes the place of another. `insecure = true` allows to go without, for tests.
---@param options? whatsapp.WebhookOptions
---@return whatsapp.Webhook
local function new(options)
  options = Error.must(schema.options(options, OPTIONS))
  local hook = setmetatable({}, Hook)
  secrets[hook] = { app = settings.app_secrets(options),
                    token = settings.text(options, "verify_token", "WHATSAPP_VERIFY_TOKEN") }
  return hook
end

--- The signature of a body, as Meta makes it: for tests of your own.
---@param body string
---@param secret string the app's secret
---@return string|nil signature "sha256=…"
---@return whatsapp.Error? err
local function sign(body, secret)
  if type(body) ~= "string" then
    return Error.invalid("body", ("must be a string, not a %s"):format(type(body)))
  end
  if type(secret) ~= "string" then
    return Error.invalid("secret", ("must be a string, not a %s"):format(type(secret)))
  end
  return verify.sign(body, secret)
end

--- Whether a value is a webhook.
---@param value any
---@return boolean
local function is(value)
  return getmetatable(value) == Hook
end

---@class whatsapp.WebhookMaker
---@overload fun(options?: whatsapp.WebhookOptions): whatsapp.Webhook
local M = { sign = sign, attach = event.attach, lend = event.lend, restore = event.restore, is_event = event.is,
            is = is, digest = verify.digest, BODY_MAX = BODY_MAX }

setmetatable(M, { __call = function(_, options) return new(options) end })

return M
