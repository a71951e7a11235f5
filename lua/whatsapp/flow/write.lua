--- Screens as you write them → Flow JSON. Only the form is looked at here: what a
-- value may be is checked afterwards, on the Flow JSON.

local Error = require "whatsapp.error"
local components = require "whatsapp.flow.components"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local invalid, join = Error.invalid, schema.join

local M = {}

local DEPTH = 20

local component, convert, fill

-- `at-meta` of `at_meta`.
local function hyphened(key) return (key:gsub("_", "-")) end

local function need_table(value, path, what)
  if type(value) == "table" then return true end
  return invalid(path, ("must be %s, not a %s"):format(what, type(value)))
end

-- Several mistakes are told at once: the error of the first has all in raw.problems.
local function with(first, err)
  if not first or not err then return first or err end
  first.raw = first.raw or { problems = { { field = first.field, message = first.message, hint = first.hint } } }
  for _, problem in ipairs(err.raw and err.raw.problems or { err }) do
    table.insert(first.raw.problems, { field = problem.field, message = problem.message, hint = problem.hint })
  end
  return first
end

-- The mistakes of keys that are not known.
local function strays(path, value, known)
  local wrong
  for _, key in ipairs(schema.sorted_keys(value)) do
    if not known[key] then
      local _, err = schema.unknown_key(path, key, known)
      wrong = with(wrong, err)
    end
  end
  return wrong
end

-- The array part of a table, and the rest.
local function split(value)
  local list, named, count = json.array {}, {}, 0
  for key, one in pairs(value) do
    if type(key) == "number" then
      list[key], count = one, count + 1
    else
      named[key] = one
    end
  end
  return list, named, count
end

-- Actions -----------------------------------------------------------------------------

local ACTION = { name = true, payload = true }
for name in pairs(components.actions) do ACTION[name] = true end

local function action_of(name, value, payload, path)
  if name == "open_url" then return { name = name, url = value } end
  if name == "navigate" then
    return { name = name, next = { type = "screen", name = value }, payload = payload == nil and {} or payload }
  end
  local ok, err = need_table(value, join(path, name), "a table: what is sent")
  if not ok then return nil, err end
  return { name = name, payload = value }
end

-- Takes the action out of `named`: navigate = "NEXT", payload = { … }.
local function take_action(named, path)
  local found
  for _, name in ipairs(schema.sorted_keys(components.actions)) do
    if named[name] ~= nil then
      if found then
        return invalid(join(path, name), ("cannot stand beside %s: one click does one thing"):format(found))
      end
      found = name
    end
  end
  if not found then return false end
  local value, payload = named[found], named.payload
  named[found] = nil
  if found == "navigate" then named.payload = nil end
  return action_of(found, value, payload, path)
end

local function action(value, path)
  local ok, err = need_table(value, path, "a table such as { data_exchange = { … } }")
  if not ok then return nil, err end
  if value.name ~= nil then return value end
  local _, named = split(value)
  local made
  made, err = take_action(named, path)
  if made == nil then return nil, err end
  local stray = schema.first_unknown(named, ACTION)
  if stray ~= nil then return schema.unknown_key(path, stray, ACTION) end
  if not made then
    return invalid(path, "names no action", 'write { navigate = "NEXT" } or { data_exchange = { … } }')
  end
  if named.payload ~= nil then return invalid(join(path, "payload"), "is for navigate") end
  return made
end

-- Properties --------------------------------------------------------------------------

-- What stands beside the list would be lost.
local function check_list(value, path, of)
  local list, named, count = split(value)
  local stray = schema.sorted_keys(named)[1]
  if stray ~= nil then
    return invalid(join(path, stray), ("has no place in a list of %s"):format(of),
      of == "components" and "each component is a table of its own: { { body = … }, { caption = … } }" or nil)
  end
  if #list ~= count then return invalid(path, "has a gap in its list") end
  return true
end

local function each_of(list, path, of, fn)
  local ok, wrong = check_list(list, path, of)
  if not ok then return nil, wrong end
  local out = json.array {}
  for i = 1, #list do
    local made, err = fn(list[i], join(path, i))
    out[i], wrong = made, with(wrong, made == nil and err or nil)
  end
  if wrong then return nil, wrong end
  return out
end

local function rename(value, fields, path)
  local out, wrong = {}, strays(path, value, fields)
  for _, key in ipairs(schema.sorted_keys(value)) do
    local property = fields[key]
    if property then
      local made, err = convert(value[key], property, join(path, key))
      out[property.json or hyphened(key)], wrong = made, with(wrong, made == nil and err or nil)
    end
  end
  if wrong then return nil, wrong end
  return out
end

local converters = { action = action }

function converters.object(value, property, path)
  if not property.click then return rename(value, property.fields, path) end
  local named = {}
  for key, one in pairs(value) do named[key] = one end
  return fill({ click = true, properties = property.fields }, named, path)
