--- What the sandbox knows: nodes by id and by kind, connections. It lives in the one
--- worker's memory and ends with it.

local identity = require "whatsapp.sandbox.identity"
local account = require "whatsapp.sandbox.server.account"
local templates = require "whatsapp.sandbox.server.seed_templates"

local M = {
  settings = nil,   ---@type table
  nodes = {},       ---@type table<string, table>  everything Graph has an id for; `kind` says what
  connections = {}, ---@type table[]  oldest first
  deleted_names = {}, ---@type table<string, number>  of templates: until when it is not free
}

local kinds = {}   -- the nodes of each kind, in the order in which they were added
local serial = 0

--- Seconds since the epoch, by the sandbox's clock.
---@return number
function M.now()
  return ngx.time()
end

local function copy(source, target)
  for name, value in pairs(source) do target[name] = value end
  return target
end

--- Fills the state with what is there from the start.
---@param settings table
function M.open(settings)
  M.settings = settings
  M.add("business_account", copy(account.business_account, { id = settings.business_account_id }))
  for i, id in ipairs { settings.phone_number_id, settings.second_phone_number_id } do
    local phone = copy(account.phone_number, copy(account.phone_numbers[i], { id = id }))
    phone.profile = account.profile
    M.add("phone_number", phone)
  end
  for _, template in ipairs(templates) do M.add("template", template) end
  M.add_connection { connection_id = settings.connection, status = "ACTIVE" }
end

--- Adds something that Graph has an id for.
---@param kind string
---@param node table  its `id` is made up when missing
---@return table node
function M.add(kind, node)
  serial = serial + 1
  node.kind, node.id, node.serial = kind, node.id or identity.id(kind), serial
  M.nodes[node.id] = node
  kinds[kind] = kinds[kind] or {}
  table.insert(kinds[kind], node)
  return node
end

--- All nodes of a kind, oldest first.
---@param kind string
---@return table[] nodes
function M.all(kind)
  return kinds[kind] or {}
end

--- Takes a node away.
---@param node table
function M.remove(node)
  M.nodes[node.id] = nil
  for i, other in ipairs(kinds[node.kind]) do
    if other == node then return table.remove(kinds[node.kind], i) end
  end
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
