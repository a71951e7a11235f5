--- Brings the sandbox's nginx up and down: finds it, writes its prefix
--- directory, picks ports, starts it and waits until it listens.

local errors = require "whatsapp.error"
local certificate = require "whatsapp.sandbox.certificate"
local identity = require "whatsapp.sandbox.identity"
local nginx_conf = require "whatsapp.sandbox.nginx_conf"
local shell = require "whatsapp.sandbox.shell"

local quote = shell.quote

local M = {}

local INSTALL = "install nginx with its Lua module (Debian: apt install nginx-light "
  .. "libnginx-mod-http-lua lua-cjson openssl) or OpenResty"

local function failed(message, hint)
  return nil, errors.new { kind = "io", message = message, hint = hint, outcome = "not_sent" }
end

-- Ports ---------------------------------------------------------------------

-- Below the range from which Linux takes ports for outgoing connections.
local FIRST_PORT, PORTS = 20000, 12000

local function random_port()
  local high, low = identity.random(2):byte(1, 2)
  return FIRST_PORT + (high * 256 + low) % PORTS
end

-- The kernel's table of sockets, where it can be read. nginx would notice a
-- taken port too, but only after trying for two and a half seconds.
local function socket_table()
  local file = io.open("/proc/net/tcp", "rb")
  if not file then return "" end
  local text = file:read("*a")
  file:close()
  return text
end

local function is_listening(sockets, port)
  return sockets:find((":%04X %%x+:0000 0A "):format(port)) ~= nil
end

local function free_port(sockets, taken)
  for _ = 1, 100 do
    local port = random_port()
    if not taken[port] and not sockets:find((":%04X "):format(port), 1, true) then return port end
  end
end

-- The one it had before, unless it is taken by now.
local function usual_port(sockets, taken, port)
  if port and not taken[port] and not is_listening(sockets, port) then return port end
end

local PORTS_OF = { "port", "control_port", "phone_port" }

-- The ports: those asked for, if nobody listens there, or random ones.
local function choose_ports(options)
  local sockets, ports, taken = socket_table(), {}, {}
  for _, name in ipairs(PORTS_OF) do taken[options[name] or 0] = true end
  for _, name in ipairs(PORTS_OF) do
    local wanted = options[name]
    if wanted and is_listening(sockets, wanted) then
      return failed(("port %d is in use"):format(wanted),
        "leave it out for a free one")
    end
    ports[name] = wanted or usual_port(sockets, taken, options.usual_ports[name]) or free_port(sockets, taken)
    if not ports[name] then return failed "no free port was found" end
    taken[ports[name]] = true
  end
  return ports
end

-- The prefix directory ------------------------------------------------------

local function own_directory()
  local source = debug.getinfo(1, "S").source
  return source:match("^@(.*)/whatsapp/sandbox/[^/]*$") or source:match("^@whatsapp/") and "."
end

-- One shell for all that must be asked of the system: a directory, the pid of
-- this process, the absolute place of our Lua files, what nginx was built with.
-- A sandbox that is just ending there, or was killed, is waited for; a pid that is now
-- another process's is none.
local SURVEY = [[
exec 2>&1
umask 077
root=$(cd -- "$root" && pwd -P) || exit
if [ -n "$prefix" ]; then mkdir -p -- "$prefix"
else prefix=$(mktemp -d "${TMPDIR:-/tmp}/whatsapp-sandbox.XXXXXX"); fi || exit
cd -- "$prefix" || exit
runs() {
  if [ -d /proc/self ]; then grep -qsF -- "-p $(pwd -P) -e" "/proc/$1/cmdline"
  else kill -0 "$1" 2>/dev/null; fi
}
runs_here() { [ -s nginx.pid ] && runs "$(cat nginx.pid)"; }
n=0
while runs_here && [ $n -lt 40 ]; do sleep 0.05; n=$((n + 1)); done
runs_here && echo running=yes && exit
rm -f ready state.jsonl.new $made $private && mkdir -p tmp media || exit
for file in $private; do : > "$file" || exit; done
chmod go= tmp media && { [ ! -e state.jsonl ] || chmod go= state.jsonl; } || exit
[ "$(id -u)" = 0 ] && echo "user=root $(id -gn)"
echo "owner=$PPID"
echo "root=$root"
"$nginx" -V 2>&1 | sed -n -e 's/^nginx version: /version=/p' \
  -e 's/.*--modules-path=\([^ ]*\).*/modules=\1/p'
echo "prefix=$(pwd -P)"
]]

