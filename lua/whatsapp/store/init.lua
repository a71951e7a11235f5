--- Where received events and conversations live: the contract that every store
--- keeps, and the constructors. The page docs/stores.md says which one when.
--
-- A store has no clock: times are given, in seconds. Whoever calls may be one of
-- many processes; each operation is whole or has not happened, and what it did
-- is durable (as far as the store promises it) when it returns.

local Error = require "whatsapp.error"
local check = require "whatsapp.store.check"
local schema = require "whatsapp.schema"

local M = {}

---@class whatsapp.StoreItem an event on its way into the inbox
---@field key string what makes it this one event and no other, e.g. its wamid
---@field lane string whose it is: the events of a lane are handled one at a time, in order
---@field at number the event's own time, which gives the order
---@field body string any bytes
---@field seen? string[] the names of the customer who wrote it: `last_seen` of each moves to `at`

---@class whatsapp.StoreClaim an event that the caller holds, and its lane with it
---@field key string
---@field lane string
---@field at number
---@field body string
---@field tries integer how often it was claimed, this time included
---@field token string|number what `renew`, `confirm` and `release` go by

---@class whatsapp.StoreRecordOptions
---@field due? number|false a time from which `due` lists the record; false: no more
---@field expires? number|false a time from which `purge` may take it away; false: never

-- The contract ------------------------------------------------------------------

-- Names that `list` and `due` give at most, unless they are told.
local LIMIT = 100

--- A store. Every method returns `nil, err` when it cannot do its work: kind
--- `invalid` for a wrong call, `state` after `close` and, with `err.conflict`, when
--- somebody else was faster, `io` when the store itself fails. After an `io` error
--- nothing is half done, and the same call may be made again.
---@class whatsapp.Store
local Store = { __name = "whatsapp.Store" }
Store.__index = Store

local function answer(ok, ...)
  if ok then return ... end
  return nil, Error.new { kind = "io", message = "the backend raised: " .. tostring((...)) }
end

-- Checks a call and asks the backend.
local function call(self, method, ...)
  local argument, why = check.arguments(method, ...)
  if argument then return Error.invalid(argument, why) end
  if self.closed then
    return nil, Error.new { kind = "state", message = "the store is closed", hint = "open another one" }
  end
  local backend = self.backend
  return answer(pcall(backend[method], backend, ...))
end

--- Takes events in, all of them or none. One whose key was added before (keys are
--- kept for `keep_keys` seconds) is ignored.
---@param items whatsapp.StoreItem[]
---@param now number
---@return integer|nil added how many were new
---@return whatsapp.Error? err
function Store:add(items, now)
  return call(self, "add", items, now)
end

--- The next event: the oldest (by `at`, then arrival) of a lane that nobody holds.
--- Lanes take turns. Its lane is then held for `lease` seconds: not confirmed or
--- released until then, the event may be claimed again, by anyone.
---@param now number
---@param lease number seconds
---@return whatsapp.StoreClaim|nil item nil, and no error, when there is nothing to do
---@return whatsapp.Error? err
function Store:claim(now, lease)
  return call(self, "claim", now, lease)
end

--- Holds on for another `lease` seconds from now.
---@param item whatsapp.StoreClaim
---@param now number
---@param lease number seconds
---@return true|nil
---@return whatsapp.Error? err kind `state` with `conflict`: the lane was claimed by another
function Store:renew(item, now, lease)
  return call(self, "renew", item, now, lease)
end

--- The event is handled: it is gone, and its lane is free.
---@param item whatsapp.StoreClaim
---@param now number
---@return true|nil true also when it was gone already
---@return whatsapp.Error? err kind `state` with `conflict`: another holds it now
function Store:confirm(item, now)
  return call(self, "confirm", item, now)
end

--- Gives the event back, to be claimed again after `delay` seconds. It keeps its
--- place, so its lane waits with it.
---@param item whatsapp.StoreClaim
---@param now number
---@param delay number seconds, 0 or more
---@param anew? boolean its `tries` begin again
---@return true|nil
---@return whatsapp.Error? err kind `state` with `conflict`: another holds it now
function Store:release(item, now, delay, anew)
  return call(self, "release", item, now, delay, anew)
end

--- How many events are in the inbox, held ones included.
---@param now number
---@return integer|nil count
---@return number|whatsapp.Error|nil seconds until one can be claimed (0: now; nil: there is none)
function Store:pending(now)
  return call(self, "pending", now)
end

--- Whether something that only moves forward may move to `rank`: true unless a
--- higher one has been seen for `id`. Asking again with the same rank is true again,
--- so that whoever was interrupted can repeat it. Ranks are kept as long as keys.
---@param id string
---@param rank number
---@param now number
---@return boolean|nil
---@return whatsapp.Error? err
function Store:advance(id, rank, now)
  return call(self, "advance", id, rank, now)
end

--- When a customer last wrote: the largest `at` of the items with this name in
--- `seen`. Kept for `keep_seen` seconds.
---@param customer string
---@return number|nil at
---@return whatsapp.Error? err
function Store:last_seen(customer)
  return call(self, "last_seen", customer)
end

--- A record's text and version.
---@param name string
---@return string|nil text nil, and no error, when there is none
---@return number|whatsapp.Error|nil version
function Store:get(name)
  return call(self, "get", name)
end

--- Writes a whole record, with nothing left of what was there.
---@param name string
---@param text string any bytes
---@param version number|true|nil that it must have, true: whatever, nil: it must not exist
---@param options? whatsapp.StoreRecordOptions
---@return number|nil version the new one; no other write of this record ever has the same
---@return whatsapp.Error? err kind `state` with `conflict`: it has another version
function Store:put(name, text, version, options)
  return call(self, "put", name, text, version, options == nil and {} or options)
