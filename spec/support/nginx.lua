--- An nginx that loads the modules and the core of this process. Its Lua is LuaJIT, so
--- the specs that use it run under LuaJIT only.

local server = require "spec.support.server"
local tls = require "spec.support.tls"

local M = {}

local LIFE_LIMIT = 900      -- seconds after which it ends, should nobody stop it

-- Where tools/deps puts the Lua modules of packages it does not install.
local UNPACKED = "build/deps/usr/share/lua/5.1/?.lua"

local CONF = [==[
$modules
$user
daemon off;
pid nginx.pid;
error_log error.log notice;
worker_processes $processes;
$main
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  lua_package_path "$path";
  lua_package_cpath "$cpath";
$content
}
]==]

--- A text with what stands for $NAME in it.
---@param text string
---@param values table<string, any>
---@return string
function M.fill(text, values)
  return (text:gsub("%$([%l_]+)", values))
end

local function is_root()
  local pipe = assert(io.popen "id -u")
  local id = pipe:read "*l"
  pipe:close()
  return id == "0"
end

-- What this process finds, but what nginx has of its own before the system's: the
-- resty.core there may be another nginx's. The tree's own entries come first.
local function search_path(path, own)
  local tree = path:match("^" .. ("[^;]*;"):rep(own))
  return tree .. ";" .. path
end

--- What a configuration is filled in with: a directory that is made, and ports.
---@param more table<string, any> `processes`, and the spec's own; `environment`, NAME=value, is
---  nginx's: its `env NAME=value;` is read after it was freed, at a worker's end (before 1.25)
---@return table<string, any>
function M.values(more)
  local values = server.free_ports { "port", "other" }
  values.directory, values.main, values.modules = server.make_directory(), "", tls.load_modules()
  values.path = search_path(package.path, 2) .. ";" .. UNPACKED
  values.cpath = search_path(package.cpath, 1)
  -- Root's nginx would work as somebody who cannot read this tree.
  values.user = is_root() and "user root root;" or ""
  for name, value in pairs(more) do values[name] = value end
  return values
end

--- Starts it. Whoever stops the process removes the directory.
---@param values table<string, any> what `values` returned
---@param content string of its http block
---@return table process of server.start_process
function M.start(values, content)
  local directory = values.directory
  local file = assert(io.open(directory .. "/nginx.conf", "w"))
  file:write(M.fill(M.fill(CONF, { main = values.main, content = content }), values))
  file:close()
  return server.start_process(("env %s timeout %d nginx -p %s -c nginx.conf -e error.log 2>%s/start.log"):format(
    values.environment or "", LIFE_LIMIT, directory, directory))
end

return M
