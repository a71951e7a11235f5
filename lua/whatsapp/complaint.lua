--- Troubles that nobody is there to be told of: a line in nginx's error log, or on
--- stderr.

local Error = require "whatsapp.error"

local M = {}

-- A text of anything, also of what makes none of itself.
local function text_of(value)
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text or "a " .. type(value)
end

--- Where something was raised, for the handler of an `xpcall`: the message, and behind
--- it the calls. Nil for an error object, which says all by itself.
---@param raised any
---@return string|nil
function M.traceback(raised)
  if Error.is(raised) then return nil end
  return debug.traceback(text_of(raised), 3)
end

--- What was raised, for people: the message first, then where, if that is known.
---@param err any
---@param traceback? string
---@return string
function M.describe(err, traceback)
  local text = text_of(err)
  if not traceback then return text end
  return traceback:sub(1, #text) == text and traceback or text .. "\n" .. traceback
end

--- Writes a line, whatever is in it.
---@param text string
function M.write(text)
  local ngx = rawget(_G, "ngx")
  if ngx and ngx.log then return ngx.log(ngx.ERR, text) end
  io.stderr:write(text, "\n")
end

return M
