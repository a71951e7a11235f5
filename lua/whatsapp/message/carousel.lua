--- Carousels: 2 to 10 cards to swipe through, each with media and a link or
-- quick replies, or each a product. Source: Meta's "Interactive media carousel".

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local media = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

local header = { type = "table", fields = { image = media.reference(), video = media.reference() } }

local card = { type = "table", fields = {
  header = header,
  body = { type = "string", max = 160 },
  cta_url = { type = "table", fields = interactive.link },
  buttons = { type = "list", min = 1, max = 3, of = interactive.reply_button },
  product = { type = "table", fields = {
    catalog_id = { type = "id", required = true },
    id = { type = "string", number = true, required = true },
  } },
} }

-- What a card is made of; all cards of a carousel are alike.
local function shape_of(value, path)
  if value.product then
    if value.header or value.cta_url or value.buttons then
      return invalid(path, "is a product: it can have no header, link or buttons")
    end
    return "product"
  end
  local kind = value.header and next(value.header)
  if not kind or next(value.header, kind) then
    return invalid(join(path, "header"), "needs one of image or video")
  end
  if (value.cta_url == nil) == (value.buttons == nil) then
    return invalid(path, "needs either cta_url or buttons")
  end
  local action = value.cta_url and "cta_url" or "buttons " .. #value.buttons
  return ("%s, %s%s"):format(kind, action, value.body and ", body" or "")
end

local function check_cards(value, path)
  local shape
  for i, item in ipairs(value.children) do
    local where = join(path, i)
    local mine, err = shape_of(item, where)
    if not mine then return nil, err end
    if item.body and select(2, item.body:gsub("\n", "")) > 2 then
      return invalid(join(where, "body"), "has more than two line breaks")
    end
    if shape and mine ~= shape then
      return invalid(where, ("differs from the first card: all must be alike (%s)"):format(shape))
    end
    shape = mine
    local first = value.children[1].product
    if first and item.product.catalog_id ~= first.catalog_id then
      return invalid(join(where, "product.catalog_id"), "differs from the first card's: all are of one catalog")
    end
  end
  return value
end

local function action_of(value)
  if value.product then
    return { catalog_id = value.product.catalog_id, product_retailer_id = value.product.id }
  end
  if value.cta_url then
    return { name = "cta_url", parameters = interactive.link_parameters(value.cta_url) }
  end
  local buttons = {}
  for i, button in ipairs(value.buttons) do
    buttons[i] = { type = "quick_reply", quick_reply = button }
  end
  return { buttons = buttons }
end

local function card_of(value, index, uploads, path)
  local out = { card_index = index - 1, type = value.product and "product" or "cta_url",
                body = value.body and { text = value.body } or nil, action = action_of(value) }
  local kind = value.header and next(value.header)
  if kind then
    out.header = { type = kind, [kind] = media.compile(value.header[kind], kind, uploads,
      join(path, index) .. ".header." .. kind) }
  end
  return out
end

M.carousel = {
  type = "interactive",
  spec = { type = "table", check = check_cards,
           fields = { body = { type = "string", max = 1024, required = true } },
           children = { type = "list", min = 2, max = 10, of = card } },
  compile = function(value, uploads, path)
    local cards = {}
    for i, item in ipairs(value.children) do cards[i] = card_of(item, i, uploads, path) end
    return interactive.wrap("carousel", value, { cards = cards }, uploads, path)
  end,
}

return M
