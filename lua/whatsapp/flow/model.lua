--- The data model of screens: what a screen declares, and of which type a reference or
-- an expression is. Where that cannot be known, it is nil, and nothing is refused.
-- Source: Meta's "Flow JSON": data model; "Error codes": screen data model errors.

local components = require "whatsapp.flow.components"
local expression = require "whatsapp.flow.expression"
local schema = require "whatsapp.schema"

local M = {}

local function below(at, key) return { up = at, key = key } end

local function table_or_none(value) return type(value) == "table" and value or {} end

-- Declaring -----------------------------------------------------------------------------

local TYPES = { string = "string", number = "number", integer = "number", boolean = "boolean", object = "object",
                array = "array" }

-- The type of a value; nil for an empty table, which may be either.
local function type_of_value(value)
  if type(value) ~= "table" then return TYPES[type(value)] end
  if value[1] ~= nil then return "array" end
  return next(value) ~= nil and "object" or nil
end

-- Where in a value its type is another one than is declared there: the keys that lead to
-- it, what is declared, what is found. `type_of` says the type of a value.
local function misfit(value, declared, type_of, keys)
  local wanted = type(declared) == "table" and TYPES[declared.type]
  local found = wanted and type_of(value)
  if not found then return nil end
  if found ~= wanted then return keys, declared.type, found end
  for _, key in ipairs(type(value) == "table" and schema.sorted_keys(value) or {}) do
    local inner = wanted == "array" and declared.items or table_or_none(declared.properties)[key]
    local where, what, instead = misfit(value[key], inner, type_of, { up = keys, key = key })
    if where then return where, what, instead end
  end
end

M.misfit = misfit

local function check_nested(check, declared, at)
  if type(declared) ~= "table" then return end
  if declared.__example__ ~= nil then
    check:report(below(at, "__example__"), "INVALID_SCREEN_DATA", "belongs to the data itself, not into it")
  end
  check_nested(check, declared.items, below(at, "items"))
  for _, name in ipairs(schema.sorted_keys(table_or_none(declared.properties))) do
    check_nested(check, declared.properties[name], below(below(at, "properties"), name))
  end
end

local function check_declaration(check, declared, at)
  if type(declared) ~= "table" or type(declared.type) ~= "string" then
    return check:report(at, "INVALID_SCREEN_DATA", "must have a type")
  end
  if not TYPES[declared.type] then
    return check:report(below(at, "type"), "INVALID_SCREEN_DATA",
      "must be one of " .. table.concat(schema.sorted_keys(TYPES), ", "))
  end
  if declared.type == "array" and declared.items == nil then
    check:report(below(at, "items"), "INVALID_SCREEN_DATA", "is missing: what the array holds")
  elseif declared.items ~= nil and type(declared.items) ~= "table" and type(declared.items) ~= "boolean" then
    check:report(below(at, "items"), "INVALID_SCREEN_DATA", ("must be a table, not a %s"):format(type(declared.items)))
  end
  check_nested(check, declared.items, below(at, "items"))
  for _, name in ipairs(schema.sorted_keys(table_or_none(declared.properties))) do
    check_nested(check, declared.properties[name], below(below(at, "properties"), name))
  end
  local example, where = declared.__example__, below(at, "__example__")
  if example == nil then
    return check:report(where, "INVALID_SCREEN_DATA", "is missing",
      "a table with a type is a JSON schema; of an example with a field type, write the schema and __example__")
  end
  local place, wanted, found = misfit(example, declared, type_of_value, where)
  if place then
    check:report(place, "INVALID_SCREEN_DATA", ("must be of type %s, not %s"):format(wanted, found))
  end
end

--- Checks what a screen declares as its data.
function M.check(check, data, at)
  if data == nil then return end
  if type(data) ~= "table" then
    return check:report(at, "INVALID_PROPERTY_TYPE", ("must be a table, not a %s"):format(type(data)))
  end
  for _, key in ipairs(schema.sorted_keys(data)) do
    if type(key) == "string" then
      check_declaration(check, data[key], below(at, key))
    else
      check:report(below(at, key), "INVALID_SCREEN_DATA", "has no name")
    end
  end
end

-- Types ---------------------------------------------------------------------------------

local DAY = { type = "string" }
local RANGE = { type = "object", properties = { ["start-date"] = DAY, ["end-date"] = DAY } }

--- What a field holds, as a JSON schema; nil where that is not known.
---@param node table
---@return table|nil
function M.of_field(node)
  local gives = (components.types[node.type] or {}).gives
  if type(gives) == "table" then
    local value = node[(gives.property:gsub("_", "-"))]
    if value == nil then value = gives.default end
    gives = gives.by[value]
  end
  if gives == "object" then return RANGE end
  return gives and { type = gives } or nil
end

-- Of fields with the same name, one in each branch, it is not known which is there.
local function of_input(input)
  if input and not input.before then return M.of_field(input.node) end
