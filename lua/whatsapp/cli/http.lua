--- lua-http, which few commands need: loaded by them, or named as missing.

local Error = require "whatsapp.error"

local M = {}

local TIMEOUT = 20 -- seconds for an answer: Meta waits no longer

--- A module of lua-http.
---@param name string
---@return table|nil
---@return whatsapp.Error? err of kind `config`
function M.load(name)
  local ok, module = pcall(require, "http." .. name)
  if ok then return module end
  return Error.config(nil, "this command needs lua-http", "luarocks install http")
end

--- Posts a webhook's body.
---@param url string
---@param body string
---@param signature string
---@return string|nil status
---@return whatsapp.Error? err
function M.post(url, body, signature)
  if not url:find "^https?://[^/]" then return Error.invalid("url", "must be of the form http://host/…") end
  local request, err = M.load "request"
  if not request then return nil, err end
  local one = request.new_from_uri(url)
  one.headers:upsert(":method", "POST")
  one.headers:append("content-type", "application/json")
  one.headers:append("x-hub-signature-256", signature)
  one:set_body(body)
  local headers, why = one:go(TIMEOUT)
  if headers then return headers:get ":status" end
  local refused = tostring(why):find "[Rr]efused" ~= nil
  return nil, Error.new { kind = "network", outcome = refused and "not_sent" or "unknown",
                          message = ("%s: %s"):format(url, tostring(why)) }
end

return M
