--- The answers: a response is `{ status, json | text | stream, headers }`; `text` has a
--- `content_type`. Errors are rows of `errors.lua`, filled in.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local errors = require "whatsapp.sandbox.server.errors"

local M = {}

--- A good answer.
---@param body table
---@param fields? table  further fields of the response
---@return table response
function M.ok(body, fields)
  local response = fields or {}
  response.status, response.json = 200, body
  return response
end

--- An answer of the gateway itself. The shape of its errors is not published; a
--- string where Graph has an object keeps clients from relying on either.
---@param status integer
---@param text string
---@return table response
function M.gateway(status, text)
  return { status = status, json = { error = text } }
end

local function trace_id()
  return "A" .. ngx.encode_base64(identity.random(16)):gsub("[+/=]", "_"):sub(1, 22)
end

--- A Graph error. `code` names its row; what is given here goes before the row.
--- `plain` leaves the `(#code)` away; `title` and `user_message` are for people.
---@param fault { code: integer, status?: integer, subcode?: integer, message?: string,
---  details?: string, type?: string, plain?: boolean, title?: string, user_message?: string }
---@return table response
function M.failure(fault)
  local row = errors[fault.code] or errors.other
  local text, trace = fault.message or row.message, trace_id()
  return {
    status = fault.status or row.status,
    headers = { ["x-fb-trace-id"] = trace, ["www-authenticate"] = row.challenge },
    json = { error = {
      message = fault.plain and text or ("(#%d) %s"):format(fault.code, text),
      type = fault.type or "OAuthException", code = fault.code, error_subcode = fault.subcode,
      error_user_title = fault.title, error_user_msg = fault.user_message,
      error_data = fault.details and { messaging_product = "whatsapp", details = fault.details },
      is_transient = row.transient, fbtrace_id = trace,
    } },
  }
end

--- Ends the handler with a response.
---@param response table
function M.raise(response)
  error(response, 0)
end

--- Ends the handler with a Graph error.
---@param fault table  see `failure`
function M.refuse(fault)
  error(M.failure(fault), 0)
end

--- Ends the handler of an order that cannot be followed.
---@param field string  what of it is wrong
---@param message string
---@param hint? string
function M.invalid(field, message, hint)
  error({ status = 400, json = { error = { message = message, field = field, hint = hint } } }, 0)
end

-- Graph writes a slash as `\/`; in JSON it can only stand inside a string.
local function encode(body)
  return (assert(json.encode(body)):gsub("/", "\\/"))
end

-- Closes the connection (or the stream) without an answer.
local CLOSE = 444

--- Writes a response out: its `bytes`, unless it is streamed.
---@param response table
---@return table response
function M.render(response)
  if not response.stream then response.bytes = response.json and encode(response.json) or response.text or "" end
  return response
end

--- Sends a rendered response to the client of the current request, after its `delay`; with
--- `drop`, nothing is sent.
---@param response table
function M.send(response)
  if response.delay then ngx.sleep(response.delay) end
  if response.drop then return ngx.exit(CLOSE) end
  ngx.status = response.status
  for name, value in pairs(response.headers or {}) do ngx.header[name] = value end
  if response.stream then return response.stream() end
  ngx.header["Content-Type"] = response.json and "application/json; charset=UTF-8"
    or response.content_type or "text/plain"
  ngx.header["Content-Length"] = #response.bytes
  ngx.print(response.bytes)
end

return M
