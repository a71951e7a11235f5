--- The signature of a flow_token, a JSON Web Token (HS256) with the app's secret: it says
--- that the token is the one of a message that Meta delivered, which nothing else in a
--- request does, since the phone itself encrypts it.
-- Meta's page: "Implementing endpoints for Flows": flow token signature.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local json = require "whatsapp.json"

local M = {}

local LENGTH_MAX = 16384

local function refuse(message)
  return nil, Error.new { kind = "signature", field = "flow_token_signature", message = message,
    hint = 'it comes with Flow JSON of version 7.3 whose data_api_version is "4.0"' }
end

-- From a link's own sort of base64, which has no padding.
local PLAIN = { ["-"] = "+", _ = "/" }

local function decode(text)
  return core.unbase64((text:gsub("[-_]", PLAIN)) .. ("="):rep(-#text % 4))
end

local function object_of(text)
  local bytes = decode(text)
  return bytes and json.decode_raw(bytes) or {}
end

local function is_of(signed, signature, secrets)
  local given = decode(signature)
  for _, secret in ipairs(given and secrets or {}) do
    if core.equal(given, assert(core.hmac_sha256(secret, signed))) then return true end
  end
end

--- Whether a signature belongs to a token and one of the secrets.
---@param signature string|nil
---@param token string|nil
---@param secrets string[]
---@return true|nil
---@return whatsapp.Error? err of kind `signature`
function M.check(signature, token, secrets)
  if signature == nil then return refuse "the flow_token is not signed" end
  local signed, head, claims, digest
  if #signature <= LENGTH_MAX then
    signed, head, claims, digest = signature:match "^(([%w_-]+)%.([%w_-]+))%.([%w_-]+)$"
  end
  if not signed or object_of(head).alg ~= "HS256" then return refuse "the signature is no JSON Web Token with HS256" end
  if not is_of(signed, digest, secrets) then return refuse "the signature does not belong to this app_secret" end
  if token == nil or object_of(claims).flow_token ~= token then
    return refuse "the signature is that of another flow_token"
  end
  return true
end

return M
