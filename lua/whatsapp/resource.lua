--- Endpoints as data → methods.
--
-- A row: { method, path, … }.
--   id       the placeholder of the path that the first argument fills: "id" by
--            default; with `optional` it falls back to the client's own
--   query    the table that follows goes into the query; the row's own table are
--            its defaults (true: none)
--   json     the same for the body
--   short    the field that a plain string stands for
--   fields   descriptions of the fields it checks (others pass)
--   returns  the part of the answer that matters: a name, "success" or a function
--   page     the answer is a page: the resource also gets `each` and `all`
--   base     "control": the gateway's connections
-- Per-call options come last.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local M = {}

-- Arguments ----------------------------------------------------------------------

local function placeholder(row)
  return row.id or (row[2]:find("{id}", 1, true) and "id") or nil
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
  return id, params, options
end

local function check_params(row, params)
  if params == nil then params = {} end
  if row.short and type(params) ~= "table" then params = { [row.short] = params } end
  local ok, err = schema.check(params, { type = "map" }, nil)
  if not ok then return nil, err end
  for _, name in ipairs(schema.sorted_keys(row.fields or {})) do
    local spec = row.fields[name]
    if params[name] ~= nil then
      local value
      value, err = schema.check(params[name], spec, name)
      if value == nil then return nil, err end
    elseif spec.required then
      return Error.invalid(name, "is missing")
    end
  end
  return params
end

local function with_defaults(params, defaults)
  if type(defaults) ~= "table" then return params end
  local merged = {}
  for key, value in pairs(defaults) do merged[key] = value end
  for key, value in pairs(params) do merged[key] = value end
  return merged
end

-- Answers ------------------------------------------------------------------------

-- One page: `data`, and `after`, the cursor of the next page, if there is one.
-- Graph's own `paging.next` is not followed: it would leave the gateway.
local function page_of(body, list)
  local paging = type(body.paging) == "table" and body.paging or {}
  local cursors = type(paging.cursors) == "table" and paging.cursors or {}
  return { data = body[list] or {}, after = paging.next and cursors.after or nil }
end

--- `true` for an answer of 2xx, unless it says that nothing was done.
---@param body table
---@return true|nil
---@return whatsapp.Error? err
function M.success(body)
  if body.success ~= false then return true end
  return nil, Error.new { kind = "graph", outcome = "rejected", raw = body,
    message = "Graph did not do it, and says no reason" }
end

local function unwrap(body, row)
  local returns = row.returns
  if row.page then return page_of(body, row.page) end
  if returns == "success" then return M.success(body) end
  if type(returns) == "function" then return returns(body) end
  if returns and body[returns] ~= nil then return body[returns] end
  return body
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
    query = row.query and with_defaults(checked, row.query) or nil,
    json = row.json and with_defaults(checked, row.json) or nil,
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
  local after, ended
  return function()
    if ended then return nil end
    local given = with_defaults({ after = after }, type(params) == "table" and params or {})
    local page, err = call(self, row, id, given, options)
    if not page then return nil, err end
    if page.after ~= nil and page.after == after then
      return nil, Error.new { kind = "protocol", outcome = "unknown",
        message = "paging goes in circles: the cursor of a page is its own" }
    end
    after, ended = page.after, page.after == nil
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
