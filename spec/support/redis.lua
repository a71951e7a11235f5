--- A real Redis on a unix socket and a free port, stopped by its process id. It
--- writes every command to its disk, so that stopping loses nothing.

local server = require "spec.support.server"
local socket = require "socket"

local M = {}

local READY_LIMIT = 60
local LIFE_LIMIT = 900

---@class spec.Redis
---@field path string the unix socket
---@field port integer
local Redis = {}
Redis.__index = Redis

--- Runs a command line of redis-cli.
---@param words string for a shell
---@return string output
function Redis:cli(words)
  local pipe = assert(io.popen(("redis-cli -s %s %s %s 2>&1"):format(self.path, self.login, words)))
  local output = pipe:read "*a"
  pipe:close()
  return output
end

function Redis:is_up()
  return self:cli "ping" == "PONG\n"
end

--- Starts it (again).
function Redis:start()
  self.process = server.start_process(("timeout -s KILL %d redis-server --port %d --bind 127.0.0.1 --unixsocket %s "
    .. "--dir %s --appendonly yes --appendfsync always --save '' --logfile %s/log --enable-debug-command yes %s")
    :format(LIFE_LIMIT, self.port, self.path, self.directory, self.directory, self.options))
  local give_up = socket.gettime() + READY_LIMIT
  while not self:is_up() do
    assert(socket.gettime() < give_up, "Redis did not come up")
    socket.sleep(0.02)
  end
end

-- The pid of Redis itself, not of what watches over it.
function Redis:pid()
  return self:cli("info server"):match "process_id:(%d+)"
end

--- Ends it, as an administrator does ("TERM") or as a crash does ("KILL").
---@param signal "TERM"|"KILL"
function Redis:halt(signal)
  os.execute(("kill -%s %s"):format(signal, self:pid()))
  self.process.pipe:close()
  self.process = nil
end

--- Stops it and removes its files.
function Redis:stop()
  if self.process then self:halt "KILL" end
  server.remove_directory(self.directory)
end

--- An empty Redis.
---@param options? string more of its command line
---@param login? string options of redis-cli
---@return spec.Redis
function M.start(options, login)
  local directory = server.make_directory()
  local self = setmetatable({ directory = directory, path = directory .. "/socket", options = options or "",
    login = login or "", port = server.free_ports({ "redis" }).redis }, Redis)
  self:start()
  return self
end

return M