end

--- Writes behind a record's text, which costs as much as `text` is long, not as the
--- record. `due` and `expires` stay as they were unless given.
---@param name string
---@param text string any bytes
---@param version number|true|nil as for `put`
---@param options? whatsapp.StoreRecordOptions
---@return number|nil version
---@return whatsapp.Error? err as for `put`
function Store:append(name, text, version, options)
  return call(self, "append", name, text, version, options == nil and {} or options)
end

--- Takes a record away.
---@param name string
---@param version? number|true that it must have; otherwise whatever it is
---@return true|nil true also when there was none
---@return whatsapp.Error? err kind `state` with `conflict`: it has another version
function Store:remove(name, version)
  return call(self, "remove", name, version)
end

--- The names of records, in the order of their bytes.
---@param prefix string that all have; "" for any
---@param after? string only names behind this one
---@param limit? integer at most so many, 100 unless given
---@return string[]|nil names
---@return whatsapp.Error? err
function Store:list(prefix, after, limit)
  return call(self, "list", prefix, after, limit == nil and LIMIT or limit)
end

--- The records whose `due` has come, the longest due first. They stay due until
--- somebody writes them anew.
---@param now number
---@param limit? integer at most so many, 100 unless given
---@return string[]|nil names
---@return number|whatsapp.Error|nil seconds until the next becomes due; nil: none will
function Store:due(now, limit)
  return call(self, "due", now, limit == nil and LIMIT or limit)
end

--- Forgets what its time has passed for: keys, ranks, old `last_seen`, expired
--- records. `add` forgets a little each time; to call this now and then keeps the
--- store small when nothing is added.
---@param now number
---@return true|nil
---@return whatsapp.Error? err
function Store:purge(now)
  return call(self, "purge", now)
end

--- Lets go of files and connections; what was stored stays.
---@return true
function Store:close()
  if not self.closed and self.backend.close then self.backend:close() end
  self.closed = true
  return true
end

Store.__close = Store.close

function Store:__tostring()
  return ("whatsapp.Store: %s"):format(self.backend.name or "your own")
end

-- Making stores -------------------------------------------------------------------

--- A store over a backend of your own: a table with the methods of `whatsapp.Store`
--- (`close` may be missing), whose arguments are then checked already. What it
--- raises is an error of kind `io`.
---@param backend table
---@return whatsapp.Store
function M.new(backend)
  for _, method in ipairs(schema.sorted_keys(check.methods)) do
    if type(backend) ~= "table" or type(backend[method]) ~= "function" then
      Error.refuse(method, "the backend of a store lacks this method")
    end
  end
  return setmetatable({ backend = backend, closed = false }, Store)
end

--- Whether a value is a store.
---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Store
end

local DAY = 24 * 60 * 60

-- What every constructor knows, in seconds. Meta delivers again for seven days.
local DEFAULTS = { keep_keys = 8 * DAY, keep_seen = 30 * DAY }

-- Reads the options of a constructor. `backend.options` has a check for each of
-- its own; `backend.short` is the one that a mere string is.
local function options_of(backend, given)
  if type(given) == "string" and backend.short then given = { [backend.short] = given } end
  local checks, options = {}, {}
  for name in pairs(DEFAULTS) do checks[name] = check.optional(check.span) end
  for name, one in pairs(backend.options) do checks[name] = one end
  local named, err = schema.options(given, checks)
  if not named then return nil, err end
  local why, field = check.fields(checks)(named)
  if why then return Error.config(field, why) end
  for name, value in pairs(DEFAULTS) do options[name] = value end
  for name, value in pairs(named) do options[name] = value end
  return options
end

local function open(module, given)
  local backend = require("whatsapp.store." .. module)
  return M.new(Error.must(backend.open(Error.must(options_of(backend, given)))))
end

--- In this process's memory: for tests, and for bots that may forget. Raises an
--- error object of kind `config` for wrong options, as all constructors do. All take
--- `keep_keys`, seconds for which an event's key is known, eight days unless given, and
--- `keep_seen`, for which `last_seen` is, 30 days.
---@param options? { keep_keys?: number, keep_seen?: number }
---@return whatsapp.Store
function M.memory(options) return open("memory", options) end

--- In an SQLite file, which may be shared by any number of processes of one machine.
--- Needs the rock `whatsapp-sqlite`. `busy_timeout`: seconds to wait for another
--- process that writes, 5 unless given.
---@param options string|{ path: string, keep_keys?: number, keep_seen?: number, busy_timeout?: number }
---@return whatsapp.Store
function M.sqlite(options) return open("sqlite", options) end

--- In Redis, which any number of machines may share. Without `url`, `host` and
--- `path` the environment's WHATSAPP_REDIS_URL is taken, else 127.0.0.1:6379. Needs
--- the rock `whatsapp-redis`; in nginx lua-resty-redis. The first operation connects.
--- `timeout`: seconds for one command, 5 unless given. `prefix` of all keys:
--- "whatsapp" unless given. `path`: of a unix socket.
---@param options? string|{ url?: string, host?: string, port?: integer, path?: string, username?: string,
---       password?: string, database?: integer, prefix?: string, timeout?: number, keep_keys?: number,
---       keep_seen?: number }
---@return whatsapp.Store
function M.redis(options) return open("redis", options) end

--- In an `lua_shared_dict` that nothing else uses, for all workers of one nginx.
---@param options string|{ dict: string, keep_keys?: number, keep_seen?: number }
---@return whatsapp.Store
function M.nginx(options) return open("nginx", options) end

return M
