--- Endpoints as data → methods.
--
-- A row: { method, path, … }.
--   operation  Meta's operationId, for the reference and the comparison with Meta's
--              description; `does` says in words what it does
--   id       what the first argument fills: a placeholder of the path ("id" by
--            default) or, when the path has none of that name, a field; with
--            `optional` it falls back to the client's own
--   query    the table that follows goes into the query; the row's own table are
--            its defaults (true: none)
--   json     the same for a JSON body; beside `query`, the body as it is
--   form     the same for a form: lists and tables in it become JSON text
--   parts    the same for a multipart form
--   upload   the form has a file: what `file` names or `data` holds, with its `type` and
--            `filename`; these are their defaults
--   short    the field that a plain string or a list stands for
--   always   fields of either that are not the caller's to choose
--   fields   descriptions of the fields it checks. Graph may know more, so others
--            pass, unless they are all but one of these; with `closed` none does
--   some     at least one field must be given
--   check    a function of all fields, checked one by one: they, or nil and an error
--   returns  the part of the answer that matters: a name, "success", "first" (of a
--            list `data`) or a function
--   page     the answer is a page: where its list stands ("data.groups"); `item` is
--            the part of an element that matters. A row `list` brings `each` and
--            `all` with it, another row NAME `each_NAME` and `all_NAME`
--   note     a function that is told what came
--   call     a function that does it all itself; the rest of the row describes it
--   base     "control": the gateway's connections
-- Per-call options come last.

local Error = require "whatsapp.error"
local config = require "whatsapp.config"
local json = require "whatsapp.json"
local percent = require "whatsapp.percent"
local schema = require "whatsapp.schema"

local M = {}

-- Fields that Graph knows wherever there is a query.
local GET_FIELDS = { fields = { type = "any", says = "what to answer with: a list of names, or Graph's own text" } }
local PAGE_FIELDS = {
  fields = GET_FIELDS.fields, after = { type = "string" }, before = { type = "string" },
  limit = { type = "number", min = 1, max = 100, whole = true },
}

local UPLOAD_FIELDS = {
  file = { type = "bytes", says = "the name of a file" },
  data = { type = "bytes", says = "the bytes, in its place" },
  type = { type = "string", line = true, says = "their content type" },
  filename = { type = "string", line = true, says = "how the file is called to Graph" },
}

-- Arguments ----------------------------------------------------------------------

local function id_name(row)
  return row.id or (row[2]:find("{id}", 1, true) and "id") or nil
end

local function takes_fields(row)
  return row.query or row.json or row.form or row.parts
end

-- Whether a table holds nothing but per-call options.
local function are_options(value)
  if type(value) ~= "table" or next(value) == nil then return false end
  for key in pairs(value) do
    if not config.is_call_option(key) then return false end
  end
  return true
end

-- (id, params, options) of a call, whatever of it the row knows.
local function arguments(row, first, ...)
  local id, params, options
  if not id_name(row) or (row.optional and type(first) == "table") then
    params, options = first, ...
  else
    id, params, options = first, ...
  end
  if not takes_fields(row) then return id, nil, params end
  -- Where the fields may be left out, the options can stand in their place.
  if options == nil and are_options(params) then return id, nil, params end
  if row.short and params ~= nil and (type(params) ~= "table" or params[1] ~= nil) then
    params = { [row.short] = params }
  end
  return id, params, options
end

local function overlay(defaults, params)
  if type(defaults) ~= "table" then return params end
  local merged = {}
  for key, value in pairs(defaults) do merged[key] = value end
  for key, value in pairs(params) do merged[key] = value end
  return merged
end

--- The descriptions of a row's fields, those that many rows have among them.
---@param row table
---@return table<string, table>
function M.fields(row)
  if row.upload then return overlay(UPLOAD_FIELDS, row.fields or {}) end
  local asked = row.query and row[1] == "GET" and not row.base
  return overlay(asked and (row.page and PAGE_FIELDS or GET_FIELDS), row.fields or {})
