--- What can be uploaded: a local file, bytes, or what is behind a link.

local Error = require "whatsapp.error"
local content = require "whatsapp.message.content"
local core = require "whatsapp.core"
local fetch = require "whatsapp.api.fetch"
local limits = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local M = {}

local spec = { type = "table", short = "file", fields = {
  file = { type = "bytes" },
  data = { type = "bytes" },
  fetch = { type = "link" },
  type = { type = "string", line = true },
  filename = limits.filename,
} }

local media_spec = { type = "table", short = "file", fields = {
  ttl_minutes = { type = "number", min = 60, max = 43200, whole = true },
} }
for name, field in pairs(spec.fields) do media_spec.fields[name] = field end

--- Checks what a caller gave: the name of a file, or a table with `file`, `data`
--- or `fetch`, and `type` and `filename` where they are not the file's own; for messages
--- also `ttl_minutes`, how long Graph keeps it for a number without storage.
---@param value string|{ file?: string, data?: string, fetch?: string, type?: string, filename?: string,
--- ttl_minutes?: integer }
---@param example string how the call is written, for the hint
---@param path? string begins the error's path
---@param for_messages? boolean
---@return table|nil source
---@return whatsapp.Error? err
function M.check(value, example, path, for_messages)
  local source, err = schema.check(value, for_messages and media_spec or spec, path)
  if not source then return nil, err end
  if (source.file and 1 or 0) + (source.data and 1 or 0) + (source.fetch and 1 or 0) ~= 1 then
    return Error.invalid(path or "file", "needs one of file, data and fetch", example)
  end
  return source
end

local function size_of(source, named)
  if source.data then return #source.data end
  local size, err = core.file_size(source.file)
  if size then return size end
  err.field = named
  if source.file:find "^https?://" then
    err.hint = "it is a link: give { fetch = … } to have it fetched here and uploaded"
  end
  return nil, Error.of_transport(err, false)
end

local function head_of(source)
  if source.data then return source.data:sub(1, content.HEAD) end
  local file = io.open(source.file, "rb")
  local head = file and file:read(content.HEAD) or ""
  if file then file:close() end
  return head
end

local PIECE, PIECES = 256 * 1024, 16 -- so many are hashed before others get a turn
local TURN = 0.001                   -- seconds of it

local function digest_of_file(path, loop)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local digest, count = assert(core.digest()), 0
  for piece in function() return file:read(PIECE) end do
    digest:update(piece)
    count = count + 1
    if count % PIECES == 0 and not (loop.ready and not loop.ready()) then loop.sleep(TURN) end
  end
  file:close()
  return assert(digest:final())
end

--- The SHA-256 of a described file, in hex.
---@param file table
---@param loop table
---@return string|nil
---@return whatsapp.Error? err
function M.digest(file, loop)
  local digest, why
  if file.path then
    digest, why = digest_of_file(file.path, loop)
  else
    digest = file.data and core.sha256(file.data) or file.download:sha256()
  end
  if digest then return core.hex(digest) end
  return nil, Error.new { kind = "io", field = file.named, message = tostring(why) }
end

-- The file with its type and its first bytes. `guess` is what a server says.
local function identify(file, source, where, kind, guess, head)
  local unknown, err
  if not guess and not source.type then guess, unknown = limits.type_of(file.filename, file.named) end
  file.type, err = content.type_of(head, guess, source.type, kind, file.named, schema.join(where, "type"))
  if not file.type then return nil, unknown or err end
  file.filename, file.head = file.filename or "file", head
  return file
end

--- What the bytes of a local source are: their size, type and name. The type
--- follows the ending of the name unless the source says it, or the bytes tell
--- another.
---@param source { file?: string, data?: string, type?: string, filename?: string }
---@param where string|nil begins the error's path
---@param kind? string of message
---@return { named: string, path?: string, data?: string, size: integer, type: string,
--- filename: string, head: string }|nil file `named` is the path for errors about it
---@return whatsapp.Error? err
function M.describe(source, where, kind)
  local named = schema.join(where, source.file and "file" or "data")
  local size, err = size_of(source, named)
  if not size then return nil, err end
  local file = { named = named, path = source.file, data = source.data, size = size,
                 filename = limits.name_of(source) }
  return identify(file, source, where, kind, nil, head_of(source))
end

--- The same for a link, which is fetched: `download` is a temporary file, to be
--- closed by the caller.
---@param client whatsapp.Client
---@param source { fetch: string, type?: string, filename?: string }
---@param where string|nil
---@param kind? string
---@param options? table
---@param finish? number
---@return { named: string, download: userdata, size: integer, type: string, filename: string,
--- head: string }|nil
---@return whatsapp.Error? err
function M.fetch(client, source, where, kind, options, finish)
  local named = schema.join(where, "fetch")
  local download, said = fetch.run(client, source.fetch, kind, named, options, finish)
  if not download then return nil, said end
  local file = { named = named, download = download, size = download:length(),
                 filename = limits.name_of(source) }
  local good, err = identify(file, source, where, kind, said, assert(download:head(content.HEAD)))
  if not good then download:close() end
  return good, err
end

--- The same, fetched into memory: what is uploaded in parts begins again anywhere.
---@param client whatsapp.Client
---@param source { fetch: string, type?: string, filename?: string }
---@param where string|nil
---@param kind? string
---@param options? table
---@param finish? number
---@return { named: string, data: string, size: integer, type: string, filename: string, head: string }|nil
---@return whatsapp.Error? err
function M.fetch_whole(client, source, where, kind, options, finish)
  local named = schema.join(where, "fetch")
  local data, said = fetch.into_memory(client, source.fetch, kind, named, options, finish)
  if not data then return nil, said end
  local file = { named = named, data = data, size = #data, filename = limits.name_of(source) }
  return identify(file, source, where, kind, said, data:sub(1, content.HEAD))
end

return M
