--- Template messages: a header, body and buttons you fill → Graph's components.
-- Source: Meta's "Template messages"; operation sendMessage.

local Error = require "whatsapp.error"
local location = require "whatsapp.message.location"
local media = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Parameters ---------------------------------------------------------------------

local text_value = { type = "string", number = true }

-- A text or number, or a parameter in Graph's own form (it has a `type`).
local function parameter(value, path)
  if type(value) == "table" and value.type then
    local copy = {}
    for key, item in pairs(value) do copy[key] = item end
    return copy
  end
  local text, err = schema.check(value, text_value, path)
  if not text then return nil, err end
  return { type = "text", text = text }
end

local function named_parameters(values, path)
  local names, out = {}, {}
  for name in pairs(values) do
    if type(name) ~= "string" then
      return invalid(join(path, name), "mixes numbered and named parameters")
    end
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    local item, err = parameter(values[name], join(path, name))
    if not item then return nil, err end
    item.parameter_name = name
    out[i] = item
  end
  return out
end

local function listed_parameters(values, path)
  local out = {}
  for key in pairs(values) do
    if type(key) ~= "number" then
      return invalid(join(path, key), "mixes numbered and named parameters")
    elseif key < 1 or key > #values or key % 1 ~= 0 then
      return invalid(join(path, key), "has no place in a list")
    end
  end
  for i = 1, #values do
    local item, err = parameter(values[i], join(path, i))
    if not item then return nil, err end
    out[i] = item
  end
  return out
end

local function parameters(values, path)
  if type(values) ~= "table" then values = { values } end
  if values[1] ~= nil then return listed_parameters(values, path) end
  return named_parameters(values, path)
end

-- Components ---------------------------------------------------------------------

local header_media = { image = true, video = true, document = true }

local header_spec = {
  type = "table",
  fields = {
    text = { type = "any" },
    location = location,
    image = media.reference(),
    video = media.reference(),
    document = media.reference { filename = media.filename },
  },
}

local function header_parameter(kind, value, uploads, path)
  if kind == "text" then
    local filled, err = parameters(value, path)
    if filled and not filled[1] then return invalid(path, "is empty") end
    return filled, err
  end
  local content = header_media[kind] and media.compile(value, kind, uploads, path) or value
  return { { type = kind, [kind] = content } }
end

-- A text or number, a list of them, or a table with one thing: text (values by
-- position or name), image, video, document or location.
local function header(value, uploads)
  local path = "template.header"
  if type(value) ~= "table" or value[1] ~= nil then return parameters(value, path) end
  local checked, err = schema.check(value, header_spec, path)
  if not checked then return nil, err end
  local kind = next(checked)
  if kind == nil then return invalid(path, "needs a text or one of image, video, document, location") end
  if next(checked, kind) then return invalid(path, "can hold only one thing") end
  return header_parameter(kind, checked[kind], uploads, join(path, kind))
end

-- What fills a button, by the key it is given under: how the value is checked,
-- Graph's word for the button, and the parameter.
local fillers = {
  url = { spec = { type = "string", number = true, max = 2000 }, sub_type = "url",
    fill = function(value) return { type = "text", text = value } end },
  payload = { spec = { type = "string", number = true, max = 256 }, sub_type = "quick_reply",
    fill = function(value) return { type = "payload", payload = value } end },
  code = { spec = { type = "string", number = true, max = 15 }, sub_type = "copy_code",
    fill = function(value) return { type = "coupon_code", coupon_code = value } end },
  flow = { spec = { type = "table", short = "token", fields = {
      token = { type = "string" }, data = { type = "json", object = true } } }, sub_type = "flow",
    fill = function(value)
      return { type = "action", action = { flow_token = value.token or "unused",
                                           flow_action_data = value.data } }
    end },
  catalog = { spec = { type = "string", number = true }, sub_type = "catalog",
    fill = function(value)
      return { type = "action", action = { thumbnail_product_retailer_id = value } }
    end },
}

local function button(value, index, path)
  if type(value) ~= "table" then
    return invalid(path, "must be a table such as { url = … } or { payload = … }, or false")
  end
  local key = next(value)
  if key == nil then return invalid(path, "is empty", "use false for a button without a value") end
  if next(value, key) ~= nil then return invalid(path, "can hold only one thing") end
  if not fillers[key] then return schema.unknown_key(path, key, fillers) end
  local filler = fillers[key]
  local content, err = schema.check(value[key], filler.spec, join(path, key))
  if not content then return nil, err end
  return { type = "button", sub_type = filler.sub_type, index = tostring(index - 1),
           parameters = { filler.fill(content) } }
end

local function last_index(list)
  local last = 0
  for key in pairs(list) do
    if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then return nil, key end
    last = math.max(last, key)
  end
  return last
end

-- buttons[i] fills the button at Graph's index i - 1; false or nil skips one.
local function buttons(list, components)
  local path = "template.buttons"
  if type(list) ~= "table" then return invalid(path, "must be a list") end
  local last, stray = last_index(list)
  if not last then return invalid(join(path, stray), "has no place in a list") end
  if last > 10 then return invalid(join(path, 11), "at most 10 are allowed") end
  for i = 1, last do
    if list[i] then
      local component, err = button(list[i], i, join(path, i))
      if not component then return nil, err end
      components[#components + 1] = component
    end
  end
  return true
end

local function assemble(value, uploads)
  local components = {}
  if value.header ~= nil then
    local filled, err = header(value.header, uploads)
    if not filled then return nil, err end
    components[#components + 1] = { type = "header", parameters = filled }
  end
  if value.body ~= nil then
    local filled, err = parameters(value.body, "template.body")
    if not filled then return nil, err end
    if #filled > 0 then
      components[#components + 1] = { type = "body", parameters = filled }
    end
  end
  if value.buttons ~= nil then
    local ok, err = buttons(value.buttons, components)
    if not ok then return nil, err end
  end
  return components
end

-- The kind --------------------------------------------------------------------------

--- What `wa:send { template = … }` takes.
M.spec = {
  type = "table",
  fields = {
    name = { type = "string", max = 512, required = true },
    language = { type = "string", required = true },
    header = { type = "any" },
    body = { type = "any" },
    buttons = { type = "any" },
    components = { type = "json" },
  },
}

--- Graph's template object.
---@param value table as checked by `spec`
---@param uploads table[]
---@return table|nil
---@return whatsapp.Error? err
function M.compile(value, uploads)
  local template = { name = value.name, language = { code = value.language } }
  local filled = value.header ~= nil or value.body ~= nil or value.buttons ~= nil
  if value.components ~= nil then
    if filled then
      return invalid("template.components", "cannot stand beside header, body or buttons")
    end
    if type(value.components) ~= "table" then
      return invalid("template.components", "must be a list in Graph's own form")
    end
    template.components = value.components
    return template
  end
  local components, err = assemble(value, uploads)
  if not components then return nil, err end
  if #components > 0 then template.components = components end
  return template
end

return M
