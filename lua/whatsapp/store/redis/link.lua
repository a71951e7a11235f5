--- Runs the scripts: connects, logs in, loads them, and says in our own terms what
--- failed. Loads the client that this place calls for.

local Error = require "whatsapp.error"
local clock = require "whatsapp.clock"
local complaint = require "whatsapp.complaint"
local loop = require "whatsapp.loop"
local scripts = require "whatsapp.store.redis.scripts"

local unpack = table.unpack or unpack

local Link = {}
Link.__index = Link

local M = {}

--- A link to one Redis. The password is in `login` alone.
---@param settings { host: string, port: integer, path?: string, username?: string, database: integer,
---                  timeout: number, prefix: string }
---@param login fun(): string|nil the password
---@return table|nil link
---@return string? why
function M.new(settings, login)
  local keys = {}
  for i, name in ipairs(scripts.keys) do keys[i] = settings.prefix .. name end
  local ngx = rawget(_G, "ngx")
  local client = ngx and ngx.get_phase and "resty" or "hiredis"
  local pool, why = require("whatsapp.store.redis." .. client).pool(settings)
  if not pool then return nil, why end
  return setmetatable({ settings = settings, login = login, pool = pool, keys = keys, known = {}, safe = false,
                        compared = false }, Link)
end

-- What failed ------------------------------------------------------------------------

-- By the first word of what Redis says.
local REFUSALS = {
  NOAUTH = { kind = "auth", hint = "give the password: password = …, or in the url" },
  WRONGPASS = { kind = "auth", hint = "check username and password" },
  NOPERM = { kind = "permission", hint = "the user needs EVALSHA, SCRIPT LOAD and the commands of the scripts" },
  OOM = { kind = "io", hint = "Redis is full: raise its maxmemory" },
  MISCONF = { kind = "io", hint = "Redis cannot write to its disk" },
  READONLY = { kind = "io", hint = "this is a replica: connect to the master" },
  LOADING = { kind = "io", hint = "Redis is starting: try again soon" },
  MOVED = { kind = "config", hint = "a Redis Cluster is not supported: use one Redis, with replicas" },
}

local TIMEOUT = "timeout"       -- what both clients call it

local OTHER = { kind = "io", hint = "see the log of Redis" }

local function refused(why)
  local known = REFUSALS[why:match "^%u+"] or OTHER
  local passing = known.kind == "io"
  return nil, Error.new { kind = known.kind, outcome = "rejected", message = "Redis: " .. why,
    hint = known.hint, retry = passing and "auto" or "fix", retryable = passing }
end

local function lost(self, why, outcome)
  local settings = self.settings
  if why == TIMEOUT then why = ("no answer within %g s"):format(settings.timeout) end
  return nil, Error.new { kind = "io", outcome = outcome, retry = "auto", retryable = true,
    message = ("Redis at %s: %s"):format(settings.path or settings.host .. ":" .. settings.port, tostring(why)),
    hint = "check that Redis runs there; then call again: nothing is done twice" }
end

-- Connecting ---------------------------------------------------------------------------

local FAR = 10 -- seconds

-- Machines whose clocks differ take each other's events, whose leases seem to be over.
local function compare_clocks(self, connection)
  if self.compared then return end
  local before = clock()
  local time = connection:call(self.settings.timeout, "time")
  local theirs = type(time) == "table" and tonumber(time[1])
  if not theirs then return end      -- not allowed to ask
  self.compared = true
  local apart = math.max(before - theirs, theirs - clock())
  if apart < FAR then return end
  complaint.write(("whatsapp: the clock of this machine and that of Redis are %.0f s apart: machines that share "
    .. "a store must agree on the time, or events are handled twice"):format(apart))
end

