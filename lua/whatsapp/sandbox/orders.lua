--- What the sandbox object tells its server while it runs: for each matter one file of
--- JSON, replaced as a whole.

local json = require "whatsapp.json"

local M = {}

local function path_of(prefix, name)
  return prefix .. "/" .. name
end

-- The file's text, empty when nothing was ordered.
local function read(path)
  local file = io.open(path, "rb")
  if not file then return "" end
  local text = file:read "*a"
  file:close()
  return text
end

--- A function that reads the orders of a matter, and decodes them only when they have
--- changed. The file is small, and there is none most of the time.
---@param name string
---@return fun(prefix: string): table
function M.reader(name)
  local orders, text = {}, ""
  return function(prefix)
    local found = read(path_of(prefix, name))
    if found ~= text then
      orders, text = json.decode(found) or {}, found
    end
    return orders
  end
end

--- Replaces the orders of a matter.
---@param prefix string
---@param name string
---@param orders table
---@return true|nil ok
---@return string|nil why
function M.write(prefix, name, orders)
  local path = path_of(prefix, name)
  if next(orders) == nil then
    os.remove(path)
    return true
  end
  local text, why = json.encode(orders)
  if not text then return nil, why end
  local file
  file, why = io.open(path .. ".new", "wb")
  if not file then return nil, why end
  file:write(text)
  file:close()
  return os.rename(path .. ".new", path)
end

return M
