--- The faults that fault_server.lua can commit, by name.
--
-- A fault is `function(connection, request)`; it returns true while the
-- connection may take another request. `whole` ones run after the request was
-- read to its last byte, `early` ones after its headers. `request.rest` is the
-- path behind the name of the fault.

local cjson = require "cjson"
local content = require "content"

local SEND_ANSWER = '{"messaging_product":"whatsapp","contacts":[{"input":"15551234567",'
  .. '"wa_id":"15551234567"}],"messages":[{"id":"wamid.HBgLMTU1NTEyMzQ1Njc="}]}'
local MEBIBYTE = 1024 * 1024
local ENDLESS = 64 * MEBIBYTE       -- for a client that never stops reading

local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html; charset=utf-8" }
local PAGE = "<html><head><title>502 Bad Gateway</title></head><body>oops</body></html>"

local whole, early = {}, {}

local function argument(request)
  return (request.rest:match("^[^/]*"))
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function graph_error(code)
  return cjson.encode { error = {
    message = ("(#%d) A fault"):format(code), type = "OAuthException", code = code,
    error_data = { messaging_product = "whatsapp", details = "asked for by the test" },
    fbtrace_id = "AFaultTrace",
  } }
end

-- Answers that are whole HTTP but not what was hoped for ----------------------

--- A send answer, as from Graph.
function whole.ok(connection)
  return connection:answer(200, JSON, SEND_ANSWER)
end

whole["html"] = function(connection)
  return connection:answer(502, HTML, PAGE)
end

whole["html-200"] = function(connection)
  return connection:answer(200, HTML, PAGE)
end

whole["not-json-200"] = function(connection)
  return connection:answer(200, JSON, SEND_ANSWER:sub(1, -2))
end

whole["empty-200"] = function(connection)
  return connection:answer(200, JSON, "")
end

--- /status/400: no body; /status/400/131030: a Graph error of that code.
function whole.status(connection, request)
  local status, code = request.rest:match("^(%d%d%d)/?(%d*)")
  local body = code ~= "" and graph_error(tonumber(code)) or ""
  return connection:answer(tonumber(status), body ~= "" and JSON or {}, body)
end

--- /retry-after/7: throttled, to come back in 7 seconds.
whole["retry-after"] = function(connection, request)
  return connection:answer(429, { ["Content-Type"] = "application/json",
    ["Retry-After"] = argument(request) }, graph_error(130429))
end

--- /json/<URL-encoded JSON>: exactly that.
function whole.json(connection, request)
  return connection:answer(200, JSON, unescape(argument(request)))
end

--- /refused/401/<URL-encoded JSON>: exactly that, with the status.
function whole.refused(connection, request)
  local status, json = request.rest:match("^(%d%d%d)/([^/]+)")
  return connection:answer(tonumber(status), JSON, unescape(json))
end

--- What arrived here, as JSON.
function whole.echo(connection, request)
  return connection:answer(200, JSON, cjson.encode(request))
end

--- /redirect/302/host:port/path: to http://host:port/path.
function whole.redirect(connection, request)
  local status, target = request.rest:match("^(%d%d%d)/(.*)$")
  return connection:answer(tonumber(status), { Location = "http://" .. target }, "")
end

--- /media/host:port/path: a media object whose bytes are at http://host:port/path.
function whole.media(connection, request)
  return connection:answer(200, JSON, cjson.encode {
    messaging_product = "whatsapp", id = "1166846181421424", mime_type = "application/pdf",
    url = "http://" .. request.rest:match("^(.-)/v%d"),
  })
end

-- Files ------------------------------------------------------------------------

local asked = {} -- how often, by path and query

local function query_of(request)
  local query = {}
  for name, value in request.query:gmatch "([^&=]+)=([^&]*)" do query[name] = value end
  return query
end

-- The first and last byte to send, and whether that is a part.
local function range_of(request, query, etag, size)
  local first = tonumber((request.headers.range or ""):match "^bytes=(%d+)%-$")
  local same = (request.headers["if-range"] or etag) == etag
  if not first or not same or query.range == "no" then return 0, size - 1, false end
  return first, size - 1, true
