--- The buttons of a template.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"
local text = require "whatsapp.message.definition.text"

local invalid = Error.invalid
local join = schema.join

local M = {}

local TITLE_MAX = 25

local title = { type = "string", max = TITLE_MAX }
local required_title = { type = "string", max = TITLE_MAX, required = true }

-- Kinds ---------------------------------------------------------------------------

-- A URL may end in one variable, and then shows an example of the whole.
local function check_url(button, path)
  if button.url:find("{{", 1, true) == nil then return button end
  local names = text.variables(button.url)
  if #names ~= 1 or not button.url:find "^[^{}]*{{%s*[%w_]+%s*}}$" then
    return invalid(join(path, "url"), "can have one variable, at its end")
  end
  if button.example == nil then
    return invalid(join(path, "example"), "is missing: a url with a variable needs an example")
  end
  return button
end

-- Customers call it from anywhere.
local function check_phone(button, path)
  local number = button.phone:gsub("%(0%)", ""):gsub("[ ()-]", ""):gsub("^00", "+")
  if number:find "^%+?0" then
    return invalid(join(path, "phone"), ("%q is a national number"):format(button.phone),
      "give it with its country code, e.g. +49 151 23456789")
  end
  button.phone = number
  return button
end

local OTP_TYPES = { copy_code = true, one_tap = true, zero_tap = true }

local app = { type = "table", fields = {
  package_name = { type = "string", required = true, max = 224, pattern = "^%a[%w_]*%.%a[%w_.]*$",
                   form = "com.example.app" },
  signature_hash = { type = "string", required = true, pattern = "^[%w+/=]+$", min = 11, max = 11,
                     form = "K8a/AINcGX7: 11 characters" },
} }

-- Only apps on Android take a code by themselves.
local function check_otp(button, path)
  local copies = button.otp == "copy_code"
  for _, name in ipairs { "autofill_text", "supported_apps", "zero_tap_terms_accepted" } do
    if copies and button[name] ~= nil then
      return invalid(join(path, name), "is for one_tap and zero_tap")
    end
  end
  if not copies and not button.supported_apps then
    return invalid(join(path, "supported_apps"), ("is missing: %s hands the code to an app"):format(button.otp))
  end
  if button.otp == "zero_tap" and button.zero_tap_terms_accepted ~= true then
    return invalid(join(path, "zero_tap_terms_accepted"), "must be true: Meta asks whether its terms are accepted")
  end
  return button
end

local FLOW_ACTIONS = { navigate = true, data_exchange = true }
local FLOW_ICONS = { DOCUMENT = true, PROMOTION = true, REVIEW = true }

local flow_source = { type = "table", short = "id", fields = {
  id = { type = "id" }, name = { type = "string" }, json = { type = "json" },
} }

local function check_flow(button, path)
  local source = next(button.flow)
  if not source or next(button.flow, source) then
    return invalid(join(path, "flow"), "needs one of id, name or json")
  end
  if button.action == "data_exchange" and button.screen then
    return invalid(join(path, "screen"), "is for navigate: with data_exchange the endpoint names it")
  end
  return button
end

-- Graph takes the JSON of a flow as a text.
local function flow_json(value)
  return type(value) == "table" and json.encode(value) or value
end

local function check_contact_request(button, path)
  if button.contact_request then return button end
  return invalid(join(path, "contact_request"), "must be true")
end

-- A button whose only field is its title.
local function titled(name, graph)
  return { max = 1, fields = { [name] = title },
    build = function(button) return { type = graph, text = button[name] } end }
end

-- What a button is, by its key: its fields, how many there may be, and Meta's form.
local kinds = {
  quick_reply = { max = 10, fields = { quick_reply = title },
    build = function(button) return { type = "QUICK_REPLY", text = button.quick_reply } end },
  url = { max = 2, check = check_url, fields = {
      url = { type = "link", max = 2000 },
      text = required_title,
      example = { type = "string", max = 2000 },
      app_deep_link = { type = "json", object = true },
    },
    build = function(button)
      return { type = "URL", url = button.url, text = button.text, app_deep_link = button.app_deep_link,
               example = button.example and { button.example } or nil }
    end },
  phone = { max = 1, check = check_phone, fields = {
      phone = { type = "string", number = true, max = 20, pattern = "^%+?[%d ()-]+$", form = "+15551234567" },
      text = required_title,
    },
    build = function(button)
      return { type = "PHONE_NUMBER", phone_number = button.phone, text = button.text }
    end },
  copy_code = { max = 1, fields = { copy_code = { type = "string", number = true, max = 20 } },
    build = function(button) return { type = "COPY_CODE", example = button.copy_code } end },
  otp = { max = 1, check = check_otp, fields = {
      otp = { type = "string", one_of = OTP_TYPES },
      text = title,
      autofill_text = title,
      supported_apps = { type = "list", min = 1, max = 5, of = app },
      zero_tap_terms_accepted = { type = "boolean" },
    },
    build = function(button)
      return { type = "OTP", otp_type = button.otp:upper(), text = button.text,
               autofill_text = button.autofill_text, supported_apps = button.supported_apps,
               zero_tap_terms_accepted = button.zero_tap_terms_accepted }
    end },
  flow = { max = 1, check = check_flow, fields = {
      flow = flow_source,
      text = required_title,
      screen = { type = "string" },
      action = { type = "string", one_of = FLOW_ACTIONS },
      icon = { type = "string", one_of = FLOW_ICONS },
    },
    build = function(button)
      return { type = "FLOW", text = button.text, flow_id = button.flow.id, flow_name = button.flow.name,
               flow_json = flow_json(button.flow.json), flow_action = button.action,
               navigate_screen = button.screen, icon = button.icon }
    end },
  catalog = titled("catalog", "CATALOG"),
  products = titled("products", "MPM"),
  product = titled("product", "SPM"),
  voice_call = { max = 1, fields = {
      voice_call = { type = "string", max = 20 },
      ttl_minutes = { type = "number", min = 1440, max = 43200, whole = true },
    },
    build = function(button)
      return { type = "VOICE_CALL", text = button.voice_call, ttl_minutes = button.ttl_minutes }
    end },
  contact_request = { max = 1, check = check_contact_request, fields = { contact_request = { type = "boolean" } },
    build = function() return { type = "REQUEST_CONTACT_INFO" } end },
}

