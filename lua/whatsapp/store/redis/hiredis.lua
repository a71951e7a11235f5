--- Connections to Redis outside nginx, over the module whatsapp.hiredis. Under
--- cqueues a command suspends its coroutine; elsewhere it blocks, as in a script.

local loop = require "whatsapp.loop"

local M = {}

local Connection = {}
Connection.__index = Connection

local SLICE = 0.2       -- seconds, so that Ctrl-C is heard

local function wait(self, what, seconds)
  if loop.current().name ~= "cqueues" then return self.raw:poll(what, math.min(seconds, SLICE)) end
  local cqueues = require "cqueues"
  self.polled = cqueues
  self.pollable = self.pollable or { pollfd = self.raw:fd() }
  self.pollable.events = what == "read" and "r" or "w"
  cqueues.poll(self.pollable, seconds)
end

--- Connections that nobody uses, the newest last.
local Pool = {}
Pool.__index = Pool

--- What makes and keeps connections.
---@return table|nil pool
---@return string? why
function M.pool(settings)
  local ok, module = pcall(require, "whatsapp.hiredis")
  if not ok then return nil, tostring(module):match "^[^\n]*" end
  return setmetatable({ module = module, settings = settings, idle = {} }, Pool)
end

--- A connection that was kept, or a new one.
---@param only_new boolean forget the kept ones: they may all be dead
---@return table|nil connection
---@return string? why
function Pool:take(only_new)
  if only_new then self:close() end
  local kept = table.remove(self.idle)
  if kept then return kept end
  local settings = self.settings
  local raw, why
  if settings.path then
    raw, why = self.module.connect(settings.path)
  else
    raw, why = self.module.connect(settings.host, settings.port)
  end
  if not raw then return nil, why end
  return setmetatable({ raw = raw, fresh = true }, Connection)
end

--- Keeps a connection for the next who needs one.
function Pool:give(connection)
  connection.fresh = false
  self.idle[#self.idle + 1] = connection
end

function Pool:close()
  for i = #self.idle, 1, -1 do
    self.idle[i]:drop()
    self.idle[i] = nil
  end
end

--- Runs a command.
---@param seconds number that it may take
---@return any value nil when it failed
---@return string? why "timeout", or what the connection says
---@return boolean? answered Redis refused it: the connection is good
function Connection:call(seconds, ...)
  local now = loop.current().now
  local finish = now() + seconds
  local ok, why = self.raw:send(...)
  if not ok then return nil, why end
  local what, value = self.raw:step()
  while what == "read" or what == "write" do
    local left = finish - now()
    if left <= 0 then return nil, "timeout" end
    wait(self, what, left)
    what, value = self.raw:step()
  end
  if what == "reply" then return value end
  return nil, value, what == "error"
end

function Connection:drop()
  -- cqueues must not go on polling a descriptor that may be another one's soon.
  if self.polled then self.polled.cancel(self.raw:fd()) end
  self.raw:close()
end

return M
