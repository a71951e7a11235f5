--- Template messages: what fills a template's header, body, buttons, cards and
-- offer → Graph's components.
-- Source: Meta's "Template messages"; operation sendMessage.

local Error = require "whatsapp.error"
local buttons = require "whatsapp.message.template.buttons"
local language = require "whatsapp.message.language"
local location = require "whatsapp.message.location"
local media = require "whatsapp.message.media"
local order = require "whatsapp.message.order"
local parameters = require "whatsapp.message.template.parameters"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Headers ------------------------------------------------------------------------

local header_media = { image = true, video = true, gif = true, document = true }

local header_spec = {
  type = "table",
  fields = {
    text = { type = "any" },
    location = location,
    image = media.reference(),
    video = media.reference(),
    gif = media.reference(),
    document = media.reference { filename = media.filename },
    product = { type = "table", fields = {
      catalog_id = { type = "id", required = true },
      id = { type = "string", number = true, required = true },
    } },
  },
}

-- A header has one variable at most.
local function header_text(value, path)
  local filled, err = parameters.build(value, path)
  if filled and not filled[1] then return invalid(path, "is empty") end
  if filled and filled[2] then return invalid(path, "has several values: a header has one variable") end
  return filled, err
end

local function header_parameter(kind, value, uploads, path)
  if kind == "text" then return header_text(value, path) end
  local content = value
  if header_media[kind] then
    content = media.compile(value, kind, uploads, path)
  elseif kind == "product" then
    content = { catalog_id = value.catalog_id, product_retailer_id = value.id }
  end
  return { { type = kind, [kind] = content } }
end

-- A text or number, a list of them, or a table with one thing: text (values by
-- position or name), image, video, gif, document, location or product.
local function header(value, uploads, path)
  if type(value) ~= "table" or value[1] ~= nil then return header_text(value, path) end
  local checked, err = schema.check(value, header_spec, path)
  if not checked then return nil, err end
  local kind = next(checked)
  if kind == nil then
    return invalid(path, "needs a text or one of image, video, gif, document, location, product")
  end
  if next(checked, kind) then return invalid(path, "can hold only one thing") end
  return header_parameter(kind, checked[kind], uploads, join(path, kind))
end

-- Components ---------------------------------------------------------------------

-- Adds header and body, which a template and a card have alike.
local function add_texts(value, components, uploads, path)
  if value.header ~= nil then
    local filled, err = header(value.header, uploads, join(path, "header"))
    if not filled then return nil, err end
    components[#components + 1] = { type = "header", parameters = filled }
  end
  if value.body ~= nil then
    local filled, err = parameters.build(value.body, join(path, "body"))
    if not filled then return nil, err end
    if #filled > 0 then
      components[#components + 1] = { type = "body", parameters = filled }
    end
  end
  return true
end

-- A limited-time offer counts down to a moment: seconds since 1970, as os.time
-- has them. Graph takes milliseconds; so late a second would be in the year 5138.
local offer = { type = "number", min = 1, max = 1e11 }

local function add_offer(value, components)
  local seconds, err = schema.check(value, offer, "template.expires")
  if not seconds then
    if type(value) == "number" and value > 1e11 then err.hint = "it is in seconds, not in milliseconds" end
    return nil, err
  end
  components[#components + 1] = { type = "limited_time_offer", parameters = {
    { type = "limited_time_offer", limited_time_offer = { expiration_time_ms = math.floor(seconds * 1000) } } } }
  return true
end

local CARDS_MIN, CARDS_MAX = 2, 10

local any_header = { type = "any", either = { header = header_spec } }
local any_buttons = { type = "any", either = { button = buttons.spec } }

local card_spec = { type = "table", fields = { header = any_header, body = { type = "any" },
                                               buttons = any_buttons } }
local cards_spec = { type = "list", min = CARDS_MIN, max = CARDS_MAX, of = card_spec }

local function add_carousel(list, components, uploads)
  local path = "template.carousel"
  local checked, err = schema.check(list, cards_spec, path)
  if not checked then return nil, err end
  local cards = {}
  for i, value in ipairs(checked) do
    local inside, where = {}, join(path, i)
    local ok
    ok, err = add_texts(value, inside, uploads, where)
    if ok and value.buttons ~= nil then ok, err = buttons.add(value.buttons, inside, join(where, "buttons")) end
    if not ok then return nil, err end
    if not inside[1] then return invalid(where, "is empty: a card has at least a header") end
    cards[i] = { card_index = i - 1, components = inside }
  end
  components[#components + 1] = { type = "carousel", cards = cards }
  return true
end

local function add_order_status(value, components)
  local checked, err = schema.check(value, order.order_status.parameters.spec, "template.order_status")
  if not checked then return nil, err end
  components[#components + 1] = { type = "order_status", parameters = {
    { type = "order_status", order_status = order.order_status.parameters.compile(checked) } } }
  return true
end

-- What the picture, or the text, opens instead of the first link, and how that is called.
local tap_target = { type = "table", fields = {
  title = { type = "string", required = true }, url = { type = "link", required = true } } }

local function add_tap_target(value, components)
  local target, err = schema.check(value, tap_target, "template.tap_target")
  if not target then return nil, err end
  components[#components + 1] = { type = "tap_target_configuration", parameters = {
    { type = "tap_target_configuration", tap_target_configuration = { target } } } }
  return true
