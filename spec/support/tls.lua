--- The certificates and the nginx configuration behind server.start_nginx.

local M = {}

--- The servers, one port each: which certificate they show, and what else is
--- special about them.
M.servers = {
  good = { certificate = "good", listen = "http2" },
  http1 = { certificate = "good" },
  unknown_ca = { certificate = "unknown_ca" },
  wrong_host = { certificate = "wrong_host" },
  expired = { certificate = "expired" },
  old = { certificate = "good", more = [[
    ssl_protocols TLSv1.1;
    ssl_ciphers ALL:@SECLEVEL=0;]] },
}

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- `openssl ca` is the one command of it that takes a date in the past.
local CERTIFICATES = [[
set -e
cd "$1"
new_key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
touch index.txt
cat > ca.conf <<'END'
[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
END
authority() {
  openssl req -x509 $new_key -days 2 -subj "/CN=$2" -keyout $1.key -out $1.pem
}
signed() {
  name=$1 authority=$2 subject=$3; shift 3
  openssl req $new_key -subj /CN=$name -addext "subjectAltName=$subject" \
    -keyout $name.key -out $name.csr
  openssl ca -batch -notext -config ca.conf -cert $authority.pem -keyfile $authority.key \
    -in $name.csr -out $name.pem "$@"
}
authority ca "Spec CA"
authority other "Nobody's CA"
signed good       ca    IP:127.0.0.1,DNS:localhost -days 2
signed unknown_ca other IP:127.0.0.1               -days 2
signed wrong_host ca    DNS:elsewhere.example      -days 2
signed expired    ca    IP:127.0.0.1  -startdate 20200101000000Z -enddate 20200201000000Z
]]

--- ca.pem (to trust) and NAME.pem, NAME.key for every certificate.
---@param directory string
function M.write_certificates(directory)
  write(directory .. "/certificates.sh", CERTIFICATES)
  local status = os.execute(("sh %s/certificates.sh %s >%s/openssl.log 2>&1"):format(
    directory, directory, directory))
  assert(status == true or status == 0, "openssl failed: see " .. directory .. "/openssl.log")
end

local CONF = [==[
daemon off;
pid nginx.pid;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 100000;
  gzip on;
  gzip_types application/json;
  lua_shared_dict counts 1m;

  # Reads the request, counts it, then does what the location is named after.
  init_by_lua_block {
    local ffi = require "ffi"
    ffi.cdef [[
      struct address { uint16_t family; uint8_t port[2]; uint8_t rest[124]; };
      struct linger { int on, seconds; };
      int kill(int pid, int signal);
      int getpeername(int fd, struct address *peer, uint32_t *length);
      int setsockopt(int fd, int level, int name, const void *value, uint32_t length);
    ]]
    local answer = '{"messaging_product":"whatsapp","contacts":[{"input":"15551234567",'
      .. '"wa_id":"15551234567"}],"messages":[{"id":"wamid.HBgLMTU1NTEyMzQ1Njc="}]}'

    local deeds = {}
    function deeds.ok()
      ngx.header["Content-Type"] = "application/json"
      ngx.print(answer)
    end
    -- The message's own text is its id, so that nobody gets another one's answer.
    local function accept()
      local text = ngx.req.get_body_data():match('"body":"([^"]*)"')
      ngx.header["Content-Type"] = "application/json"
      ngx.print((answer:gsub("wamid%.[^\"]*", "wamid." .. text)))
    end
    function deeds.slow()
      ngx.sleep(0.3)
      accept()
    end
    function deeds.gate()
      while ngx.shared.counts:get "shut" do ngx.sleep(0.02) end
      accept()
    end
    -- Every other request is one too many.
    function deeds.throttle()
      if ngx.shared.counts:get "throttle" % 2 == 0 then return accept() end
      ngx.status = 429
      ngx.print '{"error":{"message":"slow down","code":130429}}'
    end
    -- Who asked how, and a body that is small only on the wire.
    function deeds.echo()
      local headers = {}
      for name, value in pairs(ngx.req.get_headers()) do
        headers[#headers + 1] = ('"%s":"%s"'):format(name, value)
      end
      ngx.header["Content-Type"] = "application/json"
      ngx.print(('{"connection":"%s","nth":%s,"pid":%d,"headers":{%s}}'):format(ngx.var.connection,
        ngx.var.connection_requests, ngx.worker.pid(), table.concat(headers, ",")))
    end
    function deeds.bomb()
      ngx.header["Content-Type"] = "application/json"
      local piece = (" "):rep(65536)
      for _ = 1, 192 do ngx.print(piece) end
    end
    function deeds.drop() ngx.exit(444) end
    -- The worker dies, the master starts another: no other way to end a whole
    -- HTTP/2 connection from inside one of its streams.
    function deeds.die() ffi.C.kill(ngx.worker.pid(), 9) end
    function deeds.reset()
      local peer, length = ffi.new "struct address", ffi.new("uint32_t[1]", 128)
      local reset = ffi.new("struct linger", 1, 0)
      for fd = 3, 255 do
        if ffi.C.getpeername(fd, peer, length) == 0
          and peer.port[0] * 256 + peer.port[1] == tonumber(ngx.var.remote_port) then
          ffi.C.setsockopt(fd, 1, 13, reset, ffi.sizeof(reset))   -- SO_LINGER
        end
      end
      deeds.die()
    end

    function serve()
      ngx.req.read_body()
      local name = ngx.var.uri:match("^/([^/]*)")
      ngx.shared.counts:incr(name, 1, 0)
      local deed, reused = name:match("^(%l+)(.*)")
      local first = tonumber(ngx.var.connection_requests) == 1
      deeds[reused ~= "" and first and "ok" or deed]()
    end
  }
  server {
    listen 127.0.0.1:$count;
    location / {
      content_by_lua_block { ngx.print(ngx.shared.counts:get(ngx.var.uri:sub(2)) or 0) }
    }
    location /shut { content_by_lua_block { ngx.shared.counts:set("shut", true) } }
    location /open { content_by_lua_block { ngx.shared.counts:delete "shut" } }
  }
$servers
}
]==]

local SERVER = [[
  server {
    listen 127.0.0.1:$port ssl $listen;
    ssl_certificate $certificate.pem;
    ssl_certificate_key $certificate.key;
    $more
    location / { content_by_lua_block { serve() } }
  }
]]

-- Debian's nginx loads ngx_lua as a module; OpenResty has it built in.
---@return string lines of a configuration
function M.load_modules()
  local pipe = assert(io.popen("nginx -V 2>&1"))
  local folder = pipe:read("*a"):match("%-%-modules%-path=(%S+)")
  pipe:close()
  local lines = {}
  for _, name in ipairs { "ndk_http_module", "ngx_http_lua_module" } do
    local path = ("%s/%s.so"):format(folder or "", name)
    local file = io.open(path)
    if file then
      file:close()
      lines[#lines + 1] = ("load_module %s;\n"):format(path)
    end
  end
  return table.concat(lines)
end

local function fill(text, values)
  return (text:gsub("%$(%l+)", values))
end

---@param directory string
---@param ports table<string, integer>   one for each server, and `count`, which tells
---                                      how many requests a location has read
function M.write_conf(directory, ports)
  local servers = {}
  for name, server in pairs(M.servers) do
    servers[#servers + 1] = fill(SERVER, { port = ports[name], listen = server.listen or "",
      certificate = server.certificate, more = server.more or "" })
  end
  local conf = fill(CONF, { count = ports.count, servers = table.concat(servers) })
  write(directory .. "/nginx.conf", M.load_modules() .. conf)
end

return M
