--- What happens in a test: what reaches the bot, what it says, what goes wrong.

local blame = require "whatsapp.testing.blame"
local hook = require "whatsapp.testing.hook"
local line = require "whatsapp.testing.line"

local M = {}

-- The transcript ---------------------------------------------------------------------------

--- Adds a line.
---@param test whatsapp.Test
---@param user whatsapp.TestUser|nil
---@param sign string
---@param text string one line
function M.note(test, user, sign, text)
  test.lines[#test.lines + 1] = ("%s%s %s"):format(user and user.mark or "", sign, text)
end

local function transcript(test)
  return table.concat(test.lines, "\n") .. (test.lines[1] and "\n" or "")
end

--- Fails the test.
---@param test whatsapp.Test
---@param what string with the further arguments, as for `string.format`
---@param ... any
function M.fail(test, what, ...)
  if select("#", ...) > 0 then what = what:format(...) end
  blame.raise("%s\n\nThe transcript so far:\n%s", what, transcript(test))
end

-- What the bot says --------------------------------------------------------------------------

-- When a customer has written nothing for so long, only templates reach them.
local WINDOW = 24 * 60 * 60

local CLOSED = 131047

-- By what the test had them do, or by what else the bot was told of.
local function is_open(test, user)
  local wrote = user.thread.wrote
  if wrote and test.now - wrote < WINDOW then return true end
  local left, err = test.bot.client:window(user.number)
  return err ~= nil or left > 0
end

local function is_late(test, user, payload)
  return payload.type ~= "template" and not user.group and not is_open(test, user)
end

local function deliver(test, message)
  local payload = message.payload
  local user = test.find(payload.to or payload.recipient, payload.recipient_type == "group")
  local thread = user.thread
  payload.id, thread.last = message.id, payload
  if is_late(test, user, payload) then
    table.insert(test.late, { user, payload })
    return M.note(test, nil, "#", ("not delivered, since %s has not written for 24 hours (%d): %s"):format(
      user.number, CLOSED, line.of(payload)))
  end
  M.note(test, user, "<", line.of(payload))
  thread.unread[#thread.unread + 1] = payload
  table.insert(thread.heard, 1, payload)
  if line.choices(payload)[1] then table.insert(thread.offers, 1, payload) end
  if line.flow(payload) then thread.form = payload end
end

local function collect(test)
  local messages, err = test.follow()
  if not messages then blame.raise("%s", tostring(err)) end
  for _, message in ipairs(messages) do deliver(test, message) end
end

-- Rounds in which a bot answers what was not delivered by what is not.
local MOST_LATE = 10

local function hear(test)
  for _ = 1, MOST_LATE do
    collect(test)
    local late = test.late
    test.late = {}
    if not late[1] then return end
    for _, one in ipairs(late) do hook.status(test, one[1], one[2], "failed", CLOSED) end
  end
  M.fail(test, "the bot answers a message that was not delivered, outside of the 24 hours, by another such one")
end

--- Notes what nobody hears of.
---@param test whatsapp.Test
---@param what string with the further argument, as for `string.format`
---@param value any
function M.remark(test, what, value)
  collect(test)
  M.note(test, nil, "#", (what:format(tostring(value)):match "^[^\r\n]*"))
end

--- All that was said, a line each.
---@param test whatsapp.Test
---@return string
function M.transcript(test)
  hear(test)
  return transcript(test)
end

--- Looks at what the bot has said, and raises what it did.
---@param test whatsapp.Test
function M.listen(test)
  hear(test)
  local err = table.remove(test.errors, 1)
  if err then M.fail(test, "the bot raised: %s", err) end
end

-- What the bot gets ------------------------------------------------------------------------------

--- As another process would do: conversations are replayed. So what they do otherwise
--- then is found.
---@param test whatsapp.Test
function M.replay(test)
  local talks = test.bot.talks
  if not talks then return end
  talks:be_strict()
  talks:forget_all()
end

--- Something happens, which the bot is told of.
---@param test whatsapp.Test
---@param user whatsapp.TestUser|nil
---@param sign string
---@param text string the line
---@param fn fun(...): any, string|nil nil and why where the bot would not have it
---@param ... any
function M.happens(test, user, sign, text, fn, ...)
  M.listen(test)
  M.note(test, user, sign, text)
  M.replay(test)
  local ok, why = fn(...)
  if ok == nil then M.fail(test, "%s", why) end
  M.listen(test)
end

return M