-- Redis must not throw away what it was given to keep.
local function check_eviction(self, connection)
  local info = connection:call(self.settings.timeout, "info", "memory")
  if type(info) ~= "string" then return true end      -- not allowed to ask
  local limit, policy = info:match "\nmaxmemory:(%d+)", info:match "\nmaxmemory_policy:([%w%-]+)"
  if limit and limit ~= "0" and policy and policy:find "^allkeys" then
    return nil, Error.new { kind = "config", field = "store",
      message = ("Redis may throw events away: its maxmemory-policy is %s"):format(policy),
      hint = "set maxmemory-policy noeviction" }
  end
  self.safe = true
  return true
end

local function greet(self, connection)
  local settings, password = self.settings, self.login()
  -- The first word shows whether there is anybody: until then nothing was sent.
  local steps = { { "ping" } }
  if password and settings.username then
    steps[1] = { "auth", settings.username, password }
  elseif password then
    steps[1] = { "auth", password }
  end
  if settings.database ~= 0 then steps[#steps + 1] = { "select", ("%d"):format(settings.database) } end
  for _, words in ipairs(steps) do
    local ok, why, answered = connection:call(settings.timeout, unpack(words))
    if answered then return refused(why) end
    if not ok then return lost(self, why, "not_sent") end
  end
  if self.safe then return true end
  compare_clocks(self, connection)
  return check_eviction(self, connection)
end

local function take(self, only_new)
  local connection, why = self.pool:take(only_new)
  if not connection then return lost(self, why, "not_sent") end
  if connection.fresh then
    local ok, err = greet(self, connection)
    if not ok then
      connection:drop()
      return nil, err
    end
  end
  return connection
end

-- Scripts ------------------------------------------------------------------------------

-- The value; or nil, what failed, and whether Redis said so.
local function run(self, connection, name, words)
  local timeout = self.settings.timeout
  local function load()
    local sha, why, answered = connection:call(timeout, "script", "load", scripts.text[name])
    self.known[name] = sha
    return sha, why, answered
  end
  local sha, why, answered = self.known[name], nil, nil
  if not sha then sha, why, answered = load() end
  if not sha then return nil, why, answered end
  local value
  value, why, answered = connection:call(timeout, "evalsha", sha, unpack(words))
  if answered and why:find "^NOSCRIPT" then
    -- Redis was started anew.
    sha, why, answered = load()
    if not sha then return nil, why, answered end
    value, why, answered = connection:call(timeout, "evalsha", sha, unpack(words))
  end
  return value, why, answered
end

-- The words of a call: how many keys, the keys, the arguments.
local function words_of(self, record, arguments)
  local words, n = {}, #self.keys
  for i = 1, n do words[i + 1] = self.keys[i] end
  if record then
    n = n + 1
    words[n + 1] = self.settings.prefix .. "text:" .. record
  end
  words[1] = ("%d"):format(n)
  for i = 1, #arguments do words[n + 1 + i] = arguments[i] end
  return words
end

--- Runs a script. When the connection is lost on the way, once more on a new one:
--- all scripts can be repeated. When there is no answer in time, not again.
---@param name string
---@param record string|nil the record whose text it needs
---@param arguments string[]
---@return any value nil when it failed
---@return whatsapp.Error? err
function Link:call(name, record, arguments)
  local driver = loop.current()
  if driver.ready then
    local ok, err = driver.ready()
    if not ok then return nil, err end
  end
  local words = words_of(self, record, arguments)
  for attempt = 1, 2 do
    local connection, err = take(self, attempt == 2)
    if not connection then
      if attempt == 2 then err.outcome = "unknown" end
      return nil, err
    end
    local value, why, answered = run(self, connection, name, words)
    if answered and why:find "^READONLY" then
      -- The master has become a replica: the next connection may find the new one.
      connection:drop()
      return refused(why)
    elseif value ~= nil or answered then
      self.pool:give(connection)
      if answered then return refused(why) end
      return value
    end
    connection:drop()
    if attempt == 2 or why == TIMEOUT then return lost(self, why, "unknown") end
  end
end

function Link:close()
  self.pool:close()
end

return M