end

--- /file/SIZE: a file (see content.lua) that knows ranges. In the query: `cut`, after
--- how many bytes the connection ends, the first `times` (1); `status`, what the first
--- `times` requests are answered instead; `range` "no": ranges are not known, "shifted":
--- they begin too late, "gone": 416; `etag`: "none", "weak", or "new": another each time;
--- `length` "no": it is not announced; `type` of the content; `to`, a redirect ("self": for ever).
function whole.file(connection, request)
  local query, size = query_of(request), tonumber(argument(request))
  local key = request.path .. "?" .. request.query
  asked[key] = (asked[key] or 0) + 1
  local first_ones = asked[key] <= tonumber(query.times or 1)
  if query.status and first_ones then return connection:answer(tonumber(query.status), HTML, PAGE) end
  if query.to then
    local to = query.to == "self" and request.path .. "?" .. request.query or unescape(query.to)
    return connection:answer(302, { Location = to }, "")
  end

  local etag = ({ none = "", weak = 'W/"1"', new = ('"%d"'):format(asked[key]) })[query.etag] or '"1"'
  local first, last, part = range_of(request, query, etag, size)
  if part and query.range == "gone" then return connection:answer(416, HTML, PAGE) end
  local lines = { part and "HTTP/1.1 206 Part" or "HTTP/1.1 200 OK",
    "Content-Type: " .. (query.type or "application/pdf") }
  if etag ~= "" then lines[#lines + 1] = "ETag: " .. etag end
  if query.length ~= "no" then lines[#lines + 1] = "Content-Length: " .. last - first + 1 end
  if part then
    local shift = query.range == "shifted" and 8 or 0
    lines[#lines + 1] = ("Content-Range: bytes %d-%d/%d"):format(first + shift, last, size)
  end
  local body = content(size):sub(first + 1)
  if query.cut and first_ones then body = body:sub(1, tonumber(query.cut)) end
  return connection:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. body)
    and query.length ~= "no" and not (query.cut and first_ones)
end

--- With one header line of that many bytes.
whole["long-header"] = function(connection, request)
  return connection:answer(200, { ["X-Filler"] = ("x"):rep(tonumber(argument(request))) },
    SEND_ANSWER)
end

-- Answers in odd pieces -------------------------------------------------------

--- The send answer, byte by byte.
function whole.slow(connection)
  local text = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
    :format(#SEND_ANSWER, SEND_ANSWER)
  for i = 1, #text do
    if not connection:send(text:sub(i, i)) then return false end
    connection:sleep(0.001)
  end
  return true
end

--- /drip/40: so many bytes, one in 25 ms.
function whole.drip(connection, request)
  local size = tonumber(argument(request))
  connection:send(("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"):format(size))
  for _ = 1, size do
    if not connection:send "x" then return false end
    connection:sleep(0.025)
  end
  return true
end

local CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  .. "Transfer-Encoding: chunked\r\n\r\n"

local function chunk(text)
  return ("%x\r\n%s\r\n"):format(#text, text)
end

function whole.chunked(connection)
  local half = math.floor(#SEND_ANSWER / 2)
  return connection:send(CHUNKED .. chunk(SEND_ANSWER:sub(1, half))
    .. chunk(SEND_ANSWER:sub(half + 1)) .. chunk(""))
end

-- Answers that break off or make no sense -------------------------------------

whole["bad-chunk"] = function(connection)
  connection:send(CHUNKED .. "zebra\r\n" .. SEND_ANSWER)
  return false
end

function whole.truncate(connection)
  connection:send(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. "Content-Length: %d\r\n\r\n%s"):format(#SEND_ANSWER + 100, SEND_ANSWER))
  return false
end

function whole.garbage(connection)
  connection:send("\1\2\3 this was never HTTP \254\255\r\n\r\n")
  return false
end

--- A body without an end; /huge/9437184: one of that many bytes, announced.
function whole.huge(connection, request)
  local announced = tonumber(argument(request))
  local left = announced or ENDLESS
  connection:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. (announced and "Content-Length: " .. announced .. "\r\n\r\n" or "\r\n"))
  local piece = ("x"):rep(65536)
  while left > 0 and connection:send(piece:sub(1, left)) do left = left - #piece end
  return false
end

whole["huge-headers"] = function(connection)
  connection:send("HTTP/1.1 200 OK\r\n")
  local line = "X-Filler: " .. ("x"):rep(4000) .. "\r\n"
  for _ = 1, 4 * MEBIBYTE / #line do
    if not connection:send(line) then return false end
  end
  connection:send("Content-Length: 2\r\n\r\n{}")
  return false
end

-- Silence ---------------------------------------------------------------------

function whole.stall(connection)
  connection:stay_silent()
  return false
end

whole["stall-body"] = function(connection)
  connection:send(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. "Content-Length: %d\r\n\r\n%s"):format(#SEND_ANSWER, SEND_ANSWER:sub(1, 80)))
  connection:stay_silent()
  return false
end

-- Lost connections ------------------------------------------------------------

whole["drop-after-read"] = function()
  return false
end

whole["reset-after-read"] = function(connection)
  connection:reset()
  return false
end

--- The first request of each connection is answered; the second is read to its
--- end and never answered. A client that sends it again by itself is found out
--- by the count.
whole["drop-reused"] = function(connection, request)
  return request.nth == 1 and whole.ok(connection)
end

--- The connection is reset while the client is still uploading.
early["reset-mid-body"] = function(connection, request)
  connection:invite(request)
  connection:some(16)
  connection:reset()
  return false
end

--- Likewise, but only for the second request of a connection.
early["reset-reused"] = function(connection, request)
  if request.nth > 1 then return early["reset-mid-body"](connection, request) end
  return connection:read_body(request) and whole.ok(connection)
end

--- Reset once the headers are read.
early["refuse-body"] = function(connection)
  connection:reset()
  return false
end

-- Meta's resumable upload -----------------------------------------------------

local received, broken = {}, {} -- by session: the bytes, and how often it broke off

local function upload_session(connection, request, id)
  received[id] = received[id] or ""
  if request.method == "GET" then
    if not connection:read_body(request) then return false end
    return connection:answer(200, JSON, cjson.encode { id = id, file_offset = #received[id] })
  end
  local size, times = request.rest:match("^(%d+)-(%d+)/")
  broken[id] = broken[id] or 0
  if tonumber(request.headers.file_offset) ~= #received[id] then
    return connection:read_body(request) and connection:answer(400, JSON, graph_error(100))
  elseif broken[id] < tonumber(times) then
    broken[id] = broken[id] + 1
    local left = tonumber(size)
    while left > 0 do
      local piece = connection:some(left)
      if not piece then break end
      received[id], left = received[id] .. piece, left - #piece
    end
    connection:reset()
    return false
  end
  local complete = connection:read_body(request)
  received[id] = received[id] .. (request.body or "")
  return complete and connection:answer(200, JSON, cjson.encode { h = "4::" .. received[id] })
end

--- /upload/1000-2: an upload session whose first two transfers are reset when
--- 1000 bytes have come. The handle is "4::" and all the bytes that arrived.
function early.upload(connection, request)
  local id = request.rest:match "/(upload:[^/]+)$"
  if id then return upload_session(connection, request, id .. "?" .. request.query) end
  if not connection:read_body(request) then return false end
  local name = request.query:match "file_name=([%w_]+)"
  return connection:answer(200, JSON, cjson.encode { id = request.method == "POST"
    and ("upload:MTph%sPT8=?sig=ARZ_%d"):format(name, request.connection) or "700000000000001" })
end

local function unknown(connection, request)
  return connection:answer(404, { ["Content-Type"] = "text/plain" },
    "no such fault: " .. request.fault .. "\n")
end

return { whole = whole, early = early, unknown = unknown }
