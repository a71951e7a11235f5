--- In which lane a customer's conversation is. A customer may come by phone number
--- and by user id; where both are known, a record of one name leads to the other's.

local journals = require "whatsapp.conversation.journal"
local message = require "whatsapp.message"

local M = {}

local function lane_of(number, user)
  return ("%s/%s"):format(number or "", user)
end

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

-- Follows another name. `there`: what stands in the lane itself.
local function load_known(store, lane)
  local there, err = journals.load(store, lane)
  if err then return nil, nil, err end
  local alias = there and there.head.alias
  if not alias then return there, there end
  local journal
  journal, err = journals.load(store, alias)
  return journal, there, err
end

--- The first journal that is open; else that of the first lane, if any.
---@param store whatsapp.Store
---@param lanes string[]
---@return { journal?: table, there?: table }|nil found `there`: what stands in the first lane itself
---@return whatsapp.Error? err
function M.find(store, lanes)
  local found
  for _, lane in ipairs(lanes) do
    local journal, there, err = load_known(store, lane)
    if err then return nil, err end
    found = found or { journal = journal, there = there }
    if journal and not journal.head.ended then
      found.journal = journal
      break
    end
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

--- Whoever was found in one lane is found in it by another name, too.
---@param store whatsapp.Store
---@param lane string the other name's
---@param known_as string
---@param now number
---@param there table|nil the journal that stands in that lane
---@return true|nil
---@return whatsapp.Error? err
function M.remember(store, lane, known_as, now, there)
  if there and (there.head.alias == known_as or not there.head.ended) then return true end
  local ok, err = journals.alias(store, lane, known_as, now, there)
  -- Who was faster knew better.
  if ok or err.conflict then return true end
  return nil, err
end

--- The lane to begin a conversation in, or the journal of the one that is open.
---@param store whatsapp.Store
---@param number string|nil
---@param to string|number
---@return string|nil lane
---@return whatsapp.Error? err
---@return table|nil open
function M.to_begin(store, number, to)
  local user, err = message.canonical_user(to, "to")
  if not user then return nil, err end
  local lane = lane_of(number, user)
  local journal, there
  journal, there, err = load_known(store, lane)
  if err then return nil, err end
  if journal and not journal.head.ended then return nil, nil, journal end
  return there and there.head.alias or lane
end

return M