end

function converters.list(value, property, path)
  return each_of(value, path, "values", function(one, where) return convert(one, property.of, where) end)
end

function converters.components(value, _, path, depth)
  return each_of(value, path, "components", function(one, where) return component(one, where, depth + 1) end)
end

local function case_of(case, key, path, depth)
  if type(key) ~= "string" then
    return invalid(join(path, key), "has no name: each case is named by its value", "cases = { yes = { … } }")
  end
  local ok, err = need_table(case, join(path, key), "a list of components")
  if not ok then return nil, err end
  return converters.components(case, nil, join(path, key), depth)
end

function converters.cases(value, _, path, depth)
  local out, wrong = {}, nil
  for _, key in ipairs(schema.sorted_keys(value)) do
    local case, err = case_of(value[key], key, path, depth)
    out[key], wrong = case, with(wrong, err)
  end
  if wrong then return nil, wrong end
  return out
end

-- The table that a plain text or number stands for.
local function long_of(value, fields)
  local text = type(value) == "number" and schema.number_text(value) or value
  if type(text) ~= "string" then return nil end
  local out = {}
  for _, name in ipairs(fields) do out[name] = text end
  return out
end

-- What a property is at Meta. Where a table could stand there stands something
-- else, a reference for example, that is left as it is.
function convert(value, property, path, depth)
  if type(value) ~= "table" then return property.short and long_of(value, property.short) or value end
  if property.ranged and (value.start_date ~= nil or value.end_date ~= nil) then
    return rename(value, { start_date = { type = "any" }, end_date = { type = "any" } }, path)
  end
  if property.type == "action" then return action(value, path) end
  local converter = converters[property.type]
  if converter then return converter(value, property, path, depth) end
  return value
end

-- Components --------------------------------------------------------------------------

local function kind_of(value, path)
  local kind
  for _, key in ipairs(schema.sorted_keys(value)) do
    if not components.kinds[key] then return schema.unknown_key(path, key, components.kinds) end
    if kind then return invalid(join(path, key), ("cannot stand beside %s: a component is one thing"):format(kind)) end
    kind = key
  end
  if kind then return kind end
  return invalid(path, "is no component", 'write { heading = "Hello" }, { text_input = { … } }, …')
end

-- The named properties of a component's content, its array part among them.
local function properties_of(content, spec, path)
  if type(content) ~= "table" then
    if spec.short then return { [spec.short] = content } end
    return invalid(path, ("must be a table, not a %s"):format(type(content)))
  end
  local list, named, count = split(content)
  if count == 0 then return named end
  if not spec.list then return invalid(join(path, 1), "has no place here: the properties have names") end
  if named[spec.list] ~= nil then
    return invalid(join(path, spec.list), "is given twice: by name and as a list")
  end
  if #list ~= count then return invalid(path, "has a gap in its list") end
  named[spec.list] = list
  return named
end

local function known_names(spec)
  local known = {}
  for name in pairs(spec.properties) do known[name] = true end
  for name in pairs(spec.click and ACTION or {}) do known[name] = true end
  known.name = spec.properties.name and true or nil
  return known
end

-- What a click does, written among the properties: false where that is nothing.
local function click_of(named, path)
  local made, err = take_action(named, path)
  if made == nil then return nil, err end
  if made and named.on_click_action ~= nil then
    return invalid(join(path, "on_click_action"), "is given twice: by name and as " .. made.name)
  end
  if named.payload ~= nil then return invalid(join(path, "payload"), "is for navigate") end
  return made
end

-- The properties at Meta, the click's action among them.
function fill(spec, named, path, depth)
  local out, wrong = { type = spec.type }, strays(path, named, known_names(spec))
  if spec.click then
    local made, err = click_of(named, path)
    out["on-click-action"], wrong = made or nil, with(wrong, err)
  end
  for _, key in ipairs(schema.sorted_keys(named)) do
    local property = spec.properties[key]
    if property then
      local where = key == spec.list and path or join(path, key)
      local made, err = convert(named[key], property, where, depth)
      out[property.json or hyphened(key)], wrong = made, with(wrong, made == nil and err or nil)
    end
  end
  if wrong then return nil, wrong end
  return out
end

function component(value, path, depth)
  if depth > DEPTH then return invalid(path, "is nested too deep") end
  local ok, err = need_table(value, path, "a component")
  if not ok then return nil, err end
  if value.type ~= nil then return value end
  local kind, named
  kind, err = kind_of(value, path)
  if not kind then return nil, err end
  path = join(path, kind)
  named, err = properties_of(value[kind], components.kinds[kind], path)
  if not named then return nil, err end
  return fill(components.kinds[kind], named, path, depth)
end

--- Flow JSON of one component.
---@param value table as you write it; with `type` it is Meta's own form, and stays as it is
---@param path string how it is called in an error
---@return table|nil
---@return whatsapp.Error? err
function M.component(value, path)
  return component(value, path, 1)
