--- A plain HTTP/1.1 server that misbehaves on request; see faults.lua.
--
--   lua5.4 spec/support/fault_server.lua [idle seconds]
--
-- It prints its port and serves on 127.0.0.1 until it is killed, until its
-- parent is gone, or after so many seconds (900) without a request. The first
-- segment of the path names the fault, so a client is pointed at it by
-- `base_url = "http://127.0.0.1:PORT/<fault>[/<argument>]"`.

package.path = (arg[0]:match("^(.*)/") or ".") .. "/?.lua;" .. package.path

local cjson = require "cjson"
local socket = require "socket"

local faults = require "faults"

local IDLE_LIMIT = tonumber(arg[1]) or 900
local CHUNK = 65536
local KEPT_BODY = 65536

local log, counts = {}, {}

-- Tasks: one coroutine per connection, woken when what it waits for is there --

-- task -> { reads = socket }, { writes = socket }, { at = time }, or { rounds = number }: once
-- nothing else is ready, or after so many rounds.
local tasks = {}
local yield = coroutine.yield

local function step(task)
  local ok, wish = coroutine.resume(task)
  if not ok then io.stderr:write("fault server: ", tostring(wish), "\n") end
  tasks[task] = coroutine.status(task) == "suspended" and wish or nil
end

local function wake_ready(until_time)
  local reads, writes, polite = {}, {}, {}
  for task, wish in pairs(tasks) do
    reads[#reads + 1] = wish.reads
    writes[#writes + 1] = wish.writes
    until_time = math.min(until_time, wish.rounds and 0 or wish.at or until_time)
    if wish.rounds then polite[#polite + 1] = task end
  end
  local limit = math.max(0, until_time - socket.gettime())
  local readable, writable = socket.select(reads, writes, limit)
  local ready, now = {}, socket.gettime()
  for task, wish in pairs(tasks) do
    wish.rounds = wish.rounds and wish.rounds - 1
    if readable[wish.reads] or writable[wish.writes] or (wish.at or now + 1) <= now or wish.rounds == 0 then
      ready[#ready + 1] = task
    end
  end
  for _, task in ipairs(#ready > 0 and ready or polite) do step(task) end
end

-- A connection: what a fault can do with its client ---------------------------

local Connection = {}
Connection.__index = Connection

local connections = 0

local function new_connection(client)
  connections = connections + 1
  client:settimeout(0)
  client:setoption("tcp-nodelay", true)
  return setmetatable({ client = client, number = connections, requests = 0, buffer = "" },
    Connection)
end

-- Appends what has arrived to the buffer; false once the client has closed.
function Connection:fill()
  while true do
    local data, err, partial = self.client:receive(CHUNK)
    data = data or partial
    if data ~= "" then
      self.buffer = self.buffer .. data
      return true
    end
    if err ~= "timeout" then return false end
    yield { reads = self.client }
  end
end

function Connection:line()
  while true do
    local line, rest = self.buffer:match("^([^\n]-)\r?\n(.*)$")
    if line then
      self.buffer = rest
      return line
    end
    if not self:fill() then return nil end
  end
end

-- Takes at most `limit` bytes, as soon as there are any.
function Connection:some(limit)
  if self.buffer == "" and not self:fill() then return nil end
  local data = self.buffer:sub(1, limit)
  self.buffer = self.buffer:sub(limit + 1)
  return data
end

--- Sends all of it; false when the client is gone.
function Connection:send(data)
  local at = 1
  while at <= #data do
    local last, err, partial = self.client:send(data, at)
    if not last and err ~= "timeout" then return false end
    at = (last or partial) + 1
    if not last then yield { writes = self.client } end
  end
  return true
end

--- A whole answer; the connection stays open for the next request.
function Connection:answer(status, headers, body)
  local lines = { ("HTTP/1.1 %d Fault"):format(status), "Content-Length: " .. #body }
  for name, value in pairs(headers) do lines[#lines + 1] = name .. ": " .. value end
  return self:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. body)
end

function Connection.sleep(_, seconds)
  yield { at = socket.gettime() + seconds }
end

--- Says nothing more, until the client gives up.
function Connection:stay_silent()
  repeat self.buffer = "" until not self:fill()
end

--- Closes with a RST instead of a FIN.
function Connection:reset()
  self.client:setoption("linger", { on = true, timeout = 0 })
  self.client:close()
end

-- Requests --------------------------------------------------------------------

local function read_headers(connection)
  local headers = {}
  for line in function() return connection:line() end do
    if line == "" then return headers end
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    if not name then return nil end
    name = name:lower()
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
end

-- The request line and headers; nil when the client has closed.
local function read_head(connection)
  local method, target = (connection:line() or ""):match("^(%u+) (%S+) HTTP/1%.[01]$")
  local headers = method and read_headers(connection)
  if not headers then return nil end
  local path, query = target:match("^([^?]*)%??(.*)$")
  local fault, rest = path:match("^/([^/]*)/?(.*)$")
  connection.requests = connection.requests + 1
  return { method = method, path = path, query = query, headers = headers, fault = fault,
           rest = rest, body_length = 0, complete = false,
           connection = connection.number, nth = connection.requests }
end

-- The body piece by piece: calls `take` with each, false when it broke off.
local function read_sized(connection, length, take)
  while length > 0 do
    local piece = connection:some(length)
    if not piece then return false end
    length = length - #piece
    take(piece)
  end
  return true
end

local function read_chunked(connection, take)
  while true do
    local size = tonumber((connection:line() or ""):match("^%x+") or "", 16)
    if not size or not read_sized(connection, size, take) then return false end
    if not connection:line() then return false end
    if size == 0 then return true end
  end
end

--- Tells a client that asked whether it may go on that it may.
function Connection:invite(request)
  if request.headers.expect then self:send("HTTP/1.1 100 Continue\r\n\r\n") end
end

--- Reads the body and counts the request; false when it broke off.
function Connection:read_body(request)
  local pieces, headers = {}, request.headers
  local function take(piece)
    request.body_length = request.body_length + #piece
    if request.body_length <= KEPT_BODY then pieces[#pieces + 1] = piece end
  end
  self:invite(request)
  if headers["transfer-encoding"] then
    request.complete = read_chunked(self, take)
  else
    request.complete = read_sized(self, tonumber(headers["content-length"]) or 0, take)
  end
  if request.body_length <= KEPT_BODY then request.body = table.concat(pieces) end
  if request.complete then counts[request.fault] = (counts[request.fault] or 0) + 1 end
  return request.complete
end

-- What a test asks afterwards: /__count/<fault> and /__log.
local questions = {
  __count = function(request) return tostring(counts[request.rest] or 0) end,
  __log = function() return #log == 0 and "[]" or cjson.encode(log) end,
}

-- Passes on what comes from one side, until it ends.
local function pump(from, to)
  repeat local data = from:some(CHUNK) until not data or not to:send(data)
  to.client:shutdown("send")
end

-- As a proxy: CONNECT to any port of this machine. In the log its fault is
-- "CONNECT", and nothing of what goes through the tunnel is seen.
local function tunnel(connection, request)
  request.fault, request.complete = "CONNECT", true
  log[#log + 1] = request
  local there = socket.connect("127.0.0.1", tonumber(request.path:match(":(%d+)$")))
  if not there then return connection:answer(502, {}, "") end
  local other = new_connection(there)
  connection:send("HTTP/1.1 200 Connection established\r\n\r\n")
  step(coroutine.create(function() pump(other, connection) end))
  pump(connection, other)
  return false
end

-- True while the connection can take another request.
local function serve_one(connection)
  local request = read_head(connection)
  if not request then return false end
  if request.method == "CONNECT" then return tunnel(connection, request) end
  local question = questions[request.fault]
  if question then
    yield { rounds = 100 } -- what clients sent before, and broke off since, is in the log, too
    return connection:answer(200, {}, question(request))
  end

  log[#log + 1] = request
  local early = faults.early[request.fault]
  if early then return early(connection, request) end
  local fault = faults.whole[request.fault] or faults.unknown
  return connection:read_body(request) and fault(connection, request)
end

local function serve(client)
  local connection = new_connection(client)
  repeat until not serve_one(connection)
  client:close()
end

-- The process -----------------------------------------------------------------

-- Linux says who the parent is; elsewhere only the idle limit ends an orphan.
local function parent()
  local file = io.open("/proc/self/stat")
  if not file then return nil end
  local stat = file:read("*a")
  file:close()
  return stat:match("^.*%) %a (%d+)")
end

local function accept_all(listener)
  listener:settimeout(0)
  while true do
    local client = listener:accept()
    if client then
      local task = coroutine.create(function() serve(client) end)
      step(task)
    else
      yield { reads = listener }
    end
  end
end

local function main()
  local listener = assert(socket.bind("127.0.0.1", 0, 128))
  local _, port = listener:getsockname()
  io.stdout:write(port, "\n")
  io.stdout:flush()

  step(coroutine.create(function() accept_all(listener) end))
  local first_parent = parent()
  local seen, last_seen, next_look = 0, socket.gettime(), 0
  repeat
    wake_ready(next_look)
    local now = socket.gettime()
    if #log > seen then seen, last_seen = #log, now end
    local orphaned = false
    if now >= next_look then
      next_look = now + 1
      orphaned = parent() ~= first_parent
    end
  until orphaned or now - last_seen > IDLE_LIMIT
end

main()
