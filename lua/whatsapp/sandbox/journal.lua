--- What the sandbox was asked and what it answered: one JSON line a request,
--- written by the server before its answer goes out, read by the sandbox object.

local cjson = require "cjson"
local json = require "whatsapp.json"

local M = {}

--- The journal's file in a prefix directory.
---@param prefix string
---@return string path
function M.path(prefix)
  return prefix .. "/journal"
end

-- Who reads it does not mind the order of names, and no number here has more than 14 digits:
-- lua-cjson is several times faster.
local writer = cjson.new()

--- Opens a journal for writing at its end.
---@param prefix string
---@return fun(entry: table) append
function M.writer(prefix)
  local file = assert(io.open(M.path(prefix), "ab"))
  return function(entry)
    file:write(writer.encode(entry), "\n")
    file:flush()
  end
end

--- Reads the entries. A request with a JSON body has it decoded in `body`, beside
--- the `text` that came.
---@param path string
---@param from? integer only those from this byte on
---@return table[]|nil entries
---@return integer|string next the byte behind them; or why it cannot be read
function M.read(path, from)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  file:seek("set", from or 0)
  local text = file:read "*a":match "^(.*\n)" or ""
  file:close()
  local entries = {}
  for line in text:gmatch "[^\n]+" do
    local entry = json.decode(line)
    if entry then
      entry.body = entry.text and json.decode(entry.text)
      entries[#entries + 1] = entry
    end
  end
  return entries, (from or 0) + #text
end

--- The accepted messages among the entries, in order.
---@param entries table[]
---@param wanted? fun(entry: table): boolean
---@return table[] messages
function M.messages(entries, wanted)
  local messages = {}
  for _, entry in ipairs(entries) do
    local message = entry.message
    if message and (not wanted or wanted(entry)) then
      message.payload = entry.body
      messages[#messages + 1] = message
    end
  end
  return messages
end

return M
