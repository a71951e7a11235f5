--- Where Redis is, from options, a URL or the environment.

local Error = require "whatsapp.error"
local check = require "whatsapp.store.check"
local percent = require "whatsapp.percent"

local M = {}

local VARIABLE = "WHATSAPP_REDIS_URL"

local function whole(least, most)
  return function(value)
    if type(value) ~= "number" or value % 1 ~= 0 or value < least or value > most then
      return ("must be a whole number from %d to %d"):format(least, most)
    end
  end
end

-- It is part of every key. What is in braces decides the slot in a cluster.
local function prefix(value)
  local why = check.name(value)
  if why then return why end
  if value:find "[{}]" then return "must have no braces" end
end

local optional = check.optional

--- A check for each option.
M.checks = {
  url = optional(check.name), host = optional(check.name), path = optional(check.name),
  port = optional(whole(1, 65535)), username = optional(check.name), password = optional(check.name),
  database = optional(whole(0, 10000)), prefix = optional(prefix), timeout = optional(check.span),
}

local function text_or_nil(text)
  return text and text ~= "" and percent.decode(text) or nil
end

-- redis://[[user]:password@]host[:port][/database] or unix:///path. Errors do not
-- quote it: it may hold a password.
local function parse(url, field)
  local path = url:match "^unix://(/[^?]*)$"
  if path then return { path = percent.decode(path) } end
  if url:find "^rediss:" then
    return Error.config(field, "TLS is not supported",
      "use a local proxy that speaks TLS (stunnel), and its address")
  end
  local rest = url:match "^redis://(.+)$"
  local login, place = (rest or ""):match "^(.*)@([^@]*)$"
  local host, tail = (place or rest or ""):match "^%[([%x:.]+)%](.*)$"
  if not host then host, tail = (place or rest or ""):match "^([%w._-]+)(.*)$" end
  local port, database = (tail or ""):match "^:?(%d*)/?(%d*)$"
  if not host or not port or tail:find "^%d" then
    return Error.config(field, "must look like redis://user:password@host:6379/0 or unix:///path")
  end
  local user, password = (login or ""):match "^([^:]*):?(.*)$"
  return { host = host, port = tonumber(port), database = tonumber(database), username = text_or_nil(user),
           password = text_or_nil(password) }
end

local DEFAULTS = { host = "127.0.0.1", port = 6379, database = 0, timeout = 5, prefix = "whatsapp" }

--- What to connect to.
---@param given table options, checked
---@return table|nil settings
---@return whatsapp.Error? err
function M.read(given)
  local url, field = given.url, "url"
  if url and (given.host or given.path) then
    return Error.config("url", "says the place, and host or path say another", "keep one")
  end
  if not (url or given.host or given.path) then
    url, field = os.getenv(VARIABLE), VARIABLE
    if url == "" then url = nil end
  end
  local settings, err
  if url then
    settings, err = parse(url, field)
    if not settings then return nil, err end
  else
    settings = {}
  end
  for name, value in pairs(given) do settings[name] = value end
  for name, value in pairs(DEFAULTS) do
    if settings[name] == nil then settings[name] = value end
  end
  for name, one in pairs(M.checks) do
    local why = one(settings[name])
    if why then return Error.config(field, ("its %s %s"):format(name, why)) end
  end
  settings.url = nil
  -- One slot for all keys.
  settings.prefix = ("{%s}:"):format(settings.prefix)
  return settings
end

return M
