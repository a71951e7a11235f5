--- Where an event belongs: in the lane of its customer's conversations, be it known by
--- another name; a status in that of the message it is about.

local lanes = require "whatsapp.conversation.lanes"
local talks = require "whatsapp.conversation.talk"
local trouble = require "whatsapp.conversation.trouble"
local webhook = require "whatsapp.webhook"

local must = trouble.must

local M = {}

local function by_event() return setmetatable({}, { __mode = "k" }) end

--- What a desk remembers of the events that are handled: where each belongs, and how
--- often it was put into another lane.
---@return table
function M.new()
  return { found = by_event(), moves = by_event() }
end

-- What a status says something about: a journal, and the number of its command.
local function find_marked(desk, event)
  local lane, id, n = talks.read_mark(event.callback_data)
  local journal = lane and desk:load(lane)
  if not journal or journal.head.ended or journal.head.id ~= id then return { lane = event.lane } end
  must(lanes.teach(desk.bot.store, lanes.of_event(event), lanes.base(lane), desk:now()))
  local step = journal.steps[n]
  -- It comes again when a process died that went on with it.
  local is_news = step and (not step.values or journal.keys[event.key])
  return is_news and { lane = lane, journal = journal, n = n } or { lane = event.lane }
end

-- In which lane an event belongs, and the journal there.
local function find(desk, event)
  if event.kind == "status" then return find_marked(desk, event) end
  if not event.phone_number_id or not (event.from or event.group_id) then return { lane = event.lane } end
  local names = lanes.of_event(event)
  local found = must(lanes.find(desk.bot.store, names, desk))
  -- The customer's next event may have no other name.
  must(lanes.teach(desk.bot.store, names, found.lane, desk:now(), found.records))
  return found
end

-- The key of an event that was put into another lane has one more of these, each time.
local MOVED, MOST_MOVES = "@", 3

-- How often an event was moved. From then on it has its own key again.
local function moves_of(desk, event)
  local moves = desk.routes.moves
  if not moves[event] then
    local key = event.key:match("^(.-)" .. MOVED .. "*$")
    moves[event], event.key = #event.key - #key, key
  end
  return moves[event]
end

--- The same event, to be put into the inbox once more.
---@param desk table
---@param event whatsapp.Event
---@param lane string
---@return whatsapp.Event
function M.moved(desk, event, lane)
  local moved = assert(webhook.restore(event:dump()))
  moved.lane, moved.key = lane, event.key .. MOVED:rep(moves_of(desk, event) + 1)
  return moved
end

--- Puts an event that belongs into another lane there.
---@param desk table
---@param event whatsapp.Event
---@return boolean moved
function M.redirect(desk, event)
  local moves, found = moves_of(desk, event), find(desk, event)
  desk.routes.found[event] = found
  if found.lane == event.lane or moves >= MOST_MOVES then return false end
  must(desk.bot.inbox:add { M.moved(desk, event, found.lane) })
  return true
end

--- What an event in its lane may go on with.
---@param desk table
---@param event whatsapp.Event
---@return { journal?: table, n?: integer }|nil
function M.found(desk, event)
  return desk.routes.found[event]
end

return M
