--- HTTP of the commands about webhooks: posting one.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local loop = require "whatsapp.loop"
local version = require "whatsapp.version"

local M = {}

local TIMEOUT = 20 -- seconds for an answer: Meta waits no longer

-- Nothing of the account goes to such an address, so the session knows nothing of it.
local function session()
  return assert(core.session { direct = true, base_url = "https://localhost", credential = "none",
                               user_agent = "whatsapp-lua/" .. version, allow_http = true })
end

--- Posts a webhook's body.
---@param url string
---@param body string
---@param signature string
---@return string|nil status
---@return whatsapp.Error? err
function M.post(url, body, signature)
  if not url:find "^https?://[^/]" then return Error.invalid("url", "must be of the form http://host/…") end
  local driver = loop.current()
  local request = { method = "POST", url = url, foreign = true, body = body, timeout = TIMEOUT,
                    content_type = "application/json", headers = { "X-Hub-Signature-256: " .. signature } }
  local exchange, err = driver.submit(session(), request)
  local status
  if exchange then
    status, err = driver.await(exchange)
  end
  if status then return tostring(status) end
  if err.kind ~= "invalid" then err.message = ("%s: %s"):format(url, err.message) end
  return nil, Error.new(err)
end

return M
