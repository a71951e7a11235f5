--- The times at which conversations go on by themselves: records of the store that are
--- due become events of our own in the inbox.

local journals = require "whatsapp.conversation.journal"
local json = require "whatsapp.json"
local webhook = require "whatsapp.webhook"

local M = {}

local FIELD = "whatsapp.conversation"

--- An event that says that it is time for a lane's conversation. The version of its
--- record is in the key, so that each firing is one event, whoever sees that it is due.
---@param lane string
---@param version number
---@param now number
---@return whatsapp.Event
function M.event(lane, version, now)
  return assert(webhook.restore(assert(json.encode { field = FIELD, lane = lane, raw = { at = now },
    key = ("timer:%s:%.0f"):format(lane, version) })))
end

--- Whether an event is one of these.
---@param event whatsapp.Event
---@return boolean
function M.is(event) return event.field == FIELD end

-- Those of lanes that are held, by a process that died, leave room for others.
local MOST = 1000

--- Puts what is due into the inbox.
---@param store whatsapp.Store
---@param inbox table
---@param now number
---@return number|nil seconds until the next is due
---@return whatsapp.Error? err
function M.tick(store, inbox, now)
  local names, seconds = store:due(now, MOST)
  if not names then return nil, seconds end
  local events = {}
  for _, name in ipairs(names) do
    local lane = name:sub(1, #journals.PREFIX) == journals.PREFIX and name:sub(#journals.PREFIX + 1)
    local _, version = store:get(name)
    if lane and type(version) == "number" then events[#events + 1] = M.event(lane, version, now) end
  end
  local added, err = inbox:add(events)
  if not added then return nil, err end
  return seconds
end

return M
