--- Real servers for the specs: one that commits faults over plain HTTP, and an
-- nginx for what needs TLS. Both listen on free loopback ports and are stopped
-- by their process id.

local cjson = require "cjson"
local http = require "socket.http"
local lfs = require "lfs"
local socket = require "socket"

local crashes = require "spec.support.crashes"
local tls = require "spec.support.tls"

local M = {}

local READY_LIMIT = 60      -- seconds for nginx to come up
local LIFE_LIMIT = 900      -- seconds after which it ends, should nobody stop it

local function run(command)
  local status = os.execute(command)
  assert(status == true or status == 0, "failed: " .. command)
end

local function get(url)
  local body, status = http.request(url)
  assert(status == 200, ("GET %s: %s"):format(url, tostring(status)))
  return body
end

--- A fresh directory. (Root's nginx works as another user, who must get in.)
---@return string
function M.make_directory()
  local pipe = assert(io.popen("directory=$(mktemp -d) && chmod 711 $directory && echo $directory"))
  local directory = pipe:read("*l")
  pipe:close()
  return directory
end

--- Removes it; raises where an nginx in it had crashed.
---@param directory string
function M.remove_directory(directory)
  local fine, why = pcall(crashes.refuse, directory)
  run("rm -rf " .. directory)
  assert(fine, why)
end

-- Ports that neither the system nor a sandbox chooses. Each process that runs specs has a range
-- of them, by a lock that ends with it: so nobody else takes one before its server listens there.
local FIRST_PORT, RANGES, RANGE = 10000, 100, 100
local LOCKS = "/tmp/whatsapp-spec-ports-%d"

-- Each user has a file: that of another may not be written.
local function locks()
  local file = assert(io.popen "id -u")
  local user = file:read "*n"
  file:close()
  return LOCKS:format(user)
end

local function lock_range()
  local file = assert(io.open(locks(), "a"))
  for n = 0, RANGES - 1 do
    if lfs.lock(file, "w", n, 1) then return { file = file, first = FIRST_PORT + n * RANGE, last = 0 } end
  end
  error("other processes have all ranges of ports: " .. LOCKS)
end

-- busted loads this module anew for each file, but closing a locked file would unlock it.
local function own_range()
  local registry = debug.getregistry()
  registry[LOCKS] = registry[LOCKS] or lock_range()
  return registry[LOCKS]
end

local function free_port()
  local range = own_range()
  for _ = 1, RANGE do
    local port = range.first + range.last
    range.last = (range.last + 1) % RANGE
    local listener = socket.bind("127.0.0.1", port)
    if listener then
      listener:close()
      return port
    end
  end
  error("all ports are taken from " .. range.first)
end

--- Ports of 127.0.0.1 where nobody listens, all different.
---@param names string[]
---@return table<string, integer>
function M.free_ports(names)
  local ports = {}
  for _, name in ipairs(names) do ports[name] = free_port() end
  return ports
end

-- A child process: its id, and what it prints on standard output.
local Process = {}
Process.__index = Process

---@param command string   for a shell
function M.start_process(command)
  local pipe = assert(io.popen("echo $$; exec " .. command .. " </dev/null"))
  return setmetatable({ pipe = pipe, pid = pipe:read("*l") }, Process)
end

-- Ends it and waits until it is gone; a second call does nothing.
function Process:stop()
  if not self.pid then return end
  run("kill " .. self.pid)
  self.pipe:close()
  self.pid = nil
end

-- The fault server ------------------------------------------------------------

---@class spec.FaultServer
---@field url string   `url .. "/<fault>"` is a base_url; faults.lua names them
---@field port integer
local FaultServer = {}
FaultServer.__index = FaultServer

---@return spec.FaultServer
function M.start_fault_server()
  local process = M.start_process("lua5.4 spec/support/fault_server.lua")
  local port = tonumber((process.pipe:read("*l")))
  assert(port, "the fault server did not start")
  return setmetatable({ process = process, port = port,
    url = ("http://127.0.0.1:%d"):format(port) }, FaultServer)
end

--- How many requests of a fault were read to their end.
---@param fault string
---@return integer
function FaultServer:count(fault)
  return math.floor(tonumber((get(self.url .. "/__count/" .. fault))))
end

--- Every request so far, also broken ones: method, path, query, headers (names
--- in lower case), body (up to 64 KiB), body_length, complete, connection, nth.
---@param fault? string   only the requests of this fault
---@return table[]
function FaultServer:log(fault)
  local found = {}
  for _, request in ipairs(cjson.decode(get(self.url .. "/__log"))) do
    if not fault or request.fault == fault then found[#found + 1] = request end
  end
  return found
end

--- How many requests were read whose path begins so.
---@param path string   "/<fault>/" and a name
---@return integer
function FaultServer:seen(path)
  local count = 0
  for _, request in ipairs(self:log()) do
    if request.path:sub(1, #path) == path then count = count + 1 end
  end
  return count
end

function FaultServer:stop()
  self.process:stop()
end

-- nginx -----------------------------------------------------------------------

---@class spec.TlsServer
---@field url table<string, string>   by name of tls.servers
---@field ca_file string
local TlsServer = {}
TlsServer.__index = TlsServer

local function read_file(path)
  local file = io.open(path)
  if not file then return "" end
  local text = file:read("*a")
  file:close()
  return text
end

--- Waits until an nginx listens.
---@param port integer
---@param directory string   with its error.log
function M.wait_until_ready(port, directory)
  local give_up = socket.gettime() + READY_LIMIT
  repeat
    local probe = socket.connect("127.0.0.1", port)
    if probe then return probe:close() end
    socket.sleep(0.02)
  until socket.gettime() > give_up
  error("nginx did not come up: " .. read_file(directory .. "/error.log"))
end

--- An nginx with TLS. Behind every URL there are `/ok`, `/echo` (the headers and
--- the request's place on its connection), `/bomb` (12 MiB, compressed), `/drop` (reads the body
--- and ends the stream or connection without an answer), `/die` and `/reset`
--- (read it, then the whole connection ends, or is reset), and each with
--- `-reused` (only from the second request of a connection on). `/slow` takes 300 ms,
--- `/gate` as long as it is shut, `/throttle` refuses every other request; the
--- message ids of these are made of the messages' texts.
---@return spec.TlsServer
function M.start_nginx()
  local names = { "count" }
  for name in pairs(tls.servers) do names[#names + 1] = name end
  local directory, ports = M.make_directory(), M.free_ports(names)
  tls.write_certificates(directory)
  tls.write_conf(directory, ports)
  local process = M.start_process(("timeout %d nginx -p %s -c nginx.conf -e error.log"):format(
    LIFE_LIMIT, directory))
  M.wait_until_ready(ports.count, directory)

  local urls = {}
  for name in pairs(tls.servers) do
    urls[name] = ("https://127.0.0.1:%d"):format(ports[name])
  end
  return setmetatable({ process = process, directory = directory, url = urls,
    count_url = ("http://127.0.0.1:%d/"):format(ports.count),
    ca_file = directory .. "/ca.pem" }, TlsServer)
end

--- How many requests a location has read to their end.
---@param location string   e.g. "drop-reused"
---@return integer
function TlsServer:count(location)
  return math.floor(tonumber((get(self.count_url .. location))))
end

--- Shuts and opens the gate.
---@param shut boolean
function TlsServer:gate(shut)
  get(self.count_url .. (shut and "shut" or "open"))
end

function TlsServer:stop()
  if not self.directory then return end
  self.process:stop()
  M.remove_directory(self.directory)
  self.directory = nil
end

return M
