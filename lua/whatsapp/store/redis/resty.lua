--- Connections to Redis in nginx: lua-resty-redis over cosockets, so that a command
--- suspends its light thread. The sockets are kept by nginx.

local M = {}

local KEEP = 60 * 1000      -- milliseconds for which an idle connection is kept
local KEPT = 100            -- of them in a worker

-- Debian's package has it under another name.
local NAMES = { "resty.redis", "nginx.redis" }

local function load_client()
  for _, name in ipairs(NAMES) do
    local ok, client = pcall(require, name)
    if ok then return client end
  end
  return nil, "lua-resty-redis is not installed"
end

local Connection = {}
Connection.__index = Connection

local Pool = {}
Pool.__index = Pool

--- See `hiredis.pool`.
function M.pool(settings)
  local client, why = load_client()
  if not client then return nil, why end
  local name = ("whatsapp %s %d %s %d"):format(settings.path or settings.host, settings.port,
    settings.username or "", settings.database)
  return setmetatable({ client = client, settings = settings, options = { pool = name } }, Pool)
end

function Pool:take(only_new)
  local settings = self.settings
  repeat
    local raw = self.client:new()
    raw:set_timeout(settings.timeout * 1000)
    local ok, why
    if settings.path then
      ok, why = raw:connect("unix:" .. settings.path, self.options)
    else
      ok, why = raw:connect(settings.host, settings.port, self.options)
    end
    if not ok then return nil, why end
    local fresh = raw:get_reused_times() == 0
    if fresh or not only_new then return setmetatable({ raw = raw, fresh = fresh }, Connection) end
    raw:close()
  until false
end

function Pool.give(_, connection)
  connection.raw:set_keepalive(KEEP, KEPT)
end

function Pool.close() end

-- Nil is false, as in a table it must be something.
local function plain(value)
  if value == ngx.null then return false end
  if type(value) == "table" then
    for i = 1, #value do value[i] = plain(value[i]) end
  end
  return value
end

function Connection:call(seconds, command, ...)
  self.raw:set_timeout(seconds * 1000)
  local value, why = self.raw[command](self.raw, ...)
  if value then return plain(value) end
  return nil, why, value == false
end

function Connection:drop()
  self.raw:close()
end

return M
