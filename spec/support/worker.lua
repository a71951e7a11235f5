--- nginx workers that run our client, with the modules and the core of this
--- process: their Lua is LuaJIT, so these specs run under LuaJIT only.

local load = require "spec.support.load"
local nginx = require "spec.support.nginx"
local server = require "spec.support.server"

local M = {}

local MAIN = [[
worker_shutdown_timeout 60s;
env TMPDIR;]]

local CONTENT = [==[
  lua_code_cache $code_cache;
  lua_shared_dict notes 1m;

  init_by_lua_block {
    whatsapp = require "whatsapp"

    -- A client whose messages go to a location of the upstream.
    function client(location, options)
      options = options or {}
      options.access_token, options.phone_number_id = "token", "106540352242922"
      options.base_url, options.ca_file = "$upstream/" .. location, "$ca_file"
      if options.rate == nil then options.rate = false end
      return whatsapp.new(options)
    end

    -- The id of the message, or what kind of error.
    function send(wa, text, options)
      local sent, err = wa:send({ to = "+15551234567", text = tostring(text) }, options)
      return sent and sent.id or tostring(err)
    end

    function note(name, text) ngx.shared.notes:set(name, text) end

    -- How many coroutines the driver believes to be waiting.
    function waiters()
      local driver, i = require "whatsapp.loop.nginx", 1
      while true do
        local name, value = debug.getupvalue(driver.await, i)
        if name == "count" then return value end
        i = name and i + 1 or error "no count"
      end
    end

    wa, slow, gate = client "ok", client "slow", client "gate"
    $init
  }

  server {
    listen 127.0.0.1:$port backlog=1024 $listen;
    location /ping { return 200 pong; }
    location /pid { content_by_lua_block { ngx.print(ngx.worker.pid()) } }
    location /waiters { content_by_lua_block { ngx.print(waiters()) } }
    location /note/ { content_by_lua_block {
      ngx.print(ngx.shared.notes:get(ngx.var.uri:match "[^/]*$") or "") } }
    location /send { content_by_lua_block { ngx.print(send(wa, ngx.var.arg_text)) } }
    location /slow { content_by_lua_block { ngx.print(send(slow, ngx.var.arg_text)) } }
    location /gate { content_by_lua_block { ngx.print(send(gate, ngx.var.arg_text)) } }
    $server
  }
  $http
]==]

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function read_file(path)
  local file = io.open(path)
  local text = file and file:read "*a" or ""
  if file then file:close() end
  return text
end

---@class spec.Worker
---@field port integer
---@field directory string
local Worker = {}
Worker.__index = Worker

local function wait_until_ready(self)
  server.wait_until_ready(self.port, self.directory)
  load.eventually("nginx.pid", function() return self:master() end)
end

-- What the configuration is filled in with; the parts may use it too.
local function values_of(upstream, parts)
  local values = nginx.values { main = MAIN, processes = parts.processes or 1, listen = parts.listen or "",
    code_cache = parts.code_cache or "on", upstream = upstream.url[parts.url or "good"], ca_file = upstream.ca_file,
    certificate = upstream.directory .. "/good" }
  values.environment = "TMPDIR=" .. (parts.tmpdir or values.directory .. "/tmp")
  for _, name in ipairs { "init", "server", "http" } do
    values[name] = nginx.fill(parts[name] or "", values)
  end
  return values
end

--- Starts an nginx. Its `client(location)`, `send(client, text)`, `waiters()` and
--- `note(name, text)` are there for the Lua in the parts given. At its port:
--- `/send`, `/slow` and `/gate` (with `?text=`), `/ping`, `/pid`, `/waiters`, `/note/NAME`.
---@param upstream table   of server.start_nginx
---@param parts? { init?: string, server?: string, http?: string, processes?: integer,
---                listen?: string, tmpdir?: string, url?: string, code_cache?: string }
---@return spec.Worker
function M.start(upstream, parts)
  local values = values_of(upstream, parts or {})
  local directory = values.directory
  os.execute("mkdir " .. directory .. "/tmp")
  local self = setmetatable({ directory = directory, port = values.port, other = values.other,
    upstream_port = tonumber(values.upstream:match "%d+$"), process = nginx.start(values, CONTENT) }, Worker)
  local ok, err = pcall(wait_until_ready, self)
  if ok then return self end
  self:stop()
  error(err, 0)
end

--- The pid of the master.
function Worker:master()
  return read_file(self.directory .. "/nginx.pid"):match "^%d+"
end

---@return string body
function Worker:get(path)
  return load.get(self.port, path)
end

--- The body, or nil when there is nobody to answer.
---@return string|nil
function Worker:try(path)
  local ok, body = pcall(load.get, self.port, path)
  return ok and body or nil
end

--- Waits until a worker knows that it must end.
---@param pid string
function Worker:wait_for_exiting(pid)
  local line = ("%s#%s: gracefully shutting down"):format(pid, pid)
  load.eventually("the exit of " .. pid, function()
    return read_file(self.directory .. "/error.log"):find(line, 1, true)
  end)
end

--- How many descriptors a process has open, but for connections to the upstream:
--- those are kept for the next request.
---@param pid string
---@return integer
function Worker:descriptors(pid)
  local ours = {}
  for line in io.lines "/proc/net/tcp" do
    local fields = {} -- number, local and remote address, …, the tenth is the inode
    for field in line:gmatch "%S+" do fields[#fields + 1] = field end
    local port = tonumber("0x" .. (fields[3]:match ":(%x+)$" or ""))
    if port == self.upstream_port then ours[fields[10]] = true end
  end
  local count = 0
  for target in output(("ls -l /proc/%s/fd"):format(pid)):gmatch "%-> ([^\n]+)" do
    if not ours[target:match "%d+"] then count = count + 1 end
  end
  return count
end

--- Waits until nothing waits for an answer.
function Worker:settle()
  load.eventually("no waiters", function() return self:get "/waiters" == "0" end)
end

local function kill(signal, pid)
  local status = os.execute(("kill -%s %s 2>/dev/null"):format(signal, pid))
  return status == true or status == 0
end

--- Sends a signal to the master, or to `pid`.
---@param signal string
---@param pid? string
function Worker:signal(signal, pid)
  assert(kill(signal, pid or self:master()))
end

--- Waits until a process is gone.
---@param pid string
function M.wait_for_end(pid)
  load.eventually("the end of process " .. pid, function() return not kill("0", pid) end)
end

local SEVERE = { warn = true, error = true, crit = true, alert = true, emerg = true }

--- The lines of the error log of level warn and above.
---@return string
function Worker:errors()
  local lines = {}
  for line in read_file(self.directory .. "/error.log"):gmatch "[^\n]+" do
    local level = line:match "%[(%l+)%]"
    if SEVERE[level] and not line:find "lua_code_cache is off" and not line:find "buffered to a temporary file" then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n")
end

--- What lies in its TMPDIR.
---@return string
function Worker:leftovers()
  return output("ls -A " .. self.directory .. "/tmp")
end

function Worker:stop()
  if not self.directory then return end
  self.process:stop()
  server.remove_directory(self.directory)
  self.directory = nil
end

return M
