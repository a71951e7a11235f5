--- What the descriptions of the kinds do not say, for random messages: children that
--- are rows or sections, cards alike, what fills a template, sums that add up.
--- Each takes a generator and an almost right value without children, and completes it.

local M = {}

local function add_children(self, value, least, most, child)
  for i = 1, least + self:random(most - least + 1) - 1 do value[i] = child(self, i) end
  return value
end

local function row(self, i)
  return { id = i .. self:short(20), title = self:short(24), description = self:chance(50) and self:short(72) or nil }
end

function M.list(self, value)
  if self:chance(50) then return add_children(self, value, 1, 10, row) end
  local n = 0
  return add_children(self, value, 1, 3, function()
    return add_children(self, { title = self:short(24) }, 1, 3, function()
      n = n + 1
      return row(self, n)
    end)
  end)
end

local function sku(self, i) return "sku" .. i .. self:short(5) end

local function sections(self, value)
  return add_children(self, value, 1, 3, function()
    return add_children(self, { title = self:short(24) }, 1, 10, sku)
  end)
end

function M.products(self, value)
  if self:chance(50) then return add_children(self, value, 1, 30, sku) end
  return sections(self, value)
end

function M.flow(self, value)
  if self:chance(50) then value.id = nil else value.name = nil end
  if not (value.id or value.name) then value.id = "1" end
  if not value.screen or value.action == "data_exchange" then value.data, value.screen = nil, nil end
  return value
end

function M.carousel(self, value)
  local body, kind = self:chance(50), self:pick { "cta_url", "buttons", "product" }
  local media = self:pick { "image", "video" }
  return add_children(self, value, 2, 10, function(_, i)
    if kind == "product" then return { product = { catalog_id = "1", id = sku(self, i) } } end
    local card = { body = body and self:short(40) or nil, header = { [media] = { link = self:link() } } }
    if kind == "cta_url" then
      card.cta_url = { button = self:short(20), url = self:link() }
    else
      card.buttons = { { id = "b" .. i, title = self:short(20) } }
    end
    return card
  end)
end

-- Orders ---------------------------------------------------------------------------

local SUMS = { "total_amount", "subtotal", "tax", "shipping", "discount" }

local function item(self)
  return { name = self:short(60), amount = self:pick { "12.50", "7", { value = 1250, offset = 100 } },
           quantity = self:chance(50) and self:random(9) or nil }
end

function M.order_details(self, value)
  for _, name in ipairs(SUMS) do value[name] = nil end
  value.payment_settings = self:pick { { payment_link = self:link() }, { boleto = "0339" } }
  value.shipping_info, value.beneficiaries = nil, nil
  value.tax = self:chance(30) and "1.20" or nil
  return add_children(self, value, 1, 5, item)
end

-- Templates ------------------------------------------------------------------------

local function parameters(self)
  if self:chance(30) then return { ["_" .. self:short(8)] = self:short(30), customer = "Ann" } end
  return add_children(self, {}, 1, 4, function()
    return self:pick { self:short(60), self:random(1000), 0.5, { date_time = self:short(20) },
                       { amount = self:pick { 12.5, "0.001", 0 }, currency = "USD" } }
  end)
end

local function header(self)
  return self:pick { "a", { image = self:link() }, { video = { id = "1" } },
    { gif = { id = "1" } },
    { document = { id = "1", filename = "a.pdf" } }, { location = { latitude = 1, longitude = 2 } },
    { product = { catalog_id = "1", id = "sku1" } } }
end

local function button(self)
  return self:pick { { url = self:short(30) }, { payload = self:short(256) }, { code = self:short(20) }, false,
    { url = { customer = self:short(30) } }, { voice_call = { ttl_minutes = self:random(43200) } },
    { flow = "token" }, { flow = { data = { name = "Ann" } } }, { catalog = "sku1" },
    { products = sections(self, { thumbnail = "sku1" }) } }
end

local function card(self)
  return { header = { image = { id = "1" } }, body = parameters(self), buttons = { { payload = self:short(20) } } }
end

local parts = {
  { "header", header },
  { "body", parameters },
  { "expires", function(self) return 1893456000 + self:random(1000) end },
  { "order_status", function(self)
    return { reference_id = "o-1", status = "shipped", description = self:short(120) }
  end },
  { "buttons", function(self) return add_children(self, {}, 1, 3, button) end },
  { "tap_target", function(self) return { title = self:short(20), url = self:link() } end },
  { "carousel", function(self) return add_children(self, {}, 2, 10, card) end },
}

function M.template(self, value)
  local template = { name = value.name, language = value.language }
  if self:chance(10) then
    template.otp = self:short(15)
    return template
  end
  for _, part in ipairs(parts) do
    if self:chance(30) then template[part[1]] = part[2](self) end
  end
  return template
end

return M
