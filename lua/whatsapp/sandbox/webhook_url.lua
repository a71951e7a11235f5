--- The address that webhooks are posted to: plain http, on this machine alone.

local M = {}

-- Where a host is, in the order in which it is tried; nil for one that may be elsewhere.
local function addresses_of(host)
  host = host:lower()
  if host == "localhost" then return { "127.0.0.1", "[::1]" } end
  if host == "[::1]" then return { host } end
  local a, b, c = host:match "^127%.(%d+)%.(%d+)%.(%d+)$"
  if a and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256 then return { host } end
end

--- Takes an address apart.
---@param text string
---@return { host: string, port: integer, path: string, addresses: string[] }|nil url  nil: it is none
function M.parse(text)
  local authority, path = text:match "^[Hh][Tt][Tt][Pp]://([^/?#%s%c]+)([^#%s%c]*)$"
  if not authority then return nil end
  local host, port = authority:match "^(%[[%x:]+%]):?(%d*)$"
  if not host then host, port = authority:match "^([%w.-]+):?(%d*)$" end
  local addresses = host and addresses_of(host)
  port = port == "" and 80 or tonumber(port)
  if not addresses or port < 1 or port > 65535 then return nil end
  if path:sub(1, 1) ~= "/" then path = "/" .. path end
  return { host = host, port = port, path = path, addresses = addresses }
end

--- Whether it is one.
---@param text string
---@return boolean
function M.is_valid(text)
  return M.parse(text) ~= nil
end

return M
