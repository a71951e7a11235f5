--- What no nginx of a spec may do: crash, also when it ends.

local M = {}

-- SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV. Specs kill some by others.
local CRASHED = { ["4"] = true, ["6"] = true, ["7"] = true, ["8"] = true, ["11"] = true }

--- Raises when a log in a directory tells of one.
---@param directory string
function M.refuse(directory)
  for _, name in ipairs { "error.log", "log" } do
    local file = io.open(directory .. "/" .. name)
    local text = file and file:read "*a" or ""
    if file then file:close() end
    for line, signal in text:gmatch "([^\n]* exited on signal (%d+))" do
      if CRASHED[signal] then error("nginx crashed: " .. line .. "\n" .. text) end
    end
  end
end

return M
