--- Waiting in an nginx worker: the engine runs in its thread, a request's light
--- thread sleeps on a semaphore, and one reader per worker wakes it.
--
-- The reader is a timer of no delay that lives only while something is under
-- way. It is told by one byte on a private unix socket, and alone removes
-- waiters: a request that its client has left does not.

local core = require "whatsapp.core"
local Error = require "whatsapp.error"
local loop = require "whatsapp.loop"

local port = core.port()

local M = { name = "nginx", now = core.now, random = core.random, submit = port.submit }

-- Where a light thread can wait; in the other phases nothing is sent.
local WAITS = { rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
                ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true, preread = true }

--- Whether a call can wait here.
---@return true|nil
---@return whatsapp.Error? err kind `state`, naming the phase
function M.ready()
  local phase = ngx.get_phase()
  if WAITS[phase] then
    if core.yieldable() then return true end
    return nil, Error.new { kind = "state",
      message = "a call cannot wait inside a C function, so nothing was sent",
      hint = "make it outside of require, string.gsub, table.sort and the like" }
  end
  return nil, Error.new { kind = "state",
    message = ("a call cannot wait in nginx's phase %s, so nothing was sent"):format(phase),
    hint = "make it in a timer: ngx.timer.at(0, function() … end)" }
end

-- The reader -----------------------------------------------------------------------

local SLICE = 10        -- seconds a wait lasts at most before it looks around
local READ = 600        -- the same for the reader: nginx logs its end as an error
local POLL = 0.001      -- where there is no socket; the shortest pause that nginx does not warn of
local START = 0.05      -- within which the reader begins, unless nginx drops its timer
local TURN = 64         -- waiters woken in one turn of nginx's loop: other requests want theirs
local SPARE = 256       -- semaphores kept for the next waits
local KEEP = 60 * 1000  -- milliseconds for which an idle socket is kept

local waiting, count = {}, 0
local reading = false
local asked -- when the timer was made whose reader has not begun
local path -- of the socket: its pool's name, also when the file is gone

-- Wakes those whose exchange is done, so many at most; whether there may be more.
local function drain(most)
  for _ = 1, most do
    local id = port.drain()
    if not id then return false end
    local semaphore = waiting[id]
    if semaphore then
      waiting[id], count = nil, count - 1
      semaphore:post(1)
    end
  end
  return true
end

-- A socket that the engine tells; nil where no directory can be written. The
-- parked one is nginx's to close (after a while, for a byte that comes when
-- nobody reads, at the end), and its file is gone: to connect would log an error.
local function connect()
  local socket = ngx.socket.tcp()
  if path and port.connected() and socket:connect("unix:" .. path) then return socket end
  path = port.listen()
  if not path or not socket:connect("unix:" .. path) or not port.accept() then
    path = nil
    return nil
  end
  return socket
end

local function wait_for_byte(socket)
  socket:settimeout(READ * 1000)
  local byte, err = socket:receive(1)
  return byte ~= nil or err == "timeout"
end

local function read(socket)
  local more = drain(TURN)
  while count > 0 do
    if more or not socket then
      ngx.sleep(POLL)
    elseif not wait_for_byte(socket) then
      socket:close()
      socket = connect()
    end
    more = drain(TURN)
  end
  return socket
end

local start_reader

local function reader()
  if reading then return end
  reading, asked = true, nil
  local ok, result = pcall(function() return read(connect()) end)
  if ok and result then
    if ngx.worker.exiting() then result:close() else result:setkeepalive(KEEP, 1) end
  end
  reading = false
  if not ok then ngx.log(ngx.ERR, "whatsapp: ", tostring(result)) end
  if count > 0 then start_reader() end
end

-- Whether there is a reader, or will be one.
function start_reader()
  if reading or asked and M.now() < asked + SLICE then return true end
  asked = ngx.timer.at(0, reader) and M.now() or nil
  return asked ~= nil
end

-- Waiting --------------------------------------------------------------------------

local semaphores     -- ngx.semaphore, once nginx runs
local spare, spares = {}, 0

-- A semaphore that stands at 0 and that nobody else knows: a used one where there
-- is one, since to make and to collect one costs more than a wait.
local function take_semaphore()
  if spares == 0 then
    semaphores = semaphores or require "ngx.semaphore"
    return semaphores.new(0)
  end
  spares = spares - 1
  return spare[spares + 1]
end

-- Only when its one post was waited for: so it stands at 0 again.
local function keep_semaphore(semaphore)
  if spares >= SPARE then return end
  spares = spares + 1
  spare[spares] = semaphore
end

--- Waits until the exchange is done and returns its result.
---@param exchange userdata
---@param tick? fun() called while it waits
---@param every? number the least seconds between two calls of it
---@return integer|nil status
---@return string|table body or what failed
---@return string head
---@return integer http_version
---@return string|nil redirect
function M.await(exchange, tick, every)
  local semaphore, posted = take_semaphore(), false
  local id = exchange:id()
  local slice, due = tick and every or SLICE, tick and M.now() + every
  waiting[id], count = semaphore, count + 1
  while waiting[id] do -- only the reader, or who looks himself, takes it away
    -- Where no timer can be had, or none runs (there are too many, perhaps all
    -- of them waiting here), this one looks itself.
    if not start_reader() then
      ngx.sleep(POLL)
      drain(count)
    else
      posted = semaphore:wait(reading and slice or START)
      if not posted then drain(count) end
    end
    if tick and M.now() >= due and waiting[id] then
      tick()
      due = M.now() + every
    end
  end
  if posted then keep_semaphore(semaphore) end
  return exchange:result()
end

--- Waits for some seconds. nginx sleeps by a clock that stands still while a
--- handler runs, in whole milliseconds: it may wake up early.
---@param seconds number
function M.sleep(seconds)
  local due = M.now() + seconds
  while seconds > 0 do
    ngx.sleep(math.max(seconds, POLL))
    seconds = due - M.now()
  end
end

-- Gathering ------------------------------------------------------------------------

local SHARE = 0.01 -- seconds that tasks may take in one turn of nginx's loop
local turn, since

-- Where tasks do not wait, other requests of the worker do. Within a turn nginx's own
-- clock stands still.
local function give_way()
  local now, its = M.now(), ngx.now()
  if its ~= turn then turn, since = its, now end
  if now >= since + SHARE then ngx.sleep(POLL) end
end

local function work(task, next_task, over)
  loop.open()
  local ok, err = pcall(function()
    while task do
      task()
      give_way()
      task = next_task()
    end
  end)
  over:post(1)
  if not ok then error(err, 0) end
end

--- Runs tasks in light threads, at most `limit` at a time. A task must not raise.
--- Whoever ends one asks for the next, and ends when there is none for it.
---@param limit integer
---@param next_task fun(): function|nil
---@param tick? fun() called while they run; it must not raise
---@param every? number the least seconds between two calls of it
function M.gather(limit, next_task, tick, every)
  local over, threads = take_semaphore(), {}
  while #threads < limit do
    local task = next_task()
    if not task then break end
    threads[#threads + 1] = ngx.thread.spawn(work, task, next_task, over)
  end
  local ended, due = 0, tick and M.now() + every
  while ended < #threads do
    if over:wait(tick and math.max(POLL, due - M.now()) or SLICE) then ended = ended + 1 end
    if tick and M.now() >= due then
      tick()
      due = M.now() + every
    end
  end
  for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
  keep_semaphore(over) -- each thread's post was waited for
end

return M