end

-- The data of a screen ------------------------------------------------------------------

local JSON_TYPES = { string = true, number = true, boolean = true, object = true, array = true, integer = true }

local function is_declaration(value)
  return type(value) == "table" and (value.__example__ ~= nil or (JSON_TYPES[value.type] and value[1] == nil))
end

local shape_of

-- The items of a list may have different properties: it declares those of all.
local function list_shape(list, path, depth)
  local items
  for i, item in ipairs(list) do
    local shape, err = shape_of(item, join(path, i), depth + 1)
    if not shape then return nil, err end
    items = items or shape
    for name, property in pairs(items.properties and shape.properties or {}) do
      items.properties[name] = items.properties[name] or property
    end
  end
  return { type = "array", items = items }
end

-- The JSON Schema of an example.
function shape_of(example, path, depth)
  if depth > DEPTH then return invalid(path, "is nested too deep") end
  local kind = type(example)
  if kind == "string" or kind == "number" or kind == "boolean" then return { type = kind } end
  if kind ~= "table" then return invalid(path, ("must be an example of the data, not a %s"):format(kind)) end
  if example[1] ~= nil then return list_shape(example, path, depth) end
  if getmetatable(example) ~= nil then return { type = "array" } end
  local properties = {}
  for _, key in ipairs(schema.sorted_keys(example)) do
    local shape, err = shape_of(example[key], join(path, key), depth + 1)
    if not shape then return nil, err end
    properties[key] = shape
  end
  return { type = "object", properties = properties }
end

-- An empty example of an array must go out as one.
local function with_list(declared)
  local example = declared.__example__
  if declared.type ~= "array" or type(example) ~= "table" or next(example) ~= nil then return declared end
  local out = {}
  for key, value in pairs(declared) do out[key] = value end
  out.__example__ = json.array {}
  return out
end

local function data_of(data, path)
  if type(data) ~= "table" then return data end
  local out = {}
  for _, key in ipairs(schema.sorted_keys(data)) do
    local value = data[key]
    if type(key) ~= "string" then return invalid(join(path, key), "has no name") end
    if is_declaration(value) then
      out[key] = with_list(value)
    else
      local shape, err = shape_of(value, join(path, key), 1)
      if not shape then return nil, err end
      shape.__example__ = value
      out[key] = shape
    end
  end
  return out
end

-- Screens -------------------------------------------------------------------------------

local SCREEN = { id = true, title = true, data = true, terminal = true, success = true, refresh_on_back = true,
                 sensitive = true, layout = true }

local FLOW = { version = true, data_api_version = true, data_channel_uri = true, routing_model = true }

-- How a screen is called in an error: by its id, if it has one.
local function screen_path(screen, i)
  if type(screen) == "table" and type(screen.id) == "string" and screen.id ~= "" then return screen.id end
  return ("[%d]"):format(i)
end

local function layout_of(list, path)
  local children, err = each_of(list, path, "components", function(one, where) return component(one, where, 1) end)
  if not children then return nil, err end
  return { type = "SingleColumnLayout", children = children }
end

local function screen_of(screen, path)
  local _, err = need_table(screen, path, "a screen")
  if err then return nil, err end
  local list, out, count = split(screen)
  local wrong = strays(path, out, SCREEN)
  if #list ~= count then return invalid(path, "has a gap in its list of components") end
  if out.layout == nil then
    out.layout, err = layout_of(list, path)
  elseif count > 0 then
    _, err = invalid(join(path, "layout"), "cannot stand beside components")
  end
  wrong = with(wrong, err)
  out.data, err = data_of(out.data, join(path, "data"))
  wrong = with(wrong, err)
  if wrong then return nil, wrong end
  if type(out.sensitive) == "table" then out.sensitive = json.array(out.sensitive) end
  return out
end

local function routes_of(model)
  if type(model) ~= "table" then return model end
  local out = {}
  for id, targets in pairs(model) do
    out[id] = type(targets) == "table" and next(targets) == nil and json.array {} or targets
  end
  return out
end

--- Flow JSON of the screens.
---@param flow table
---@return table|nil
---@return whatsapp.Error? err the first mistake; where there are more, all are in `raw.problems`
function M.flow(flow)
  local list, out, count = split(flow)
  local wrong = strays(nil, out, FLOW)
  if count == 0 and not wrong then
    return invalid(nil, "has no screens", 'write { version = "7.1", { id = "START", … } }')
  end
  if #list ~= count then return invalid(nil, "has a gap in its list of screens") end
  local screens = json.array {}
  for i = 1, count do
    local screen, err = screen_of(list[i], screen_path(list[i], i))
    screens[i], wrong = screen, with(wrong, err)
  end
  if wrong then return nil, wrong end
  out.screens, out.routing_model = screens, routes_of(out.routing_model)
  return out
end

return M
