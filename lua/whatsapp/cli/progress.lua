--- How far a file is: a bar on the standard error, where that is a terminal.

local output = require "whatsapp.cli.output"

local M = {}

local WIDTH = 30

local function size(bytes)
  return bytes < 1e6 and ("%.1f kB"):format(bytes / 1e3) or ("%.1f MB"):format(bytes / 1e6)
end

local function bar(done, total)
  if not total or total <= 0 then return size(done) end
  local full = math.floor(WIDTH * math.min(done / total, 1))
  return ("[%s%s] %3d %%  %s"):format(("#"):rep(full), ("."):rep(WIDTH - full),
    math.floor(100 * math.min(done / total, 1)), size(total))
end

--- Options for a call that moves a file.
---@return table options with on_progress, on a terminal
---@return fun() finish ends the line
function M.options()
  if not output.is_terminal(2) then return {}, function() end end
  local drawn = false
  return { on_progress = function(done, total)
    drawn = true
    io.stderr:write("\r", bar(done, total))
  end }, function()
    if drawn then io.stderr:write "\n" end
  end
end

return M
