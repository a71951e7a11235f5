--- What changes, told to the pages that are open: server-sent events.

local json = require "whatsapp.json"
local semaphore = require "ngx.semaphore"
local answer = require "whatsapp.sandbox.server.answer"
local changes = require "whatsapp.sandbox.server.changes"

local M = {}

local KEPT = 4000     -- events that a page can come back to
local BATCH = 200     -- written at once
local SILENCE = 15    -- seconds, then a comment keeps the connection
local MOST_PAGES = 32

local revision = math.floor(ngx.now() * 1000) -- beyond all that a sandbox before this one gave
local events = {}     -- by revision
local wanted = false  -- whether anybody has asked where it stands
local pages, count = {}, 0

--- The number of the latest event. Whoever asks will come for those behind it: from now on
--- they are kept.
---@return integer
function M.revision()
  wanted = true
  return revision
end

--- Whether anybody looks.
---@return boolean
function M.watched()
  return count > 0
end

local KEPT_AS = { message = "message", customer = "chat" } -- what is told of, and is kept by being told

--- Tells of an object as it is now. It is written out when it is sent, so that later
--- changes show at once.
---@param kind "message"|"customer"|"typing"|"exchange"|"template"|"fault"|"clock"|"flow"|"connection"|"business"
---@param object table
---@param shown? fun(object: table): table  what is told of it
function M.publish(kind, object, shown)
  revision = revision + 1
  if KEPT_AS[kind] then changes.note(KEPT_AS[kind], object) end
  if not wanted then return end
  events[revision], events[revision - KEPT] = { kind = kind, object = object, shown = shown }, nil
  for page in pairs(pages) do
    if page:count() < 1 then page:post() end
  end
end

local function enter(page)
  if count >= MOST_PAGES then
    answer.raise { status = 400, json = { error = { message = ("%d pages are open already"):format(count) } } }
  end
  pages[page], count = true, count + 1
end

local function leave(page)
  if pages[page] then pages[page], count = nil, count - 1 end
end

-- The text of the events behind a place, and the place behind them.
local function batch(place)
  if place > revision or (place < revision and not events[place + 1]) then
    return ("id: %d\nevent: reset\ndata: {}\n\n"):format(revision), revision
  end
  local last, lines = math.min(revision, place + BATCH), {}
  for i = place + 1, last do
    local event = events[i]
    local object = event.shown and event.shown(event.object) or event.object
    lines[#lines + 1] = ("id: %d\nevent: %s\ndata: %s\n\n"):format(i, event.kind, assert(json.encode(object)))
  end
  return table.concat(lines), last
end

local function write(text)
  return ngx.print(text) and ngx.flush(true)
end

local function follow(page, place)
  local text = "retry: 500\n\n"
  while write(text) and not ngx.worker.exiting() do
    if place == revision then
      text = page:wait(SILENCE) and "" or ": still here\n\n"
    end
    if place ~= revision then text, place = batch(place) end
  end
end

--- The answer to GET /api/events: the events after a revision, then all that follow.
---@param since? integer  the latest that is known; from now on by default
---@return table response
function M.stream(since)
  local place, page = since or M.revision(), semaphore.new()
  enter(page)
  return { status = 200, headers = { ["Content-Type"] = "text/event-stream" }, stream = function()
    ngx.on_abort(function()
      leave(page)
      ngx.exit(499)
    end)
    pcall(follow, page, place)
    leave(page)
  end }
end

return M
