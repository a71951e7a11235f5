--- The components of a template, out of its parts. What has files notes them in
-- the context's `uploads`.

local Error = require "whatsapp.error"
local buttons = require "whatsapp.message.definition.buttons"
local header = require "whatsapp.message.definition.header"
local schema = require "whatsapp.schema"
local text = require "whatsapp.message.definition.text"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Carousels -----------------------------------------------------------------------

local CARDS_MIN, CARDS_MAX, CARD_BODY_MAX, CARD_BUTTONS_MAX = 2, 10, 160, 2

local card_fields = { header = { type = "any", required = true }, body = { type = "any" },
                      examples = { type = "any" }, buttons = { type = "any", required = true } }

local CARD_HEADERS = { IMAGE = true, VIDEO = true, PRODUCT = true }

-- A card's components, and what all cards must have alike.
local function card_of(value, context)
  local card, err = schema.check(value, { type = "table", fields = card_fields }, context.path)
  if not card then return nil, err end
  local first, body, last, names
  first, err = header.build(card.header, nil, context)
  if not first then return nil, err end
  if not CARD_HEADERS[first.format] then
    return invalid(join(context.path, "header"), "needs one of image, video or product")
  end
  if card.body ~= nil then
    body, err = text.body(card.body, card.examples, context)
    if not body then return nil, err end
  end
  last, names = buttons.build(card.buttons, context)
  if not last then return nil, names end
  local shape = ("%s, %s%s"):format(first.format:lower(), body and "body, " or "", table.concat(names, ", "))
  return { components = body and { first, body, last } or { first, last } }, shape
end

local function carousel(list, context)
  local ok, err = schema.check(list, { type = "list", min = CARDS_MIN, max = CARDS_MAX, of = { type = "any" } },
    "carousel")
  if not ok then return nil, err end
  local cards, shape = {}, nil
  for i, value in ipairs(list) do
    context.path = join("carousel", i)
    local card, mine = card_of(value, context)
    if not card then return nil, mine end
    if shape and mine ~= shape then
      return invalid(context.path, ("differs from the first card: all must be alike (%s)"):format(shape))
    end
    cards[i], shape = card, mine
  end
  return { type = "CAROUSEL", cards = cards }
end

-- Offers --------------------------------------------------------------------------

local offer = { type = "table", short = "text", fields = {
  text = { type = "string", max = 16, required = true }, has_expiration = { type = "boolean" },
} }

local OFFER_HEADERS = { image = true, video = true }

-- A limited-time offer has a link, and before it the code that it expires.
local function check_offer(template, checked, names)
  local kind = type(template.header) == "table" and next(template.header)
  if template.header ~= nil and not OFFER_HEADERS[kind] then
    return invalid("header", "must be an image or a video above a limited-time offer")
  end
  if not names then
    return invalid("buttons", "are missing: a limited-time offer has a link")
  end
  local code, url
  for i, name in ipairs(names) do
    code, url = code or name == "copy_code" and i, url or name == "url" and i
  end
  local native = table.concat(names, " "):find("native", 1, true)
  if not url and not native then return invalid("buttons", "needs a url: a limited-time offer has a link") end
  if checked.has_expiration and not code and not native then
    return invalid("buttons", "needs a copy_code, since the offer expires")
  end
  if code and code > 1 then return invalid(join("buttons", code), "must be the first button") end
  return true
end

-- Authentication ------------------------------------------------------------------

local WRITTEN_BY_META = { "header", "header_example", "body", "examples", "footer", "carousel", "limited_time_offer",
  "call_permission_request" }

--- The components of an authentication template: its text is Meta's.
---@param template table
---@param context table
---@return table[]|nil
---@return whatsapp.Error? err
function M.authentication(template, context)
  for _, name in ipairs(WRITTEN_BY_META) do
    if template[name] ~= nil then
      return invalid(name, "cannot be chosen: Meta writes the text of an authentication template",
        "add_security_recommendation and code_expiration_minutes add to it")
    end
  end
  if template.buttons == nil then
    return invalid("buttons", 'is missing: an authentication template has one { otp = "copy_code" }')
  end
  local last, names = buttons.build(template.buttons, context)
  if not last then return nil, names end
  if #names ~= 1 or (names[1] ~= "otp" and names[1] ~= "native") then
    return invalid("buttons", 'must be one { otp = "copy_code" }, "one_tap" or "zero_tap"')
  end
  local components = { { type = "BODY", add_security_recommendation = template.add_security_recommendation } }
  if template.code_expiration_minutes then
    components[2] = { type = "FOOTER", code_expiration_minutes = template.code_expiration_minutes }
  end
  components[#components + 1] = last
  return components
end

-- Others --------------------------------------------------------------------------

-- What cannot stand beside what.
local APART = {
  carousel = { "header", "footer", "buttons", "limited_time_offer", "call_permission_request" },
  limited_time_offer = { "footer", "call_permission_request" },
  call_permission_request = { "buttons" },
}

local function check_apart(template)
  for _, name in ipairs { "carousel", "limited_time_offer", "call_permission_request" } do
    for _, other in ipairs(template[name] ~= nil and APART[name] or {}) do
      if template[other] ~= nil then return invalid(other, "cannot stand beside " .. name) end
    end
  end
  for example, name in pairs { examples = "body", header_example = "header" } do
    if template[example] ~= nil and template[name] == nil then
      return invalid(example, ("has no place: there is no %s"):format(name))
    end
  end
  return true
end

local function has(names, wanted)
  for _, name in ipairs(names or {}) do
    if name == wanted then return true end
  end
  return false
end

-- What is built of each part, in Meta's order; the kinds of the buttons are noted.
local builders = {
  { "header", function(value, template, context) return header.build(value, template.header_example, context) end },
  { "limited_time_offer", function(value, _, context)
    local checked, err = schema.check(value, offer, "limited_time_offer")
    context.offer = checked
    return checked and { type = "LIMITED_TIME_OFFER", limited_time_offer = checked }, err
  end },
  { "body", function(value, template, context) return text.body(value, template.examples, context) end },
  { "footer", text.footer },
  { "buttons", function(value, _, context)
    local component, names = buttons.build(value, context)
    context.buttons = names
    return component, names
  end },
  { "call_permission_request", function(value)
    if value ~= true then return invalid("call_permission_request", "must be true") end
    return { type = "call_permission_request" }
  end },
  { "carousel", function(value, _, context)
    local inside = { uploads = context.uploads, kind = context.kind, body_max = CARD_BODY_MAX,
                     buttons_max = CARD_BUTTONS_MAX }
    local component, err = carousel(value, inside)
    context.kind = inside.kind
    return component, err
  end },
}

--- The components of any other template.
---@param template table
---@param context { uploads: table[], body_max: integer }
---@return table[]|nil
---@return whatsapp.Error? err
function M.ordinary(template, context)
  local components = {}
  local ok, err = check_apart(template)
  if not ok then return nil, err end
  for _, builder in ipairs(builders) do
    local value = template[builder[1]]
    if value ~= nil then
      local component, why = builder[2](value, template, context)
      if not component then return nil, why end
      components[#components + 1] = component
    end
  end
  if has(context.buttons, "otp") then
    return invalid("buttons", "an otp button is for AUTHENTICATION templates")
  end
  if context.offer then
    ok, err = check_offer(template, context.offer, context.buttons)
    if not ok then return nil, err end
  end
  return components
end

return M
