--- What a new or changed template must look like: its texts with their variables and
--- examples, and which components there may be.

local answer = require "whatsapp.sandbox.server.answer"
local buttons = require "whatsapp.sandbox.server.template_buttons"
local text = require "whatsapp.sandbox.server.text"
local uploads = require "whatsapp.sandbox.server.uploads"

local M = {}

-- Refusals --------------------------------------------------------------------

-- The subcodes of Graph's refusals, with their titles.
local titles = {
  [2388040] = "Character Limit Exceeded",
  [2388043] = 'Message template "components" param is missing expected field(s)',
  [2388047] = "Message header format is incorrect",
  [2388072] = "Message body format is incorrect",
  [2388073] = "Message footer format is incorrect",
  [2388293] = "Parameters Words Ratio Exceeds Limit",
  [2388299] = "Leading or Trailing Params Not Allowed",
}

local function refuse(subcode, message, ...)
  answer.refuse { code = 100, subcode = subcode, plain = subcode ~= nil,
    message = subcode and "Invalid parameter" or message:format(...),
    title = titles[subcode], user_message = subcode and message:format(...) }
end
M.refuse = refuse

local function check_length(where, value, max)
  local n = text.length(value)
  if n > max then refuse(2388040, "%s has %d characters, at most %d", where, n, max) end
end
M.check_length = check_length

local function missing(where, field)
  refuse(2388043, "component of type %s is missing expected field(s) (%s)", where, field)
end
M.missing = missing

-- Variables ---------------------------------------------------------------------

local MAX_BODY, MAX_CARD_BODY, MAX_HEADER, MAX_FOOTER, MAX_OFFER = 1024, 160, 60, 60, 16

-- {{1}}, {{2}}, … without a gap, or {{names}}.
local function check_names(where, value, named, subcode)
  local names = text.variables(value)
  for i, name in ipairs(names) do
    if named and not name:find "^[a-z_][a-z0-9_]*$" then
      refuse(subcode, "%s: {{%s}} is not a parameter name ([a-z_])", where, name)
    elseif not named then
      local there = false
      for _, other in ipairs(names) do there = there or other == tostring(i) end
      if not there then
        refuse(subcode, "%s: {{%d}} is missing, variables are numbered from {{1}}", where, i)
      end
    end
  end
  return names
end

-- An example for each: a list of values, or of { param_name, example }.
local function check_examples(where, names, named, example, positional_key, named_key)
  if #names == 0 then return end
  example = type(example) == "table" and example or {}
  local given = example[named and named_key or positional_key]
  if type(given) ~= "table" then missing(where, "example") end
  if not named then
    local values = type(given[1]) == "table" and given[1] or given
    if #values < #names then missing(where, "example") end
    return
  end
  local has = {}
  for _, item in ipairs(given) do has[item.param_name or ""] = item.example end
  for _, name in ipairs(names) do
    if type(has[name]) ~= "string" then missing(where, "example") end
  end
end

-- Enough words around the variables, and none at an edge or beside another.
local function check_balance(value, count)
  if value:find "^%s*{{" or value:find "}}%s*$" then
    refuse(2388299, "Variables can't be at the start or end of the template.")
  elseif value:find "}}%s*{{" then
    refuse(2388072, "BODY: two variables stand next to each other")
  end
  local _, words = value:gsub("{{[^}]*}}", " "):gsub("%S*%w%S*", "")
  if count > 0 and words < 2 * count + 1 then
    refuse(2388293, "This template has too many variables for its length: %d words for %d variables",
      words, count)
  end
end

-- Components ----------------------------------------------------------------------

local media = { IMAGE = true, VIDEO = true, DOCUMENT = true, GIF = true }
local plain_formats = { LOCATION = true, PRODUCT = true }

local function check_header(header, template)
  local format = header.format
  if media[format] then
    local handles = type(header.example) == "table" and header.example.header_handle
    if type(handles) ~= "table" or type(handles[1]) ~= "string" then missing("HEADER", "example") end
    if not uploads.fits(handles[1], format) then
      refuse(2388047, "The example of the header is not a file of format %s.", format)
    end
  elseif format == "TEXT" then
    if type(header.text) ~= "string" or header.text == "" then missing("HEADER", "text") end
    check_length("HEADER", header.text, MAX_HEADER)
    local names = check_names("HEADER", header.text, template.named, 2388047)
    if #names > 1 or header.text:find "[\r\n*]" then
      refuse(2388047, "A header has at most one variable, no new lines and no asterisks.")
    end
    check_examples("HEADER", names, template.named, header.example, "header_text",
      "header_text_named_params")
  elseif not plain_formats[format] then
    refuse(nil, "Param components[]['format'] must be one of {TEXT, IMAGE, VIDEO, DOCUMENT, GIF, "
      .. "LOCATION, PRODUCT} - got %s", tostring(format))
  end
