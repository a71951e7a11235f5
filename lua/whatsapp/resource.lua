--- Endpoints as data → methods.
--
-- A row: { method, path, … }. With `{id}` in the path the method takes the id
-- first. `query` or `json` (true, or defaults that are always sent) says what
-- the table that follows becomes; without either there is none. `returns`
-- names the part of the answer that matters. Per-call options come last.

local Error = require "whatsapp.error"

local M = {}

-- { success = true } → true; a field of that name; else the whole answer.
local function unwrap(body, returns)
  if returns == "success" then
    if body.success ~= nil then return body.success end
    return true
  end
  if returns and body[returns] ~= nil then return body[returns] end
  return body
end

local function with_defaults(given, defaults)
  if type(defaults) ~= "table" then return given end
  local merged = {}
  for key, value in pairs(defaults) do merged[key] = value end
  for key, value in pairs(given or {}) do merged[key] = value end
  return merged
end

--- The method of a row.
---@param row table
---@return function
function M.method(row)
  local takes_id = row[2]:find("{id}", 1, true) ~= nil
  return function(self, ...)
    local id, given, options
    if takes_id then id, given, options = ... else given, options = ... end
    if not (row.query or row.json) then given, options = nil, given end
    if given ~= nil and type(given) ~= "table" then
      return Error.invalid(nil, ("must be given a table, not a %s"):format(type(given)))
    end
    local body, err = self.client:perform({
      method = row[1], path = row[2], base = row.base, idempotent = row.idempotent,
      values = takes_id and { id = id } or nil,
      query = row.query and with_defaults(given, row.query) or nil,
      json = row.json and with_defaults(given or {}, row.json) or nil,
    }, options)
    if body == nil then return nil, err end
    return unwrap(body, row.returns)
  end
end

--- The methods of a resource: those of its rows, and its own functions.
---@param rows table<string, table|function>
---@return table<string, function>
function M.methods(rows)
  local methods = {}
  for name, row in pairs(rows) do
    methods[name] = type(row) == "function" and row or M.method(row)
  end
  return methods
end

return M
