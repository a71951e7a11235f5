--- What goes wrong in a bot: `on_error` is told, else the log.

local complaint = require "whatsapp.complaint"

local M = {}

local function complain(err, event, traceback)
  complaint.write(("whatsapp: bot: %s%s"):format(event and tostring(event) .. ": " or "",
    complaint.describe(err, traceback)))
end

-- Later, Meta might deliver again what the store has forgotten by then.
local LATEST = 7 * 24 * 60 * 60

--- Tells `on_error`, whose answer says whether the event is to be handled again.
---@param bot whatsapp.Bot
---@param err any
---@param event? whatsapp.Event
---@param traceback? string
---@return number|nil seconds after which it is
function M.report(bot, err, event, traceback)
  if not bot.error_handler then return complain(err, event, traceback) end
  local ok, answer = pcall(bot.error_handler, err, event, traceback)
  if not ok then return complain(answer, event) end
  return type(answer) == "number" and answer >= 0 and math.min(answer, LATEST) or nil
end

--- The result of a function. What it raised goes to `on_error`, whose answer is the
--- result then.
---@param bot whatsapp.Bot
---@param event whatsapp.Event|nil
---@param fn fun(): any
---@return any
function M.guarded(bot, event, fn)
  local traceback
  local ok, result = xpcall(fn, function(raised)
    traceback = complaint.traceback(raised)
    return raised
  end)
  if ok then return result end
  return M.report(bot, result, event, traceback)
end

return M