end

-- The first field that is none, or only all but one.
local function stray_of(row, fields, params)
  if row.closed then return schema.first_unknown(params, fields) end
  for _, name in ipairs(schema.sorted_keys(params)) do
    if not fields[name] and schema.is_slip(name, fields) then return name end
  end
end

local function check_fields(fields, params)
  local checked = overlay(params, {})
  for _, name in ipairs(schema.sorted_keys(fields)) do
    local spec = fields[name]
    if params[name] ~= nil then
      local value, err = schema.check(params[name], spec, name)
      if value == nil then return nil, err end
      checked[name] = value
    elseif spec.required then
      return Error.invalid(name, "is missing")
    end
  end
  return checked
end

--- The fields of a call, checked and with the row's defaults.
---@param row table
---@param params table|nil
---@return table|nil
---@return whatsapp.Error? err
function M.check(row, params)
  if params == nil then params = {} end
  local ok, err = schema.check(params, { type = "map" }, row.query and "query" or "fields")
  if not ok then return nil, err end
  for key in pairs(row.always or {}) do
    if params[key] ~= nil then return Error.invalid(key, "is always the same and cannot be given") end
  end
  local fields = M.fields(row)
  local stray = stray_of(row, fields, params)
  if stray then return schema.unknown_key(nil, stray, fields) end
  if row.some and next(params) == nil then
    return Error.invalid(nil, "there is nothing to change", "give at least one field")
  end
  if row.upload and (params.file == nil) == (params.data == nil) then
    return Error.invalid("file", "needs either file or data")
  end
  local checked
  checked, err = check_fields(fields, overlay(row.query or row.json or row.form or row.parts, params))
  if not checked or not row.check then return checked, err end
  return row.check(checked)
end

-- Bodies -------------------------------------------------------------------------

-- A form has only texts: what is more stands in it as JSON.
local function as_text(value)
  if type(value) == "string" then return value end
  if type(value) == "number" then return schema.number_text(value) end
  return (assert(json.encode(value)))
end

local function form_of(values)
  local form = {}
  for name, value in pairs(values) do form[name] = as_text(value) end
  return form
end

