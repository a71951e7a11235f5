--- Where a sandbox posts its webhooks, within the spec itself: each call of `following`
--- takes one delivery, and answers it.

local json = require "whatsapp.json"
local socket = require "socket"

local LIMIT = 60 -- seconds until a delivery must come

local M = {}
M.__index = M

--- Listens on a free port; `url` is what a sandbox's `webhook_url` is to be.
---@return table listener
function M.new()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  return setmetatable({ listener = listener, url = ("http://127.0.0.1:%d/hook"):format(port) }, M)
end

-- One request: its body and its signature; `answer` makes status, headers and body of the answer.
local function take(self, answer)
  self.listener:settimeout(LIMIT)
  local client = assert(self.listener:accept())
  client:settimeout(LIMIT)
  local headers = {}
  assert(client:receive "*l")
  for line in function() return client:receive "*l" end do
    if line == "" then break end
    local name, value = line:match "^([^:]+): (.*)$"
    headers[name:lower()] = value
  end
  local text = assert(client:receive(tonumber(headers["content-length"])))
  local status, _, body = answer(text, headers["x-hub-signature-256"])
  client:send(("HTTP/1.0 %d -\r\nContent-Length: %d\r\n\r\n%s"):format(status, #(body or ""), body or ""))
  client:close()
  return text, headers["x-hub-signature-256"]
end

--- Answers the next request as a function does.
---@param answer fun(body: string, signature: string): integer, table|nil, string|nil
function M:answer(answer)
  take(self, answer)
end

--- The next delivery: its body, decoded, and what came with it.
---@param status? integer  of the answer (200)
---@return table body
---@return { text: string, signature: string, changes: table[] } delivery
function M:following(status)
  local text, signature = take(self, function() return status or 200 end)
  local body = assert(json.decode(text))
  return body, { text = text, signature = signature, changes = body.entry[1].changes }
end

--- Whether nothing more is on its way, after a last look of a quarter of a second.
---@return boolean
function M:is_quiet()
  self.listener:settimeout(0.25)
  local client = self.listener:accept()
  if client then client:close() end
  return client == nil
end

function M:close()
  self.listener:close()
end

return M
