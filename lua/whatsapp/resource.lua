--- Endpoints as data → methods.
--
-- A row: { method, path, … }.
--   id       the placeholder of the path that the first argument fills: "id" by
--            default; with `optional` it falls back to the client's own
--   query    the table that follows goes into the query; the row's own table are
--            its defaults (true: none)
--   json     the same for the body
--   short    the field that a plain string stands for
--   always   fields of either that are not the caller's to choose
--   fields   descriptions of the fields it checks; others pass, or with `closed`
--            are refused
--   some     at least one field must be given
--   returns  the part of the answer that matters: a name, "success" or a function
--   page     the answer is a page: the resource also gets `each` and `all`
--   base     "control": the gateway's connections
-- Per-call options come last.

local Error = require "whatsapp.error"
local config = require "whatsapp.config"
local schema = require "whatsapp.schema"

local M = {}

-- Arguments ----------------------------------------------------------------------

local function placeholder(row)
  return row.id or (row[2]:find("{id}", 1, true) and "id") or nil
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
  if not placeholder(row) or (row.optional and type(first) == "table") then
    params, options = first, ...
  else
    id, params, options = first, ...
  end
  if not (row.query or row.json) then return id, nil, params end
  -- Where the fields may be left out, the options can stand in their place.
  if options == nil and are_options(params) then return id, nil, params end
  return id, params, options
end

local function check_fields(row, params)
  local checked = {}
  for key, value in pairs(params) do checked[key] = value end
  for _, name in ipairs(schema.sorted_keys(row.fields or {})) do
    local spec = row.fields[name]
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

local function check_params(row, params)
  if params == nil then params = {} end
  if row.short and type(params) ~= "table" then params = { [row.short] = params } end
  local ok, err = schema.check(params, { type = "map" }, row.json and "fields" or "query")
  if not ok then return nil, err end
  for key in pairs(row.always or {}) do
    if params[key] ~= nil then return Error.invalid(key, "is always the same and cannot be given") end
  end
  local stray = row.closed and schema.first_unknown(params, row.fields)
  if stray then return schema.unknown_key(nil, stray, row.fields) end
  if row.some and next(params) == nil then
    return Error.invalid(nil, "there is nothing to change", "give at least one field")
  end
  return check_fields(row, params)
end

local function with_defaults(params, defaults)
  if type(defaults) ~= "table" then return params end
  local merged = {}
  for key, value in pairs(defaults) do merged[key] = value end
  for key, value in pairs(params) do merged[key] = value end
  return merged
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
  return after and (tostring(after):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- One page: `data`, and `after` when there is a next one. What has no list is
-- no page: a short list must never be taken for the whole.
local function page_of(body, list)
  if not is_list(body[list]) then return protocol_error("list " .. list) end
  local after = cursor_of(body)
  if not after and type(body.paging) == "table" and body.paging.next then
    return protocol_error("cursor for its next page")
  end
  return { data = body[list], after = after }
end

--- `true` for an answer of 2xx, unless it says that nothing was done.
---@param body table
---@return true|nil
---@return whatsapp.Error? err
function M.success(body)
  if body.success == nil or body.success == true then return true end
  return nil, Error.new { kind = "graph", outcome = "rejected",
    message = "Graph did not do it, and says no reason" }
end

local function unwrap(body, row)
  local returns = row.returns
  if row.page then return page_of(body, row.page) end
  if returns == "success" then return M.success(body) end
  if type(returns) == "function" then return returns(body) end
  if not returns then return body end
  if body[returns] == nil then return protocol_error(returns) end
  return body[returns]
end

-- Methods ------------------------------------------------------------------------

local function call(self, row, id, params, options)
  local name = placeholder(row)
  if name and id == nil and not row.optional then return Error.invalid(name, "is missing") end
  local checked, err = check_params(row, params)
  if not checked then return nil, err end
  local body
  body, err = self.client:perform({
    method = row[1], path = row[2], base = row.base, idempotent = row.idempotent,
    values = id ~= nil and { [name] = id } or nil,
    query = row.query and with_defaults(with_defaults(row.always or {}, checked), row.query) or nil,
    json = row.json and with_defaults(with_defaults(row.always or {}, checked), row.json) or nil,
  }, options)
  if body == nil then return nil, err end
  return unwrap(body, row)
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
    if after then given = with_defaults({ after = after }, params or {}) end
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

--- The methods of a resource: those of its rows, and its own functions. A row
--- `list` of pages brings `each` and `all` with it.
---@param rows table<string, table|function>
---@return table<string, function>
function M.methods(rows)
  local methods = {}
  for name, row in pairs(rows) do
    methods[name] = type(row) == "function" and row or M.method(row)
  end
  if type(rows.list) == "table" and rows.list.page then
    methods.each, methods.all = each(rows.list), all(rows.list)
  end
  return methods
end

return M
