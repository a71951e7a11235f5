--- multipart/form-data, from memory or from a file, in constant memory: a part is
--- where its bytes are, not the bytes.

local find, sub = string.find, string.sub

local M = {}

local WINDOW = 64 * 1024
local MAX_HEADER = 8 * 1024
local MAX_PARTS = 100

local Part = {}
Part.__index = Part

-- Sources: `find(needle, from)` → position, `sub(from, to)` → bytes. Positions
-- count from 1.

local function string_source(text)
  return {
    find = function(needle, from) return (find(text, needle, from, true)) end,
    sub = function(from, to) return sub(text, from, to) end,
    close = function() end,
  }
end

local function file_source(path)
  local file = assert(io.open(path, "rb"))
  local function read(from, n)
    file:seek("set", from - 1)
    return file:read(n) or ""
  end
  return {
    -- Windows overlap by the needle's length, so that none is cut in two.
    find = function(needle, from)
      while true do
        local window = read(from, WINDOW)
        local at = find(window, needle, 1, true)
        if at then return from + at - 1 end
        if #window < WINDOW then return nil end
        from = from + WINDOW - #needle + 1
      end
    end,
    sub = function(from, to) return read(from, to - from + 1) end,
    close = function() file:close() end,
  }
end

local function open(body, path)
  return body and string_source(body) or file_source(path)
end

-- `name="a \"b\".jpg"`: a quote inside is escaped with a backslash or as %22.
local function quoted(header, name)
  local _, at = find(header, "[;%s]" .. name .. '="')
  if not at then return header:match("[;%s]" .. name .. '=([^;%s"]+)') end
  local value, from = {}, at + 1
  while true do
    local stop = find(header, '["\\]', from)
    if not stop then return nil end
    value[#value + 1] = sub(header, from, stop - 1)
    if sub(header, stop, stop) == '"' then break end
    value[#value + 1] = sub(header, stop + 1, stop + 1)
    from = stop + 2
  end
  return (table.concat(value):gsub("%%22", '"'):gsub("%%0[dD]", "\r"):gsub("%%0[aA]", "\n"))
end

local function header_of(headers, name)
  for line in headers:gmatch "[^\r\n]+" do
    local key, value = line:match "^([%w-]+):%s*(.-)%s*$"
    if key and key:lower() == name then return value end
  end
end

-- The part whose headers begin at `from`, or nil and why.
local function read_part(source, from, delimiter)
  local head_end = source.find("\r\n\r\n", from)
  if not head_end or head_end - from > MAX_HEADER then return nil, "a part without a header" end
  local headers = source.sub(from, head_end - 1)
  local disposition = header_of(headers, "content-disposition") or ""
  local name = quoted(disposition, "name")
  if not name then return nil, "a part without a name" end
  local first = head_end + 4
  local stop = source.find("\r\n" .. delimiter, first)
  if not stop then return nil, "a part without an end" end
  return setmetatable({
    name = name, filename = quoted(disposition, "filename"),
    content_type = header_of(headers, "content-type"), first = first, size = stop - first,
  }, Part), stop + 2
end

local function read_parts(source, delimiter)
  local parts, at = {}, source.find(delimiter, 1)
  while at do
    local after = at + #delimiter
    local mark = source.sub(after, after + 1)
    if mark == "--" then return parts end
    if mark ~= "\r\n" or #parts == MAX_PARTS then return nil, "a malformed boundary" end
    -- The search starts at the line's end, so that a part may have no headers.
    local part, stop = read_part(source, after + 2, delimiter)
    if not part then return nil, stop end
    parts[#parts + 1], at = part, stop
  end
  return nil, "no boundary"
end

--- Finds the parts of a body.
---@param content_type string  the request's, with its boundary
---@param body? string         the body, if it is in memory
---@param path? string         else the file that holds it
---@return table[]|nil parts   `name`, `filename`, `content_type`, `size`, `:text()`, `:chunks()`
---@return string|nil why
function M.parse(content_type, body, path)
  content_type = tostring(content_type or "")
  local boundary = content_type:lower():find("^multipart/form%-data")
    and (content_type:match 'boundary="([^"]+)"' or content_type:match "boundary=([^;%s]+)")
  if not boundary then return nil, "the request is not multipart/form-data" end
  if not body and not path then return nil, "the request has no body" end
  local source = open(body, path)
  local parts, why = read_parts(source, "--" .. boundary)
  source.close()
  if not parts then return nil, "the multipart body has " .. why end
  for _, part in ipairs(parts) do part.body, part.path = body, path end
  return parts
end

--- The part's bytes, piece by piece.
---@return fun(): string|nil
function Part:chunks()
  local source, at, stop = open(self.body, self.path), self.first, self.first + self.size - 1
  return function()
    if at > stop then return source.close() end
    local chunk = source.sub(at, math.min(at + WINDOW - 1, stop))
    at = at + #chunk
    return chunk
  end
end

--- The part's bytes.
---@return string
function Part:text()
  local pieces = {}
  for chunk in self:chunks() do pieces[#pieces + 1] = chunk end
  return table.concat(pieces)
end

return M
