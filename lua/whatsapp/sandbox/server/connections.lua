--- The gateway's control API: connections to a WhatsApp Business account.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

--- GET /connections?app=&status=
function M.list(req)
  local found = json.array {}
  for _, connection in ipairs(state.connections) do
    if (req.query.app or connection.app) == connection.app
      and (req.query.status or connection.status) == connection.status then
      found[#found + 1] = connection
    end
  end
  return answer.ok { connections = found }
end

--- POST /connections {"app":"whatsapp-business"}
function M.create(req)
  local body = json.decode(req:text())
  if not body or body.app ~= "whatsapp-business" then
    return answer.gateway(400, "app must be whatsapp-business")
  end
  return answer.ok { connection = state.add_connection { status = "PENDING" } }
end

--- GET /connections/{id}
function M.get(_, id)
  local connection = state.find_connection(id)
  return connection and answer.ok { connection = connection }
    or answer.gateway(404, "no such connection")
end

--- DELETE /connections/{id}
function M.delete(_, id)
  local _, index = state.find_connection(id)
  if not index then return answer.gateway(404, "no such connection") end
  table.remove(state.connections, index)
  return answer.ok {}
end

return M
