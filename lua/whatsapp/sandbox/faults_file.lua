--- The rules of faults on their way from the sandbox object to its server: one file of
--- JSON, replaced as a whole.

local json = require "whatsapp.json"

local M = {}

local function path_of(prefix)
  return prefix .. "/faults"
end

--- The file's text, empty when there are no rules.
---@param prefix string
---@return string
function M.read(prefix)
  local file = io.open(path_of(prefix), "rb")
  if not file then return "" end
  local text = file:read "*a"
  file:close()
  return text
end

--- Replaces the rules.
---@param prefix string
---@param rules table[]
---@return true|nil ok
---@return string|nil why
function M.write(prefix, rules)
  local path = path_of(prefix)
  if #rules == 0 then
    os.remove(path)
    return true
  end
  local text, why = json.encode(rules)
  if not text then return nil, why end
  local file
  file, why = io.open(path .. ".new", "wb")
  if not file then return nil, why end
  file:write(text)
  file:close()
  return os.rename(path .. ".new", path)
end

return M
