--- Whether what came is from Meta.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"

local sub = string.sub

local M = {}

--- The signature of a body: what Meta sends as X-Hub-Signature-256.
---@param body string the bytes as they are sent
---@param secret string the app's secret
---@return string signature "sha256=" and 64 hexadecimal digits
function M.sign(body, secret)
  return "sha256=" .. core.hex(assert(core.hmac_sha256(secret, body)))
end

local function refuse(message, hint)
  return nil, Error.new { kind = "signature", message = message, hint = hint }
end

--- Whether a signature belongs to a body and one of the secrets.
---@param body string
---@param signature any the header's value
---@param secrets string[]
---@return true|nil
---@return whatsapp.Error? err of kind `signature`
function M.check(body, signature, secrets)
  if signature == nil then
    return refuse("the signature is missing", "pass the X-Hub-Signature-256 header")
  end
  local given = type(signature) == "string" and #signature == 71 and sub(signature, 1, 7) == "sha256="
    and core.unhex(sub(signature, 8))
  if not given then
    return refuse('the signature is malformed: it must be "sha256=" and 64 hexadecimal digits')
  end
  for i = 1, #secrets do
    if core.equal(given, assert(core.hmac_sha256(secrets[i], body))) then return true end
  end
  return refuse("the signature does not belong to this body and secret",
    "pass the body's bytes as they came, and check app_secret")
end

--- A digest of a text that may be long, for keys.
---@param text string
---@return string 43 characters
function M.digest(text)
  return (core.base64(assert(core.sha256(text))):gsub("=", ""))
end

return M
