--- A file of variables: `NAME=value` or `export NAME=value` on each line, as
--- `whatsapp sandbox` prints them. It may hold secrets, so nobody else may read it.

local Error = require "whatsapp.error"
local output = require "whatsapp.cli.output"

local M = {}

-- The nine letters that say who may do what, as `ls -l` writes them.
local function mode_of(path)
  local pipe = assert(io.popen("LC_ALL=C ls -ldL -- " .. output.quote(path) .. " 2>/dev/null"))
  local line = pipe:read "*l"
  pipe:close()
  return line and line:match "^.(%S%S%S%S%S%S%S%S%S)"
end

local function unquoted(value)
  return value:match "^'(.*)'$" or value:match '^"(.*)"$' or value
end

local function variables_of(text)
  local found, number = {}, 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local name, value = line:gsub("^%s*export%s+", ""):match "^%s*([%a_][%w_]*)=(.-)%s*$"
    if name then
      found[name] = unquoted(value)
    elseif not line:find "^%s*$" and not line:find "^%s*#" and not line:find "^%s*unset%s" then
      return nil, number
    end
  end
  return found
end

--- Reads it.
---@param path string
---@return table<string, string>|nil
---@return whatsapp.Error? err of kind `config`
function M.read(path)
  local file, why = io.open(path, "rb")
  if not file then return Error.config("--env-file", "cannot be read: " .. why) end
  local mode = mode_of(path)
  if not mode or mode:sub(4) ~= "------" then
    file:close()
    return Error.config("--env-file", ("others may read %s"):format(path), "chmod 600 " .. output.quote(path))
  end
  local text
  text, why = file:read "*a"
  file:close()
  if not text then return Error.config("--env-file", ("cannot be read: %s: %s"):format(path, why)) end
  local found, line = variables_of(text)
  if found then return found end
  return Error.config("--env-file", ("line %d of %s is not NAME=value"):format(line, path))
end

return M
