--- Products of a catalog in sections, as messages and the buttons of templates
-- have them. Source: Meta's "Sell products & services".

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

local sku = { type = "string", number = true }

local ITEMS_MAX, SECTIONS_MAX = 30, 10

local section = { type = "table",
  fields = { title = { type = "string", max = 24 } },
  children = { type = "list", min = 1, max = ITEMS_MAX, of = sku } }

-- Children that are products themselves are one untitled section.
local function as_sections(children, path)
  if type(children[1]) ~= "table" then
    local items, err = schema.check(children, section.children, path)
    return items and { { children = items } }, err
  end
  return schema.check(children, { type = "list", min = 1, max = SECTIONS_MAX, of = section }, path)
end

local function check_products(value, path)
  local sections, err = as_sections(value.children, path)
  if not sections then return nil, err end
  local items = 0
  for i, item in ipairs(sections) do
    if #sections > 1 and not item.title then
      return invalid(join(join(path, i), "title"), "is missing: with several sections each needs one")
    end
    items = items + #item.children
    if items > ITEMS_MAX then
      return invalid(join(path, i), ("makes %d products, at most %d are allowed in all")
        :format(items, ITEMS_MAX))
    end
  end
  value.children = sections
  return value
end

--- The description of products beside other fields.
---@param fields table<string, table>
---@return table spec
function M.spec(fields)
  return { type = "table", check = check_products, fields = fields,
           children = { type = "list", min = 1, max = 100,
                       of = { type = "any", either = { item = sku, section = section } } } }
end

--- Graph's sections.
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
