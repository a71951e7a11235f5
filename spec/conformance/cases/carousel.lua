local function link(more)
  return { header = more and more.header or { image = "https://example.com/a.jpg" }, body = more and more.body,
           cta_url = { button = "Go", url = "https://example.com" } }
end

local function product(id) return { product = { catalog_id = "1", id = id } } end

local function carousel(...)
  return { carousel = { body = "Our best", ... } }
end

local function many(n)
  local all = { body = "Our best" }
  for i = 1, n do all[i] = link() end
  return { carousel = all }
end

return {
  good = {
    ["links"] = carousel(link(), link()),
    ["links with a text"] = carousel(link { body = "a" }, link { body = ("x"):rep(160) }),
    ["videos"] = carousel(link { header = { video = { id = "1" } } }, link { header = { video = { id = "2" } } }),
    ["quick replies"] = carousel(
      { header = { image = { id = "1" } }, body = "a",
        buttons = { { id = "a", title = "A" }, { id = "b", title = "B" } } },
      { header = { image = { id = "1" } }, body = "a",
        buttons = { { id = "c", title = "C" }, { id = "d", title = "D" } } }),
    ["products"] = carousel(product "sku1", product "sku2"),
    ["ten cards"] = many(10),
  },
  bad = {
    ["a string"] = { "carousel.body", { carousel = { link(), link() } } },
    ["one card"] = { "carousel", many(1) },
    ["eleven cards"] = { "carousel[11]", many(11) },
    ["a card without a header"] = { "carousel[1].header",
      carousel({ cta_url = { button = "Go", url = "https://example.com" } }, link()) },
    ["a card with a header document"] = { "carousel[1].header.document",
      carousel(link { header = { document = { id = "1" } } }, link()) },
    ["a card without an action"] = { "carousel[1]", carousel({ header = { image = { id = "1" } } }, link()),
      native = { type = "interactive", interactive = { type = "carousel", body = { text = "a" }, action = { cards = {
        { card_index = 0, type = "cta_url", header = { type = "image", image = { id = "1" } } } } } } } },
    ["a text of 161 characters"] = { "carousel[1].body", carousel(link { body = ("x"):rep(161) }, link()) },
    ["cards of two shapes"] = { "carousel[2]", carousel(link(), product "sku1") },
    ["a button of 21 characters"] = { "carousel[1].cta_url.button", carousel({ header = { image = { id = "1" } },
      cta_url = { button = ("x"):rep(21), url = "https://example.com" } }, link()) },
  },
}
