--- What a Flow asks its endpoint, sealed as WhatsApp's client does it; the answer opened.
-- Source: Meta's "Implementing endpoints for Flows".

local Error = require "whatsapp.error"
local document = require "whatsapp.flow.document"
local json = require "whatsapp.json"

local M = {}

---@class whatsapp.flow.Exchange
---@field flow_token string
---@field version string of the data exchange
---@field seal fun(text: string): (string, table)
---@field post fun(body: string): (integer|nil, any)
---@field base64? fun(bytes: string): string
---@field hmac? fun(text: string): (string|nil)
local Exchange = {}
Exchange.__index = Exchange

local REFUSED = { [421] = "the endpoint has another private key",
                  [432] = "the endpoint has another app_secret, or wants signed tokens" }

--- Bytes that WhatsApp takes of an endpoint's answer.
M.ANSWER_MAX = 1024 * 1024

--- What is said of an answer that cannot be used.
---@param message string
---@param status? integer
---@return nil
---@return whatsapp.Error err
function M.protocol(message, status)
  return nil, Error.new { kind = "protocol", outcome = "rejected", status = status, message = message }
end

local protocol = M.protocol

-- Since this version of the data exchange the token comes with its signature.
local SIGNED = "4.0"

local URL_SAFE = { ["+"] = "-", ["/"] = "_", ["="] = "" }

-- Meta's, a JSON Web Token (HS256) with the app's secret.
local function signature_of(self)
  if self.version ~= SIGNED or not self.hmac then return nil end
  local function encode(bytes) return (self.base64(bytes):gsub("[+/=]", URL_SAFE)) end
  local signed = encode '{"alg":"HS256","typ":"JWT"}' .. "."
    .. encode(assert(json.encode { flow_token = self.flow_token }))
  local digest = self.hmac(signed)
  return digest and signed .. "." .. encode(digest)
end

--- Asks once.
---@param action "INIT"|"BACK"|"data_exchange"|"ping"
---@param screen? string
---@param data? table
---@return table|nil answer
---@return whatsapp.Error? err of kind `state` for a token that is refused, `protocol` for what is no answer
function Exchange:ask(action, screen, data)
  local body, session = self.seal(assert(json.encode { version = self.version, action = action, screen = screen,
    data = data, flow_token = self.flow_token, flow_token_signature = signature_of(self) }))
  local status, answer = self.post(body)
  if not status then return nil, answer end
  if status ~= 200 and status ~= 427 then
    return protocol(("the endpoint answers HTTP %d: %s"):format(status, REFUSED[status] or tostring(answer)), status)
  end
  local opened = session:open(answer)
  if opened and #opened > M.ANSWER_MAX then return protocol("the answer is larger than 1 MB", status) end
  local decoded = opened and document.decode(opened)
  if not decoded then return protocol("the endpoint's answer cannot be decrypted to JSON", status) end
  if status == 200 then return decoded end
  return nil, Error.new { kind = "state", outcome = "rejected", status = 427,
    message = "the flow_token is invalid: " .. tostring(decoded.error_msg) }
end

--- The way to an endpoint: see `whatsapp.flow.player`.
---@param options table flow_token, version, seal, post, base64 and hmac
---@return whatsapp.flow.Exchange
function M.new(options)
  return setmetatable({ flow_token = options.flow_token, version = options.version, seal = options.seal,
                        post = options.post, base64 = options.base64, hmac = options.hmac }, Exchange)
end

return M
