--- Troubles that nobody is there to be told of: a line in nginx's error log, or on
--- stderr.

local Error = require "whatsapp.error"

local M = {}

--- What was raised, for people: an error object is one line; a bug shows where it is.
---@param err any
---@param traceback? string
---@return string
function M.describe(err, traceback)
  return Error.is(err) and tostring(err) or traceback or tostring(err)
end

--- Writes a line, whatever is in it.
---@param text string
function M.write(text)
  local ngx = rawget(_G, "ngx")
  if ngx and ngx.log then return ngx.log(ngx.ERR, text) end
  io.stderr:write(text, "\n")
end

return M
