--- The keys of a Flow's endpoint: RSA of 2048 bits, PEM.
-- Meta's page: "Business encryption".

local Error = require "whatsapp.error"
local core = require "whatsapp.core"

local M = {}

--- Makes a pair: the private key for the endpoint, the public one for Meta. It takes
--- a tenth of a second of CPU and more.
---
---     local pair = assert(whatsapp.flow.keypair(os.getenv "PASSPHRASE"))
---     wa.flows:set_public_key(pair.public_key)
---
---@param passphrase? string 1 to 1023 bytes: the private key is encrypted with it (PKCS #8)
---@return { private_key: string, public_key: string }|nil
---@return whatsapp.Error? err
function M.new(passphrase)
  if passphrase ~= nil and type(passphrase) ~= "string" then
    return Error.invalid("passphrase", ("must be a string, not a %s"):format(type(passphrase)))
  end
  local key, err, private, public
  key, err = core.new_key()
  if key then private, err = key:private_pem(passphrase) end
  if private then public, err = key:public_pem() end
  if not public then return nil, Error.new(err) end
  return { private_key = private, public_key = public }
end

return M
