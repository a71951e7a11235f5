--- The phone in the browser: its page, and the control API behind it, over plain HTTP.
--- Only who was given its address gets in: all paths begin with a token. A page of another
--- site does not, even if it knew that: neither by a name that leads to 127.0.0.1 (Host), nor
--- by a request from its own scripts (Origin, Content-Type). The page behind a connection's
--- url is here too: it has a token of its own, and a browser trusts no other port.

local answer = require "whatsapp.sandbox.server.answer"
local connections = require "whatsapp.sandbox.server.connections"
local orders = require "whatsapp.sandbox.server.orders"
local samples = require "whatsapp.sandbox.server.samples"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local HEADERS = {
  ["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    .. "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ["X-Content-Type-Options"] = "nosniff",
  ["Referrer-Policy"] = "no-referrer",
  ["Cache-Control"] = "no-store",
  ["Cross-Origin-Resource-Policy"] = "same-origin",
}

local function fail(status, message, field)
  return { status = status, json = { error = { message = message, field = field } } }
end

-- Who asks ---------------------------------------------------------------------------

local HOSTS = { ["127.0.0.1"] = true, ["localhost"] = true }

local function check_host(host)
  if HOSTS[tostring(host):match "^([^:]*):?%d*$" or ""] then return end
  answer.raise(fail(403, "the Host of this page is 127.0.0.1 or localhost"))
end

local function check_change(req, is_upload)
  local origin = req.headers.origin
  if origin and origin ~= "http://" .. tostring(req.headers.host) then
    answer.raise(fail(403, "another page may not do this"))
  end
  if is_upload and req.headers["x-sandbox"] == "1" then return end
  if not is_upload and req:content_type() == "application/json" then return end
  answer.raise(fail(403, is_upload and "the header X-Sandbox: 1 is missing"
    or "the header Content-Type: application/json is missing"))
end

local NO_TOKEN = "The address of the phone has a token in it: "
  .. "take the whole of it from where the sandbox was started.\n"

-- The path behind the token.
local function check_token(path)
  local token, rest = path:match "^/(%x+)(.*)$"
  if token == state.settings.phone_token then return rest end
  answer.raise { status = 403, text = NO_TOKEN, content_type = "text/plain; charset=utf-8" }
end

-- Files ------------------------------------------------------------------------------

local TYPES = {
  html = "text/html; charset=utf-8", css = "text/css; charset=utf-8", js = "text/javascript; charset=utf-8",
  svg = "image/svg+xml", png = "image/png",
}

-- `/`, `/NAME` and `/phone/NAME`: a file of the page's directory.
local function page_file(path)
  local name = path == "/" and "index.html" or path:match "^/([%w_-]+%.%l+)$" or path:match "^/phone/([%w_-]+%.%l+)$"
  local kind = name and TYPES[name:match "%l+$"]
  local file = kind and io.open(("%s/%s"):format(state.settings.page, name), "rb")
  if not file then return fail(404, "not found") end
  local text = file:read "*a"
  file:close()
  return { status = 200, text = text, content_type = kind }
end

-- The API ----------------------------------------------------------------------------

local function handle(req)
  check_host(req.headers.host)
  if req.path == "/connect" then return connections.connect(req) end
  local path = check_token(req.path)
  if path == "" then return { status = 303, headers = { Location = req.path .. "/" }, text = "" } end
  local place = path:match "^/api/(.+)$"
  if path == "/samples/photo.png" then return samples.photo() end
  if not place and req.method == "GET" then return page_file(path) end
  local handler, item = orders.find(req.method, place or "")
  if not handler then return fail(404, "not found") end
  if req.method ~= "GET" then check_change(req, path == "/api/media") end
  return handler(req, item)
end

-- An answer in the page's form: of Graph's errors only the text is left.
local function simple(response)
  local err = response.status >= 400 and response.json and response.json.error
  if type(err) ~= "table" or not err.code then return response end
  return fail(response.status == 404 and 404 or 400, err.error_data and err.error_data.details or err.message)
end

--- Answers a request to the phone's port.
---@param req table
---@return table response
function M.handle(req)
  local ok, response = pcall(handle, req)
  if not ok and type(response) ~= "table" then
    ngx.log(ngx.ERR, response)
    response = fail(500, "the sandbox itself failed: see its error.log")
  end
  response = simple(response)
  response.headers = response.headers or {}
  for name, value in pairs(HEADERS) do response.headers[name] = response.headers[name] or value end
  return response
end

return M