-- A file keeps its mode, so those of an earlier sandbox are made anew: the directory may be
-- one that others can read.
local PRIVATE = "sandbox.json gateway.env direct.env journal nginx.conf error.log "
  .. "start.log openssl.cnf"
local MADE = "ca.key ca.pem server.csr server.key server.pem"

local function survey(options, nginx)
  local output, why = shell.read(("prefix=%s root=%s nginx=%s private=%s made=%s\n"):format(
    quote(options.prefix or ""), quote(own_directory()), quote(nginx), quote(PRIVATE), quote(MADE)) .. SURVEY)
  if not output then return failed("no shell could be run: " .. tostring(why)) end
  local found = {}
  for name, value in output:gmatch("(%l+)=([^\n]*)") do found[name] = value end
  if found.running then
    return failed("a sandbox already runs in " .. options.prefix,
      "stop it, or choose another directory")
  end
  if not (found.prefix and found.version) then
    return failed("the sandbox's directory could not be prepared: " .. output)
  end
  return found
end

local function write(path, text)
  local file, why = io.open(path, "wb")
  if not file then return nil, why end
  file:write(text)
  return file:close()
end

-- nginx ---------------------------------------------------------------------

local function version_at_least(version, major, minor, patch)
  local a, b, c = version:match("(%d+)%.(%d+)%.(%d+)")
  a, b, c = tonumber(a), tonumber(b), tonumber(c)
  if a ~= major then return a > major end
  if b ~= minor then return b > minor end
  return c >= patch
end

