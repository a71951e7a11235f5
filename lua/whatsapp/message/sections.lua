--- Rows or products in sections, as lists, product messages and the buttons of
-- templates have them. Source: Meta's "Interactive lists", "Sell products & services".

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

local SECTIONS_MAX = 10

-- The items of all sections: not too many, and none twice.
local function check_items(list, kind, path)
  local count, seen = 0, {}
  for i, section in ipairs(list) do
    local where = list.untitled and path or join(path, i)
    if #list > 1 and not section.title then
      return invalid(join(where, "title"), "is missing: with several sections each needs one")
    end
    count = count + #section.children
    if count > kind.max then
      return invalid(where, ("makes %d %ss, at most %d are allowed in all"):format(count, kind.name, kind.max))
    end
    local ok, err = true, nil
    if kind.unique then ok, err = interactive.unique(section.children, kind.unique, where, seen) end
    if not ok then return nil, err end
  end
  return true
end

-- Children are items, or sections, which list items themselves.
local function check_alike(children, kind, path)
  local items = kind.is_item(children[1])
  for i, child in ipairs(children) do
    local is_section = type(child) == "table" and child[1] ~= nil
    if items and is_section or not items and kind.is_item(child) then
      return invalid(join(path, i), ("is a %s, but the first is a %s"):format(items and "section" or kind.name,
        items and kind.name or "section"), "put all into sections with titles, or none")
    elseif not (items or is_section) and kind.unique and type(child) == "table" then
      return invalid(join(path, i), ("needs %s to be a %s, or %ss to be a section"):format(kind.unique, kind.name,
        kind.name))
    end
  end
  return true
end

--- Children that are items, or sections of items, each with a title.
---@param kind { item: table, name: string, is_item: function, max: integer, unique?: string }
--- the description of an item, its name, whether a child is one, how many there may be in all, and
--- the field in which they differ
---@return { children: table, check: function } parts of a description: the children become sections
function M.of(kind)
  local section = { type = "table", fields = { title = { type = "string", max = 24 } },
                    children = { type = "list", min = 1, max = kind.max, of = kind.item } }
  local several = { type = "list", min = 1, max = SECTIONS_MAX, of = section }

  local function as_sections(children, path)
    local ok, why = check_alike(children, kind, path)
    if not ok then return nil, why end
    if not kind.is_item(children[1]) then return schema.check(children, several, path) end
    local items, err = schema.check(children, section.children, path)
    return items and { { children = items }, untitled = true }, err
  end

  local function check(value, path)
    local list, err = as_sections(value.children, path)
    if not list then return nil, err end
    local ok
    ok, err = check_items(list, kind, path)
    if not ok then return nil, err end
    value.children = list
    return value
  end

  return { check = check, children = { type = "list", min = 1, max = 100,
           of = { type = "any", either = { [kind.name] = kind.item, section = section } } } }
end

-- Products -------------------------------------------------------------------------

local function is_sku(child) return type(child) ~= "table" end

local products = M.of { item = { type = "string", number = true }, name = "product", is_item = is_sku, max = 30 }

--- The description of products beside other fields.
---@param fields table<string, table>
---@return table spec
function M.spec(fields)
  return { type = "table", check = products.check, children = products.children, fields = fields }
end

--- Graph's sections of products.
---@param children table[] as checked by `spec`
---@return table[]
function M.graph(children)
  local sections = {}
  for i, item in ipairs(children) do
    local items = {}
    for k, id in ipairs(item.children) do items[k] = { product_retailer_id = id } end
    sections[i] = { title = item.title, product_items = items }
  end
  return sections
end

return M
