--- The header of a template: a text, an example of the file it will show, or
-- the place of a location or a product.

local Error = require "whatsapp.error"
local media = require "whatsapp.message.media"
local schema = require "whatsapp.schema"
local text = require "whatsapp.message.definition.text"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Meta shows the reviewers a file of its own, and fetches no link.
local function not_a_link(value, path)
  if type(value) ~= "string" then return value end
  if value:find "^%a[%w+.-]*://" then
    return invalid(path, "must be a local file, not a link",
      'give { fetch = "https://…" } to have it fetched here and uploaded, or the { handle = … } of an upload')
  end
  return { file = value }
end

local function one_source(value, path)
  local count = 0
  for _, name in ipairs { "file", "data", "fetch", "handle" } do
    if value[name] ~= nil then count = count + 1 end
  end
  if count ~= 1 then return invalid(path, "needs one of file, data, fetch or handle") end
  return value
end

local example_file = { type = "table", before = not_a_link, check = one_source, fields = {
  file = { type = "bytes" }, data = { type = "bytes" }, fetch = { type = "link" },
  handle = { type = "string", line = true },
  type = { type = "string", line = true }, filename = media.filename,
} }

local there = { type = "boolean" }

local spec = { type = "table", fields = {
  image = example_file, video = example_file, document = example_file, gif = example_file,
  location = there, product = there,
} }

-- The example's handle: as given, or that of the file once it is uploaded.
local function example_of(file, kind, context)
  local handles = { file.handle }
  if not file.handle then
    context.uploads[#context.uploads + 1] = { into = handles, key = 1, kind = kind,
      path = join(join(context.path, "header"), kind), file = file.file, data = file.data, fetch = file.fetch,
      type = file.type, filename = file.filename }
  end
  return { header_handle = handles }
end

--- The component of a header.
---@param value string|table a text, or a table with one of image, video, document, gif (a file),
--- location, product (true)
---@param example any of the text's variable
---@param context table
---@return table|nil component
---@return whatsapp.Error? err
function M.build(value, example, context)
  if type(value) ~= "table" then return text.header(value, example, context) end
  if example ~= nil then
    return invalid(join(context.path, "header_example"), "is for a text with a variable: a file is its own example")
  end
  local path = join(context.path, "header")
  if value.text ~= nil then
    return invalid(join(path, "text"), "has no place", 'write header = "News of {{1}}", header_example = "May"')
  end
  local checked, err = schema.check(value, spec, path)
  if not checked then return nil, err end
  local kind = next(checked)
  if not kind or next(checked, kind) then
    return invalid(path, "needs one of image, video, document, gif, location or product")
  end
  if checked[kind] == false then return invalid(join(path, kind), "must be true") end
  local component = { type = "HEADER", format = kind:upper() }
  if checked[kind] ~= true then component.example = example_of(checked[kind], kind, context) end
  return component
end

return M
