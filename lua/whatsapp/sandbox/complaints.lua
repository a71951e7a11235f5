--- What the sandbox's nginx has to complain about, read from its log: a crash, and what its
--- own code could not do. What clients and webhooks meet is not among it.

local M = {}

-- A line of nginx's log is `DATE TIME [LEVEL] PID#TID: …`.
local CRASH = "%[alert%] .* exited on signal (%d+)"
local FAULT = "%[lua%] (.+)"

local BEGUN_ANEW = "its server crashed (signal %s) and began anew: %s"

local function complaint(line, keeps_data)
  local signal = line:match(CRASH)
  if not signal then return line:match(FAULT) end
  return BEGUN_ANEW:format(signal, keeps_data and "what is kept is there again"
    or "chats, templates, media and all else are gone, but for the credentials")
end

--- Reads what has come since a place in the log.
---@param prefix string
---@param from integer  the first byte to read; 0 is the beginning
---@param keeps_data boolean
---@return string[] complaints
---@return integer next  the byte behind them
function M.read(prefix, from, keeps_data)
  local found = {}
  local file = io.open(prefix .. "/error.log", "rb")
  if not file then return found, from end
  file:seek("set", from)
  local text = file:read "*a":match "^(.*\n)" or ""
  file:close()
  for line in text:gmatch "[^\n]+" do found[#found + 1] = complaint(line, keeps_data) end
  return found, from + #text
end

return M
