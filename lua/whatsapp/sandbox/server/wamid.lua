--- Ids of messages: opaque to clients; base64 with all its characters, as the real ones.

local identity = require "whatsapp.sandbox.identity"

local M = {}

--- A new one.
---@param wa_id string  the customer's
---@return string
function M.new(wa_id)
  return "wamid." .. ngx.encode_base64("\28\24" .. string.char(#wa_id % 256) .. wa_id
    .. "\21\2\0\17\24\18" .. identity.random(18) .. "\0")
end

return M
