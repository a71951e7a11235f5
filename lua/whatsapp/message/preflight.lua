--- Whether what is sent fits a template's definition. Pure: the definition comes
-- from elsewhere. What is wrong is named as the caller wrote it.
-- Source: Meta's "Template components" and "Template messages".

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"
local text = require "whatsapp.message.definition.text"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Shapes ---------------------------------------------------------------------------

-- What is checked may be anything: native payloads pass as they are, and Graph
-- lists what it likes. Every list is taken through here, and holds tables then.
local function tables(list)
  local out = {}
  for i = 1, type(list) == "table" and #list or 0 do
    out[i] = type(list[i]) == "table" and list[i] or {}
  end
  return out
end

local function text_or_nil(value) return type(value) == "string" and value or nil end

-- Texts ----------------------------------------------------------------------------

local function plural(count, what)
  return ("%d %s%s"):format(count, what, count == 1 and "" or "s")
end

local function braced(names)
  local out = {}
  for i, name in ipairs(names) do out[i] = "{{" .. name .. "}}" end
  return table.concat(out, ", ")
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

local function check_named(path, names, given)
  local wanted, there = set_of(names), {}
  for _, parameter in ipairs(given) do
    local name = parameter.parameter_name
    if not name then return invalid(path, "must be given by name: the template has " .. braced(names)) end
    if not wanted[name] then
      local near = type(name) == "string" and schema.nearest(name, wanted)
      return invalid(join(path, name), "is no variable of the template, which has " .. braced(names),
        near and ("did you mean %s?"):format(near) or nil)
    end
    there[name] = true
  end
  for _, name in ipairs(names) do
    if not there[name] then return invalid(join(path, name), ("is missing: the template has {{%s}}"):format(name)) end
  end
  return true
end

