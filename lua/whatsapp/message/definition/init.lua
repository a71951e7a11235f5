--- A template as you write it → Meta's components. Pure: files are listed, to be
-- uploaded before.
-- Source: Meta's "Message templates" and "Template components", and the limits
-- they name.

local Error = require "whatsapp.error"
local buttons = require "whatsapp.message.definition.buttons"
local components = require "whatsapp.message.definition.components"
local language_spec = require "whatsapp.message.language"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- The definition ------------------------------------------------------------------

local CATEGORIES = { AUTHENTICATION = true, MARKETING = true, UTILITY = true }

local FORMATS = { POSITIONAL = "numbered", NAMED = "named" }

local own = {
  name = { type = "string", max = 512, required = true, pattern = "^[a-z0-9_]+$",
           form = "order_confirmation: lower-case letters, digits and _" },
  language = language_spec,
  category = { type = "string", required = true, one_of = CATEGORIES },
  parameter_format = { type = "string", one_of = FORMATS },
}

-- What Meta takes beside these; it passes as it is.
local others = {
  allow_category_change = true, message_send_ttl_seconds = true, degrees_of_freedom_spec = true, bid_spec = true,
  cta_url_link_tracking_opted_out = true, library_template_name = true,
  library_template_button_inputs = true, library_template_body_inputs = true,
  sub_category = true, display_format = true, is_primary_device_delivery_only = true,
}

local parts = {
  header = true, header_example = true, body = true, examples = true, footer = true, buttons = true,
  carousel = true, limited_time_offer = true, call_permission_request = true,
  add_security_recommendation = true, code_expiration_minutes = true,
}

local known = { components = true }
for _, names in ipairs { own, others, parts } do
  for name in pairs(names) do known[name] = true end
end

-- Seconds for which Meta tries to deliver.
local TTL = { AUTHENTICATION = { 30, 900 }, UTILITY = { 30, 43200 }, MARKETING = { 43200, 2592000 } }

local function check_ttl(template)
  local seconds, bounds = template.message_send_ttl_seconds, TTL[template.category]
  if seconds == nil or not bounds then return true end
  if seconds == -1 and template.category ~= "MARKETING" then return true end
  local ok, err = schema.check(seconds, { type = "number", min = bounds[1], max = bounds[2], whole = true },
    "message_send_ttl_seconds")
  if not ok then return nil, err end
  return true
end

local code_fields = {
  add_security_recommendation = { type = "boolean" },
  code_expiration_minutes = { type = "number", min = 1, max = 90, whole = true },
}

local function has_otp(list)
  local first = type(list) == "table" and list[1]
  return type(first) == "table" and first.otp ~= nil
end

-- A change need not name the category.
local function is_authentication(template)
  if template.category then return template.category == "AUTHENTICATION" end
  return template.add_security_recommendation ~= nil or template.code_expiration_minutes ~= nil
    or has_otp(template.buttons)
end

local function check_category(template)
  local category = template.category
  for name, spec in pairs(code_fields) do
    if template[name] ~= nil then
      local ok, err = schema.check(template[name], spec, name)
      if ok == nil then return nil, err end
      if not is_authentication(template) then return invalid(name, "is for AUTHENTICATION templates") end
    end
  end
  if template.limited_time_offer ~= nil and (category or "MARKETING") ~= "MARKETING" then
    return invalid("limited_time_offer", "is for MARKETING templates")
  end
  return check_ttl(template)
end

local BODY_MAX, OFFER_BODY_MAX = 1024, 600

local function build_components(template, uploads)
  local context = { uploads = uploads,
                    body_max = template.limited_time_offer ~= nil and OFFER_BODY_MAX or BODY_MAX }
  local build = is_authentication(template) and components.authentication or components.ordinary
  local list, err = build(template, context)
  if not list then return nil, err end
  return list, context.kind
end

-- Graph takes variables for numbered ones unless it is told.
local function check_format(template, kind)
  local format = template.parameter_format
  if not (format and kind) or FORMATS[format] == kind then return true end
  return invalid("parameter_format", ("is %s, but the variables are %s"):format(format, kind))
end

local function check_components(list, has_parts)
  if has_parts then
    return invalid("components", "cannot stand beside header, body, footer or buttons")
  end
  return schema.check(list, { type = "list", of = { type = "map" } }, "components")
end

-- A template of Meta's library: its text is fixed, its buttons lead where the
-- business says.
local LIBRARY_PARTS = { buttons = true, add_security_recommendation = true, code_expiration_minutes = true }

local function library(template, out)
  for _, name in ipairs(schema.sorted_keys(parts)) do
    if template[name] ~= nil and not LIBRARY_PARTS[name] then
      return invalid(name, "cannot be chosen: the text of a library template is fixed")
    end
  end
  if template.buttons ~= nil then
    local inputs, err = buttons.inputs(template.buttons)
    if not inputs then return nil, err end
    out.library_template_button_inputs = inputs
  end
  for name in pairs(code_fields) do
    if template[name] ~= nil then
      out.library_template_body_inputs = out.library_template_body_inputs or {}
      out.library_template_body_inputs[name] = template[name]
    end
  end
  return out
