--- What survives the end of a sandbox that was started with `data`: everything Graph
--- knows, the chats and the connections. What a request has changed is written before it is
--- answered; what the clock has changed, half a second later.

local json = require "whatsapp.json"
local kept = require "whatsapp.sandbox.kept"
local agenda = require "whatsapp.sandbox.server.agenda"
local changes = require "whatsapp.sandbox.server.changes"
local chats = require "whatsapp.sandbox.server.chats"
local connections = require "whatsapp.sandbox.server.connections"
local ledger = require "whatsapp.sandbox.server.ledger"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local state = require "whatsapp.sandbox.server.state"
local watchdog = require "whatsapp.sandbox.server.watchdog"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local DELAY = 0.5  -- seconds
local BREATH = 0.001 -- seconds in which requests are answered; none would let nobody in
local SPARE = 2000 -- lines in vain that a start does not mind

local is_kept, pending, rewriting = false, false, false
local owed = ""    -- lines that could not be written yet

-- Lines ------------------------------------------------------------------------------

-- JSON has no mark for an empty list that is decoded again, and no references: a node
-- within another is written as its id.
local LIST, NODE = "$list", "$node"

local function packed(value, depth)
  if type(value) ~= "table" then return value end
  if depth == 1 and value.kind and state.nodes[value.id] == value then return { [NODE] = value.id } end
  if next(value) == nil then return getmetatable(value) and { [LIST] = true } or value end
  local copy = {}
  for key, item in pairs(value) do copy[key] = packed(item, depth + 1) end
  return copy
end

local function unpacked(value)
  if type(value) ~= "table" then return value end
  if value[LIST] then return json.array {} end
  for key, item in pairs(value) do value[key] = unpacked(item) end
  return value
end

local function line(name, value)
  return assert(json.encode { [name] = packed(value, 0) }) .. "\n"
end

-- Of most nodes it is not said when they change: they are compared with what was written.
local SAID = { message = true, media = true, webhook = true }

local written = setmetatable({}, { __mode = "k" }) -- the line of each node that is compared, and of each whole

local lines = {
  node = function(node)
    if state.nodes[node.id] ~= node then return line("gone", node.id) end
    local text = line("node", node)
    if not SAID[node.kind] then written[node] = text end
    return text
  end,
  message = function(message)
    return chats.message(message.id) == message and line("message", message) or ""
  end,
  chat = function(chat) return line("chat", chats.kept(chat)) end,
}

local function line_of(change)
  return lines[change.kind](change.thing)
end

-- What is written as a whole.
local wholes = { { name = "connections", of = connections.save }, { name = "rest", of = state.rest } }

local function head()
  local text = assert(json.encode { format = kept.FORMAT, identity = state.settings.identity,
                                    ports = state.settings.ports }) .. "\n"
  for _, whole in ipairs(wholes) do
    written[whole] = line(whole.name, whole.of())
    text = text .. written[whole]
  end
  return text
end

-- Writing ----------------------------------------------------------------------------

local function everything()
  local things = {}
  local function add(kind, list)
    for _, thing in ipairs(list) do things[#things + 1] = { kind = kind, thing = thing } end
  end
  for _, list in pairs(state.kinds()) do add("node", list) end
  add("chat", chats.list())
  add("message", chats.messages())
  return things
end

local function guarded(fn, ...)
  local ok, why = pcall(fn, ...)
  if not ok then ngx.log(ngx.ERR, "the sandbox's data cannot be written: ", why) end
end

local function write_anew(premature)
  rewriting = false
  if premature or watchdog.is_orphan() then return end
  guarded(ledger.write_anew, head(), everything(), line_of, function() ngx.sleep(BREATH) end)
end

local function rewrite()
  if not rewriting then rewriting = ngx.timer.at(0, write_anew) end
end

-- Adds the lines of the things that are others than they were written.
local function compare(out)
  for kind, list in pairs(state.kinds()) do
    for _, node in ipairs(SAID[kind] and {} or list) do
      local before, now = written[node], lines.node(node)
      if before ~= now then out[#out + 1] = now end
    end
  end
  for _, whole in ipairs(wholes) do
    local before = written[whole]
    written[whole] = line(whole.name, whole.of())
    if before ~= written[whole] then out[#out + 1] = written[whole] end
  end
end

local function write(compares)
  local out = { owed }
  for _, change in ipairs(changes.take()) do out[#out + 1] = line_of(change) end
  if compares then compare(out) end
  owed = table.concat(out)
  if owed == "" then return end
  assert(ledger.add(owed))
  owed = ""
  if ledger.is_long() then rewrite() end
end

--- Writes what has changed.
---@param compares boolean  also what was changed without a word
function M.save(compares)
  if is_kept and not watchdog.is_orphan() then guarded(write, compares) end
end

local function save_later(premature)
  pending = false
  if not premature then M.save(true) end
end

local function touch()
  if pending then return end
  pending = ngx.timer.at(DELAY, save_later)
end

-- Reading ----------------------------------------------------------------------------

-- References can be followed when all nodes are there.
local function link(nodes)
  for _, node in pairs(nodes) do
    for name, value in pairs(node) do
      if type(value) == "table" and value[NODE] then node[name] = nodes[value[NODE]] end
    end
  end
end

local function values(by_key)
  local list = {}
  for _, value in pairs(by_key) do list[#list + 1] = value end
  table.sort(list, function(a, b) return a.serial < b.serial end)
  return list
end

-- Takes one line after the other; returns what they come to, and how many there were.
local function reader()
  local saved, count = { nodes = {}, messages = {}, chats = {}, people = {} }, 0
  local take = {
    node = function(node) saved.nodes[node.id] = node end,
    gone = function(id) saved.nodes[id] = nil end,
    message = function(message) saved.messages[message.serial] = message end,
    chat = function(chat)
      local key = chat.person.id .. " " .. chat.phone_number_id
      chat.serial = saved.chats[key] and saved.chats[key].serial or count
      saved.chats[key], saved.people[chat.person.id] = chat, chat.person
    end,
    connections = function(whole) saved.connections = whole end,
    rest = function(whole) saved.rest = whole end,
    format = function(format) assert(format == kept.FORMAT, "the data is of another version") end,
    ports = function(ports) saved.ports = ports end,
    identity = function() end,
  }
  return saved, function(entry)
    count = count + 1
    for name, value in pairs(unpacked(entry)) do take[name](value) end
    return count
  end
end

local function restore(saved)
  link(saved.nodes)
  state.restore(values(saved.nodes), saved.rest)
  chats.restore(values(saved.messages), values(saved.chats), saved.people)
  connections.restore(saved.connections)
end

local function same_ports(saved)
  for name, port in pairs(state.settings.ports) do
    if saved.ports[name] ~= port then return false end
  end
  return true
end

-- Takes up what was kept; whether anything was. A file that cannot go on as it is begins anew.
local function open(path)
  local saved, take = reader()
  local count = 0
  local found = ledger.read(path, function(entry) count = take(entry) end)
  if found then restore(saved) else connections.open() end
  if not (found and same_ports(saved)) then
    return ledger.write_anew(head(), everything(), line_of, function() end)
  end
  ledger.open()
  if count > 2 * #everything() + SPARE then rewrite() end
end

--- Takes up what was kept, if anything is, and keeps what happens from now on.
function M.open()
  if not state.settings.data then return connections.open() end
  open(state.settings.prefix .. "/" .. kept.FILE)
  is_kept = true
  changes.collect()
  agenda.after(touch)
end

--- Goes on with what was under way.
function M.resume()
  message_history.resume()
  message_templates.resume()
  webhooks.resume()
end

return M
