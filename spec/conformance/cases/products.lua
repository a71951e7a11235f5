local function skus(n)
  local all = {}
  for i = 1, n do all[i] = "sku" .. i end
  return all
end

local function products(more)
  more.header, more.body, more.catalog_id = more.header or "Fresh", more.body or "Look", more.catalog_id or "1"
  return { products = more }
end

local function sections(n)
  local all = {}
  for i = 1, n do all[i] = { title = "Section " .. i, "sku" .. i } end
  return all
end

local function with_title(title, all)
  all.title = title
  return all
end

return {
  good = {
    ["one product"] = { product = { catalog_id = "1", id = "sku1" } },
    ["one product with a text"] = { product = { body = "Look", footer = "Bye", catalog_id = 1, id = 7 } },
    ["several"] = products { "sku1", "sku2" },
    ["sections"] = products { footer = "Bye", { title = "Fruit", "sku1", 2 }, { title = "Nuts", "sku3" } },
    ["thirty"] = products(skus(30)),
    ["ten sections"] = products(sections(10)),
    ["the catalog"] = { catalog = { body = "Look", footer = "Bye", thumbnail = "sku1" } },
    ["the catalog, a string"] = { catalog = "Look" },
  },
  bad = {
    ["one product that is a string"] = { "product", { product = "sku1" },
                                         native = { type = "interactive", interactive = "sku1" } },
    ["one product without its catalog"] = { "product.catalog_id", { product = { id = "sku1" } } },
    ["one product without its id"] = { "product.id", { product = { catalog_id = "1" } } },
    ["one product with a header"] = { "product.header", { product = { catalog_id = "1", id = "a", header = "a" } } },
    ["one product with a body of 1025 characters"] = { "product.body",
      { product = { catalog_id = "1", id = "a", body = ("x"):rep(1025) } } },
    ["no header"] = { "products.header", { products = { body = "a", catalog_id = "1", "sku1" } } },
    ["no body"] = { "products.body", { products = { header = "a", catalog_id = "1", "sku1" } } },
    ["no catalog"] = { "products.catalog_id", { products = { header = "a", body = "a", "sku1" } } },
    ["no product"] = { "products", products {}, native = { type = "interactive", interactive = {
      type = "product_list", header = { type = "text", text = "a" }, body = { text = "a" },
      action = { catalog_id = "1" } } } },
    ["31 products"] = { "products[31]", products(skus(31)),
      native = { type = "interactive", interactive = { type = "product_list", header = { type = "text", text = "a" },
        body = { text = "a" }, action = { catalog_id = "1", sections = { { product_items = (function()
          local items = {}
          for i = 1, 31 do items[i] = { product_retailer_id = "sku" .. i } end
          return items
        end)() } } } } } },
    ["31 products in two sections"] = { "products[2]", products { with_title("A", skus(30)), { title = "B", "sku31" } },
      native = { type = "interactive", interactive = { type = "product_list", header = { type = "text", text = "a" },
        body = { text = "a" }, action = { catalog_id = "1", sections = { { title = "A", product_items = (function()
          local items = {}
          for i = 1, 30 do items[i] = { product_retailer_id = "sku" .. i } end
          return items
        end)() }, { title = "B", product_items = { { product_retailer_id = "sku31" } } } } } } } },
    ["a gap"] = { "products[2]", products { "sku1", nil, "sku3" },
      native = { type = "interactive", interactive = { type = "product_list", header = { type = "text", text = "a" },
        body = { text = "a" }, action = { catalog_id = "1", sections = { { product_items = {
          { product_retailer_id = "sku1" }, {}, { product_retailer_id = "sku3" } } } } } } } },
    ["eleven sections"] = { "products[11]", products(sections(11)) },
    ["a section title of 25 characters"] = { "products[1].title", products { { title = ("x"):rep(25), "sku1" } } },
    ["a section without products"] = { "products[1]", products { { title = "A" } } },
    ["two sections of which one has no title"] = { "products[2].title", products { { title = "A", "a" }, { "b" } },
      native = { type = "interactive", interactive = { type = "product_list", header = { type = "text", text = "a" },
        body = { text = "a" }, action = { catalog_id = "1", sections = {
          { title = "A", product_items = { { product_retailer_id = "a" } } },
          { product_items = { { product_retailer_id = "b" } } } } } } } },
    ["a product that is a boolean"] = { "products[1][1]", products { { title = "A", true } },
      native = { type = "interactive", interactive = { type = "product_list", header = { type = "text", text = "a" },
        body = { text = "a" }, action = { catalog_id = "1", sections = {
          { title = "A", product_items = { { product_retailer_id = true } } } } } } } },
    ["a header of 61 characters"] = { "products.header", products { header = ("x"):rep(61), "sku1" } },
    ["the catalog without a body"] = { "catalog.body", { catalog = { thumbnail = "sku1" } } },
    ["the catalog with a thumbnail that is a table"] = { "catalog.thumbnail", {
      catalog = { body = "a", thumbnail = {} } } },
    ["the catalog with a header"] = { "catalog.header", { catalog = { body = "a", header = "a" } } },
  },
}