local function check_numbered(path, names, given)
  for _, parameter in ipairs(given) do
    if parameter.parameter_name then
      return invalid(join(path, parameter.parameter_name), "has no place: the template numbers its variables, "
        .. braced(names), "give a list")
    end
  end
  local has = "the template has " .. plural(#names, "variable")
  if #given < #names then return invalid(join(path, #given + 1), "is missing: " .. has) end
  if #given > #names then return invalid(join(path, #names + 1), "is too many: " .. has) end
  return true
end

local function check_text(path, pattern, given)
  local names = text.variables(text_or_nil(pattern) or "")
  given = given or {}
  if #names == 0 then
    if #given == 0 then return true end
    return invalid(path, "has no place: the template has no variable there")
  end
  return (names[1]:find "^%d+$" and check_numbered or check_named)(path, names, given)
end

-- Headers --------------------------------------------------------------------------

local function with_article(word)
  return (word:find "^[aeiou]" and "an " or "a ") .. word
end

local function check_header(path, header, given)
  if not header or header.format == "TEXT" then
    return check_text(path, header and header.text, given)
  end
  local kind, first = tostring(header.format):lower(), given and given[1]
  if not first then
    return invalid(path, ("is missing: the template shows %s there"):format(with_article(kind)),
      kind == "location" and "header = { location = { latitude = …, longitude = … } }"
        or ("header = { %s = … }"):format(kind))
  end
  if first.type == kind or kind == "gif" and first.type == "video" then return true end
  return invalid(path, ("%s, but the template shows %s there"):format(first.type == nil and "has no type"
    or "is " .. with_article(tostring(first.type)), with_article(kind)))
end

-- Buttons --------------------------------------------------------------------------

local function has_variable(button)
  return tostring(button.url or ""):find("{{", 1, true) ~= nil
end

local function always() return true end

-- What a url's variable would be filled with is the whole url.
local function is_whole(button, given)
  local first = tables(given.parameters)[1]
  local base = tostring(button.url):match "^(.-){{"
  return first and base and base ~= "" and tostring(first.text):sub(1, #base) == base
end

-- By Meta's word for a button: the sub_type that fills it, how that is written,
-- when it must be there, and when it may.
local rules = {
  URL = { sub_type = "url", form = '{ url = "…" }', needed = has_variable, taken = has_variable },
  OTP = { sub_type = "url", form = 'otp = "…"', needed = always },
  QUICK_REPLY = { sub_type = "quick_reply", form = '{ payload = "…" }' },
  COPY_CODE = { sub_type = "copy_code", form = '{ code = "…" }', needed = always },
  FLOW = { sub_type = "flow", form = "{ flow = { … } }" },
  CATALOG = { sub_type = "catalog", form = '{ catalog = "…" }' },
  MPM = { sub_type = "mpm", form = "{ products = { … } }", needed = always },
  ORDER_DETAILS = { sub_type = "order_details", form = "{ order_details = { … } }", needed = always },
  VOICE_CALL = {}, PHONE_NUMBER = {}, SPM = {}, REQUEST_CONTACT_INFO = {},
}

local function titled(button)
  return ("%s button%s"):format(tostring(button.type),
    type(button.text) == "string" and (' "%s"'):format(button.text) or "")
end

local function check_button(path, button, given)
  local rule = rules[button.type]
  if not rule then return true end
  if not given then
    if not (rule.needed and rule.needed(button)) then return true end
    return invalid(path, ("is missing: the %s needs a value"):format(titled(button)), "write " .. rule.form)
  end
  if not rule.sub_type or rule.taken and not rule.taken(button) then
    return invalid(path, ("has no place: the %s takes no value"):format(titled(button)))
  end
  if tostring(given.sub_type):lower() == rule.sub_type then
    if rule.sub_type ~= "url" or not is_whole(button, given) then return true end
    return invalid(path, ("is a whole url, but the template has %s there"):format(tostring(button.url)),
      "give what stands for the variable alone")
  end
  return invalid(path, ("fills a %s button, but the template has a %s there"):format(tostring(given.sub_type),
    titled(button)), "write " .. rule.form)
end

local function check_buttons(path, buttons, given)
  for index in pairs(given) do
    if not buttons[index + 1] then
      return invalid(join(path, index + 1), "has no place: the template has " .. plural(#buttons, "button"))
    end
  end
  for i, button in ipairs(buttons) do
    local ok, err = check_button(join(path, i), button, given[i - 1])
    if not ok then return nil, err end
  end
  return true
end

-- What fills a button that calls names no index: a template has one at most.
local function check_call(path, buttons, call)
  if not call then return true end
  for _, button in ipairs(buttons) do
    if button.type == "VOICE_CALL" then return true end
  end
  return invalid(path, "has a voice_call, but the template has no button that calls")
end

-- Components -----------------------------------------------------------------------

local WITH_PARAMETERS = { header = true, body = true, limited_time_offer = true }

-- What is sent: header and body parameters, buttons by index, cards, offer.
local function sort(components)
  local sent = { buttons = {} }
  for _, component in ipairs(tables(components)) do
    local kind = tostring(component.type):lower()
    if kind == "button" and tostring(component.sub_type):lower() == "voice_call" then
      sent.call = true
    elseif kind == "button" then
      local index = tonumber(component.index)
      if index and index % 1 == 0 then sent.buttons[index] = component end
    elseif kind == "carousel" then
      sent.cards = tables(component.cards)
    elseif WITH_PARAMETERS[kind] then
      sent[kind] = tables(component.parameters)
    end
  end
  return sent
end

local function by_type(components)
  local found = {}
  for _, component in ipairs(tables(components)) do
    found[tostring(component.type):upper()] = component
  end
  return found
end

-- Meta writes the body of an authentication template around the code.
local function body_text(body)
  if not body then return nil end
  return body.text or "{{1}}"
end

local function check_texts(path, have, sent)
  local ok, err = check_header(join(path, "header"), have.HEADER, sent.header)
  if ok then ok, err = check_text(join(path, "body"), body_text(have.BODY), sent.body) end
  if ok then
    local buttons = have.BUTTONS and have.BUTTONS.buttons
    ok, err = check_buttons(join(path, "buttons"), tables(buttons), sent.buttons)
    if ok then ok, err = check_call(join(path, "buttons"), tables(buttons), sent.call) end
  end
  return ok, err
end

local function check_offer(offer, given)
  local expires = offer and tables({ offer.limited_time_offer })[1]
  if expires and expires.has_expiration and not (given and given[1]) then
    return invalid("template.expires", "is missing: the offer of the template counts down",
      "expires = os.time() + 3600")
  end
  if given and given[1] and not offer then
    return invalid("template.expires", "has no place: the template is no limited-time offer")
  end
  return true
end

local function check_carousel(carousel, cards)
  local path = "template.carousel"
  local wanted = tables(carousel and carousel.cards)
  local count = #wanted
  if not cards and count == 0 then return true end
  if not cards then return invalid(path, "is missing: the template has " .. plural(count, "card")) end
  if #cards ~= count then
    return invalid(path, ("has %s, but the template has %s"):format(plural(#cards, "card"),
      count == 0 and "none" or tostring(count)))
  end
  for i, card in ipairs(wanted) do
    local ok, err = check_texts(join(path, i), by_type(card.components), sort(cards[i].components))
    if not ok then return nil, err end
  end
  return true
end

--- Checks the template of a message against its definition: how many variables
--- there are and how they are called, the kind of the header, what the buttons
--- want, the cards and the offer.
---@param template { components?: table[] } Graph's template object
---@param definition { components: table[] } as Graph lists it
---@return true|nil
---@return whatsapp.Error? err `field` is the path in what `wa:send` takes
function M.check(template, definition)
  local have, sent = by_type(definition.components), sort(template.components)
  local ok, err = check_texts("template", have, sent)
  if ok then ok, err = check_offer(have.LIMITED_TIME_OFFER, sent.limited_time_offer) end
  if ok then ok, err = check_carousel(have.CAROUSEL, sent.cards) end
  return ok, err
end

return M
