--- A call in our terms → a request for the C core.

local Error = require "whatsapp.error"
local config = require "whatsapp.config"
local core = require "whatsapp.core"
local json = require "whatsapp.json"
local percent = require "whatsapp.percent"
local schema = require "whatsapp.schema"

local escape, invalid = percent.encode, Error.invalid

local M = {}

-- URLs -------------------------------------------------------------------------

-- Strings, numbers, booleans, and lists of them.
local function query_value(value, name)
  local kind = type(value)
  if kind == "table" then
    local items = {}
    for i = 1, #value do
      local item, err = query_value(value[i], schema.join(name, i))
      if not item then return nil, err end
      items[i] = item
    end
    if items[1] then return table.concat(items, ",") end
  elseif kind == "number" then
    local text = schema.number_text(value)
    if text then return text end
  elseif kind == "string" or kind == "boolean" then
    return tostring(value)
  end
  return invalid(name, "must be a string, a number, true, false, or a list of those")
end

local function query_string(query)
  local pairs_of = {}
  for _, name in ipairs(schema.sorted_keys(query)) do
    local value, err = query_value(query[name], schema.join("query", name))
    if not value then return nil, err end
    pairs_of[#pairs_of + 1] = escape(name) .. "=" .. escape(value)
  end
  return table.concat(pairs_of, "&")
end

local function missing_id(name)
  local variable = config.variable(name)
  if not variable then
    return invalid(name, "is missing", "paths are filled with {phone_number_id}, {business_account_id} and {app_id}")
  end
  return Error.config(name, "is missing",
    ("set %s or give %s = … to whatsapp.new or to the call"):format(variable, name))
end

-- "{phone_number_id}/media" → "1065…/media": from `values`, else from the
-- configuration.
local function fill_path(path, values, settings)
  local wrong
  local filled = path:gsub("{([%w_]+)}", function(name)
    local value = values and values[name]
    if value == nil and config.variable(name) then value = settings[name] end
    local id, err
    if value == nil then
      id, err = missing_id(name)
    else
      id, err = schema.check(value, { type = "id" }, name)
    end
    wrong = wrong or err
    return id and escape(id) or ""
  end)
  if wrong then return nil, wrong end
  if filled:find "[{}]" then
    return invalid("path", "has a brace that names no id", "an id is written {phone_number_id}")
  end
  return filled
end

-- A path never leaves the base it is put behind.
local function check_path(path)
  if type(path) ~= "string" or path == "" then
    return invalid("path", "must be a path such as {phone_number_id}/messages")
  end
  if path:find "^%a[%w+.-]*://" or path:find "^//" then
    return invalid("path", "must be a path, not a URL",
      "for a further page give its cursor: query = { after = page.after }")
  end
  if path:find "[^\33-\126]" or path:find "[\\#]" then
    return invalid("path", "has a character that a path cannot hold")
  end
  local lower = path:lower()
  if lower:find "%%2[ef]" or lower:find "%%5c" then
    return invalid("path", "must not hold an escaped dot or slash")
  end
  for segment in path:gmatch "[^/?]+" do
    if segment == ".." then return invalid("path", "must not hold ..") end
  end
  path = path:gsub("^/", "")
  if path == "" then return invalid("path", "must not be empty") end
  return path
end

local function build_url(call, settings)
  if call.base == "control" and not settings.control_url then
    return Error.config("connections", "belong to the gateway; this client talks straight to Graph",
      "make a client with api_key = … or MATON_API_KEY")
  end
  local path, err = check_path(call.path)
  if not path then return nil, err end
  path, err = fill_path(path, call.values, settings)
  if not path then return nil, err end
  if call.base == "control" then
    path = settings.control_url .. "/" .. path
  elseif path:find "^v%d+%.%d+/" then
    path = settings.base_url .. "/" .. path
  else
    path = settings.base_url .. "/" .. settings.api_version .. "/" .. path
  end
  if call.query and next(call.query) ~= nil then
    local query
    query, err = query_string(call.query)
    if not query then return nil, err end
    path = path .. (path:find("?", 1, true) and "&" or "?") .. query
  end
  return path
end

-- Paths without values of the call give the same URL every time; `known` keeps
-- them while the settings are the client's own.
local function url_of(call, settings, known)
  if call.url then return call.url end
  if call.values or call.query or not known then
    return build_url(call, settings)
  end
  local url, err = known[call.path], nil
  if not url then
    url, err = build_url(call, settings)
    known[call.path] = url
  end
  return url, err
end

-- Requests ------------------------------------------------------------------------

-- Bytes as they are: from memory, or from a file at an offset.
local function raw_body(request, body)
  request.body, request.body_file, request.body_start = body.data, body.path, body.start
  request.content_type = "application/octet-stream"
end

-- The core refuses what would not stay one header.
local function header_lines(headers, has_body)
  local lines = {}
  for i, name in ipairs(schema.sorted_keys(headers)) do
    local value = headers[name]
    if type(value) == "number" then value = schema.number_text(value) end
    if type(value) ~= "string" then
      return invalid(schema.join("headers", name), "must be a string or a number")
    end
    if value == "" or not name:find "^[%w!#$&'*+.^_`|~-]+$" then
      return invalid(schema.join("headers", name), "needs a name of letters, digits and dashes, and a value")
    end
    if name:lower() == "content-type" and has_body then
      return invalid(schema.join("headers", name), "follows from the body")
    end
    lines[i] = name .. ": " .. value
    if lines[i]:find("\0", 1, true) then
      return invalid(schema.join("headers", name), "has a NUL character")
    end
  end
  return lines
end

-- Nearly every payload is one that the core can encode; the rest is looked at here.
local function encode(value)
  local body = core.encode(value)
  if body then return body end
  local text, why = json.encode(value)
  if not text then return invalid("json", why) end
  if not schema.length(text) then return invalid("json", "holds a text that is not UTF-8") end
  return text
end

--- Prepares a call.
---@param call table method, path or url, values, query, json, form, parts, body, headers, download,
--- foreign, base, oauth
---@param settings table the configuration of this call
---@param known? table<string, string> URLs by path, for settings that stay the same
---@return table|nil request for `core.submit`
---@return whatsapp.Error? err
function M.prepare(call, settings, known)
  local url, err = url_of(call, settings, known)
  if not url then return nil, err end
  local request = { method = call.method, url = url, parts = call.parts, download = call.download,
                    foreign = call.foreign }
  if call.headers then
    local has_body = call.json ~= nil or call.parts ~= nil or call.body ~= nil
    request.headers, err = header_lines(call.headers, has_body)
    if not request.headers then return nil, err end
  end
  if call.json ~= nil then
    request.body, err = encode(call.json)
    if not request.body then return nil, err end
    request.content_type = "application/json"
  end
  if call.form then
    request.body, err = query_string(call.form)
    if not request.body then return nil, err end
    request.content_type = "application/x-www-form-urlencoded"
  end
  if call.body then raw_body(request, call.body) end
  request.oauth = call.oauth
  return request
end

--- Sets the times of one attempt. A JSON exchange has a limit as a whole; media
--- moves as long as bytes move, unless the call was given a limit; somebody else's
--- server has until the deadline.
---@param request table
---@param call table
---@param settings table
---@param left number seconds until the deadline
function M.set_times(request, call, settings, left)
  request.connect_timeout = settings.connect_timeout
  if call.foreign then
    request.timeout, request.stall_timeout = math.min(settings.explicit_timeout or left, left), settings.stall_timeout
  elseif call.parts or call.body or call.download then
    request.timeout = settings.explicit_timeout and math.min(settings.explicit_timeout, left) or 0
    request.stall_timeout = settings.stall_timeout
  else
    request.timeout = math.min(settings.timeout, left)
    request.stall_timeout = 0
  end
end

-- Answers ---------------------------------------------------------------------------

--- Decodes an answer, as json.decode does: nearly every one is the core's to read.
---@param text string
---@return table|nil raw
---@return table|string tidied or why the text is no JSON
function M.decode(text)
  local value = core.decode(text)
  if value then return value, value end
  return json.decode(text)
end

--- Header lines as received → a table by lower-case name.
---@param block string
---@return table<string, string>
function M.headers(block)
  local headers = {}
  for name, value in block:gmatch "([^:\r\n]+):[ \t]*([^\r\n]*)" do
    name = name:lower()
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  return headers
end

return M
