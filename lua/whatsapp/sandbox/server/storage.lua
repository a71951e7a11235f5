--- What survives the end of a sandbox that was started with `data`: everything Graph
--- knows, the chats and the connections, as one file of JSON. It is written half a second
--- after a change, beside the old one, and then takes its place.

local json = require "whatsapp.json"
local kept = require "whatsapp.sandbox.kept"
local agenda = require "whatsapp.sandbox.server.agenda"
local chats = require "whatsapp.sandbox.server.chats"
local connections = require "whatsapp.sandbox.server.connections"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local state = require "whatsapp.sandbox.server.state"
local watchdog = require "whatsapp.sandbox.server.watchdog"

local M = {}

local DELAY = 0.5  -- seconds; with very much to write, four times as long as it took

local parts = { state = state, chats = chats, connections = connections }

local path                     -- of the file; nil: nothing is kept
local delay, pending = DELAY, false

-- JSON has no mark for an empty list that is decoded again, and no references: a node
-- within another is written as its id.
local LIST, NODE = "$list", "$node"

local function packed(value, depth)
  if type(value) ~= "table" then return value end
  if depth == 2 and value.kind and state.nodes[value.id] == value then return { [NODE] = value.id } end
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

-- References can be followed when all nodes are there.
local function link(nodes)
  for _, node in ipairs(nodes) do
    for name, value in pairs(node) do
      if type(value) == "table" and value[NODE] then node[name] = state.nodes[value[NODE]] end
    end
  end
end

local function snapshot()
  local whole = { format = kept.FORMAT, identity = state.settings.identity, ports = state.settings.ports }
  for name, part in pairs(parts) do
    local saved = part.save()
    whole[name] = {}
    for key, value in pairs(saved) do whole[name][key] = packed(value, 0) end
  end
  return json.encode(whole)
end

local function write(text)
  local file = assert(io.open(path .. ".new", "wb"))
  assert(file:write(text))
  assert(file:close())
  assert(os.rename(path .. ".new", path))
end

--- Writes what has changed.
function M.save()
  if not pending or watchdog.is_orphan() then return end
  pending = false
  local began = os.clock()
  local ok, why = pcall(function() write(assert(snapshot())) end)
  if not ok then ngx.log(ngx.ERR, "the sandbox's data cannot be written: ", why) end
  delay = math.max(DELAY, 4 * (os.clock() - began))
end

--- Says that something may have changed.
function M.touch()
  if not path or pending then return end
  pending = true
  ngx.timer.at(delay, M.save)
end

--- Takes up what was kept, if anything was.
---@return boolean restored
function M.open()
  if not state.settings.data then return false end
  path = state.settings.prefix .. "/state.json"
  local file = io.open(path, "rb")
  if not file then return false end
  local text = file:read "*a"
  file:close()
  local whole = assert(json.decode_raw(text))
  assert(whole.format == kept.FORMAT, path .. " is of another version")
  unpacked(whole)
  for _, name in ipairs { "state", "chats", "connections" } do parts[name].restore(whole[name]) end
  link(whole.state.nodes)
  return true
end

--- Goes on with what was under way; for that the worker must run.
function M.resume()
  agenda.after(M.touch)
  message_history.resume()
  message_templates.resume()
  pending = path ~= nil
  M.save()
end

return M