-- OpenResty has Lua built in; elsewhere it is two modules to load.
local function modules(found)
  if found.version:find("^openresty") then return "" end
  local lines = {}
  for _, name in ipairs { "ndk_http_module.so", "ngx_http_lua_module.so" } do
    local path = (found.modules or "/usr/lib/nginx/modules") .. "/" .. name
    local file = io.open(path, "rb")
    if not file then return nil, path end
    file:close()
    lines[#lines + 1] = ("load_module %q;"):format(path)
  end
  return table.concat(lines, "\n")
end

local function conf_string(text)
  return (text:gsub('[\\"]', "\\%0"))
end

local function configure(found, ports)
  local load_modules, missing = modules(found)
  if not load_modules then
    return failed("nginx has no Lua module: " .. missing .. " does not exist", INSTALL)
  end
  local separate_http2 = version_at_least(found.version, 1, 25, 1)
  -- LuaJIT's nginx can use this process's C modules when both speak the 5.1 ABI.
  local cpath = _VERSION == "Lua 5.1" and package.cpath or ""
  local values = {
    modules = load_modules,
    -- Started by root, the worker must reach what only root may read.
    user = found.user and "user " .. found.user .. ";" or "",
    port = ports.port,
    control_port = ports.control_port,
    phone_port = ports.phone_port,
    listen = separate_http2 and "ssl" or "ssl http2",
    http2 = separate_http2 and "http2 on;" or "",
    lua_path = conf_string(("%s/?.lua;%s/?/init.lua;;"):format(found.root, found.root)),
    lua_cpath = conf_string(";;" .. cpath),
  }
  return (nginx_conf:gsub("%${([%w_]+)}", values))
end

-- Descriptors that this process left open would stay open in nginx. nginx
-- daemonises once it listens; its pid, and the worker's word that all is well,
-- come a moment later, or when all that was kept is read.
local START = [[
exec </dev/null >start.log 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
umask 077
{ %s } || exit 1
ulimit -n 4096
"$nginx" -p "$prefix" -e "$prefix/error.log" -c "$prefix/nginx.conf" || exit 1
n=0
while [ ! -s ready ] && { [ $n -lt 500 ] || [ -e nginx.pid ]; } && [ $n -lt 6000 ]; do sleep 0.01; n=$((n + 1)); done
chmod go= nginx.pid
]]

local function start_script(found, nginx, openssl)
  return ("prefix=%s nginx=%s openssl=%s\ncd -- \"$prefix\" || exit\n"):format(
    quote(found.prefix), quote(nginx), quote(openssl)) .. START:format(certificate.script)
end

local function read_file(path)
  local file = io.open(path, "rb")
  if not file then return "" end
  local text = file:read("*a")
  file:close()
  return text
end

local function tail(text, lines)
  local kept = {}
  for line in text:gmatch("[^\n]+") do kept[#kept + 1] = line end
  return table.concat(kept, "\n", math.max(1, #kept - lines + 1))
end

local function log_tail(prefix)
  local log = read_file(prefix .. "/error.log")
  return tail(log ~= "" and log or read_file(prefix .. "/start.log"), 12)
end

local function is_ready(prefix)
  return read_file(prefix .. "/ready") == "yes"
end

local function start_nginx(found, nginx, openssl)
  shell.read(start_script(found, nginx, openssl))
  local pid = tonumber(read_file(found.prefix .. "/nginx.pid"):match("%d+"))
  if pid and is_ready(found.prefix) then return pid end
  if pid then M.stop(found.prefix, pid) end
  local log = log_tail(found.prefix)
  local hint = log:find("module 'cjson' not found", 1, true)
    and "nginx's Lua needs lua-cjson for LuaJIT (Debian: apt install lua-cjson)" or nil
  return failed("nginx did not start:\n" .. log, hint)
end

--- Removes a prefix directory.
---@param prefix string
function M.remove(prefix)
  shell.read("rm -rf -- " .. quote(prefix))
end

-- nginx removes its pid file when it is gone; the bound is for one that hangs.
-- The worker of a killed master ends by itself.
local STOP = [[
cd -- "$prefix" 2>/dev/null && [ -s nginx.pid ] || exit
kill -TERM "$pid"
n=0
while [ -e nginx.pid ] && kill -0 "$pid" && [ $n -lt 300 ]; do sleep 0.01; n=$((n + 1)); done
[ -e nginx.pid ] && { kill -KILL "$pid"; rm -f nginx.pid; }
]]

--- Stops an nginx and waits until it is gone.
---@param prefix string
---@param pid integer  of its master process
function M.stop(prefix, pid)
  shell.read(("prefix=%s pid=%d\nexec 2>/dev/null\n"):format(quote(prefix), pid) .. STOP)
end

--- Whether a process still runs.
---@param pid integer
---@return boolean
function M.is_running(pid)
  local stat = read_file(("/proc/%d/stat"):format(pid))
  if stat ~= "" then return not stat:find "%) [ZX]" end
  if read_file "/proc/self/stat" ~= "" then return false end
  return shell.read(("kill -0 %d 2>/dev/null && echo yes"):format(pid)) == "yes\n"
end

local function find_tools()
  local nginx, openssl = shell.find "openresty" or shell.find "nginx", shell.find "openssl"
  if not nginx then return failed("nginx was not found", INSTALL) end
  if not openssl then
    return failed("the openssl command was not found", "install it (Debian: apt install openssl)")
  end
  return { nginx = nginx, openssl = openssl }
end

-- One attempt on one pair of ports.
local function attempt(found, tools, options, settings_for)
  local ports, err = choose_ports(options)
  if not ports then return nil, err end
  local conf
  conf, err = configure(found, ports)
  if not conf then return nil, err end
  local files = settings_for(found, ports)
  files["nginx.conf"] = conf
  files["openssl.cnf"] = certificate.config
  for name, text in pairs(files) do
    local ok, why = write(found.prefix .. "/" .. name, text)
    if not ok then return failed("cannot write " .. name .. ": " .. tostring(why)) end
  end
  local pid
  pid, err = start_nginx(found, tools.nginx, tools.openssl)
  if not pid then return nil, err end
  return { pid = pid, prefix = found.prefix, owner = tonumber(found.owner), ports = ports }
end

--- Starts nginx in a directory of its own.
---@param options { port?: integer, control_port?: integer, phone_port?: integer, prefix?: string,
---  usual_ports: table<string, integer> }
---@param settings_for fun(found: table, ports: table): table  further files: name → text
---@return { pid: integer, prefix: string, owner: integer, ports: table }|nil process
---@return table|nil err
function M.start(options, settings_for)
  local tools, err = find_tools()
  if not tools then return nil, err end
  local found
  found, err = survey(options, tools.nginx)
  if not found then return nil, err end
  local process
  -- Another process may take a port between our look and nginx's bind.
  for _ = 1, options.port and 1 or 3 do
    process, err = attempt(found, tools, options, settings_for)
    if process or not tostring(err):find("Address already in use", 1, true) then break end
  end
  if not process and not options.prefix then M.remove(found.prefix) end
  return process, err
end

return M
