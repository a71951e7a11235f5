--- An nginx of the user's kind: a configuration that uses the client, run by
--- tools/nginx in the environment of a sandbox, on a free port. Its Lua is LuaJIT,
--- whatever this one is.

local http = require "socket.http"
local socket = require "socket"

local server = require "spec.support.server"

local M = {}

local READY_LIMIT = 60 -- seconds to come up
local LIFE_LIMIT = 600 -- seconds after which it ends, should nobody stop it
local END_LIMIT = 60 -- seconds to end

local function write(name, text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
end

local function read(name)
  local file = assert(io.open(name))
  local text = file:read "*a"
  file:close()
  return text
end

-- What lets any user start one.
local HEAD = [[
include /etc/nginx/modules-enabled/*.conf;
pid whatsapp.pid;
events { worker_connections 512; }
]]
local TEMPORARY = [[
http {
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
]]

-- A configuration with what it lacks of that.
local function completed(conf)
  local n
  if not conf:find "events {" then conf = HEAD .. conf end
  if conf:find "_temp_path" then return conf end
  conf, n = conf:gsub("http {\n", TEMPORARY)
  assert(n == 1, "there is one http block")
  return conf
end

---@class spec.Service
---@field url string
local Service = {}
Service.__index = Service

local function wait_until_up(self)
  local give_up = socket.gettime() + READY_LIMIT
  repeat
    if http.request(self.url .. "/health") then return end
    socket.sleep(0.02)
  until socket.gettime() > give_up
  local log = read(self.directory .. "/log")
  self:stop()
  error("nginx did not come up: " .. log)
end

--- Starts it and waits until /health answers.
---@param sandbox whatsapp.Sandbox
---@param conf string with one `listen 127.0.0.1:8080;`, which gets another port; what every nginx
---   has may be missing
---@param port? integer that one; a free one otherwise
---@return spec.Service
function M.start(sandbox, conf, port)
  local directory = server.make_directory()
  port = port or server.free_ports({ "port" }).port
  local text, n = completed(conf):gsub("(listen 127%.0%.0%.1:)8080;", ("%%1%d;"):format(port))
  assert(n == 1, "where does it listen?")
  write(directory .. "/nginx.conf", text)
  assert(sandbox:run(("d=%s; timeout %d tools/in-tree build/jit tools/nginx $d/nginx.conf </dev/null >$d/log 2>&1 & "
    .. "echo $! >$d/pid"):format(directory, LIFE_LIMIT)))
  local self = setmetatable({ directory = directory, url = "http://127.0.0.1:" .. port,
                              pid = read(directory .. "/pid"):match "%d+" }, Service)
  wait_until_up(self)
  return self
end

--- What a page says; raises when it is not 200.
---@param path string
---@return string
function Service:get(path)
  local body, status = http.request(self.url .. path)
  assert(status == 200, ("GET %s: %s %s"):format(path, tostring(status), tostring(body)))
  return body
end

--- What nginx has logged.
function Service:log()
  return read(self.directory .. "/log")
end

-- It is waited for, since it may crash when it ends.
local END = "kill %s 2>/dev/null; timeout %d tail -s 0.05 --pid=%s -f /dev/null"

function Service:stop()
  if not self.pid then return end
  os.execute(END:format(self.pid, END_LIMIT, self.pid))
  self.pid = nil
  server.remove_directory(self.directory)
end

return M
