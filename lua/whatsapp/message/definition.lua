--- A template as you write it → Meta's components. Pure.
-- Source: Meta's "Message templates" and "Template components", and the limits
-- they name.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Variables ----------------------------------------------------------------------

-- The variables of a text: { "1", "2" } or { "customer" }, each once, in order.
local function variables(text)
  local names, seen = {}, {}
  for name in text:gmatch "{{%s*([^{}]-)%s*}}" do
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

local function is_named(names)
  return names[1] ~= nil and not names[1]:find "^%d+$"
end

local function check_names(names, path)
  local named = is_named(names)
  for i, name in ipairs(names) do
    if named and not name:find "^[a-z][a-z0-9_]*$" then
      return invalid(path, ("{{%s}} is not a good name: lower-case letters, digits and _"):format(name))
    end
    if not named and name ~= tostring(i) then
      return invalid(path, ("has {{%s}} where {{%d}} is due: variables count from 1"):format(name, i))
    end
  end
  return true
end

local example_text = { type = "string", number = true }

-- One example for each variable: a list for {{1}}, a table by name for {{name}}.
local function examples_for(names, examples, path, where)
  examples = type(examples) == "table" and examples or { examples }
  local list, named = {}, is_named(names)
  for i, name in ipairs(names) do
    local value = examples[named and name or i]
    if value == nil then
      return invalid(where, ("lacks an example for {{%s}} of the %s"):format(name, path),
        "Meta reviews templates with their examples")
    end
    local text, err = schema.check(value, example_text, join(where, named and name or i))
    if not text then return nil, err end
    list[i] = named and { param_name = name, example = text } or text
  end
  return list
end

-- Components ---------------------------------------------------------------------

local texts = {
  header = { type = "string", max = 60, line = true },
  body = { type = "string", max = 1024 },
  footer = { type = "string", max = 60, line = true },
}

local function checked_text(value, part)
  local text, err = schema.check(value, texts[part], part)
  if not text then return nil, err end
  local names = variables(text)
  local ok
  ok, err = check_names(names, part)
  if not ok then return nil, err end
  return text, names
end

local function header(value, examples)
  local text, names = checked_text(value, "header")
  if not text then return nil, names end
  if #names > 1 then return invalid("header", "can have one variable") end
  local component = { type = "HEADER", format = "TEXT", text = text }
  if names[1] then
    local list, err = examples_for(names, examples, "header", "header_example")
    if not list then return nil, err end
    component.example = is_named(names) and { header_text_named_params = list } or { header_text = list }
  end
  return component, names
end

local function body(value, examples)
  local text, names = checked_text(value, "body")
  if not text then return nil, names end
  if text:find "^%s*{{" or text:find "}}%s*$" then
    return invalid("body", "must not begin or end with a variable")
  end
  if text:find "}}%s*{{" then return invalid("body", "must not have two variables side by side") end
  local component = { type = "BODY", text = text }
  if names[1] then
    local list, err = examples_for(names, examples, "body", "examples")
    if not list then return nil, err end
    component.example = is_named(names) and { body_text_named_params = list } or { body_text = { list } }
  end
  return component, names
end

local function footer(value)
  local text, names = checked_text(value, "footer")
  if not text then return nil, names end
  if names[1] then return invalid("footer", "can have no variable") end
  return { type = "FOOTER", text = text }
end

local title = { type = "string", max = 25 }

-- A URL may end in one variable, and then shows an example of the whole.
local function check_url(button, path)
  local before, after = button.url:match "^(.-){{%s*[%w_]+%s*}}(.*)$"
  if not before then return button end
  if after ~= "" then
    return invalid(join(path, "url"), "can have one variable, at its end")
  end
  if button.example == nil then
    return invalid(join(path, "example"), "is missing: a url with a variable needs an example")
  end
  return button
end

-- What a button is, by its key: its fields, how many there may be, and Meta's form.
local button_kinds = {
  quick_reply = { max = 10, fields = { quick_reply = title },
    build = function(button) return { type = "QUICK_REPLY", text = button.quick_reply } end },
  url = { max = 2, check = check_url, fields = {
      url = { type = "link", max = 2000 },
      text = { type = "string", max = 25, required = true },
      example = { type = "string", max = 2000 },
    },
    build = function(button)
      return { type = "URL", url = button.url, text = button.text,
               example = button.example and { button.example } or nil }
    end },
  phone = { max = 1, fields = {
      phone = { type = "string", number = true, max = 20, pattern = "^%+?[%d ()-]+$", form = "+15551234567" },
      text = { type = "string", max = 25, required = true },
    },
    build = function(button)
      return { type = "PHONE_NUMBER", phone_number = (button.phone:gsub("[ ()-]", "")), text = button.text }
    end },
  copy_code = { max = 1, fields = { copy_code = { type = "string", number = true, max = 15 } },
    build = function(button) return { type = "COPY_CODE", example = button.copy_code } end },
}

-- Meta's own form passes; else the kind is the one of the keys that names one.
local function one_button(value, path)
  if type(value) == "string" then value = { quick_reply = value } end
  if type(value) ~= "table" then return invalid(path, "must be a table, or a string for a quick reply") end
  if value.type then return value end
  local name
  for _, key in ipairs(schema.sorted_keys(button_kinds)) do
    if value[key] ~= nil then
      if name then return invalid(join(path, name), ("cannot stand beside %s"):format(key)) end
      name = key
    end
  end
  if not name then
    local stray = schema.first_unknown(value, button_kinds)
    if stray ~= nil then return schema.unknown_key(path, stray, button_kinds) end
    return invalid(path, "needs one of quick_reply, url, phone or copy_code")
  end
  local kind = button_kinds[name]
  local button, err = schema.fields(value, kind, path)
  if not button then return nil, err end
  return kind.build(button), name
