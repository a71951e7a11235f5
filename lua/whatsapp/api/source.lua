--- What can be uploaded: a local file, or bytes.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local limits = require "whatsapp.message.media"
local schema = require "whatsapp.schema"

local M = {}

local spec = {
  type = "table",
  short = "file",
  fields = {
    file = { type = "bytes" },
    data = { type = "bytes" },
    type = { type = "string", line = true },
    filename = limits.filename,
  },
}

--- Checks what a caller gave: the name of a file, or a table with `file` or
--- `data`, and `type` and `filename` where they are not the file's own.
---@param value string|{ file?: string, data?: string, type?: string, filename?: string }
---@param example string how the call is written, for the hint
---@param path? string begins the error's path
---@return table|nil source
---@return whatsapp.Error? err
function M.check(value, example, path)
  local source, err = schema.check(value, spec, path)
  if not source then return nil, err end
  if (source.file == nil) == (source.data == nil) then
    return Error.invalid(path or "file", "needs either file or data", example)
  end
  return source
end

local function size_of(source, named)
  if source.data then return #source.data end
  local size, err = core.file_size(source.file)
  if size then return size end
  err.field = named
  return nil, Error.of_transport(err, false)
end

--- What the bytes are: their size, type and name. The type follows the ending
--- of the name unless the source says it.
---@param source { file?: string, data?: string, type?: string, filename?: string }
---@param where string|nil begins the error's path
---@return { named: string, path?: string, data?: string, size: integer, type: string,
--- filename: string }|nil file `named` is the path for errors about it
---@return whatsapp.Error? err
function M.describe(source, where)
  local named = schema.join(where, source.file and "file" or "data")
  local filename = source.filename or (source.file and source.file:match "[^/]+$")
  local size, err = size_of(source, named)
  if not size then return nil, err end
  local content_type = source.type
  if not content_type then
    content_type, err = limits.type_of(filename, named)
    if not content_type then return nil, err end
  end
  return { named = named, path = source.file, data = source.data, size = size,
           type = content_type, filename = filename or "file" }
end

return M
