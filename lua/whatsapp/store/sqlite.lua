--- The store in an SQLite file: for one machine, any number of processes.
--
-- Names, keys and texts are blobs: any bytes, compared byte by byte. A lane stands
-- in line (`turn`) or waits (`due`). What is kept for a while is in one table, its
-- names begin with k (key), r (rank) or s (seen). A record's text is in pieces, and
-- the id of the last one is its version.

local Error = require "whatsapp.error"
local answers = require "whatsapp.store.answers"
local check = require "whatsapp.store.check"

local M = { short = "path" }

M.options = {
  path = check.name,
  busy_timeout = check.optional(check.span),
}

local NONE = {}

-- Where they are counted anew, `tries` goes on from the next multiple of this, so that no
-- two claims of an event have the same token.
local ROUND = 1048576

-- A commit reaches the disk before it returns (synchronous=FULL: in WAL mode
-- NORMAL would forget the last ones when the power fails).
local SETUP = [[
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
]]

local SCHEMA = [[
  CREATE TABLE IF NOT EXISTS wa_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, lane BLOB NOT NULL,
    at NOT NULL, body BLOB NOT NULL, tries INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS wa_events_order ON wa_events (lane, at, id);
  CREATE TABLE IF NOT EXISTS wa_lanes (
    lane BLOB PRIMARY KEY, turn INTEGER, due REAL, token TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS wa_lanes_turn ON wa_lanes (turn) WHERE turn IS NOT NULL;
  CREATE INDEX IF NOT EXISTS wa_lanes_due ON wa_lanes (due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS wa_kept (
    name BLOB PRIMARY KEY, value, expires REAL NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS wa_kept_expires ON wa_kept (expires);
  CREATE TABLE IF NOT EXISTS wa_records (
    name BLOB PRIMARY KEY, version INTEGER NOT NULL, due REAL, expires REAL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS wa_records_due ON wa_records (due) WHERE due IS NOT NULL;
  CREATE INDEX IF NOT EXISTS wa_records_expires ON wa_records (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS wa_pieces (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL, text BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS wa_pieces_name ON wa_pieces (name, id);
]]

local LAST_TURN = "(SELECT COALESCE(MAX(turn), 0) + 1 FROM wa_lanes WHERE turn IS NOT NULL)"

local SQL = {
  begin_read = "BEGIN",
  begin_write = "BEGIN IMMEDIATE",
  commit = "COMMIT",
  rollback = "ROLLBACK",

  take_key = [[INSERT INTO wa_kept (name, value, expires) VALUES (?1, 1, ?2)
    ON CONFLICT (name) DO UPDATE SET expires = ?2 WHERE expires <= ?3]],
  take_rank = [[INSERT INTO wa_kept (name, value, expires) VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET value = ?2, expires = ?3 WHERE value <= ?2 OR expires <= ?4]],
  see = [[INSERT INTO wa_kept (name, value, expires) VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET value = ?2, expires = ?3 WHERE value < ?2]],
  kept = "SELECT value FROM wa_kept WHERE name = ?",
  forget = "DELETE FROM wa_kept WHERE name IN (SELECT name FROM wa_kept WHERE expires <= ?1 LIMIT ?2)",

  add_event = "INSERT INTO wa_events (key, lane, at, body, tries) VALUES (?1, ?2, ?3, ?4, 0)",
  add_lane = "INSERT INTO wa_lanes (lane, turn) VALUES (?1, " .. LAST_TURN .. ") ON CONFLICT (lane) DO NOTHING",
  claimable = [[SELECT 1 WHERE EXISTS (SELECT 1 FROM wa_lanes WHERE turn IS NOT NULL)
    OR EXISTS (SELECT 1 FROM wa_lanes WHERE due <= ?1)]],
  wake = "UPDATE wa_lanes SET turn = " .. LAST_TURN .. ", due = NULL WHERE due <= ?1",
  next_lane = "SELECT lane FROM wa_lanes WHERE turn IS NOT NULL ORDER BY turn LIMIT 1",
  next_event = "SELECT id, key, at, body, tries FROM wa_events WHERE lane = ?1 ORDER BY at, id LIMIT 1",
  try = "UPDATE wa_events SET tries = tries + 1 WHERE id = ?1",
  begin_round = "UPDATE wa_events SET tries = (tries | 1048575) + 1 WHERE id = ?1",
  hold = "UPDATE wa_lanes SET turn = NULL, due = ?2, token = ?3 WHERE lane = ?1",
  token = "SELECT token FROM wa_lanes WHERE lane = ?1",
  is_here = "SELECT 1 FROM wa_events WHERE lane = ?1 AND key = ?2",
  renew = "UPDATE wa_lanes SET turn = NULL, due = ?3 WHERE lane = ?1 AND token = ?2",
  remove_event = "DELETE FROM wa_events WHERE id = ?1",
  free = "UPDATE wa_lanes SET turn = COALESCE(turn, " .. LAST_TURN .. [[), due = NULL, token = NULL
    WHERE lane = ?1 AND EXISTS (SELECT 1 FROM wa_events WHERE lane = ?1)]],
  remove_lane = "DELETE FROM wa_lanes WHERE lane = ?1",
  count = "SELECT COUNT(*) FROM wa_events",
  first_due_lane = "SELECT MIN(due) FROM wa_lanes WHERE due IS NOT NULL",

  record = "SELECT version FROM wa_records WHERE name = ?1",
  pieces = "SELECT text FROM wa_pieces WHERE name = ?1 ORDER BY id",
  add_piece = "INSERT INTO wa_pieces (name, text) VALUES (?1, ?2)",
  put = "INSERT OR REPLACE INTO wa_records (name, version, due, expires) VALUES (?1, ?2, ?3, ?4)",
  move = "UPDATE wa_records SET version = ?2 WHERE name = ?1",
  set_due = "UPDATE wa_records SET due = ?2 WHERE name = ?1",
  set_expires = "UPDATE wa_records SET expires = ?2 WHERE name = ?1",
  remove_pieces = "DELETE FROM wa_pieces WHERE name = ?1",
  remove_record = "DELETE FROM wa_records WHERE name = ?1",
  list = "SELECT name FROM wa_records WHERE name >= ?1 AND name < ?2 AND name <> ?3 ORDER BY name LIMIT ?4",
  due = "SELECT name FROM wa_records WHERE due <= ?1 ORDER BY due LIMIT ?2",
  next_due = "SELECT due FROM wa_records WHERE due IS NOT NULL ORDER BY due LIMIT 1 OFFSET ?1",
  expired = "SELECT name FROM wa_records WHERE expires <= ?1 LIMIT ?2",
}

local Sqlite = {}
Sqlite.__index = Sqlite

-- Running SQL -----------------------------------------------------------------------

-- What a failed statement throws as far as `transaction`, or the operation.
local Failure = {}

local function io_error(message)
  return Error.new { kind = "io", message = "SQLite: " .. message, retry = "auto", retryable = true,
    hint = "check the disk, the file and who may write it, and whether a process holds it for long; then call again" }
end

local function fail(message)
  error(setmetatable({ message = tostring(message) }, Failure), 0)
end

local function succeed(first, ...)
  if first == nil then fail((...)) end
  return first, ...
end

local function run(self, name, ...) return succeed(self.db:run(self.sql[name], ...)) end
local function row(self, name, ...) return select(2, succeed(self.db:row(self.sql[name], ...))) end
local function column(self, name, ...) return succeed(self.db:column(self.sql[name], ...)) end

local function result(ok, first, ...)
  if ok then return first, ... end
  if getmetatable(first) == Failure then return nil, io_error(first.message) end
  error(first, 0)
end

-- Whether commits are to reach the disk before they return. Those that may be lost
-- with the power, because what they did is then done again, need not wait for it.
local function set_durable(self, durable)
  if self.durable == durable then return end
  succeed(self.db:exec(durable and "PRAGMA synchronous = FULL" or "PRAGMA synchronous = NORMAL"))
  self.durable = durable
end

local function transact(self, begin, work, ...)
  run(self, begin)
  local a, b = work(self, ...)
  run(self, "commit")
  return a, b
end

-- SQLite writes on into a file that was moved or removed, where nobody finds it again.
local function must_be_there(self)
  if succeed(self.db:moved()) then fail "the file was moved or removed while it was open: restart the process" end
end

-- All of `work`, or nothing.
local function transaction(self, begin, work, ...)
  local ok, a, b = pcall(transact, self, begin, work, ...)
  if not ok then self.db:run(self.sql.rollback) end
  return result(ok, a, b)
end

local function write(durable, work)
  return function(self, ...)
    local ok, err = pcall(set_durable, self, durable)
    if ok and durable then ok, err = pcall(must_be_there, self) end
    if not ok then return result(ok, err) end
    return transaction(self, "begin_write", work, ...)
  end
end

-- A single statement that reads.
local function read(work)
  return function(self, ...) return result(pcall(work, self, ...)) end
end

-- Opening ------------------------------------------------------------------------------

local function load_module()
  local ok, module = pcall(require, "whatsapp.sqlite")
  if ok then return module end
  return Error.config("path", "the module whatsapp.sqlite cannot be loaded: " .. tostring(module):match "^[^\n]*",
    "install the rock whatsapp-sqlite (or SQLite's headers, and build again)")
end

---@param options { path: string, keep_keys: number, keep_seen: number, busy_timeout?: number }
---@return table|nil backend
---@return whatsapp.Error? err
function M.open(options)
  local module, err = load_module()
  if not module then return nil, err end
  local db, why = module.open(options.path, math.ceil((options.busy_timeout or 5) * 1000), SETUP)
  if not db then return Error.config("path", ("%s cannot be opened: %s"):format(options.path, tostring(why))) end
  local self = setmetatable({ name = "sqlite", db = db, sql = {}, keep_keys = options.keep_keys,
                              keep_seen = options.keep_seen, durable = true }, Sqlite)
  for name, text in pairs(SQL) do self.sql[name] = db:statement(text) end
  local _, failed = transaction(self, "begin_write", function() return succeed(db:exec(SCHEMA)) end)
  if failed then return Error.config("path", failed.message) end
  return self
end

function Sqlite:close()
  self.db:close()
end

-- What is forgotten in time ----------------------------------------------------------

local CHUNK = 500

local function remove(self, name)
  run(self, "remove_pieces", name)
  run(self, "remove_record", name)
end

-- A part of the work, so that nobody waits for all of it.
local purge_some = write(false, function(self, now)
  local forgotten = run(self, "forget", now, CHUNK)
  local names = column(self, "expired", now, CHUNK)
  for _, name in ipairs(names) do remove(self, name) end
  return forgotten == CHUNK or #names == CHUNK
end)

function Sqlite:purge(now)
  local more, err
  repeat more, err = purge_some(self, now) until not more
  if err then return nil, err end
  return true
end

Sqlite.advance = write(false, function(self, id, rank, now)
  return run(self, "take_rank", "r" .. id, rank, now + self.keep_keys, now) > 0
end)

Sqlite.last_seen = read(function(self, customer) return (row(self, "kept", "s" .. customer)) end)

-- The inbox ------------------------------------------------------------------------------

Sqlite.add = write(true, function(self, items, now)
  local added = 0
  run(self, "forget", now, 2 * #items)
  for i = 1, #items do
    local item = items[i]
    if run(self, "take_key", "k" .. item.key, now + self.keep_keys, now) > 0 then
      run(self, "add_event", item.key, item.lane, item.at, item.body)
      run(self, "add_lane", item.lane)
      for _, customer in ipairs(item.seen or NONE) do
        run(self, "see", "s" .. customer, item.at, item.at + self.keep_seen)
      end
      added = added + 1
    end
  end
  return added
end)

local claim = write(false, function(self, now, lease)
  run(self, "wake", now)
  local lane = row(self, "next_lane")
  if not lane then return nil end
  local id, key, at, body, tries = row(self, "next_event", lane)
  -- No other claim ever has the same: ids are not used again, nor are tries.
  local token = ("%d:%d"):format(id, tries + 1)
  run(self, "try", id)
  run(self, "hold", lane, now + lease, token)
  return { key = key, lane = lane, at = at, body = body, tries = tries % ROUND + 1, token = token }
end)

-- Looking comes first, for it makes nobody wait.
local claimable = read(function(self, now) return row(self, "claimable", now) or false end)

function Sqlite:claim(now, lease)
  local found, err = claimable(self, now)
  if not found then return nil, err end
  return claim(self, now, lease)
end

-- The event's id, of a claim that holds it.
local function id_of(item) return tonumber(item.token:match "^%d+") end

Sqlite.renew = write(false, function(self, item, now, lease)
  if run(self, "renew", item.lane, item.token, now + lease) == 0 then return answers.lost() end
  return true
end)

Sqlite.confirm = write(false, function(self, item)
  if row(self, "token", item.lane) ~= item.token then
    if row(self, "is_here", item.lane, item.key) then return answers.lost() end
    return true
  end
  run(self, "remove_event", id_of(item))
  if run(self, "free", item.lane) == 0 then run(self, "remove_lane", item.lane) end
  return true
end)

Sqlite.release = write(false, function(self, item, now, delay, anew)
  local token = row(self, "token", item.lane)
  if token ~= item.token then
    if token and row(self, "is_here", item.lane, item.key) then return answers.lost() end
    return true
  end
  if anew then run(self, "begin_round", id_of(item)) end
  if delay > 0 then
    run(self, "hold", item.lane, now + delay, nil)
  else
    run(self, "free", item.lane)
  end
  return true
end)

Sqlite.pending = read(function(self, now)
  local count, due = row(self, "count"), row(self, "first_due_lane")
  if row(self, "next_lane") then return count, 0 end
  return count, answers.wait(due, now)
end)

-- Records --------------------------------------------------------------------------------

-- Whether a record has the version it must have; the error when it has not.
local function mismatch(self, name, version)
  if version == true then return nil end
  local its = row(self, "record", name)
  if its == version then return nil end
  return answers.mismatch(its)
end

local get = function(self, name)
  local version = row(self, "record", name)
  if not version then return nil end
  return table.concat(column(self, "pieces", name)), version
end

function Sqlite:get(name) return transaction(self, "begin_read", get, name) end

Sqlite.put = write(true, function(self, name, text, version, options)
  local err = mismatch(self, name, version)
  if err then return nil, err end
  run(self, "remove_pieces", name)
  local _, id = run(self, "add_piece", name, text)
  run(self, "put", name, id, options.due or nil, options.expires or nil)
  return id
end)

Sqlite.append = write(true, function(self, name, text, version, options)
  local err = mismatch(self, name, version)
  if err then return nil, err end
  local _, id = run(self, "add_piece", name, text)
  if run(self, "move", name, id) == 0 then
    run(self, "put", name, id, options.due or nil, options.expires or nil)
    return id
  end
  if options.due ~= nil then run(self, "set_due", name, options.due or nil) end
  if options.expires ~= nil then run(self, "set_expires", name, options.expires or nil) end
  return id
end)

Sqlite.remove = write(true, function(self, name, version)
  local its = row(self, "record", name)
  if not its then return true end
  local err = mismatch(self, name, version or true)
  if err then return nil, err end
  remove(self, name)
  return true
end)

local LAST = ("\255"):rep(check.NAME_MAX + 1)

Sqlite.list = read(function(self, prefix, after, limit)
  after = after or ""
  return column(self, "list", after > prefix and after or prefix, check.behind(prefix) or LAST, after, limit)
end)

Sqlite.due = read(function(self, now, limit)
  local names = column(self, "due", now, limit)
  local next_due = row(self, "next_due", #names)
  return names, answers.wait(next_due, now)
end)

return M
