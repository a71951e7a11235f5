--- What interactive messages have in common: header, body, footer, action.
-- Source: Meta's "Interactive messages"; operation sendMessage.

local Error = require "whatsapp.error"
local media = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Parts that several have ----------------------------------------------------------

--- A header that is a text.
M.text_header = { type = "string", max = 60, line = true }

local header_media = {
  image = media.reference(),
  video = media.reference(),
  document = media.reference { filename = media.filename },
}

-- The one thing a header shows; `sub_text` stands below a text.
local function kind_of(header)
  local kind = next(header)
  if kind == "sub_text" then kind = next(header, kind) end
  return kind
end

local function one_header(value, path)
  local kind = kind_of(value)
  if kind == nil then return invalid(path, "needs one of text, image, video or document") end
  for other in pairs(value) do
    if other ~= kind and not (kind == "text" and other == "sub_text") then
      return invalid(path, "can hold only one thing")
    end
  end
  return value
end

local function is_trimmed(text) return not text:find "^%s" and not text:find "%s$" end

--- A button that answers with its id.
M.reply_button = { type = "table", fields = {
  id = { type = "string", number = true, max = 256, required = true, test = is_trimmed,
         form = "yes: no spaces before or behind it" },
  title = { type = "string", max = 20, required = true },
} }

--- The fields of a button that opens a link.
M.link = { button = { type = "string", max = 20, required = true }, url = { type = "link", required = true } }

--- The fields of a button that calls: how many minutes it works, and what the
--- webhook of the call brings back.
M.call = { ttl_minutes = { type = "number", min = 1, max = 43200, whole = true },
           payload = { type = "string", max = 512 } }

--- Graph's parameters of a button that opens a link.
---@param value table with those fields
---@return { display_text: string, url: string }
function M.link_parameters(value)
  return { display_text = value.button, url = value.url }
end

--- A header that is a text or one media object.
M.any_header = { type = "table", fields = { text = M.text_header, sub_text = M.text_header },
                 short = "text", check = one_header }
for kind, spec in pairs(header_media) do M.any_header.fields[kind] = spec end

--- The fields of a kind: its own, and those that all have.
---@param header table|nil the description of its header; nil: it can have none
---@param more? table<string, table>
---@return table<string, table>
function M.fields(header, more)
  local all = {
    header = header,
    body = { type = "string", max = 1024, required = true },
    footer = { type = "string", max = 60, line = true },
  }
  for name, spec in pairs(more or {}) do all[name] = spec end
  return all
end

local function header_of(header, uploads, path)
  if type(header) == "string" then return { type = "text", text = header } end
  local kind = kind_of(header)
  if kind == "text" then return { type = "text", text = header.text, sub_text = header.sub_text } end
  return { type = kind,
           [kind] = media.compile(header[kind], kind, uploads, join(path, "header." .. kind)) }
end

--- Graph's interactive object around an action.
---@param kind string Graph's word for it
---@param value table as checked
---@param action table
---@param uploads table[]
---@param path string
---@return table
function M.wrap(kind, value, action, uploads, path)
  return {
    type = kind,
    header = value.header and header_of(value.header, uploads, path) or nil,
    body = value.body and { text = value.body } or nil,
    footer = value.footer and { text = value.footer } or nil,
    action = action,
  }
end

--- Customers' answers name an id, so no two may be the same.
---@param rows table[]
---@param field string
---@param path string
---@param seen table<string, true> those of earlier rows
---@return true|nil
---@return whatsapp.Error? err
function M.unique(rows, field, path, seen)
  for i, row in ipairs(rows) do
    local value = row[field]
    if seen[value] then
      return invalid(join(join(path, i), field), ("%q stands there twice"):format(value))
    end
    seen[value] = true
  end
  return true
end

return M
