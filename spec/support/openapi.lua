--- Compares the rows of the resources with Meta's OpenAPI description.

local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"

local M = {}

--- The file of the description: META_OPENAPI. Nil where there is none.
---@return string|nil
function M.path()
  local path = os.getenv "META_OPENAPI"
  return path ~= "" and path or nil
end

---@param path string a YAML file
---@return table description
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return require("lyaml").load(text)
end

-- The description -----------------------------------------------------------------

local METHODS = { "get", "post", "put", "patch", "delete" }

-- A template's path names what it asks for in its own way; whatever is not here
-- is the id of the row.
local PLACEHOLDERS = {
  ["Phone-Number-ID"] = "phone_number_id", ["WABA-ID"] = "business_account_id",
  ["WhatsApp-Business-Account-ID"] = "business_account_id", ["QR-Code-ID"] = "code", ["Media-URL"] = "url",
  ["Application-ID"] = "app_id",
}

local function path_of(template)
  return (template:gsub("^/{Version}/", ""):gsub("{([^}]+)}", function(name)
    return "{" .. (PLACEHOLDERS[name] or "id") .. "}"
  end))
end

-- What a reference points at; what is none is itself.
local function resolved(description, node)
  while type(node) == "table" and node["$ref"] do
    local found = description
    for name in node["$ref"]:gmatch "[^#/]+" do found = found[name] end
    node = assert(found, node["$ref"])
  end
  return node
end

-- The properties of an object whatever it is composed of, and those that it always has.
local function properties(description, node)
  node = resolved(description, node) or {}
  local all, required = {}, {}
  for name, property in pairs(node.properties or {}) do all[name] = resolved(description, property) end
  for _, name in ipairs(node.required or {}) do required[name] = true end
  for _, kind in ipairs { "allOf", "anyOf", "oneOf" } do
    for _, part in ipairs(node[kind] or {}) do
      local more, needed = properties(description, part)
      for name, property in pairs(more) do all[name] = all[name] or property end
      if kind == "allOf" then for name in pairs(needed) do required[name] = true end end
    end
  end
  return all, required
end

--- The operations of a description, by id: { method, path, query, bodies }.
---@param description table
---@return table<string, table>
function M.operations(description)
  local found = {}
  for template, item in pairs(description.paths) do
    for _, method in ipairs(METHODS) do
      local operation = item[method]
      -- What has no version is what Meta calls, not what we call.
      if operation and template:find "^/{Version}/" then
        local entry = { method = method:upper(), path = path_of(template), query = {}, required = {}, bodies = {} }
        for _, list in ipairs { item.parameters or {}, operation.parameters or {} } do
          for _, parameter in ipairs(list) do
            parameter = resolved(description, parameter)
            if parameter["in"] == "query" then
              entry.query[parameter.name] = resolved(description, parameter.schema)
              entry.required[parameter.name] = parameter.required or nil
            end
          end
        end
        local body = resolved(description, operation.requestBody)
        for kind, content in pairs(method ~= "get" and body and body.content or {}) do
          entry.bodies[kind] = resolved(description, content.schema) or {}
        end
        found[operation.operationId] = entry
      end
    end
  end
  return found
end

-- Rows -------------------------------------------------------------------------------