-- Buttons -------------------------------------------------------------------------

-- What a button may hold, whatever kind it is.
local all_fields = {}
for _, kind in pairs(kinds) do
  for name in pairs(kind.fields) do all_fields[name] = true end
end

local function kind_of(value, path)
  local name
  for _, key in ipairs(schema.sorted_keys(kinds)) do
    if value[key] ~= nil then
      if name then return invalid(join(path, name), ("cannot stand beside %s"):format(key)) end
      name = key
    end
  end
  if name then return name end
  local stray = schema.first_unknown(value, all_fields)
  if stray ~= nil then return schema.unknown_key(path, stray, kinds) end
  return invalid(path, "needs one of " .. table.concat(schema.sorted_keys(kinds), ", "))
end

-- Meta's own form passes; else the kind is the one of the keys that names one.
local function one_button(value, path)
  if type(value) == "string" then value = { quick_reply = value } end
  if type(value) ~= "table" then return invalid(path, "must be a table, or a string for a quick reply") end
  if value.type then return value, "native" end
  local name, err = kind_of(value, path)
  if not name then return nil, err end
  local button
  button, err = schema.fields(value, kinds[name], path)
  if not button then return nil, err end
  return kinds[name].build(button), name
end

local function is_reply(button) return tostring(button.type):upper() == "QUICK_REPLY" end

-- Meta wants two groups: the quick replies, and the others.
local function check_order(list, path)
  local changes = 0
  for i = 2, #list do
    if is_reply(list[i]) ~= is_reply(list[i - 1]) then changes = changes + 1 end
  end
  if changes < 2 then return true end
  return invalid(path, "must have its quick replies side by side, before or behind all others")
end

local function check_count(names, i, path)
  local name, count = names[i], 0
  for k = 1, i do
    if names[k] == name then count = count + 1 end
  end
  local most = kinds[name] and kinds[name].max or 10
  if count <= most then return true end
  return invalid(path, ("is one %s too many: at most %d are allowed"):format(name, most))
end

--- The component of a list of buttons, and what kind each is.
---@param list table[]
---@param context table
---@return table|nil component
---@return string[]|whatsapp.Error names by place: "url", "otp", …; "native" for Meta's own form
function M.build(list, context)
  local path = join(context.path, "buttons")
  local spec = { type = "list", max = context.buttons_max or 10, of = { type = "any" } }
  local ok, err = schema.check(list, spec, path)
  if not ok then return nil, err end
  local out, names = {}, {}
  for i, value in ipairs(list) do
    local where = join(path, i)
    local button, name = one_button(value, where)
    if not button then return nil, name end
    out[i], names[i] = button, name
    ok, err = check_count(names, i, where)
    if not ok then return nil, err end
  end
  ok, err = check_order(out, path)
  if not ok then return nil, err end
  return { type = "BUTTONS", buttons = out }, names
end

-- The library ---------------------------------------------------------------------

-- What Meta's library leaves to the business, by kind.
local inputs = {
  url = { check = check_url, fields = {
      url = { type = "link", max = 2000 }, example = { type = "string", max = 2000 } },
    build = function(button)
      return { type = "URL", url = { base_url = button.url, url_suffix_example = button.example } }
    end },
  phone = { check = check_phone, fields = { phone = kinds.phone.fields.phone },
    build = function(button) return { type = "PHONE_NUMBER", phone_number = button.phone } end },
  otp = { check = check_otp, fields = { otp = kinds.otp.fields.otp,
      supported_apps = kinds.otp.fields.supported_apps, zero_tap_terms_accepted = { type = "boolean" } },
    build = kinds.otp.build },
}

local function one_input(value, path)
  if type(value) ~= "table" then return invalid(path, "must be a table such as { url = … }") end
  if value.type then return value end
  for name, kind in pairs(inputs) do
    if value[name] ~= nil then
      local button, err = schema.fields(value, kind, path)
      if not button then return nil, err end
      return kind.build(button)
    end
  end
  return invalid(path, "needs one of otp, phone or url", "the library's own text cannot be changed")
end

--- The `library_template_button_inputs` for a list of buttons.
---@param list table[]
---@return table[]|nil
---@return whatsapp.Error? err
function M.inputs(list)
  local ok, err = schema.check(list, { type = "list", max = 10, of = { type = "any" } }, "buttons")
  if not ok then return nil, err end
  local out = {}
  for i, value in ipairs(list) do
    out[i], err = one_input(value, join("buttons", i))
    if not out[i] then return nil, err end
  end
  return out
end

return M