end

-- Everything but the name and its like: a copy with `components`.
local function compile_parts(template, uploads)
  local out, has_parts = {}, false
  for key, value in pairs(template) do
    if parts[key] then has_parts = true else out[key] = value end
  end
  local ok, err = check_category(template)
  if not ok then return nil, err end
  if template.components ~= nil then
    ok, err = check_components(template.components, has_parts)
    if not ok then return nil, err end
    return out
  end
  if template.library_template_name ~= nil then return library(template, out) end
  if not has_parts then return out end
  local list, kind = build_components(template, uploads)
  if not list then return nil, kind end
  ok, err = check_format(template, kind)
  if not ok then return nil, err end
  out.components = list
  if kind == "named" and out.parameter_format == nil then out.parameter_format = "NAMED" end
  return out
end

-- A copy with these as Meta writes them.
local function check_own(template, all)
  local copy = {}
  for key, value in pairs(template) do copy[key] = value end
  for _, name in ipairs(schema.sorted_keys(own)) do
    if template[name] ~= nil then
      local value, err = schema.check(template[name], own[name], name)
      if not value then return nil, err end
      copy[name] = value
    elseif all and own[name].required then
      return invalid(name, "is missing")
    end
  end
  return copy
end

-- A slip in a name is told before that the name is missing.
local function check_table(template, names)
  if type(template) ~= "table" then
    return invalid(nil, ("the template must be a table, not a %s"):format(type(template)))
  end
  local stray = schema.first_unknown(template, names)
  if stray ~= nil then return schema.unknown_key(nil, stray, names) end
  return true
end

local function finish(template)
  local uploads = {}
  local out, err = compile_parts(template, uploads)
  if not out then return nil, err end
  -- No file is uploaded for a template that could not be sent.
  local ok
  ok, err = schema.check(out, { type = "json" })
  if not ok then return nil, err end
  return out, uploads
end

--- Meta's form of a new template, and the files to be uploaded before it is sent.
---@param template table name, language, category, and header, body, examples,
--- footer, buttons, …, or `components` in Meta's own form
---@return table|nil
---@return table[]|whatsapp.Error uploads each has `into` and `key` (gets the handle), `kind`, and
--- `file` or `data`
function M.compile(template)
  local ok, err = check_table(template, known)
  if ok then template, err = check_own(template, true) end
  if err then return nil, err end
  local needed = is_authentication(template) and "buttons" or "body"
  if template[needed] == nil and template.components == nil and template.library_template_name == nil then
    return invalid(needed, "is missing")
  end
  return finish(template)
end

--- Meta's form of a change to a template, and the files to be uploaded.
---@param changes table what is to change, in the same form
---@return table|nil
---@return table[]|whatsapp.Error uploads
function M.changes(changes)
  local ok, err = check_table(changes, known)
  if ok then changes, err = check_own(changes, false) end
  if err then return nil, err end
  for _, name in ipairs { "name", "language" } do
    if changes[name] ~= nil then return invalid(name, "cannot be changed", "create a template of its own") end
  end
  if next(changes) == nil then
    return invalid(nil, "there is nothing to change", "give body = … or category = …")
  end
  return finish(changes)
end

local languages = { type = "list", min = 1, max = 100, of = own.language }

local known_of_upsert = { languages = true }
for name in pairs(known) do known_of_upsert[name] = true end

-- Each once.
local function check_languages(given)
  local list, err = schema.check(given == nil and {} or given, languages, "languages")
  if not list then return nil, err end
  local seen = {}
  for i, language in ipairs(list) do
    if seen[language] then return invalid(join("languages", i), ("%q stands there twice"):format(language)) end
    seen[language] = true
  end
  return list
end


--- Meta's form of an authentication template in several languages at once.
---@param template table name, languages, buttons, and what else an authentication template has
---@return table|nil
---@return whatsapp.Error? err
function M.upsert(template)
  local ok, err = check_table(template, known_of_upsert)
  if not ok then return nil, err end
  if template.language ~= nil then return invalid("language", "is several here", 'write languages = { "en_US" }') end
  local list
  list, err = check_languages(template.languages)
  if not list then return nil, err end
  local copy = { language = list[1], category = "AUTHENTICATION" }
  for key, value in pairs(template) do
    if key ~= "languages" then copy[key] = value end
  end
  if copy.category ~= "AUTHENTICATION" then
    return invalid("category", "must be AUTHENTICATION: others are made one by one", "use create")
  end
  for _, button in ipairs(type(copy.buttons) == "table" and copy.buttons or {}) do
    for _, name in ipairs { "text", "autofill_text" } do
      if type(button) == "table" and button[name] ~= nil then
        return invalid(join("buttons[1]", name), "follows from the language here")
      end
    end
  end
  local out
  out, err = M.compile(copy)
  if not out then return nil, err end
  out.language, out.languages = nil, list
  return out
end

return M
