--- The file that outlives a sandbox: a head, and a line of JSON for each change since. Lines
--- are only ever added, so that whatever a kill leaves is whole but for a last line without
--- an end. When it has grown to much more than is needed it is written anew, little by
--- little, beside the old one, which it then replaces.

local ffi = require "ffi"
local json = require "whatsapp.json"

ffi.cdef "int truncate(const char *path, long length);"

local M = {}

local SPARE = 1024 * 1024 -- bytes that may be in vain
local SLICE = 50          -- things that are written at once

local path, file
local size, needed = 0, 0
local anew -- the file that is to replace it, while it is written

local function open(at, mode)
  local opened = assert(io.open(at, mode))
  opened:setvbuf "no" -- what was written is safe from a kill
  return opened
end

--- Reads it, line by line; a last one without an end is cut off. Raises when it is damaged.
---@param at string  its path, from now on
---@param fn fun(line: table)
---@return boolean found
function M.read(at, fn)
  path = at
  local input = io.open(at, "rb")
  if not input then return false end
  local whole = 0
  for line in input:lines "*L" do
    if line:sub(-1) ~= "\n" then break end
    fn((json.decode_raw(line)) or error(at .. " is damaged", 0))
    whole = whole + #line
  end
  input:close()
  assert(ffi.C.truncate(at, whole) == 0)
  return whole > 0
end

--- Opens it for what follows.
function M.open()
  if file then file:close() end
  file = open(path, "ab")
  size = file:seek "end"
  needed = size
end

--- Adds lines: all of them, or none when it fails.
---@param text string  each with its end
---@return boolean|nil ok
---@return string? why
function M.add(text)
  local ok, why = file:write(text)
  if not ok then
    ffi.C.truncate(path, size)
    return nil, why
  end
  size = size + #text
  if anew then assert(anew:write(text)) end
  return true
end

--- Whether most of it is in vain.
---@return boolean
function M.is_long()
  return not anew and size > 2 * needed + SPARE
end

local function write_all(head, things, line_of, pause)
  assert(anew:write(head))
  for from = 1, #things, SLICE do
    local lines = {}
    for i = from, math.min(from + SLICE - 1, #things) do lines[#lines + 1] = line_of(things[i]) end
    assert(anew:write(table.concat(lines)))
    pause()
  end
  assert(os.rename(path .. ".new", path))
end

--- Writes it anew. Raises what goes wrong: then the old one stays.
---@param head string    its first line
---@param things table[]  all that is to be in it
---@param line_of fun(thing: table): string  as it is now; "": it is gone
---@param pause fun()     called now and then; meanwhile lines may be added
function M.write_anew(head, things, line_of, pause)
  anew = open(path .. ".new", "wb")
  local ok, why = pcall(write_all, head, things, line_of, pause)
  anew:close()
  anew = nil
  if not ok then
    needed = size -- not again before it has grown as much
    error(why, 0)
  end
  M.open()
end

return M