--- All rows that name an operation: { name = "wa.media:get", row = … }.
---@return table[]
function M.rows()
  local found, api = {}, require "whatsapp.api"
  for _, name in ipairs(schema.sorted_keys(api)) do
    local rows = require(api[name])
    for _, method in ipairs(schema.sorted_keys(rows)) do
      local row = rows[method]
      if type(row) == "table" and row.operation then
        found[#found + 1] = { name = ("wa.%s:%s"):format(name, method), row = row }
      end
    end
  end
  return found
end

-- The fields a row sends, by name: a description, or true for what is always the same.
local function sent_fields(row)
  local found = {}
  for name, spec in pairs(resource.fields(row)) do found[name] = spec end
  for name in pairs(row.always or {}) do found[name] = true end
  if row.upload then
    for _, name in ipairs { "data", "type", "filename" } do found[name] = nil end
  end
  return found
end

-- Comparison ---------------------------------------------------------------------------

-- Graph knows these of everything that can be asked for.
local EVERYWHERE = { fields = true, limit = true, after = true, before = true }

local CONTENT = { json = "application/json", form = "application/x-www-form-urlencoded",
                  parts = "multipart/form-data" }

local Comparison = {}
Comparison.__index = Comparison

function Comparison:complain(place, text)
  local key = place .. ": " .. text
  if self.exceptions[key] then
    self.used[key] = true
  else
    self.complaints[#self.complaints + 1] = key
  end
end

-- The types of a description that stand for one of Meta's. A text may be given as a
-- number; what is looked at by a function of its own (`before`) has any.
local TYPES = { string = "string", id = "string", wamid = "string", link = "string", bytes = "string",
                number = "number", boolean = "boolean", list = "array", table = "object", map = "object" }

local NEVER_EMPTY = { string = true, list = true }

local function set_text(set) return table.concat(schema.sorted_keys(set), " ") end

-- A limit that Meta has and we do not, or another one; ours alone may be narrower.
function Comparison:compare_limit(place, words, ours, theirs)
  if not theirs or theirs == ours then return end
  self:complain(place, ("%s %s, Meta has %g"):format(words, ours and ("%g"):format(ours) or "anything", theirs))
end

function Comparison:compare_type(place, spec, theirs)
  local ours, meta = TYPES[spec.type], theirs.type == "integer" and "number" or theirs.type
  if not ours or not meta or spec.before or ours == meta then return end
  self:complain(place, ("a %s, Meta has a %s"):format(spec.type, theirs.type))
end

-- Limits, words and type of one field.
function Comparison:compare_values(place, spec, theirs)
  if theirs.enum and spec.one_of then
    local words = {}
    for _, word in ipairs(theirs.enum) do words[word] = true end
    local ours, meta = set_text(spec.one_of), set_text(words)
    if ours ~= meta then self:complain(place, ("%s, Meta has %s"):format(ours, meta)) end
  elseif theirs.enum and spec.type == "string" and not spec.pattern then
    self:complain(place, "any text, Meta has " .. table.concat(theirs.enum, " "))
  end
  if not (spec.pattern or spec.before) then -- which say more than a length
    self:compare_limit(place, "at most", spec.max, theirs.maxLength or theirs.maxItems or theirs.maximum)
    -- A text or a list is never empty unless that is said.
    self:compare_limit(place, "at least", spec.min or NEVER_EMPTY[spec.type] and 1,
      theirs.minLength or theirs.minItems or theirs.minimum)
  end
  self:compare_type(place, spec, theirs)
  if spec.of and theirs.items then
    self:compare_value(place .. "[]", spec.of, resolved(self.description, theirs.items))
  end
end

function Comparison:compare_value(place, spec, theirs)
  if spec == true then return end
  self:compare_values(place, spec, theirs)
  if spec.fields then
    local all, required = properties(self.description, theirs)
    self:compare_fields(place, spec.fields, all, required)
  end
end

-- `ours` and `theirs` by name; `given` are fields that are filled otherwise.
function Comparison:compare_fields(place, ours, theirs, required, given)
  for _, name in ipairs(schema.sorted_keys(ours)) do
    local where = place .. "." .. name
    if not theirs[name] then
      self:complain(where, "Meta has no such field")
    else
      self:compare_value(where, ours[name], theirs[name])
    end
  end
  for _, name in ipairs(schema.sorted_keys(required)) do
    local spec = ours[name]
    if spec and spec ~= true and not spec.required and not (given and given[name]) then
      self:complain(place .. "." .. name, "Meta requires it")
    end
  end
end

-- The schema of a row's body among those of the operation.
function Comparison:body_of(name, row, operation)
  for kind, content in pairs(CONTENT) do
    if row[kind] then
      if operation.bodies[content] then return operation.bodies[content] end
      self:complain(name, "Meta takes no " .. content)
      return select(2, next(operation.bodies)) or {}
    end
  end
end

function Comparison:compare_row(name, row, operation)
  if row[1] ~= operation.method then self:complain(name, "Meta has " .. operation.method) end
  if row[2] ~= operation.path then self:complain(name, "Meta has " .. operation.path) end
  if row.call and not row.fields then return end -- its function says what there is
  local given = {}
  for _, defaults in ipairs { row.query or {}, row.json or {}, row.form or {}, row.parts or {} } do
    for key in pairs(type(defaults) == "table" and defaults or {}) do given[key] = true end
  end
  if row.id then given[row.id] = true end
  local fields = sent_fields(row)
  if row.query then
    local theirs = {}
    for key in pairs(EVERYWHERE) do theirs[key] = {} end
    for key, value in pairs(operation.query) do theirs[key] = value end
    self:compare_fields(name, fields, theirs, operation.required, given)
  end
  local body = self:body_of(name, row, operation)
  if not body then return end
  local all, required = properties(self.description, body)
  if row.query then -- the body is constant
    fields = {}
    for key in pairs(row.json) do fields[key] = true end
  end
  self:compare_fields(name, fields, all, required, given)
end

-- What the operation has and none of its rows can send.
function Comparison:compare_whole(id, operation, rows)
  local known = {}
  for _, row in ipairs(rows) do
    if row.call and not row.closed then return end
    for name in pairs(sent_fields(row)) do known[name] = true end
    for name in pairs(row.query and type(row.json) == "table" and row.json or {}) do known[name] = true end
  end
  for _, name in ipairs(schema.sorted_keys(operation.query)) do
    if not known[name] then self:complain(id, "no row has its parameter " .. name) end
  end
  for _, body in pairs(operation.bodies) do
    for _, name in ipairs(schema.sorted_keys((properties(self.description, body)))) do
      if not known[name] then self:complain(id, "no row has its field " .. name) end
    end
  end
end

--- What differs, as texts; what an exception names (by that text) is left out, and
--- an exception that nothing needed is a complaint itself.
---@param description table
---@param rows table[] as of `rows`
---@param exceptions? table<string, string> reasons, by complaint
---@return string[] complaints
function M.compare(description, rows, exceptions)
  local self = setmetatable({ description = description, complaints = {}, used = {},
                              exceptions = exceptions or {} }, Comparison)
  local operations, by_operation = M.operations(description), {}
  for _, entry in ipairs(rows) do
    local id = entry.row.operation
    by_operation[id] = by_operation[id] or {}
    table.insert(by_operation[id], entry.row)
    if operations[id] then
      self:compare_row(entry.name, entry.row, operations[id])
    else
      self:complain(entry.name, "Meta has no operation " .. id)
    end
  end
  for _, id in ipairs(schema.sorted_keys(operations)) do
    if by_operation[id] then
      self:compare_whole(id, operations[id], by_operation[id])
    else
      self:complain(id, "is missing")
    end
  end
  for _, key in ipairs(schema.sorted_keys(self.exceptions)) do
    if not self.used[key] then self:complain("the exception", key .. " is not needed") end
  end
  return self.complaints
end

return M
