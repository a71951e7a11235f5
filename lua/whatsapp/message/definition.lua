--- A template as you write it → Meta's components. Pure.
-- Source: Meta's "Message templates", components; limits of facts there.

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

-- One example for each variable: a list for {{1}}, a table by name for {{name}}.
local function examples_for(names, examples, path, where)
  examples = type(examples) == "table" and examples or { examples }
  local list = {}
  for i, name in ipairs(names) do
    local value = is_named(names) and examples[name] or examples[i]
    if value == nil then
      return invalid(where, ("lacks an example for {{%s}} of the %s"):format(name, path),
        "Meta reviews templates with their examples")
    end
    list[i] = is_named(names) and { param_name = name, example = tostring(value) } or tostring(value)
  end
  return list
end

-- Components ---------------------------------------------------------------------

local texts = {
  header = { type = "string", max = 60 },
  body = { type = "string", max = 1024 },
  footer = { type = "string", max = 60 },
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
  return component
end

local function body(value, examples)
  local text, names = checked_text(value, "body")
  if not text then return nil, names end
  if text:find "^%s*{{" or text:find "}}%s*$" then
    return invalid("body", "must not begin or end with a variable")
  end
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

-- What a button is, by its key: how it is checked and what Meta calls it.
local button_kinds = {
  quick_reply = { spec = title, build = function(value) return { type = "QUICK_REPLY", text = value } end },
  url = { spec = { type = "link" }, build = function(value, button)
    local example = button.example
    return { type = "URL", url = value, text = button.text, example = example and { example } or nil }
  end, needs_text = true },
  phone = { spec = { type = "string", number = true, max = 20 }, build = function(value, button)
    return { type = "PHONE_NUMBER", phone_number = value, text = button.text }
  end, needs_text = true },
  copy_code = { spec = { type = "string", number = true, max = 15 }, build = function(value)
    return { type = "COPY_CODE", example = value }
  end },
}

local button_fields = { text = true, example = true }
for key in pairs(button_kinds) do button_fields[key] = true end

local function one_button(value, path)
  if type(value) == "string" then value = { quick_reply = value } end
  if type(value) ~= "table" then return invalid(path, "must be a table, or a string for a quick reply") end
  if value.type then return value end
  local stray = schema.first_unknown(value, button_fields)
  if stray ~= nil then return schema.unknown_key(path, stray, button_fields) end
  for _, key in ipairs(schema.sorted_keys(button_kinds)) do
    if value[key] ~= nil then
      local kind = button_kinds[key]
      local content, err = schema.check(value[key], kind.spec, join(path, key))
      if not content then return nil, err end
      if kind.needs_text then
        local ok
        ok, err = schema.check(value.text or "", title, join(path, "text"))
        if not ok then return nil, err end
      end
      return kind.build(content, value)
    end
  end
  return invalid(path, "needs one of quick_reply, url, phone or copy_code")
end

local function buttons(list)
  local ok, err = schema.check(list, { type = "list", max = 10, of = { type = "any" } }, "buttons")
  if not ok then return nil, err end
  local out = {}
  for i, value in ipairs(list) do
    out[i], err = one_button(value, join("buttons", i))
    if not out[i] then return nil, err end
  end
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

local parts = { header = true, header_example = true, body = true, examples = true, footer = true,
                buttons = true }

local function build_components(template)
  local components, named = {}, false
  local function add(component, err)
    if component then components[#components + 1] = component end
    return component, err
  end
  local ok, err = true, nil
  if template.header ~= nil then ok, err = add(header(template.header, template.header_example)) end
  if ok and template.body ~= nil then
    local component, names = body(template.body, template.examples)
    ok, err = add(component, names)
    named = component and is_named(names) or false
  end
  if ok and template.footer ~= nil then ok, err = add(footer(template.footer)) end
  if ok and template.buttons ~= nil then ok, err = add(buttons(template.buttons)) end
  if not ok then return nil, err end
  return components, named
end

--- Meta's form of a template. What it does not know passes through.
---@param template table name, language, category, and header, body, examples,
--- footer, buttons, or `components` in Meta's own form
---@return table|nil
---@return whatsapp.Error? err
function M.compile(template)
  if type(template) ~= "table" then
    return invalid(nil, ("the template must be a table, not a %s"):format(type(template)))
  end
  for _, name in ipairs(schema.sorted_keys(own)) do
    if template[name] == nil then return invalid(name, "is missing") end
    local ok, err = schema.check(template[name], own[name], name)
    if not ok then return nil, err end
  end
  local out, has_parts = {}, false
  for key, value in pairs(template) do
    if parts[key] then has_parts = true else out[key] = value end
  end
  if template.components ~= nil then
    if has_parts then
      return invalid("components", "cannot stand beside header, body, footer or buttons")
    end
    return out
  end
  if template.body == nil then return invalid("body", "is missing") end
  local components, named = build_components(template)
  if not components then return nil, named end
  out.components = components
  if named and out.parameter_format == nil then out.parameter_format = "NAMED" end
  return out
end

return M
