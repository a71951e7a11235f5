--- Products of a catalog: one, several in sections, or the whole catalog.
-- Source: Meta's "Sell products & services"; operation sendMessage.

local interactive = require "whatsapp.message.interactive"
local sections = require "whatsapp.message.sections"

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

local products_header = { type = "string", max = 60, required = true }

M.products = {
  type = "interactive",
  spec = sections.spec(interactive.fields(products_header, { catalog_id = catalog_id })),
  compile = function(value, uploads, path)
    local action = { catalog_id = value.catalog_id, sections = sections.graph(value.children) }
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
