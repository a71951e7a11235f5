--- What a command reads: files, the standard input, JSON.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"

local M = {}

local MAX_BYTES = 16 * 1024 * 1024 -- a Flow's JSON, the largest, has 10 MB at most

-- Up to so much, and whether that is all; nil where it cannot be read.
local function read_some(file)
  local text = file:read(MAX_BYTES)
  if text then return text, file:read(0) == nil end
  return file:read "*a", true -- empty, or a folder
end

--- The whole of a file; "-" is the standard input.
---@param path string
---@return string|nil
---@return whatsapp.Error? err of kind `io`, or `invalid` when it has more than 16 MB
function M.read(path)
  local file, why = io.stdin, nil
  if path ~= "-" then file, why = io.open(path, "rb") end
  local text, whole
  if file then text, whole = read_some(file) end
  if file and path ~= "-" then file:close() end
  if text and not whole then return Error.invalid(path, "has more than 16 MB") end
  if text then return text end
  if path == "-" then why = "the standard input" end
  return nil, Error.new { kind = "io", message = ("cannot read %s"):format(why or path) }
end

--- A port on the command line; 0 is a free one.
---@param text string
---@return integer|nil
---@return string? why
function M.port(text)
  local number = tonumber(text)
  if number and number >= 0 and number <= 65535 and number % 1 == 0 then return number end
  return nil, ("'%s' is no port: a number from 0 to 65535"):format(text)
end

--- A time on the command line.
---@param text string
---@return number|nil
---@return string? why
function M.seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, ("--timeout: must be a number of seconds above 0, not '%s'"):format(text)
end

--- A JSON object or list.
---@param text string
---@param field string what it is, for the error
---@return table|nil
---@return whatsapp.Error? err of kind `invalid`
function M.decode(text, field)
  if not text:find "%S" then return Error.invalid(field, "is empty, where JSON must be") end
  local value, why = json.decode_raw(text)
  if value then return value end
  return Error.invalid(field, "is not JSON: " .. why)
end

--- A file with a JSON object or list.
---@param path string
---@return table|nil
---@return whatsapp.Error? err
function M.read_json(path)
  local text, err = M.read(path)
  if not text then return nil, err end
  return M.decode(text, path)
end

return M
