--- What WhatsApp takes as media: types, sizes and file endings, as data.
-- Source: Meta's "Supported media types" and the limits of the Cloud API.

local Error = require "whatsapp.error"
local percent = require "whatsapp.percent"
local schema = require "whatsapp.schema"

local invalid = Error.invalid

local KB, MB = 1024, 1024 * 1024

local M = {}

--- Content type by file ending.
M.endings = {
  jpg = "image/jpeg", jpeg = "image/jpeg", png = "image/png",
  webp = "image/webp",
  mp4 = "video/mp4", ["3gp"] = "video/3gpp", ["3gpp"] = "video/3gpp",
  aac = "audio/aac", amr = "audio/amr", mp3 = "audio/mpeg", m4a = "audio/mp4",
  ogg = "audio/ogg", opus = "audio/ogg",
  pdf = "application/pdf", txt = "text/plain",
  doc = "application/msword",
  docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls = "application/vnd.ms-excel",
  xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ppt = "application/vnd.ms-powerpoint",
  pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

--- Per message kind: the types it takes (nil: any) and how large it may be. (`gif`
-- is the header of a template.)
M.kinds = {
  image = { types = { ["image/jpeg"] = true, ["image/png"] = true }, max = 5 * MB },
  video = { types = { ["video/mp4"] = true, ["video/3gpp"] = true }, max = 16 * MB },
  audio = { types = { ["audio/aac"] = true, ["audio/amr"] = true, ["audio/mpeg"] = true,
                      ["audio/mp4"] = true, ["audio/ogg"] = true }, max = 16 * MB },
  sticker = { types = { ["image/webp"] = true }, max = 500 * KB },
  document = { max = 100 * MB },
  gif = { types = { ["video/mp4"] = true }, max = 3.5 * MB },
}

-- What a picker of a Flow may upload: 25 MiB, with padding and tag.
M.kinds.picker = { max = 25 * MB + 26, name = "a Flow's picker" }

local JPEG_OR_PNG = { ["image/jpeg"] = true, ["image/jpg"] = true, ["image/png"] = true }
local MP4 = { ["video/mp4"] = true }

--- The same for what Meta's resumable upload takes: examples of template
-- headers, and the profile picture.
M.upload_kinds = {
  image = { types = JPEG_OR_PNG, max = 5 * MB },
  video = { types = MP4, max = 16 * MB },
  gif = { types = MP4, max = 3.5 * MB },
  document = { types = { ["application/pdf"] = true }, max = 100 * MB },
}

local function bytes(n)
  if n >= MB then return ("%.1f MB"):format(n / MB) end
  return ("%.1f KB"):format(n / KB)
end

-- How much it has, and how much it may have: exactly, where they look the same.
local function sizes(has, may)
  local much, most = bytes(has), bytes(may)
  if much ~= most then return much, most end
  return ("%.0f bytes"):format(has), ("%.0f"):format(may)
end

--- A content type without its parameters: "audio/ogg; codecs=opus" is audio/ogg.
---@param content_type string
---@return string|nil
function M.essence(content_type)
  return (content_type:lower() .. ";"):match "^%s*([^;%s]+)%s*;[^%c]*$"
end

local ORDER = { "image", "video", "audio", "sticker" }

--- The kind of message that a content type is for.
---@param content_type string|nil
---@param kinds? table `upload_kinds` instead of those of messages
---@return string
function M.kind_of(content_type, kinds)
  kinds = kinds or M.kinds
  for _, name in ipairs(ORDER) do
    local kind = kinds[name]
    if kind and kind.types[content_type] then return name end
  end
  return "document"
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

--- The content type of a file by its ending, or `nil, err`.
---@param name string|nil a file name
---@param path string for the error
---@return string|nil
---@return whatsapp.Error? err
function M.type_of(name, path)
  local ending = name and name:match "%.(%w+)$"
  local found = ending and M.endings[ending:lower()]
  if found then return found end
  return invalid(path, ending and ("the ending .%s tells no content type"):format(ending)
    or "the content type is not known", 'say it: type = "application/…"')
end

--- Checks a content type and size for a kind of message.
---@param content_type string
---@param size integer bytes
---@param kind string|nil image video audio sticker document; nil: by the type
---@param path string for the error
---@param kinds? table `upload_kinds` instead of those of messages
---@return boolean|nil ok
---@return whatsapp.Error? err
function M.check(content_type, size, kind, path, kinds)
  kinds = kinds or M.kinds
  local plain = M.essence(content_type)
  if not plain or not plain:find "^[%w!#$&^_.+-]+/[%w!#$&^_.+-]+$" then
    return invalid(path, ("%q is not a content type"):format(content_type))
  end
  kind = kind or M.kind_of(plain, kinds)
  local limit = kinds[kind]
  if limit.types and not limit.types[plain] then
    return invalid(path, ("%s cannot be sent as %s: allowed are %s"):format(plain, kind,
      sorted(limit.types)), kind ~= "document" and kind ~= "gif" and "other files can be sent as a document" or nil)
  end
  if size <= 0 then return invalid(path, "the file is empty") end
  if size > limit.max then
    local much, most = sizes(size, limit.max)
    return invalid(path, ("has %s, %s may have %s"):format(much, kind == "document" and "a document" or plain, most))
  end
  return true
end

--- The most bytes that a message of a kind may have.
---@param kind string|nil nil: of the kind that may have most
---@return integer
function M.maximum(kind)
  return M.kinds[kind or "document"].max
end

--- `nil, err` for a file that is larger, however large it is.
---@param kind string|nil
---@param path string
function M.too_large(kind, path)
  local name = kind and (M.kinds[kind].name or kind) or "a file"
  return invalid(path, ("has more than %s, the limit of %s"):format(bytes(M.maximum(kind)), name))
end

-- References -------------------------------------------------------------------

--- The description of a file's name.
M.filename = { type = "string", max = 240, line = true }

local SOURCES = { "id", "link", "file", "data", "fetch" }

local function one_source(value, path)
  local found
  for _, name in ipairs(SOURCES) do
    if value[name] ~= nil then
      if found then
        return invalid(schema.join(path, name), ("cannot stand beside %s"):format(found))
      end
      found = name
    end
  end
  if not found then return invalid(path, "needs one of id, link, file, data or fetch") end
  if value.type and (found == "id" or found == "link") then
    return invalid(schema.join(path, "type"), ("is only for file, data and fetch, not for %s")
      :format(found))
  end
  return value
end

local LINK_HINT = "a string is a link; an uploaded file is { id = … }, a local one { file = … }"

-- A string is a link, and says so when it is none.
local function reference_of(value, path)
  if type(value) == "number" then return invalid(path, "must be a table or a link, not a number", LINK_HINT) end
  if type(value) ~= "string" then return value end
  local link, err = schema.check(value, { type = "link" }, path)
  if not link then
    err.hint = LINK_HINT
    return nil, err
  end
  return { link = link }
end

--- The description of a media object: an id, a link, a local file, bytes, or a
--- link that is fetched here.
---@param extra? table<string, table> further fields, e.g. caption
---@return table spec
function M.reference(extra)
  local fields = {
    id = { type = "id" },
    link = { type = "link" },
    file = { type = "bytes" },
    data = { type = "bytes" },
    fetch = { type = "link" },
    type = { type = "string" },
  }
  for name, field in pairs(extra or {}) do fields[name] = field end
  return { type = "table", also = "string", fields = fields, before = reference_of, check = one_source }
end

--- The name of the file behind a path or a link, or nil.
---@param source { file?: string, fetch?: string, filename?: string }
---@return string|nil
function M.name_of(source)
  if source.filename or source.file then return source.filename or source.file:match "[^/]+$" end
  local name = source.fetch and source.fetch:gsub("[?#].*$", ""):match "^%a+://[^/]*/.-([^/]+)$"
  name = name and percent.decode(name)
  return name and schema.check(name, M.filename, nil) or nil
end

--- Graph's media object. What is not there yet is noted in `uploads`, to be
--- uploaded before the message is sent; its id is then put `into` the object.
---@param value table as checked by `reference`
---@param kind string image video audio sticker document
---@param uploads table[]
---@param path string
---@return table
function M.compile(value, kind, uploads, path)
  local object = { id = value.id, link = value.link, caption = value.caption,
                   filename = value.filename, voice = value.voice }
  if value.file or value.data or value.fetch then
    local name = M.name_of(value)
    if kind == "document" then object.filename = name end
    uploads[#uploads + 1] = { into = object, kind = kind, path = path, file = value.file,
                              data = value.data, fetch = value.fetch, type = value.type,
                              filename = name, voice = value.voice }
  end
  return object
end

return M
