--- A request as the handlers see it, and as the journal keeps it.

local document = require "whatsapp.flow.document"
local answer = require "whatsapp.sandbox.server.answer"
local multipart = require "whatsapp.sandbox.server.multipart"
local state = require "whatsapp.sandbox.server.state"
local text = require "whatsapp.sandbox.server.text"

local M = {}

local Request = {}
Request.__index = Request

-- The headers worth keeping. A credential never is: only that it was there.
local kept_headers = { "accept", "accept-encoding", "content-length", "content-type",
                       "file_offset", "maton-connection", "range", "user-agent" }
local schemes = { Bearer = true, OAuth = true }
local secret_arguments = { access_token = true }

-- Segments are unescaped after the split: an id that holds %2F stays one. Only in a query a
-- plus is a space.
local function split(path)
  local segments = {}
  for segment in path:gmatch "[^/]+" do segments[#segments + 1] = ngx.unescape_uri((segment:gsub("%+", "%%2B"))) end
  return segments
end

local function query_of(args)
  local query = {}
  for name, value in pairs(args) do
    if type(value) == "table" then value = value[#value] end
    query[name] = value == true and "" or value
  end
  return query
end

local BODILESS = { GET = true, HEAD = true, DELETE = true }

-- The body, or the name of its file. The ngx_lua of OpenResty 1.25.3 raises for any
-- HTTP/2 request without a Content-Length, also where there is no body.
local function read_body()
  if pcall(ngx.req.read_body) then return ngx.req.get_body_data(), ngx.req.get_body_file() end
  if not BODILESS[ngx.req.get_method()] then ngx.exit(411) end
end

--- Reads the current request, its body to the last byte: an answer that comes
--- before the body is read breaks HTTP/2 clients.
---@return table req
function M.read()
  local body, file = read_body()
  local headers = ngx.req.get_headers(0)
  local path = ngx.var.request_uri:match "^[^?]*"
  local authorization = headers.authorization
  local scheme, token = (type(authorization) == "string" and authorization or "")
    :match "^(%a+) +(%S+)$"
  if not schemes[scheme] then token = nil end
  return setmetatable({
    method = ngx.req.get_method(), path = path, segments = split(path),
    query = query_of(ngx.req.get_uri_args(0)), headers = headers,
    scheme = scheme, token = token,
    body = body, body_file = file,
  }, Request)
end

--- The whole body.
---@return string
function Request:text()
  if self.body or not self.body_file then return self.body or "" end
  local file = assert(io.open(self.body_file, "rb"))
  self.body = file:read "*a"
  file:close()
  return self.body
end

--- The bytes of the body, piece by piece.
---@param size integer
---@return fun(): string|nil
function Request:chunks(size)
  if self.body or not self.body_file then
    local whole = self.body
    return function()
      local chunk = whole
      whole = nil
      return chunk
    end
  end
  local file = assert(io.open(self.body_file, "rb"))
  return function()
    local chunk = file:read(size)
    if not chunk then file:close() end
    return chunk
  end
end

--- The media type of the body, without parameters.
---@return string
function Request:content_type()
  return tostring(self.headers["content-type"] or ""):match("^[^;%s]*"):lower()
end

local function body_of(self)
  if self:text() == "" then return {} end
  if not text.is_utf8(self:text()) then
    answer.refuse { code = 100, details = "the request body is not UTF-8, as JSON must be" }
  end
  local raw, tidied = document.decode(self:content_type() == "application/json" and self:text() or "")
  return raw and tidied or answer.refuse { code = 100,
    details = "the request body is not a JSON object (content-type: application/json)" }
end

-- What of a query is for the request itself.
local about_request = { access_token = true, appsecret_proof = true, fields = true }

--- The parameters: the JSON object of the body, without its nulls, and what the query
--- has besides, for Graph looks there too; refuses a body that is none.
---@return table
function Request:json()
  local body = body_of(self)
  for name, value in pairs(self.query) do
    if body[name] == nil and not about_request[name] then body[name] = value end
  end
  return body
end

--- The parts of a multipart body; refuses what is none.
---@return table[] parts
function Request:multipart()
  local parts, why = multipart.parse(self.headers["content-type"], self.body, self.body_file)
  self.parts = parts or answer.refuse { code = 100, details = why }
  return self.parts
end

local function header_summary(req)
  local kept = {}
  for _, name in ipairs(kept_headers) do
    local value = req.headers[name]
    kept[name] = type(value) == "table" and table.concat(value, ", ") or value
  end
  local authorization = tostring(req.headers.authorization or "")
  kept.authorization = authorization ~= ""
    and (schemes[req.scheme] and req.scheme .. " present" or "present") or nil
  return kept
end

local function query_summary(req)
  local kept = {}
  for name, value in pairs(req.query) do
    kept[name] = secret_arguments[name] and "present" or value
  end
  return kept
end

local function part_summary(part)
  local short_field = not part.filename and part.size <= 1024
  return { name = part.name, filename = part.filename, content_type = part.content_type,
           size = part.size, value = short_field and part:text() or nil }
end

--- The journal's entry of a request and its answer.
---@param req table
---@param response table
---@return table entry
function M.describe(req, response)
  local entry = {
    time = state.now(), service = req.service, duration = ngx.now() - ngx.req.start_time(),
    method = req.method, path = req.path, query = query_summary(req),
    headers = header_summary(req), status = response.status, message = response.message,
    fault = response.fault,
    http_version = ngx.req.http_version(), connection = tonumber(ngx.var.connection),
  }
  entry.upload = req.upload
  if req.parts then
    entry.parts = {}
    for i, part in ipairs(req.parts) do entry.parts[i] = part_summary(part) end
  elseif req:content_type() == "application/json" then
    entry.text = req:text()
  end
  return entry
end

return M
