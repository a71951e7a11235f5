--- What the sandbox knows: nodes by id, connections, templates. It lives in the
--- one worker's memory and ends with it.

local crypto = require "whatsapp.sandbox.server.crypto"
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

-- What an id names shows in its first digit.
local first_digit = { phone_number = "1", business_account = "2", media = "3", template = "4" }

local function new_id(kind)
  return first_digit[kind] .. crypto.random(14):gsub(".", function(char) return char:byte() % 10 end)
end

--- Adds something that Graph has an id for.
---@param kind string
---@param node table  its `id` is made up when missing
---@return table node
function M.add(kind, node)
  node.kind, node.id = kind, node.id or new_id(kind)
  M.nodes[node.id] = node
  return node
end

-- RFC 3339 with microseconds, as the gateway writes it.
local function timestamp()
  return os.date("!%Y-%m-%dT%H:%M:%S", M.now()) .. (".%06dZ"):format(ngx.now() % 1 * 1e6)
end

local function hex(n)
  return (crypto.random(n):gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

local function uuid()
  local text = hex(16)
  return ("%s-%s-4%s-a%s-%s"):format(text:sub(1, 8), text:sub(9, 12), text:sub(14, 16),
    text:sub(18, 20), text:sub(21))
end

--- Adds a connection of the gateway.
---@param connection { connection_id?: string, status: string }
---@return table connection
function M.add_connection(connection)
  connection.connection_id = connection.connection_id or uuid()
  connection.app, connection.method = "whatsapp-business", "OAUTH2"
  connection.creation_time = timestamp()
  connection.last_updated_time = connection.creation_time
  connection.url = ("%s/connect?session_token=%s"):format(M.settings.control_url, hex(16))
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