local function parts_of(values, upload)
  local parts = {}
  for _, name in ipairs(schema.sorted_keys(values)) do
    if not (upload and UPLOAD_FIELDS[name]) then
      parts[#parts + 1] = { name = name, data = as_text(values[name]) }
    end
  end
  if upload then
    parts[#parts + 1] = { name = "file", path = values.file, data = values.data,
      type = values.type or upload.type, filename = values.filename or upload.filename }
  end
  return parts
end

-- Answers ------------------------------------------------------------------------

local function protocol_error(what)
  return nil, Error.new { kind = "protocol", outcome = "unknown",
    message = "the answer has no " .. what }
end

local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

-- The cursor of the next page. Graph names it twice; `paging.next` itself is not
-- followed, since it would leave the gateway.
local function cursor_of(body)
  local paging = type(body.paging) == "table" and body.paging or {}
  if type(paging.next) ~= "string" then return nil end
  local cursors = type(paging.cursors) == "table" and paging.cursors or {}
  local after = cursors.after or paging.next:match "[?&]after=([^&#]+)"
  return after and percent.decode(tostring(after))
end

-- What stands at a place such as "data.groups".
local function value_at(body, place)
  for name in place:gmatch "[^.]+" do
    body = type(body) == "table" and body[name] or nil
  end
  return body
end

-- One page: `data`, and `after` when there is a next one. What has no list is
-- no page: a short list must never be taken for the whole.
local function page_of(body, row)
  local data = value_at(body, row.page)
  if not is_list(data) then return protocol_error("list " .. row.page) end
  local after = cursor_of(body)
  if not after and type(body.paging) == "table" and body.paging.next then
    return protocol_error("cursor for its next page")
  end
  for i = 1, row.item and #data or 0 do
    data[i] = type(data[i]) == "table" and data[i][row.item]
    if not data[i] then return protocol_error(row.item) end
  end
  return { data = data, after = after }
end

-- Where Graph has a list of one.
local function first_of(body)
  return type(body.data) == "table" and body.data[1] or {}
end

--- `true` for an answer of 2xx, unless it says that nothing was done.
---@param body table
---@return true|nil
---@return whatsapp.Error? err
function M.success(body)
  if body.success == nil or body.success == true or body.success == "true" then return true end
  return nil, Error.new { kind = "graph", outcome = "rejected",
    message = "Graph did not do it, and says no reason" }
end

local function unwrap(body, row)
  local returns = row.returns
  if row.page then return page_of(body, row) end
  if returns == "success" then return M.success(body) end
  if returns == "first" then return first_of(body) end
  if type(returns) == "function" then return returns(body) end
  if not returns then return body end
  if body[returns] == nil then return protocol_error(returns) end
  return body[returns]
end

-- Methods ------------------------------------------------------------------------

local function call(self, row, id, params, options)
  local name, values = id_name(row), nil
  if name and id == nil and not row.optional then return Error.invalid(name, "is missing") end
  if id ~= nil then
    if row[2]:find("{" .. name .. "}", 1, true) then
      values = { [name] = id }
    elseif params == nil or type(params) == "table" then
      params = overlay(params, { [name] = id })
    end
  end
  local checked, err = M.check(row, params)
  if not checked then return nil, err end
  local fields = overlay(row.always, checked)
  local body
  body, err = self.client:perform({
    method = row[1], path = row[2], base = row.base, idempotent = row.idempotent, values = values,
    query = row.query and fields or nil,
    json = row.json and (row.query and row.json or fields) or nil,
    form = row.form and form_of(fields) or nil,
    parts = row.parts and parts_of(fields, row.upload) or nil,
  }, options)
  if body == nil then return nil, err end
  local answer
  answer, err = unwrap(body, row)
  if answer ~= nil and row.note then row.note(self.client, answer, options) end
  return answer, err
end

--- The method of a row.
---@param row table
---@return function
function M.method(row)
  return function(self, ...)
    return call(self, row, arguments(row, ...))
  end
end

-- Pages one after another: a function that returns the next page, nil at the
-- end, or nil, err.
local function pages(self, row, ...)
  local id, params, options = arguments(row, ...)
  local after, ended, seen = nil, false, {}
  return function()
    if ended then return nil end
    local given = params
    if after then given = overlay(params, { after = after }) end
    local page, err = call(self, row, id, given, options)
    if not page then return nil, err end
    after, ended = page.after, page.after == nil
    if after and seen[after] then
      return nil, Error.new { kind = "protocol", outcome = "unknown",
        message = "paging goes in circles: a cursor came a second time" }
    end
    if after then seen[after] = true end
    return page
  end
end

local function each(row)
  return function(self, ...)
    local next_page = pages(self, row, ...)
    local data, at = {}, 0
    return function()
      at = at + 1
      while data[at] == nil do
        local page, err = next_page()
        if err then error(err, 0) end
        if not page then return nil end
        data, at = page.data, 1
      end
      return data[at]
    end
  end
end

local function all(row)
  return function(self, ...)
    local list, next_page = {}, pages(self, row, ...)
    while true do
      local page, err = next_page()
      if err then return nil, err end
      if not page then return list end
      for _, item in ipairs(page.data) do list[#list + 1] = item end
    end
  end
end

--- The methods of a resource: those of its rows, and its own functions.
---@param rows table<string, table|function>
---@return table<string, function>
function M.methods(rows)
  local methods = {}
  for name, row in pairs(rows) do
    if type(row) == "function" then
      methods[name] = row
    else
      methods[name] = row.call or M.method(row)
      if row.page then
        local ending = name == "list" and "" or "_" .. name
        methods["each" .. ending], methods["all" .. ending] = each(row), all(row)
      end
    end
  end
  return methods
end

return M