end

-- Meta wants the quick replies together.
local function check_order(names)
  local runs = 0
  for i, name in ipairs(names) do
    if name == "quick_reply" and names[i - 1] ~= "quick_reply" then runs = runs + 1 end
  end
  if runs > 1 then return invalid("buttons", "must have its quick replies side by side") end
  return true
end

local function buttons(list)
  local ok, err = schema.check(list, { type = "list", max = 10, of = { type = "any" } }, "buttons")
  if not ok then return nil, err end
  local out, names, counts = {}, {}, {}
  for i, value in ipairs(list) do
    local button, name = one_button(value, join("buttons", i))
    if not button then return nil, name end
    out[i], names[i] = button, name or "native"
    counts[names[i]] = (counts[names[i]] or 0) + 1
    local kind = button_kinds[names[i]]
    if kind and counts[names[i]] > kind.max then
      return invalid(join("buttons", i), ("is one %s too many: at most %d are allowed"):format(name, kind.max))
    end
  end
  ok, err = check_order(names)
  if not ok then return nil, err end
  return { type = "BUTTONS", buttons = out }
end

-- The definition ------------------------------------------------------------------

local CATEGORIES = { AUTHENTICATION = true, MARKETING = true, UTILITY = true }

local own = {
  name = { type = "string", max = 512, required = true, pattern = "^[a-z0-9_]+$",
           form = "order_confirmation: lower-case letters, digits and _" },
  language = { type = "string", required = true },
  category = { type = "string", required = true, one_of = CATEGORIES },
}

-- What Meta takes beside these; it passes as it is.
local others = {
  parameter_format = true, allow_category_change = true, message_send_ttl_seconds = true,
  cta_url_link_tracking_opted_out = true, library_template_name = true,
  library_template_button_inputs = true, library_template_body_inputs = true,
  sub_category = true, display_format = true, is_primary_device_delivery_only = true,
}

local parts = { header = true, header_example = true, body = true, examples = true, footer = true,
                buttons = true }

local known = { components = true }
for _, names in ipairs { own, others, parts } do
  for name in pairs(names) do known[name] = true end
end

-- The components, and whether their variables have names.
local function build_components(template)
  local components, named, numbered = {}, false, false
  local function add(component, names)
    if not component then return nil, names end
    components[#components + 1] = component
    if names and names[1] then
      if is_named(names) then named = true else numbered = true end
    end
    return true
  end
  local ok, err = true, nil
  if template.header ~= nil then ok, err = add(header(template.header, template.header_example)) end
  if ok and template.body ~= nil then ok, err = add(body(template.body, template.examples)) end
  if ok and template.footer ~= nil then ok, err = add(footer(template.footer)) end
  if ok and template.buttons ~= nil then ok, err = add(buttons(template.buttons)) end
  if not ok then return nil, err end
  if named and numbered then
    return invalid("header", "mixes named and numbered variables with the body")
  end
  return components, named
end

local function check_components(list, has_parts)
  if has_parts then
    return invalid("components", "cannot stand beside header, body, footer or buttons")
  end
  return schema.check(list, { type = "list", of = { type = "map" } }, "components")
end

-- Everything but the name and its like: a copy with `components`.
local function compile_parts(template)
  local out, has_parts = {}, false
  local stray = schema.first_unknown(template, known)
  if stray ~= nil then return schema.unknown_key(nil, stray, known) end
  for key, value in pairs(template) do
    if parts[key] then has_parts = true else out[key] = value end
  end
  if template.components ~= nil then
    local ok, err = check_components(template.components, has_parts)
    if not ok then return nil, err end
    return out
  end
  if not has_parts then return out end
  local components, named = build_components(template)
  if not components then return nil, named end
  out.components = components
  if named and out.parameter_format == nil then out.parameter_format = "NAMED" end
  return out
end

local function check_own(template, all)
  for _, name in ipairs(schema.sorted_keys(own)) do
    if template[name] ~= nil then
      local ok, err = schema.check(template[name], own[name], name)
      if not ok then return nil, err end
    elseif all then
      return invalid(name, "is missing")
    end
  end
  return true
end

local function check_table(template)
  if type(template) == "table" then return true end
  return invalid(nil, ("the template must be a table, not a %s"):format(type(template)))
end

--- Meta's form of a new template.
---@param template table name, language, category, and header, body, examples,
--- footer, buttons, or `components` in Meta's own form
---@return table|nil
---@return whatsapp.Error? err
function M.compile(template)
  local ok, err = check_table(template)
  if ok then ok, err = check_own(template, true) end
  if not ok then return nil, err end
  if template.components == nil and template.body == nil and template.library_template_name == nil then
    return invalid("body", "is missing")
  end
  return compile_parts(template)
end

--- Meta's form of a change to a template.
---@param changes table what is to change, in the same form
---@return table|nil
---@return whatsapp.Error? err
function M.changes(changes)
  local ok, err = check_table(changes)
  if ok then ok, err = check_own(changes, false) end
  if not ok then return nil, err end
  if next(changes) == nil then
    return invalid(nil, "there is nothing to change", "give body = … or category = …")
  end
  return compile_parts(changes)
end

return M