end

-- Follows a path into what is declared; false where the object has no such property.
local function descend(declared, rest)
  for name in rest:gmatch "[^.%[%]]+" do
    if type(declared) ~= "table" then return nil end
    if declared.type == "object" and type(declared.properties) == "table" then
      declared = declared.properties[name]
      if declared == nil then return false end
    else
      declared = nil
    end
  end
  return declared
end

--- What a reference stands for, without its braces: a JSON schema; nil where that is
--- not known, false where a declared object has no such property.
---@return table|nil|false
function M.schema_of(check, screen, path)
  local id, rest = path:match "^screen%.([%w_]+)%.(.*)$"
  if id then screen, path = check.screens[id], rest end
  local store, name, deeper = path:match "^(%a+)%.([^.%[]+)(.*)$"
  if not screen or not store then return nil end
  local first
  if store == "data" then first = table_or_none(screen.node.data)[name] else first = of_input(screen.inputs[name]) end
  return descend(first, deeper)
end

local RESULTS = { join = "string", ["+"] = "number", ["-"] = "number", ["*"] = "number", ["/"] = "number",
                  ["%"] = "number", minus = "number" }

--- The type that an expression comes to, nil where that is not known.
---@return string|nil
function M.type_of_tree(check, screen, tree)
  local kind = tree[1]
  if kind == "value" then return type_of_value(tree[2]) end
  if kind ~= "reference" then return RESULTS[kind] or "boolean" end
  local declared = M.schema_of(check, screen, tree[2])
  return type(declared) == "table" and TYPES[declared.type] or nil
end

--- The same of a value in Flow JSON: plain, a reference, or an expression in backticks.
---@return string|nil
function M.type_of(check, screen, value)
  if type(value) ~= "string" then return type_of_value(value) end
  if value:find("[${", 1, true) then return nil end
  if expression.is_nested(value) or value:find "^%${[^{}]*}$" then
    local tree = expression.parse(value)
    return tree and M.type_of_tree(check, screen, tree)
  end
  return "string"
end

--- What a declaration is: as `type_of` says it.
---@return string|nil
function M.declared_type(declared) return type(declared) == "table" and TYPES[declared.type] or nil end

-- Properties ----------------------------------------------------------------------------

local TEXTS, NUMBERS = { string = true, number = true }, { number = true, string = true }
local TAKES = { string = TEXTS, text = TEXTS, date = TEXTS, number = NUMBERS, whole = NUMBERS,
                boolean = { boolean = true }, list = { array = true }, object = { object = true } }

-- What a list's items must have and do not; names that only a component has with _.
local function misfits_of(declared, fields)
  local known, out = components.at_meta(fields), {}
  for _, key in ipairs(schema.sorted_keys(known)) do
    local entry = known[key]
    if declared[key] == nil and entry.key ~= key and declared[entry.key] ~= nil then
      out[#out + 1] = { ("its items have %s, which in data is called %s"):format(entry.key, key),
                        ('data is as Meta has it: ["%s"] = …'):format(key) }
    elseif declared[key] == nil and entry.property.required == true then
      out[#out + 1] = { ("the data declares no %s of its items"):format(key) }
    end
  end
  return out
end

-- Of each item of a list, what must be there is declared.
local function check_items(check, declared, property, found)
  local items = table_or_none(declared).items
  if property.type ~= "list" or property.of.type ~= "object" or type(items) ~= "table" then return end
  local kind, misfits = M.declared_type(items), {}
  if kind and kind ~= "object" then
    misfits[1] = { ("its items are of type %s, and must be tables"):format(kind),
                   property.of.short and 'in data a choice is { id = "a", title = "A" }' }
  elseif type(items.properties) == "table" then
    misfits = misfits_of(items.properties, property.of.fields)
  end
  for _, one in ipairs(misfits) do
    check:report(found.at, "INVALID_SCREEN_DYNAMIC_DATA", ("%s: %s"):format(found.value, one[1]), one[2] or nil)
  end
end

-- A text may be several lines, a value of a calendar one for each end of its range.
local function takes_more(check, property, kind)
  return (kind == "array" and property.type == "text" and check:has "5.1") or (kind == "object" and property.ranged)
end

--- Checks that what a property refers to is of its type.
---@param found { value: string, property: table, at: table }
function M.property(check, screen, found)
  if found.property.weighed then return end
  local takes, kind = TAKES[found.property.type], M.type_of(check, screen, found.value)
  if takes and kind and not takes[kind] and not takes_more(check, found.property, kind) then
    return check:report(found.at, "INVALID_SCREEN_DYNAMIC_DATA",
      ("%s is of type %s, which cannot stand here"):format(found.value, kind))
  end
  local path = found.value:match "^%${%s*([^{}]-)%s*}$"
  if path then check_items(check, M.schema_of(check, screen, path), found.property, found) end
end

return M
