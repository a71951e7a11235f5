--- `wa.media`: files on Meta's side. Meta's pages: "Media"; operations
-- uploadMedia, getMediaUrl, deleteMedia.

local Error = require "whatsapp.error"
local download = require "whatsapp.api.media.download"
local limits = require "whatsapp.message.media"
local source = require "whatsapp.api.source"

-- The file part of an upload, checked before anything is sent. `kind` narrows
-- the limits to those of one kind of message; `where` begins the error's path.
local function file_part(given, kind, where)
  local file, err = source.describe(given, where)
  if not file then return nil, err end
  local ok
  ok, err = limits.check(file.type, file.size, kind, file.named)
  if not ok then return nil, err end
  return { name = "file", path = file.path, data = file.data, type = file.type,
           filename = file.filename }
end

-- Uploads a source that was checked already.
local function upload(self, given, kind, where, options, finish)
  local part, err = file_part(given, kind, where)
  if not part then return nil, err end
  local media, meta = self.client:perform({
    method = "POST",
    path = "{phone_number_id}/media",
    finish = finish,
    parts = {
      { name = "messaging_product", data = "whatsapp" },
      { name = "type", data = part.type },
      part,
    },
  }, options)
  if not media then return nil, meta end
  if type(media.id) == "string" then return media end
  return nil, Error.new { kind = "protocol", outcome = "unknown", status = meta.status,
    message = "Graph's answer names no media id" }
end

local M = {
  get = { "GET", "{id}", operation = "retrieveMediaUrl",
    does = "What Graph knows of a file: its type, size and SHA-256, and a URL for five minutes." },
  delete = { "DELETE", "{id}", operation = "deleteMedia", does = "Deletes a file.", returns = "success" },
}

--- Uploads a file (streamed, in constant memory) or bytes; the id is good for
--- 30 days. The content type follows the file's ending unless `type` says it.
--- Limits: images 5 MB, video and audio 16 MB, stickers 500 KB, else 100 MB.
---@param given string|{ file?: string, data?: string, type?: string, filename?: string }
---@param options? table per-call options
---@return { id: string }|nil
---@return whatsapp.Error? err
function M.upload(self, given, options)
  local checked, err = source.check(given, 'wa.media:upload("photo.jpg") or { data = bytes, type = "image/png" }')
  if not checked then return nil, err end
  return upload(self, checked, nil, nil, options)
end

--- Uploads what a message refers to; used by `wa:send`.
---@param reference { file?: string, data?: string, type?: string, kind: string, path: string }
---@param options? table
---@return { id: string }|nil
---@return whatsapp.Error? err
---@package
function M.upload_for(self, reference, options)
  return upload(self, reference, reference.kind, reference.path, options, reference.finish)
end

--- Downloads a media id. With a path the bytes are streamed to a file that
--- appears under its name only when it is whole; without one they are returned
--- (at most 110 MB).
---@param id string
---@param path? string
---@param options? table per-call options
---@return string|table|nil result the bytes, or (with a path) what Graph knows of the file
---@return table|whatsapp.Error? info what Graph knows of the file, or the error
function M.download(self, id, path, options)
  if type(path) == "table" then path, options = nil, path end
  if path ~= nil and (type(path) ~= "string" or path == "" or path:find("\0", 1, true)) then
    return Error.invalid("path", "must be the name of the file to write")
  end
  local bytes, info = download.run(self, id, path, options)
  if bytes == nil then return nil, info end
  if path then return info end
  return bytes, info
end

M.upload = { "POST", "{phone_number_id}/media", operation = "uploadImage", call = M.upload }
M.download = { "GET", "{url}", operation = "downloadMedia", call = M.download }

return M
