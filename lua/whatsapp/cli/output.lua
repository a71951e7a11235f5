--- What people read on a terminal: tables, fields, and whether it is one.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local M = {}

--- A word as the shell takes it literally.
---@param word string
---@return string
function M.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Prints text at once. Raises an error object where that cannot be done: whoever reads
--- the answer must not take it for one.
---@param ... string
---@return true
function M.write(...)
  local ok, why = io.stdout:write(...)
  if ok then ok, why = io.stdout:flush() end
  if ok then return true end
  error(Error.new { kind = "io", outcome = "unknown", message = "cannot print the answer: " .. tostring(why) }, 0)
end

--- Prints a line.
---@param text string
---@return true
function M.line(text)
  return M.write(text, "\n")
end

--- Prints a value as one line of JSON.
---@param value table
---@return true
function M.print_json(value)
  return M.line(assert(json.encode(value)))
end

--- Prints a value as JSON in lines, for people.
---@param value table
---@return true
function M.print_tree(value)
  return M.line(json.lines(value, schema.sorted_keys))
end

--- Whether a standard stream is a terminal.
---@param descriptor 1|2
---@return boolean
function M.is_terminal(descriptor)
  local first = os.execute("test -t " .. descriptor)
  return first == true or first == 0
end

-- Bold where that can be seen and is wanted: https://no-color.org.
local function heading(text)
  local plain = os.getenv "NO_COLOR"
  if plain and plain ~= "" or not M.is_terminal(1) then return text end
  return "\27[1m" .. text .. "\27[0m"
end

local function is_words(value)
  for _, item in pairs(value) do
    if type(item) ~= "string" then return false end
  end
  return #value > 0
end

-- One line without control characters, whatever a server or customer wrote.
local function text_of(value)
  if value == nil or value == json.null then return "" end
  if type(value) == "table" then value = is_words(value) and table.concat(value, ", ") or json.encode(value) end
  return (tostring(value):gsub("%c+", " "))
end

-- Characters, not bytes.
local function width(text)
  local _, n = text:gsub("[^\128-\191]", "")
  return n
end

local function pad(text, to)
  return text .. (" "):rep(to - width(text))
end

local function line(cells, widths)
  local parts = {}
  for i, cell in ipairs(cells) do parts[i] = pad(cell, widths[i]) end
  return (table.concat(parts, "  "):gsub("%s+$", ""))
end

--- A table with a heading.
---@param list table[]
---@param names string[] the fields that are shown
---@return string
function M.columns(list, names)
  local rows, widths, head = {}, {}, {}
  for i, name in ipairs(names) do head[i], widths[i] = name:upper(), width(name) end
  for r, item in ipairs(list) do
    rows[r] = {}
    for i, name in ipairs(names) do
      rows[r][i] = text_of(item[name])
      widths[i] = math.max(widths[i], width(rows[r][i]))
    end
  end
  local lines = { heading(line(head, widths)) }
  for r, row in ipairs(rows) do lines[r + 1] = line(row, widths) end
  return table.concat(lines, "\n") .. "\n"
end

--- One thing: a line for each field that it has.
---@param thing table
---@param names string[]
---@return string
function M.fields(thing, names)
  local most, lines = 0, {}
  for _, name in ipairs(names) do
    if thing[name] ~= nil then most = math.max(most, width(name)) end
  end
  for _, name in ipairs(names) do
    if thing[name] ~= nil then lines[#lines + 1] = ("%s  %s\n"):format(pad(name, most), text_of(thing[name])) end
  end
  return table.concat(lines)
end

return M
