--- Whether what is sent fits the template. The checks run in Graph's own order:
--- parameter objects, media header, counts and names, buttons.

local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"
local text = require "whatsapp.sandbox.server.text"

local M = {}

local function refuse(code, details, ...)
  answer.refuse { code = code, details = details:format(...) }
end

-- The field that carries the value of each parameter type.
local value_fields = {
  text = "text", currency = "currency", date_time = "date_time", image = "image", video = "video",
  gif = "gif", document = "document", location = "location", product = "product", payload = "payload",
  coupon_code = "coupon_code", action = "action", limited_time_offer = "limited_time_offer",
  order_status = "order_status", ttl_minutes = "ttl_minutes",
  tap_target_configuration = "tap_target_configuration",
}
local component_types = { header = true, body = true, button = true, carousel = true,
                          limited_time_offer = true, order_status = true,
                          tap_target_configuration = true }

-- The list that a field of an object holds; none is an empty one.
local function list_of(object, name, where)
  local list = object[name]
  if list == nil then return {} end
  if type(list) == "table" and (list[1] ~= nil or next(list) == nil) then return list end
  refuse(100, "%s: %s must be an array", where, name)
end

local function check_parameters(component)
  for i, parameter in ipairs(list_of(component, "parameters", component.type)) do
    local field = type(parameter) == "table" and value_fields[parameter.type]
    if not field then
      refuse(100, "%s: parameter %d has no known type", component.type, i)
    elseif parameter[field] == nil or parameter[field] == "" then
      refuse(100, "%s: Parameter of type %s is missing %s value", component.type,
        parameter.type, field)
    end
  end
end

-- What was sent, as `header`, `body` and the buttons by index; `owner` holds the components.
local function sort_components(owner)
  local sent = { buttons = {} }
  for _, component in ipairs(list_of(owner, "components", "template")) do
    local kind = type(component) == "table" and tostring(component.type):lower()
    if not component_types[kind] then refuse(100, "components: unknown component type") end
    check_parameters(component)
    if kind == "carousel" then
      if component.cards == nil then refuse(100, "carousel: cards are missing") end
      sent.cards = list_of(component, "cards", kind)
    elseif kind == "button" and tostring(component.sub_type):lower() == "voice_call" then
      sent.call = component
    elseif kind == "button" then
      sent.buttons[tonumber(component.index) or refuse(100, "button: index is missing")] = component
    else
      sent[kind] = component.parameters or {}
    end
  end
  return sent
end

local media = { image = true, video = true, gif = true, document = true }

local function check_media_header(format, parameters)
  local parameter = parameters and parameters[1]
  local kind = format:lower()
  if not parameter or parameter.type ~= kind then
    refuse(132012, "header: Format mismatch, expected %s, received %s", format,
      parameter and parameter.type:upper() or "UNKNOWN")
  end
  local value = parameter[kind]
  if media[kind] and not (type(value) == "table" and (value.id or value.link)) then
    refuse(132018, "header: %s needs an id or a link", kind)
  end
end

local function check_text(where, pattern, parameters, named)
  local names = text.variables(pattern)
  parameters = parameters or {}
  if #parameters ~= #names then
    refuse(132000, "%s: number of localizable_params (%d) does not match the expected number of "
      .. "params (%d)", where, #parameters, #names)
  end
  if not named then return end
  local given = {}
  for _, parameter in ipairs(parameters) do given[parameter.parameter_name or ""] = true end
  for _, name in ipairs(names) do
    if not given[name] then
      refuse(100, "%s: Parameter name is missing or empty: %s", where, name)
    end
  end
end

-- What a button of a template wants: the sub_type and the type of its parameter;
-- whether it must be there.
local button_rules = {
  URL = { sub_type = "url", parameter = "text",
          needed = function(button) return button.url:find("{{", 1, true) ~= nil end },
  QUICK_REPLY = { sub_type = "quick_reply", parameter = "payload" },
  COPY_CODE = { sub_type = "copy_code", parameter = "coupon_code",
                needed = function() return true end },
  FLOW = { sub_type = "flow", parameter = "action" },
  CATALOG = { sub_type = "catalog", parameter = "action" },
  MPM = { sub_type = "mpm", parameter = "action", needed = function() return true end },
  VOICE_CALL = {}, PHONE_NUMBER = {}, SPM = {}, REQUEST_CONTACT_INFO = {},
}

local function check_button(index, button, component)
  local rule = button_rules[button.type]
  if not rule then return end
  if not component then
    if rule.needed and rule.needed(button) then
      refuse(131008, "buttons: Button at index %d of type %s requires a parameter", index,
        button.type)
    end
    return
  end
  local parameter = (component.parameters or {})[1]
  if tostring(component.sub_type):lower() ~= rule.sub_type
    or not parameter or parameter.type ~= rule.parameter
    or button.type == "URL" and not rule.needed(button) then
    refuse(132018, "buttons: Button at index %d of type %s does not take this parameter", index,
      button.type)
  end
end

local function check_buttons(buttons, sent)
  for index in pairs(sent) do
    if not buttons[index + 1] then
      refuse(132018, "buttons: there is no button at index %d", index)
    end
  end
  for i, button in ipairs(buttons) do check_button(i - 1, button, sent[i - 1]) end
end

-- A call's values name no index: the template has one such button.
local function check_call(buttons, call)
  if not call then return end
  for _, button in ipairs(buttons) do
    if button.type == "VOICE_CALL" then return end
  end
  refuse(132018, "buttons: there is no button that calls")
end

local function check_offer(offer, parameters)
  if not offer or not offer.limited_time_offer.has_expiration then return end
  local given = parameters and parameters[1] and parameters[1].limited_time_offer
  local ms = type(given) == "table" and given.expiration_time_ms
  if type(ms) ~= "number" then
    refuse(131008, "limited_time_offer: expiration_time_ms is missing")
  elseif ms < state.now() * 1000 then
    refuse(131009, "limited_time_offer: expiration_time_ms is in the past")
  end
end

local check_components

local function check_carousel(carousel, cards, named)
  if not carousel then
    if cards then refuse(132018, "carousel: the template has none") end
    return
  end
  if not cards or #cards ~= #carousel.cards then
    refuse(132000, "carousel: number of cards (%d) does not match the expected number (%d)", #(cards or {}),
      #carousel.cards)
  end
  for i, card in ipairs(cards) do
    if type(card) ~= "table" or card.card_index ~= i - 1 then
      refuse(100, "carousel: card_index of card %d is not %d", i, i - 1)
    end
    check_components(carousel.cards[i].components, card, named)
  end
end

function check_components(definition, owner, named)
  local sent, have = sort_components(owner), {}
  for _, component in ipairs(definition) do have[component.type] = component end
  local header = have.HEADER
  local is_media = header and header.format ~= "TEXT"
  if is_media then
    check_media_header(header.format, sent.header)
  else
    check_text("header", header and header.text, sent.header, named)
  end
  check_text("body", have.BODY and have.BODY.text, sent.body, named)
  local buttons = have.BUTTONS and have.BUTTONS.buttons or {}
  check_buttons(buttons, sent.buttons)
  check_call(buttons, sent.call)
  check_offer(have.LIMITED_TIME_OFFER, sent.limited_time_offer)
  check_carousel(have.CAROUSEL, sent.cards, named)
end

--- Refuses what does not fit.
---@param template table  in Meta's form
---@param content table  as sent: its `components`
function M.check(template, content)
  check_components(template.components, content, template.parameter_format == "NAMED")
end

return M
