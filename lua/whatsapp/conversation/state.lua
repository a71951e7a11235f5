--- The open conversations, to be looked at and ended from outside.

local journals = require "whatsapp.conversation.journal"
local lanes = require "whatsapp.conversation.lanes"

local M = {}

---@class whatsapp.ConversationState
---@field name string
---@field version string of the code that opened it
---@field to string whom it is with
---@field phone_number_id string the business's number
---@field started number seconds since 1970
---@field commands integer how many the journal has
---@field at string what it stands at: "wait", "sleep", "send text", "step reserve", …
---@field due? number when it goes on by itself
local State = { __name = "whatsapp.ConversationState" }
State.__index = State

function State:__tostring()
  return ("whatsapp.ConversationState: %s with %s, at %s"):format(self.name, self.to, self.at)
end

--- Ends the conversation; it says nothing any more. True also when it has ended.
---@return true|nil
---@return whatsapp.Error? err
function State:finish()
  local desk, lane = self.desk, self.lane
  -- Somebody else may write it in between, but not for long.
  local ok, err
  for _ = 1, 10 do
    local journal
    journal, err = journals.load(desk.bot.store, lane)
    if err then return nil, err end
    if not journal or journal.head.ended or journal.head.id ~= self.id then return true end
    ok, err = journal:close(desk:now(), "ended")
    if ok or not err.conflict then return ok, err end
  end
  return nil, err
end

local function state_of(desk, journal)
  local head, step = journal.head, journal.steps[journal.last]
  local open = step and not step.values
  return setmetatable({ desk = desk, lane = journal.lane, id = head.id, name = head.name, version = head.code,
    to = head.to, phone_number_id = head.number, started = head.started, commands = journal.last,
    at = open and step.c or "wait", due = open and step.due or nil }, State)
end

-- Adds the conversation that is open in a lane.
local function add(desk, list, lane)
  local journal, err = journals.load(desk.bot.store, lane)
  if err then return nil, err end
  if journal and not journal.head.ended then list[#list + 1] = state_of(desk, journal) end
  return true
end

local PAGE = 100

-- Adds those whose lanes begin so.
local function add_all(desk, list, prefix)
  local after
  repeat
    local names, err = desk.bot.store:list(journals.PREFIX .. prefix, after, PAGE)
    if not names then return nil, err end
    for _, name in ipairs(names) do
      local ok
      ok, err = add(desk, list, name:sub(#journals.PREFIX + 1))
      if not ok then return nil, err end
    end
    after = names[PAGE]
  until not after
  return true
end

--- The open conversations: of customers with these lanes, else all.
---@param desk table
---@param customers? string[]
---@return whatsapp.ConversationState[]|nil
---@return whatsapp.Error? err
function M.list(desk, customers)
  local list, ok, err = {}, true, nil
  if not customers then ok, err = add_all(desk, list, "") end
  for _, lane in ipairs(customers or {}) do
    ok, err = add(desk, list, lane)
    if ok then ok, err = add_all(desk, list, lanes.prefix(lane)) end
    if not ok then break end
  end
  return ok and list or nil, err
end

return M
