--- The texts of a template, with their variables and the examples of these.
-- A text is compiled in a context: { path, body_max, kind }; `kind` becomes
-- "named" or "numbered" with the first variable.

local Error = require "whatsapp.error"
local media = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Variables ----------------------------------------------------------------------

--- The variables of a text: { "1", "2" } or { "customer" }, each once, in order.
---@param text string
---@return string[]
function M.variables(text)
  local names, seen = {}, {}
  for name in text:gmatch "{{%s*([^{}]-)%s*}}" do
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

-- Where braces are, there is a variable.
local function check_braces(text, path)
  if text:find "{{%s[^{}]*}}" or text:find "{{[^{}]*%s}}" then
    return invalid(path, "has spaces inside the braces of a variable", "a variable is written {{1}} or {{name}}")
  end
  local rest = text:gsub("{{%s*[^{}]-%s*}}", " ")
  if (text:find("{{{", 1, true) or text:find("}}}", 1, true)
      or rest:find("{{", 1, true) or rest:find("}}", 1, true)) then
    return invalid(path, "has braces that do not match", "a variable is written {{1}} or {{name}}")
  end
  return true
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

-- All texts of a template name their variables, or all number them.
local function check_kind(names, context, path)
  if not names[1] then return true end
  local kind = is_named(names) and "named" or "numbered"
  context.kind = context.kind or kind
  if context.kind == kind then return true end
  return invalid(path, ("mixes %s variables with %s ones"):format(kind, context.kind))
end

local example_text = { type = "string", number = true }

-- One example for each variable, and none else: a list for {{1}}, a table by name
-- for {{name}}.
local function examples_for(names, examples, part, path)
  examples = type(examples) == "table" and examples or { examples }
  local list, there, named = {}, {}, is_named(names)
  for i, name in ipairs(names) do
    local value = examples[named and name or i]
    if value == nil then
      return invalid(path, ("lacks an example for {{%s}} of the %s"):format(name, part),
        "Meta reviews templates with their examples")
    end
    local text, err = schema.check(value, example_text, join(path, named and name or i))
    if not text then return nil, err end
    list[i] = named and { param_name = name, example = text } or text
    there[named and name or i] = true
  end
  local surplus = schema.first_unknown(examples, there)
  if surplus ~= nil then return invalid(join(path, surplus), ("is for no variable of the %s"):format(part)) end
  return list
end

-- Texts --------------------------------------------------------------------------

local function checked(value, spec, context, path)
  local text, err = schema.check(value, spec, path)
  if not text then return nil, err end
  local names = M.variables(text)
  local ok
  ok, err = check_braces(text, path)
  if ok then ok, err = check_names(names, path) end
  if ok then ok, err = check_kind(names, context, path) end
  if not ok then return nil, err end
  return text, names
end

local header_text = { type = "string", max = 60, line = true }

-- A file that was meant to be shown would be read as its name.
local function check_no_file(text, path)
  if text:find "^https?://%S+$" then
    return invalid(path, "is a link, and would be shown as a text",
      'write header = { image = { fetch = "https://…" } }')
  end
  local ending = text:match "^[^%s{}]+%.(%w+)$"
  if not (ending and media.endings[ending:lower()]) then return true end
  return invalid(path, "is the name of a file, and would be shown as a text", ('write header = { %s = "%s" }'):format(
    media.kind_of(media.endings[ending:lower()], media.upload_kinds), text))
end

--- A header that is a text, with at most one variable.
---@param value string
---@param example any
---@param context table
---@return table|nil component
---@return whatsapp.Error? err
function M.header(value, example, context)
  local path = join(context.path, "header")
  local text, names = checked(value, header_text, context, path)
  if not text then return nil, names end
  if #names > 1 then return invalid(path, "can have one variable") end
  if text:find("*", 1, true) then return invalid(path, "must not have an asterisk: it cannot be bold") end
  local ok, wrong = check_no_file(text, path)
  if not ok then return nil, wrong end
  local component = { type = "HEADER", format = "TEXT", text = text }
  local list, err = examples_for(names, example, "header", join(context.path, "header_example"))
  if not list then return nil, err end
  if names[1] then
    component.example = is_named(names) and { header_text_named_params = list } or { header_text = list }
  end
  return component
end

-- Words beside the variables; nil in scripts that set none apart by spaces. Meta
-- does not publish how many it wants (2388293): fewer than variables are too few.
local function words_of(text)
  if text:find "[\224-\239]" then return nil end
  return select(2, text:gsub("{{[^{}]*}}", " "):gsub("[%w\128-\255][^%s]*", ""))
end

--- The body: of a card, of a limited-time offer and of others it may be
--- differently long.
---@param value string
---@param examples any
---@param context table
---@return table|nil component
---@return whatsapp.Error? err
function M.body(value, examples, context)
  local path = join(context.path, "body")
  local text, names = checked(value, { type = "string", max = context.body_max }, context, path)
  if not text then return nil, names end
  if text:find "^%s*{{" or text:find "}}%s*$" then
    return invalid(path, "must not begin or end with a variable")
  end
  if text:find "}}%s*{{" then return invalid(path, "must not have two variables side by side") end
  local words = words_of(text)
  if words and words < #names then
    return invalid(path, ("has more variables (%d) than other words (%d)"):format(#names, words),
      "Meta wants more text around them")
  end
  local component = { type = "BODY", text = text }
  local list, err = examples_for(names, examples, "body", join(context.path, "examples"))
  if not list then return nil, err end
  if names[1] then
    component.example = is_named(names) and { body_text_named_params = list } or { body_text = { list } }
  end
  return component
end

local footer_text = { type = "string", max = 60, line = true }

--- The footer: without variables.
---@param value string
---@return table|nil component
---@return whatsapp.Error? err
function M.footer(value)
  local text, names = checked(value, footer_text, {}, "footer")
  if not text then return nil, names end
  if names[1] then return invalid("footer", "can have no variable") end
  return { type = "FOOTER", text = text }
end

return M
