--- What is measured: ways to make one send from a request handler. A uri names
--- one, "/ours", or its send that takes 300 ms, "/slow/ours".

local cjson = require "cjson"
local whatsapp = require "whatsapp"

local M = {}

local NUMBER = "106540352242922"
local PATH = "/v23.0/" .. NUMBER .. "/messages"
local POOL = 512
local PAYLOAD = { messaging_product = "whatsapp", recipient_type = "individual", to = "15551234567",
                  type = "text", text = { body = "Hello from the bench" } }

local port
local sends = {}

-- Our client, as it is in nginx, and as it would block.
local function client(name, loop)
  local by_prefix = {}
  for _, prefix in ipairs { "", "/slow" } do
    by_prefix[prefix] = whatsapp.new { access_token = "x", phone_number_id = NUMBER,
      base_url = ("https://127.0.0.1:%d%s"):format(port, prefix), ca_file = M.ca_file,
      rate = false, retries = 0, loop = loop }
  end
  sends[name] = function(prefix)
    local sent, err = by_prefix[prefix]:send { to = "15551234567", text = "Hello from the bench" }
    return sent and sent.id, err
  end
end

local function id_of(text)
  return cjson.decode(text).messages[1].id
end

local HEADERS = { ["Authorization"] = "Bearer x", ["Content-Type"] = "application/json",
                  ["Accept"] = "application/json" }

function sends.resty(prefix)
  local http = require("resty.http").new()
  local ok, err = http:connect { scheme = "https", host = "127.0.0.1", port = port,
    ssl_server_name = "localhost", ssl_verify = true, pool = "up", pool_size = POOL }
  if not ok then return nil, err end
  local answer
  answer, err = http:request { method = "POST", path = prefix .. PATH, headers = HEADERS,
                               body = cjson.encode(PAYLOAD) }
  if not answer then return nil, err end
  local body
  body, err = answer:read_body()
  if not body then return nil, err end
  http:set_keepalive(60000, POOL)
  return id_of(body)
end

local function read_answer(socket)
  local line, err = socket:receive "*l"
  if not line then return nil, err end
  local length
  repeat
    line, err = socket:receive "*l"
    if not line then return nil, err end
    length = tonumber(line:lower():match "^content%-length: *(%d+)") or length
  until line == ""
  return socket:receive(length)
end

-- As little as it takes over HTTP/1.1: less than a library must do.
function sends.cosocket(prefix)
  local socket, body = ngx.socket.tcp(), cjson.encode(PAYLOAD)
  local ok, err = socket:connect("127.0.0.1", port, { pool = "plain", pool_size = POOL })
  if ok and socket:getreusedtimes() == 0 then
    ok, err = socket:sslhandshake(nil, "localhost", true)
  end
  if not ok then return nil, err end
  ok, err = socket:send { "POST ", prefix, PATH, " HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "Authorization: Bearer x\r\nContent-Type: application/json\r\nAccept: application/json\r\n",
    "Content-Length: ", #body, "\r\n\r\n", body }
  if not ok then return nil, err end
  local answer
  answer, err = read_answer(socket)
  if not answer then return nil, err end
  socket:setkeepalive(60000, POOL)
  return id_of(answer)
end

--- Makes the clients, before the workers are forked.
---@param upstream integer a port
---@param ca_file string
function M.init(upstream, ca_file)
  port, M.ca_file = upstream, ca_file
  client "ours"
  client("native", "native")
end

--- Answers a request of the load.
---@param uri string
function M.serve(uri)
  local prefix, name = uri:match "^(.*)/(%l+)$"
  local id, err = sends[name](prefix)
  if not id then ngx.log(ngx.ERR, tostring(err)) end
  ngx.status = id and 200 or 502
  local text = id or tostring(err)
  ngx.header["Content-Length"] = #text
  ngx.print(text)
end

return M