end

local function assemble(value, uploads)
  local components = {}
  local ok, err = add_texts(value, components, uploads, "template")
  if ok and value.expires ~= nil then ok, err = add_offer(value.expires, components) end
  if ok and value.order_status ~= nil then ok, err = add_order_status(value.order_status, components) end
  if ok and value.buttons ~= nil then ok, err = buttons.add(value.buttons, components, "template.buttons") end
  if ok and value.tap_target ~= nil then ok, err = add_tap_target(value.tap_target, components) end
  if ok and value.carousel ~= nil then ok, err = add_carousel(value.carousel, components, uploads) end
  if not ok then return nil, err end
  return components
end

-- One-time passwords ---------------------------------------------------------------

local otp_code = { type = "string", number = true, max = 15 }

-- The code stands in the body, and in the button that copies it or hands it on.
local function one_time_password(value)
  local code, err = schema.check(value, otp_code, "template.otp")
  if not code then return nil, err end
  return {
    { type = "body", parameters = { { type = "text", text = code } } },
    { type = "button", sub_type = "url", index = "0", parameters = { { type = "text", text = code } } },
  }
end

-- Graph's own form --------------------------------------------------------------------

local objects = { type = "list", min = 0, of = { type = "map" } }

-- By the name of a list: those that its objects may hold, so far as cards go.
local LISTS = { components = { "parameters", "cards" }, cards = { "components" }, parameters = {} }
local DEPTH = 3

-- Objects pass as they are, but a list stays a list: `{}` goes out as `[]`.
local function verbatim(value, name, path, depth)
  local list, err = schema.check(value, objects, path)
  if not list or depth == 0 then return list, err end
  for i, object in ipairs(list) do
    local copy = {}
    for key, item in pairs(object) do copy[key] = item end
    for _, inner in ipairs(LISTS[name]) do
      if copy[inner] ~= nil then
        copy[inner], err = verbatim(copy[inner], inner, join(join(path, i), inner), depth - 1)
        if not copy[inner] then return nil, err end
      end
    end
    list[i] = copy
  end
  return list
end

-- The kind --------------------------------------------------------------------------

local PARTS = { "header", "body", "expires", "order_status", "buttons", "tap_target", "carousel" }

--- What `wa:send { template = … }` takes.
M.spec = {
  type = "table",
  fields = {
    name = { type = "string", max = 512, required = true, pattern = "^[a-z0-9_]+$",
             form = "order_confirmation: lower-case letters, digits and _" },
    language = { type = "table", short = "code", required = true, fields = {
      code = language,
      policy = { type = "string", one_of = { deterministic = true } },
    } },
    header = any_header,
    body = { type = "any" },
    expires = { type = "any", either = { expires = offer } },
    order_status = { type = "any", either = { order_status = order.order_status.parameters.spec } },
    buttons = any_buttons,
    tap_target = { type = "any", either = { tap_target = tap_target } },
    carousel = { type = "any", either = { card = cards_spec } },
    otp = { type = "any", either = { otp = otp_code } },
    components = { type = "any", either = { component = { type = "list", of = { type = "map" } } } },
  },
}

-- `components` and `otp` are each the whole.
local function check_alone(value)
  for _, whole in ipairs { "components", "otp" } do
    for _, part in ipairs(value[whole] ~= nil and PARTS or {}) do
      if value[part] ~= nil then
        return invalid("template." .. whole, "cannot stand beside " .. part)
      end
    end
  end
  if value.components ~= nil and value.otp ~= nil then
    return invalid("template.otp", "cannot stand beside components")
  end
  return true
end

--- Whom a template may go to: passwords need a phone number (131062; Groups API, limits).
function M.fits(value, payload)
  local other = payload.recipient and "a user id" or payload.recipient_type == "group" and "a group"
  if value.otp == nil or not other then return true end
  return invalid("to", ("is %s, but a one-time password goes to a phone number"):format(other))
end

--- Graph's template object.
---@param value table as checked by `spec`
---@param uploads table[]
---@return table|nil
---@return whatsapp.Error? err
function M.compile(value, uploads)
  local template = { name = value.name, language = value.language }
  local ok, err = check_alone(value)
  if not ok then return nil, err end
  if value.components ~= nil then
    template.components, err = verbatim(value.components, "components", "template.components", DEPTH)
    if not template.components then return nil, err end
    return template
  end
  local components
  if value.otp ~= nil then
    components, err = one_time_password(value.otp)
  else
    components, err = assemble(value, uploads)
  end
  if not components then return nil, err end
  if #components > 0 then template.components = components end
  return template
end

return M
