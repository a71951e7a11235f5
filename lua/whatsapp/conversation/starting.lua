--- Conversations that are opened by the business, or by others: stored, due at once, and
--- begun by whichever process is next.

local Error = require "whatsapp.error"
local journals = require "whatsapp.conversation.journal"
local lanes = require "whatsapp.conversation.lanes"
local timers = require "whatsapp.conversation.timers"

local M = {}

-- Has what was stored begun. If not now, then with the next tick.
local function begun(desk, journal)
  local added, why = desk.bot.inbox:add { timers.event(journal.lane, journal.version, desk:now()) }
  if not added then desk.report(desk.bot, why) end
  return true
end

--- Opens a conversation beside the customer's open one, once for each id.
---@param desk table
---@param definition whatsapp.Conversation
---@param lane string of the customer
---@param id string
---@param head table whom it is with
---@param args any[] packed
---@return true|nil
---@return whatsapp.Error? err
function M.beside(desk, definition, lane, id, head, args)
  desk:add(definition)
  local journal, err = journals.create(desk.bot.store, lanes.beside(lane, id), desk:head(definition, head, args),
    nil, desk:now())
  if journal then return begun(desk, journal) end
  if err.conflict then return true end
  return nil, err
end

local function is_open(name)
  return Error.new { kind = "state", message = ("the customer has the conversation %s open"):format(name),
    hint = "bot:conversations(customer) lists them, and :finish() ends one" }
end

local function store(desk, definition, to, args)
  local number = desk.bot.client.config.phone_number_id
  local place, err = lanes.to_begin(desk.bot.store, number, to)
  if not place then return nil, err end
  if place.open then return nil, is_open(place.open.head.name) end
  local head = desk:head(definition, { to = place.user, number = number }, args)
  return journals.create(desk.bot.store, place.lane, head, place.version, desk:now())
end

local function start(desk, definition, to, args)
  local journal, err
  -- Another may write in the lane at the same time, but not for long.
  for _ = 1, 10 do
    journal, err = store(desk, definition, to, args)
    if journal or not err.conflict then break end
  end
  if journal then return begun(desk, journal) end
  return nil, err
end

local function start_beside(desk, definition, to, args)
  local number = desk.bot.client.config.phone_number_id
  local lane, user = lanes.of_recipient(number, to)
  if not lane then return nil, user end
  return M.beside(desk, definition, lane, desk:new_id(), { to = user, number = number }, args)
end

--- Opens a conversation with somebody.
---@param desk table
---@param definition whatsapp.Conversation
---@param to string|number
---@param args any[] packed
---@return true|nil
---@return whatsapp.Error? err
function M.start(desk, definition, to, args)
  if definition.beside then return start_beside(desk, definition, to, args) end
  return start(desk, definition, to, args)
end

return M
