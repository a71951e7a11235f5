--- What the sandbox knows: nodes by id, connections, templates. It lives in the
--- one worker's memory and ends with it.

local identity = require "whatsapp.sandbox.identity"
local templates = require "whatsapp.sandbox.server.templates"

local M = {
  settings = nil,   ---@type table
  nodes = {},       ---@type table<string, table>  everything Graph has an id for; `kind` says what
  connections = {}, ---@type table[]  oldest first
  templates = {},   ---@type table[]
}

--- Seconds since the epoch, by the sandbox's clock.
---@return number
function M.now()
  return ngx.time()
end

--- Fills the state with what is there from the start.
---@param settings table
function M.open(settings)
  M.settings = settings
  M.add("business_account", { id = settings.business_account_id })
  M.add("phone_number", { id = settings.phone_number_id })
  M.add_connection { connection_id = settings.connection, status = "ACTIVE" }
  M.templates = templates
end

--- Adds something that Graph has an id for.
---@param kind string
---@param node table  its `id` is made up when missing
---@return table node
function M.add(kind, node)
  node.kind, node.id = kind, node.id or identity.id(kind)
  M.nodes[node.id] = node
  return node
end

-- RFC 3339 with microseconds, as the gateway writes it.
local function timestamp()
  return os.date("!%Y-%m-%dT%H:%M:%S", M.now()) .. (".%06dZ"):format(ngx.now() % 1 * 1e6)
end

--- Adds a connection of the gateway.
---@param connection { connection_id?: string, status: string }
---@return table connection
function M.add_connection(connection)
  connection.connection_id = connection.connection_id or identity.uuid()
  connection.app, connection.method = "whatsapp-business", "OAUTH2"
  connection.creation_time = timestamp()
  connection.last_updated_time = connection.creation_time
  connection.url = ("%s/connect?session_token=%s"):format(M.settings.control_url, identity.hex(16))
  connection.metadata = {}
  M.connections[#M.connections + 1] = connection
  return connection
end

--- A connection and its place in the list.
---@param id string
---@return table|nil connection
---@return integer|nil index
function M.find_connection(id)
  for i, connection in ipairs(M.connections) do
    if connection.connection_id == id then return connection, i end
  end
end

--- The active connection a request goes through: the one it names, or the oldest.
---@param id? string
---@return table|nil connection
function M.connection_for(id)
  for _, connection in ipairs(M.connections) do
    if connection.status == "ACTIVE" and (not id or connection.connection_id == id) then
      return connection
    end
  end
end

return M
