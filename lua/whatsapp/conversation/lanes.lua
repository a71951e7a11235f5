--- In which lane a customer's conversation is. A customer may come by phone number
--- and by user id; where both are known, a record of one name leads to the other's.

local journals = require "whatsapp.conversation.journal"
local message = require "whatsapp.message"

local M = {}

local function lane_of(number, user)
  return ("%s/%s"):format(number or "", user)
end

-- What a conversation beside the open one has behind its customer's lane.
local BESIDE = "#"

--- The lane of a conversation beside the open one: nothing that the customer does comes in it.
---@param lane string its customer's, or of another one beside
---@param id string
---@return string
function M.beside(lane, id) return M.base(lane) .. BESIDE .. id end

--- The lane of the customer of a conversation.
---@param lane string
---@return string
function M.base(lane) return (lane:match("^[^" .. BESIDE .. "]*")) end

--- What the lanes of all conversations beside a customer's open one begin with.
---@param lane string
---@return string
function M.prefix(lane) return lane .. BESIDE end

--- The lanes that an event's customer may have a conversation in, its own first.
---@param event whatsapp.Event
---@return string[]
function M.of_event(event)
  local lanes = { event.lane }
  if event.group_id then return lanes end
  for _, user in ipairs { event.user_id or false, event.phone or false } do
    local canonical = user and message.canonical_user(user)
    local lane = canonical and lane_of(event.phone_number_id, canonical)
    if lane and lane ~= event.lane then lanes[#lanes + 1] = lane end
  end
  return lanes
end

--- The lanes of a customer with a number of the business's: as it is given, and in
--- the form that each number has only once.
---@param number string|nil
---@param user string|number
---@return string[]|nil
---@return whatsapp.Error? err
function M.of_user(number, user)
  local canonical, err = message.canonical_user(user, "customer")
  if not canonical then return nil, err end
  local plain = tostring(user):gsub("[^%w.]", "")
  if plain == canonical then return { lane_of(number, plain) } end
  return { lane_of(number, plain), lane_of(number, canonical) }
end

-- The record of a lane, and what it is or leads to. `desk` may have read it before.
local function load_known(store, lane, desk)
  local there, err = journals.load(store, lane, desk and desk:journal(lane))
  if err then return nil, nil, err end
  local alias = there and there.head.alias
  if not alias then return there, there end
  local journal
  journal, err = journals.load(store, alias, desk and desk:journal(alias))
  return journal, there, err
end

--- The first journal that is open; else that of the first lane, if any.
---@param store whatsapp.Store
---@param lanes string[]
---@param desk? table
---@return { journal?: table, lane: string, records: table<string, table|false> }|nil found `lane`: where the
---   customer's conversations are; `records`: what stands in the lanes that were looked at
---@return whatsapp.Error? err
function M.find(store, lanes, desk)
  local found = { records = {} }
  for i, lane in ipairs(lanes) do
    local journal, there, err = load_known(store, lane, desk)
    if err then return nil, err end
    found.records[lane] = there or false
    local open = journal and not journal.head.ended
    if i == 1 or open then
      found.journal, found.lane = journal, there and there.head.alias or lane
    end
    if open then break end
  end
  return found
end

--- The lanes with other names followed, each once.
---@param store whatsapp.Store
---@param lanes string[]
---@return string[]|nil
---@return whatsapp.Error? err
function M.known(store, lanes)
  local list, seen = {}, {}
  for _, lane in ipairs(lanes) do
    local journal, err = journals.load(store, lane)
    if err then return nil, err end
    lane = journal and journal.head.alias or lane
    if not seen[lane] then list[#list + 1] = lane end
    seen[lane] = true
  end
  return list
end

-- Notes that a lane's customer is found in another. `there`: what stands in that lane.
local function remember(store, lane, known_as, now, there)
  local head = there and there.head
  if head and (not head.ended or (head.alias == known_as and journals.is_fresh(there, now))) then return true end
  local ok, err = journals.alias(store, lane, known_as, now, there)
  -- Who was faster knew better.
  if ok or err.conflict then return true end
  return nil, err
end

--- The customer of all these lanes is found in one of them.
---@param store whatsapp.Store
---@param lanes string[]
---@param known_as string
---@param now number
---@param records? table<string, table|false> what stands in some of them
---@return true|nil
---@return whatsapp.Error? err
function M.teach(store, lanes, known_as, now, records)
  for _, lane in ipairs(lanes) do
    if lane ~= known_as then
      local there, err = records and records[lane], nil
      if there == nil then there, err = journals.load(store, lane) end
      if err then return nil, err end
      local ok
      ok, err = remember(store, lane, known_as, now, there or nil)
      if not ok then return nil, err end
    end
  end
  return true
end

--- The lane of somebody to write to, and who that is as digits or id.
---@param number string|nil
---@param to string|number
---@return string|nil lane
---@return string|whatsapp.Error user
function M.of_recipient(number, to)
  local canonical, err = message.canonical_user(to, "to")
  if not canonical then return nil, err end
  return lane_of(number, canonical), message.user(to)
end

--- Where to begin a conversation: the lane, the version of what stands there, the user
--- as digits or id; or the journal of the one that is open.
---@param store whatsapp.Store
---@param number string|nil
---@param to string|number
---@return { lane?: string, version?: number, user?: string, open?: table }|nil
---@return whatsapp.Error? err
function M.to_begin(store, number, to)
  local lane, user = M.of_recipient(number, to)
  if not lane then return nil, user end
  local journal, there, err = load_known(store, lane)
  if err then return nil, err end
  if journal and not journal.head.ended then return { open = journal } end
  return { lane = there and there.head.alias or lane, version = journal and journal.version, user = user }
end

return M
