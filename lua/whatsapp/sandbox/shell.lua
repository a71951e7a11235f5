--- Running commands from plain Lua, with an environment of our own.

local M = {}

local tool_dirs = { "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin",
                    "/usr/local/openresty/bin", "/usr/local/nginx/sbin", "/opt/homebrew/bin" }

local function search_path()
  return (os.getenv("PATH") or "") .. ":" .. table.concat(tool_dirs, ":")
end

--- Where a command is, looking beyond PATH into the places of system tools.
---@param name string
---@return string|nil path
function M.find(name)
  for dir in search_path():gmatch("[^:]+") do
    local path = dir .. "/" .. name
    local file = io.open(path, "rb")
    if file then
      file:close()
      return path
    end
  end
end

--- A word as the shell takes it literally.
---@param word string|number
---@return string
function M.quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

-- What the caller's process was started with (LD_PRELOAD, OPENSSL_CONF, a
-- foreign locale) is its own; TMPDIR alone is meant for everybody. `exec`
-- keeps the shell a child of this process, so that $PPID is our pid.
local function clean(script)
  local tmp = os.getenv("TMPDIR")
  return "exec env -i PATH=" .. M.quote(search_path())
    .. (tmp and " TMPDIR=" .. M.quote(tmp) or "")
    .. " /bin/sh -c " .. M.quote(script)
end

--- Runs a script with an empty environment and returns what it printed.
---@param script string
---@return string|nil output
---@return string|nil why
function M.read(script)
  local pipe, why = io.popen(clean(script), "r")
  if not pipe then return nil, why end
  local output = pipe:read("*a")
  pipe:close()
  return output
end

--- Runs a command in the caller's environment; the answers of `os.execute` in
--- 5.1 and in later versions become one.
---@param command string
---@return boolean ok
---@return string|nil why  e.g. "exit status 3"
function M.run(command)
  local first, how, code = os.execute(command)
  if first == true or first == 0 then return true end
  if type(first) == "number" then
    if first >= 256 then return false, "exit status " .. math.floor(first / 256) end
    return false, first < 0 and "could not be run" or "signal " .. first % 128
  end
  return false, (how == "signal" and "signal " or "exit status ") .. tostring(code)
end

return M
