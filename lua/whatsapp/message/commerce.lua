--- Products of a catalog: one, several in sections, or the whole catalog.
-- Source: Meta's "Sell products & services"; operation sendMessage.

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- The body of a single product may be left out.
local function optional_body(fields)
  fields.body = { type = "string", max = 1024 }
  return fields
end

local catalog_id = { type = "id", required = true }
local sku = { type = "string", number = true }

M.product = {
  type = "interactive",
  spec = { type = "table", fields = optional_body(interactive.fields(nil, {
    catalog_id = catalog_id,
    id = { type = "string", number = true, required = true },
  })) },
  compile = function(value, uploads, path)
    local action = { catalog_id = value.catalog_id, product_retailer_id = value.id }
    return interactive.wrap("product", value, action, uploads, path)
  end,
}

-- Several products ---------------------------------------------------------------------

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

local products_header = { type = "string", max = 60, required = true }

M.products = {
  type = "interactive",
  spec = { type = "table", check = check_products,
           fields = interactive.fields(products_header, { catalog_id = catalog_id }),
           children = { type = "list", min = 1, max = 100, of = { type = "any" } } },
  compile = function(value, uploads, path)
    local sections = {}
    for i, item in ipairs(value.children) do
      local items = {}
      for k, id in ipairs(item.children) do items[k] = { product_retailer_id = id } end
      sections[i] = { title = item.title, product_items = items }
    end
    local action = { catalog_id = value.catalog_id, sections = sections }
    return interactive.wrap("product_list", value, action, uploads, path)
  end,
}

M.catalog = {
  type = "interactive",
  spec = { type = "table", short = "body",
           fields = interactive.fields(nil, { thumbnail = sku }) },
  compile = function(value, uploads, path)
    local action = { name = "catalog_message", parameters = value.thumbnail
      and { thumbnail_product_retailer_id = value.thumbnail } or nil }
    return interactive.wrap("catalog_message", value, action, uploads, path)
  end,
}

return M
