--- `wa.media`: files on Meta's side. Meta's pages: "Media"; operations
-- uploadMedia, getMediaUrl, deleteMedia.

local Error = require "whatsapp.error"
local cache = require "whatsapp.api.media.cache"
local config = require "whatsapp.config"
local content = require "whatsapp.message.content"
local download = require "whatsapp.api.media.download"
local limits = require "whatsapp.message.media"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"
local source = require "whatsapp.api.source"

-- Files ---------------------------------------------------------------------------

local function close(file)
  if file.download then file.download:close() end
end

-- A file that may be uploaded, checked before anything is sent to Graph. `kind`
-- narrows the limits to those of one kind of message; `where` begins the error's path.
local function file_of(client, given, kind, where, options, finish)
  local file, ok, err
  if given.fetch then
    file, err = source.fetch(client, given, where, kind, options, finish)
  else
    file, err = source.describe(given, where, kind)
  end
  if not file then return nil, err end
  ok, err = limits.check(file.type, file.size, kind, file.named)
  if ok then ok, err = content.check(file, kind, given.voice) end
  if ok then return file end
  close(file)
  return nil, err
end

local function parts_of(file)
  local parts = {
    { name = "messaging_product", data = "whatsapp" },
    { name = "type", data = file.type },
    { name = "file", path = file.path, data = file.data, download = file.download,
      type = file.type, filename = file.filename },
  }
  if file.ttl_minutes then
    table.insert(parts, 3, { name = "ttl_minutes", data = schema.number_text(file.ttl_minutes) })
  end
  return parts
end

local function post(client, file, options, finish)
  local media, meta = client:perform({ method = "POST", path = "{phone_number_id}/media", finish = finish,
    parts = parts_of(file) }, options)
  if not media then return nil, meta end
  if type(media.id) == "string" then return media end
  return nil, Error.new { kind = "protocol", outcome = "unknown", status = meta.status,
    message = "Graph's answer names no media id" }
end

-- Once for the same bytes -----------------------------------------------------------

local WAIT = 0.02 -- seconds between two looks at another's upload

-- Waits for another's upload of the same bytes to end, as long as that is possible.
local function wait_for(known, key, loop, finish)
  while known:is_claimed(key) and loop.now() < finish do
    if loop.ready and not loop.ready() then return end
    loop.sleep(WAIT)
  end
end

local function upload_once(client, file, settings, options, finish)
  local known, loop = client.root.media_ids, client:loop()
  local digest, err = source.digest(file, loop)
  if not digest then return nil, err end
  local key = ("%s %s %s"):format(tostring(settings.phone_number_id), file.type, digest)
  wait_for(known, key, loop, finish or loop.now() + settings.deadline)
  local id = known:get(key, os.time())
  if id then return { id = id }, key end
  local claim = known:claim(key)
  local media, why = post(client, file, options, finish)
  known:release(key, claim)
  if not media then return nil, why end
  known:put(key, media.id, os.time())
  return media
end

-- Uploads a file and closes it. With the media also the key of the cache, if it
-- comes from there.
local function upload(client, file, options, finish)
  local settings, err = config.for_call(client.config, options)
  local media, key
  if settings and settings.media_cache and not file.ttl_minutes then
    client.root.media_ids = client.root.media_ids or cache.new()
    media, key = upload_once(client, file, settings, options, finish)
  elseif settings then
    media, key = post(client, file, options, finish)
  end
  close(file)
  return media, key or err
end

-- Public -----------------------------------------------------------------------------

local M = {
  get = { "GET", "{id}", operation = "retrieveMediaUrl",
    does = "What Graph knows of a file: its type, size and SHA-256, and a URL for five minutes." },
}

local delete_row = { "DELETE", "{id}", operation = "deleteMedia", returns = "success" }
local delete = resource.method(delete_row)

--- Deletes a file. A cache of uploads (`media_cache`) forgets it.
---@param id string|integer
---@param options? table per-call options
---@return true|nil
---@return whatsapp.Error? err
function M.delete(self, id, options)
  local known = self.client.root.media_ids
  -- Before it is asked for: nothing is sent by an id that may be gone.
  if known then known:drop_id(schema.check(id, { type = "id" })) end
  return delete(self, id, options)
end

--- Uploads a file (streamed, in constant memory), bytes, or what is behind a link;
--- the id is good for 30 days. The content type follows the file's ending (a
--- link's: what its server says) unless `type` says it, or the first bytes tell
--- another. Limits: images 5 MB, video and audio 16 MB, stickers 500 KB, else 100 MB.
--- `ttl_minutes` (60 to 43200) is for numbers without storage, where Graph keeps it an hour.
---@param given string|{ file?: string, data?: string, fetch?: string, type?: string, filename?: string,
--- ttl_minutes?: integer }
---@param options? table per-call options
---@return { id: string }|nil
---@return whatsapp.Error? err
function M.upload(self, given, options)
  local checked, err = source.check(given,
    'wa.media:upload("photo.jpg") or { data = bytes, type = "image/png" }', nil, true)
  if not checked then return nil, err end
  local finish = self.client:finish_of(options)
  local file, media
  file, err = file_of(self.client, checked, nil, nil, options, finish)
  if not file then return nil, err end
  file.ttl_minutes = checked.ttl_minutes
  media, err = upload(self.client, file, options, finish)
  if not media then return nil, err end
  return media
end

-- Every file of a message, or nil, err; nothing is uploaded before all are right.
local function files_of(client, references, options, finish)
  local files = {}
  for i, reference in ipairs(references) do
    local file, err = file_of(client, reference, reference.kind, reference.path, options, finish)
    if not file then
      for _, earlier in ipairs(files) do close(earlier) end
      return nil, err
    end
    files[i] = file
  end
  return files
end

--- Uploads what a message refers to and puts each id into its place; used by
--- `wa:send`. Returns the keys under which ids were known already; a reference gets
--- `advice` where there is some.
---@param references table[] `uploads` of `whatsapp.message`
---@param options? table
---@param finish? number
---@return string[]|nil keys
---@return whatsapp.Error? err
---@package
function M.upload_all(self, references, options, finish)
  local client, keys = self.client, {}
  local files, err = files_of(client, references, options, finish)
  if not files then return nil, err end
  for i, reference in ipairs(references) do
    local media, key = upload(client, files[i], options, finish)
    if not media then
      for later = i + 1, #files do close(files[later]) end
      return nil, key
    end
    reference.into.id = media.id
    reference.advice = content.advice(files[i], reference.kind, reference.voice)
    keys[#keys + 1] = key
  end
  return keys
end

--- Forgets ids that Graph does not take any more; used by `wa:send`.
---@param keys string[]
---@package
function M.forget(self, keys)
  for _, key in ipairs(keys) do self.client.root.media_ids:drop(key) end
end

--- Downloads a media id. With a path the bytes are streamed to a file that
--- appears under its name only when it is whole; without one they are returned
--- (at most 110 MB). What breaks off goes on where it was, and the SHA-256 must be the one that
--- Graph announced. It wants a client with `access_token`: Meta's media hosts take nothing else.
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
delete_row.call = M.delete
M.delete = delete_row

return M