end

-- Graph writes the text of an authentication template itself.
local function check_body(body, template)
  if template.category == "AUTHENTICATION" and body.text == nil then return end
  if type(body.text) ~= "string" or body.text == "" then missing("BODY", "text") end
  check_length("BODY", body.text, template.is_card and MAX_CARD_BODY or MAX_BODY)
  local names = check_names("BODY", body.text, template.named, 2388072)
  check_balance(body.text, #names)
  check_examples("BODY", names, template.named, body.example, "body_text",
    "body_text_named_params")
end

local function check_footer(footer, template)
  local minutes = footer.code_expiration_minutes
  if template.category == "AUTHENTICATION" and footer.text == nil then
    if type(minutes) ~= "number" or minutes < 1 or minutes > 90 then
      refuse(nil, "Param code_expiration_minutes must be between 1 and 90")
    end
    return
  end
  if type(footer.text) ~= "string" or footer.text == "" then missing("FOOTER", "text") end
  check_length("FOOTER", footer.text, MAX_FOOTER)
  if footer.text:find "[\r\n]" or footer.text:find("{{", 1, true) then
    refuse(2388073, "A footer has no new lines and no variables.")
  end
end

local function check_offer(component)
  local offer = component.limited_time_offer
  if type(offer) ~= "table" or type(offer.text) ~= "string" then
    missing("LIMITED_TIME_OFFER", "limited_time_offer")
  end
  check_length("LIMITED_TIME_OFFER", offer.text, MAX_OFFER)
end

-- Leave to call is asked for without other buttons, and not by a code.
local function check_request(_, template)
  if template.category == "AUTHENTICATION" then
    refuse(nil, "CALL_PERMISSION_REQUEST is for MARKETING and UTILITY templates")
  end
end

local check_components

local function check_carousel(component, template)
  local cards = type(component.cards) == "table" and component.cards or {}
  if #cards < 1 or #cards > 10 then refuse(nil, "A carousel has 1 to 10 cards") end
  local shape = { category = template.category, named = template.named, is_card = true }
  for _, card in ipairs(cards) do check_components(card.components, shape) end
end

local checks = {
  HEADER = check_header, BODY = check_body, FOOTER = check_footer, BUTTONS = buttons.check,
  LIMITED_TIME_OFFER = check_offer, CAROUSEL = check_carousel, CALL_PERMISSION_REQUEST = check_request,
}

function check_components(components, template)
  if type(components) ~= "table" or #components == 0 then
    refuse(nil, "Param components must be an array of components")
  end
  local seen = {}
  for i, component in ipairs(components) do
    local kind = type(component) == "table" and tostring(component.type):upper()
    if not checks[kind] then
      refuse(nil, "Param components[%d]['type'] must be one of {HEADER, BODY, FOOTER, BUTTONS, "
        .. "CAROUSEL, LIMITED_TIME_OFFER}", i - 1)
    end
    if seen[kind] then refuse(nil, "There are two components of type %s", kind) end
    seen[kind], component.type = true, kind
    if type(component.format) == "string" then component.format = component.format:upper() end
    checks[kind](component, template, M)
  end
  if not seen.BODY and not template.is_card then missing("BODY", "text") end
end

-- The whole -------------------------------------------------------------------------

local categories = { AUTHENTICATION = true, MARKETING = true, UTILITY = true }
local formats = { POSITIONAL = true, NAMED = true }

--- One of the categories; refuses what is none.
---@param value any
---@return string
function M.category(value)
  local category = type(value) == "string" and value:upper()
  return categories[category] and category
    or refuse(nil, "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}")
end

--- A name and a language as they may be; refuses others.
---@param template table
function M.check_name(template)
  local name, language = template.name, template.language
  if type(name) ~= "string" then refuse(nil, "The parameter name is required.") end
  if not name:find "^[a-z0-9_]+$" or #name > 512 then
    refuse(nil, "Param name must be at most 512 characters long, each a lowercase letter, a digit "
      .. "or an underscore")
  end
  if type(language) ~= "string" then refuse(nil, "The parameter language is required.") end
  if not (language:find "^%l%l%l?$" or language:find "^%l%l%l?_%u%u%u?$") then
    refuse(nil, "Param language must be one of {af, …, en, en_US, …, zu} - got %s", language)
  end
end

--- Refuses a template whose components Graph would refuse. Types and formats are
--- put into capitals.
---@param template { category: string, parameter_format: string, components: table[] }
function M.check(template)
  if not formats[template.parameter_format] then
    refuse(nil, "Param parameter_format must be one of {POSITIONAL, NAMED}")
  end
  check_components(template.components, { category = template.category,
                                          named = template.parameter_format == "NAMED" })
end

return M
