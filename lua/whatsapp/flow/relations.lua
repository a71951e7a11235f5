--- What the properties of one component say of each other: what needs what, what
-- excludes what, which must not exceed which.
-- Source: Meta's "Components" and "Media upload": limits and restrictions.

local components = require "whatsapp.flow.components"
local filling = require "whatsapp.flow.filling"
local model = require "whatsapp.flow.model"
local patterns = require "whatsapp.flow.pattern"
local schema = require "whatsapp.schema"

local M = {}

local function below(at, key) return { up = at, key = key } end

local function at_meta(key) return (key:gsub("_", "-")) end

-- Known only later.
local function is_dynamic(value) return type(value) == "string" and value:find "[$`]" ~= nil end

local function table_or_none(value) return type(value) == "table" and value or {} end

-- One property and others ---------------------------------------------------------------

local rules = {}

function rules.needs(check, node, at, key, other)
  if node[at_meta(other)] == nil then
    check:report(below(at, at_meta(other)), "INVALID_DEPENDENCIES", ("is missing: %s needs it"):format(key))
  end
end

function rules.without(check, node, at, key, others)
  for _, other in ipairs(others) do
    if node[at_meta(other)] ~= nil then
      return check:report(below(at, at_meta(key)), "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
        "cannot stand beside " .. table.concat(others, " and "))
    end
  end
end

function rules.only(check, node, at, key, only)
  local value = node[at_meta(only.property)]
  if value == nil then value = only.default end
  if type(value) == "string" and not is_dynamic(value) and not only.one_of[value] then
    check:report(below(at, at_meta(key)), only.code or "INVALID_PROPERTY_VALUE", ("is for %s %s only"):format(
      only.property, table.concat(schema.sorted_keys(only.one_of), ", ")))
  end
end

local function check_rules(check, node, spec, at)
  for key, entry in pairs(components.at_meta(spec.properties)) do
    for name, rule in pairs(rules) do
      if entry.property[name] and node[key] ~= nil then rule(check, node, at, entry.key, entry.property[name]) end
    end
  end
end

-- Of two days which comes first; of anything else that has a number, which is less.
local function number_of(value) return filling.day_number(value) or tonumber(value) end

local function check_order(check, node, spec, at)
  for _, pair in ipairs(spec.order or {}) do
    local low, high = number_of(node[at_meta(pair[1])]), number_of(node[at_meta(pair[2])])
    if low and high and low > high then
      check:report(below(at, at_meta(pair[1])), pair[3], "must not exceed " .. pair[2])
    end
  end
end

-- Choices -------------------------------------------------------------------------------

local function check_choices(check, node, spec, at)
  local property = spec.properties.data_source
  local source, seen, pictures = node["data-source"], {}, false
  at = below(at, "data-source")
  for i, choice in ipairs(table_or_none(source)) do
    choice = table_or_none(choice)
    local id, place = choice.id, below(at, i)
    pictures = pictures or choice.image ~= nil
    if id ~= nil and seen[id] then
      check:report(below(place, "id"), "INVALID_PROPERTY_VALUE", ("the id %s is there twice"):format(tostring(id)))
    end
    if id ~= nil then seen[id] = true end
    if choice.image ~= nil and choice.color ~= nil then
      check:report(below(place, "color"), "DATA_SOURCE_ITEMS_HAVE_BOTH_IMAGE_AND_COLOR", "cannot stand beside image")
    end
  end
  if pictures and property.max_with_images and #source > property.max_with_images then
    check:report(at, "INVALID_PROPERTY_VALUE", ("has %d items, with images at most %d are allowed"):format(#source,
      property.max_with_images))
  end
end

-- Kinds of their own --------------------------------------------------------------------

local own = {}

-- WhatsApp takes no notice of what is none.
function own.text_input(check, node, _, at)
  if type(node.pattern) ~= "string" or not schema.length(node.pattern) then return end
  local pattern, why, unknown = patterns.read(node.pattern)
  if not pattern and not unknown then
    check:report(below(at, "pattern"), "INVALID_PROPERTY_VALUE", "is no regular expression: " .. why)
  end
end

-- What a calendar has for each end of a range.
function own.calendar_picker(check, node, spec, at)
  local range = node.mode == "range"
  if not range and node.mode ~= nil and node.mode ~= "single" then return end
  for key, entry in pairs(components.at_meta(spec.properties)) do
    local value = node[key]
    if entry.property.ranged and value ~= nil and not is_dynamic(value) and (type(value) == "table") ~= range then
      check:report(below(at, key), "INVALID_PROPERTY_TYPE", range and "must be a table in mode range"
        or "is a table in mode range only", range and "write { start_date = …, end_date = … }" or nil)
    end
  end
end

local function check_clicks(check, node, items, at)
  for i, item in ipairs(items) do
    local clicks = table_or_none(item)["on-click-action"] ~= nil
    if clicks and node["on-click-action"] ~= nil then
      check:report(below(below(below(at, "list-items"), i), "on-click-action"), "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
        "cannot stand beside the list's own action")
    elseif not clicks and node["on-click-action"] == nil then
      return check:report(below(at, "on-click-action"), "MISSING_REQUIRED_TYPE_PROPERTY", "is missing",
        'give the list navigate = "NEXT", or every item its own')
    end
  end
end

function own.navigation_list(check, node, _, at)
  local items, badge = table_or_none(node["list-items"]), false
  check_clicks(check, node, items, at)
  for i, item in ipairs(items) do
    local place = below(below(at, "list-items"), i)
    item = table_or_none(item)
    if item.badge ~= nil and badge then
      check:report(below(place, "badge"), "INVALID_PROPERTY_VALUE", "stands on another item, too")
    end
    badge = badge or item.badge ~= nil
    if item["end"] ~= nil and node["media-size"] == "large" then
      check:report(below(place, "end"), "INVALID_PROPERTY_VALUE", "cannot stand beside media_size large")
    end
  end
end

-- Meta compares the types from 7.0 on.
local function check_initial(check, field, value, at)
  if (components.types[field.type] or {}).files then
    return check:report(at, "NATIVE_COMPONENT_IN_FORM_INIT_VALUES", "a picker of files has no value to begin with")
  end
  local wanted = (model.of_field(field) or {}).type
  if is_dynamic(value) or not check:has "7.0" then return end
  if (wanted == "array" or wanted == "string") and (type(value) == "table") ~= (wanted == "array") then
    check:report(at, "INVALID_PROPERTY_TYPE", wanted == "array" and "must be a list of ids" or "must be a string")
  end
end

-- What a form says of the fields in it.
function own.form(check, node, _, at)
  local values = table_or_none(node["init-values"])
  for _, field in ipairs(table_or_none(node.children)) do
    local name = table_or_none(field).name
    if name ~= nil and values[name] ~= nil then
      check_initial(check, field, values[name], below(below(at, "init-values"), name))
    end
  end
end

--- Checks one component.
---@param check table
---@param node table
---@param spec table
---@param at table
function M.check(check, node, spec, at)
  check_rules(check, node, spec, at)
  check_order(check, node, spec, at)
  if spec.list == "data_source" then check_choices(check, node, spec, at) end
  if own[spec.kind] then own[spec.kind](check, node, spec, at) end
end

return M
