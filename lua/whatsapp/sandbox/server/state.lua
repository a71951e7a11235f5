--- What Graph knows: nodes by id and by kind. It lives in the one worker's memory and
--- ends with it.

local identity = require "whatsapp.sandbox.identity"
local account = require "whatsapp.sandbox.server.account"
local changes = require "whatsapp.sandbox.server.changes"
local templates = require "whatsapp.sandbox.server.seed_templates"

local M = {
  settings = nil,   ---@type table
  offset = 0,       ---@type number  seconds by which the clock was put forward
  nodes = {},       ---@type table<string, table>  everything Graph has an id for; `kind` says what
  deleted_names = {}, ---@type table<string, number>  of templates: until when it is not free
}

local kinds = {}   -- the nodes of each kind, in the order in which they were added
local serial = 0

--- Seconds since the epoch, by the sandbox's clock: the system's, and what it was put
--- forward by.
---@return number
function M.now()
  return ngx.now() + M.offset
end

--- The same in whole seconds.
---@return integer
function M.time()
  return math.floor(M.now())
end

local function copy(source, target)
  for name, value in pairs(source) do target[name] = value end
  return target
end

--- Adds a phone number of the account.
---@param given table  what it has of its own
---@return table phone
function M.add_phone_number(given)
  local phone = copy(account.phone_number, { profile = account.profile })
  return M.add("phone_number", copy(given, phone))
end

local FOUNDED = "2024-01-15T10:30:00Z"

--- Fills the state with what is there from the start.
---@param settings table
function M.open(settings)
  M.settings = settings
  local business = M.add("business", copy(account.business, { credit_id = identity.id "business" }))
  local info = { id = business.id, name = business.name }
  for _, person in ipairs(account.people) do M.add("user", copy(person, { business = info, since = FOUNDED })) end
  M.add("business_account", copy(account.business_account, { id = settings.business_account_id,
    owner_business_info = info, subscribed_app = { whatsapp_business_api_data = account.app } }))
  M.add("application", { id = settings.app_id })
  M.add("template_library", { id = "message_template_library" })
  for i, id in ipairs { settings.phone_number_id, settings.second_phone_number_id } do
    M.add_phone_number(copy(account.phone_numbers[i], { id = id }))
  end
  for _, template in ipairs(templates) do M.add("template", template) end
end

--- The nodes by kind.
---@return table<string, table[]>
function M.kinds()
  return kinds
end

--- What is kept besides the nodes.
---@return table
function M.rest()
  return { offset = M.offset, deleted_names = M.deleted_names }
end

---@param nodes table[]  in the order in which they were added
---@param rest table
function M.restore(nodes, rest)
  M.nodes, kinds = {}, {}
  M.offset, M.deleted_names = rest.offset, rest.deleted_names
  for _, node in ipairs(nodes) do
    serial, M.nodes[node.id] = node.serial, node
    kinds[node.kind] = kinds[node.kind] or {}
    table.insert(kinds[node.kind], node)
  end
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
  changes.note("node", node)
  return node
end

--- Lets the oldest of a kind go when there are a tenth more than are to be kept.
---@param kind string
---@param most integer
---@return table[] gone
function M.limit(kind, most)
  local list, gone, kept = M.all(kind), {}, {}
  if #list <= most * 1.1 then return gone end
  for i, node in ipairs(list) do
    local to = i <= #list - most and gone or kept
    to[#to + 1] = node
  end
  for _, node in ipairs(gone) do
    M.nodes[node.id] = nil
    changes.note("node", node)
  end
  kinds[kind] = kept
  return gone
end

--- What Graph still has behind an id: nothing is left of what has expired.
---@param id string
---@return table|nil node
function M.find(id)
  local node = M.nodes[id]
  if node and not (node.expires and node.expires <= M.now()) then return node end
end

--- All nodes of a kind, oldest first.
---@param kind string
---@return table[] nodes
function M.all(kind)
  return kinds[kind] or {}
end

--- The nodes of a kind that belong to a phone number, oldest first.
---@param kind string
---@param phone table
---@param name? string a field, of which only one value is wanted
---@param value? any nil: whatever it is
---@return table[] nodes
function M.of_phone(kind, phone, name, value)
  local found = {}
  for _, node in ipairs(M.all(kind)) do
    if node.phone == phone and (value == nil or node[name] == value) then found[#found + 1] = node end
  end
  return found
end

--- Takes a node away.
---@param node table
function M.remove(node)
  M.nodes[node.id] = nil
  changes.note("node", node)
  for i, other in ipairs(kinds[node.kind]) do
    if other == node then return table.remove(kinds[node.kind], i) end
  end
end

return M
