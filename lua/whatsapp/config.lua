--- Options and environment, checked. Secrets pass through and are not kept.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"
local version = require "whatsapp.version"

local M = {}

local GATEWAY = "https://gateway.maton.ai/whatsapp-business"
local CONTROL = "https://ctrl.maton.ai"
local GRAPH = "https://graph.facebook.com"

-- Values -----------------------------------------------------------------------

local function a_string(value)
  if type(value) ~= "string" then return nil, "must be a string, not a " .. type(value) end
  if value == "" then return nil, "is empty" end
  if value:find("\0", 1, true) then return nil, "has a NUL character" end
  return value
end

local function an_id(value)
  local id, err = schema.check(value, { type = "id" })
  if not id then return nil, err.message, err.hint end
  return id
end

local function between(least, most, unit)
  return function(value)
    if type(value) ~= "number" or not (value >= least and value <= most) then
      return nil, ("must be a number of %s from %g to %g"):format(unit, least, most)
    end
    return value
  end
end

local function a_count(most)
  return function(value)
    if type(value) ~= "number" or not (value >= 0 and value <= most) or value % 1 ~= 0 then
      return nil, ("must be a whole number from 0 to %d"):format(most)
    end
    return value
  end
end

local function a_boolean(value)
  if type(value) ~= "boolean" then return nil, "must be true or false" end
  return value
end

local function a_function(value)
  if type(value) ~= "function" then return nil, "must be a function, not a " .. type(value) end
  return value
end

local function a_version(value)
  if type(value) ~= "string" or not value:find "^v%d+%.%d+$" then
    return nil, 'must look like "v23.0"'
  end
  return value
end

local function a_url(value)
  if type(value) ~= "string" or not value:find "^https?://[^/]" then
    return nil, "must be a URL of the form https://host/…"
  end
  if value:find "[^\33-\126]" then
    return nil, "has a space, a control or a non-ASCII character"
  end
  if value:find "[?#]" then return nil, "must have no query and no fragment" end
  return (value:gsub("/+$", ""))
end

local function a_base_url(value)
  local url, why = a_url(value)
  if not url then return nil, why end
  if url:find "/v%d+%.%d+$" then
    return nil, "must end before the version", "give the version as api_version"
  end
  local host = url:match "^https?://[%w.-]*maton%.ai"
  if host and not url:find "/whatsapp%-business$" then
    return nil, "lacks the app name", "write " .. host .. "/whatsapp-business"
  end
  return url
end

local function a_file(value)
  local name, why = a_string(value)
  if not name then return nil, why end
  local file, err = io.open(name, "rb")
  local first
  if file then
    first, err = file:read(1)
    file:close()
  end
  if not first then return nil, "cannot be read: " .. tostring(err or "it is empty") end
  return name
end

local PROXIES = { http = true, https = true, socks4 = true, socks4a = true, socks5 = true,
                  socks5h = true }

-- Without its text in any message: it may hold a password.
local function a_proxy(value)
  local text, why = a_string(value)
  if not text then return nil, why end
  local scheme, rest = text:match "^(%a[%w+.-]*)://(.*)$"
  local host = (rest or text):match "([^@]*)$":gsub("/$", "")
  local port = host:match ":(%d+)$"
  host = host:gsub(":%d+$", "")
  if (scheme and not PROXIES[scheme:lower()]) or (port and (tonumber(port) < 1 or tonumber(port) > 65535))
    or not (host:find "^[%w._-]+$" or host:find "^%[[%x:.]+%]$") then
    return nil, "must look like http://host:port (or https, socks5, …)"
  end
  return text
end

-- A driver's name, or a driver.
local function a_loop(value)
  if type(value) == "table" then return value end
  return a_string(value)
end

-- The name of a dictionary that all workers of an nginx share.
local function a_dict(value)
  local name, why = a_string(value)
  if not name then return nil, why end
  local ngx = rawget(_G, "ngx")
  if not (ngx and ngx.shared) then
    return nil, "is for nginx, and this is not nginx",
      "leave it out: elsewhere a process has its rate to itself"
  end
  if not ngx.shared[name] then
    return nil, ("names no dictionary of this nginx: %s"):format(name),
      ("add `lua_shared_dict %s 1m;` to the http block"):format(name)
  end
  return name
end

-- false: as fast as it goes.
local function a_rate(value)
  if value == false then return false end
  if type(value) ~= "number" or not (value > 0 and value <= 10000) then
    return nil, "must be a number up to 10000 (a second), or false for no limit"
  end
  return value
end

-- Options ------------------------------------------------------------------------

local function a_store(value)
  if require("whatsapp.store").is(value) then return value end
  return nil, "must be a store, e.g. whatsapp.store.memory()"
end

-- Whom it will go to is not known yet.
local SOMEBODY = "15550000000"

local function a_fallback(value)
  if type(value) ~= "table" or type(value.template) ~= "table" or value.to ~= nil then
    return nil, "must be a template message without to, e.g. { template = { name = …, language = … } }"
  end
  local message = { to = SOMEBODY }
  for name, content in pairs(value) do message[name] = content end
  local ok, err = require("whatsapp.message").compile(message)
  if ok then return value end
  return nil, ("%s: %s"):format(err.field or "message", err.message), err.hint
end

local seconds = between(0.001, 86400, "seconds")

---@class whatsapp.CallOptions what may be given with a single call, last
---@field phone_number_id? string|integer the number that sends
---@field business_account_id? string|integer the account, for templates and numbers
---@field app_id? string|integer the Meta app that uploads for templates belong to
---@field api_version? string Graph's version: "v21.0" through the gateway, "v23.0" direct
---@field timeout? number seconds for one JSON exchange (30)
---@field connect_timeout? number seconds to connect (10)
---@field stall_timeout? number seconds without a byte, for media (30)
---@field deadline? number seconds for one call with its retries and pacing (120)
---@field retries? integer attempts after the first (3), at most 20; never of what may have happened already
---@field preflight? boolean templates are checked against their definitions: true always, false never
---@field media_cache? boolean the same bytes are uploaded once
---@field on_progress? fun(done: integer, total: integer|nil) bytes of a file on its way

---@class whatsapp.Attempt one request, answered or not
---@field method string
---@field path string
---@field status? integer the HTTP status
---@field seconds number
---@field attempt integer 1 for the first
---@field kind? whatsapp.Kind of the error

---@class whatsapp.Options: whatsapp.CallOptions
---@field api_key? string the gateway's key; MATON_API_KEY
---@field access_token? string the business's own token, straight to Graph; WHATSAPP_ACCESS_TOKEN
---@field connection? string which of the gateway's connections; MATON_CONNECTION
---@field base_url? string everything before the version; WHATSAPP_BASE_URL
---@field control_url? string the gateway's connections; WHATSAPP_CONTROL_URL
---@field rate? number|false requests (direct: messages of a number) a second: 10 through the gateway, 80 direct
---@field pace_dict? string in nginx, an `lua_shared_dict`: `rate` is then that of all workers together
---@field pair_rate? boolean one message per 6 s to each recipient, after a burst of 45
---@field ca_file? string certificates to trust; WHATSAPP_CA_FILE
---@field proxy? string an HTTP or SOCKS proxy; WHATSAPP_PROXY
---@field user_agent? string
---@field allow_http? boolean plain http to hosts other than this machine
---@field on_request? fun(event: whatsapp.Attempt)
---@field store? whatsapp.Store where a bot notes who wrote when: for `wa:window(to)`
---@field window_fallback? whatsapp.Reply a template message, sent where the 24-hour window is closed
---@field loop? "native"|"nginx"|"cqueues"|"luv"|table who waits; only luv must be named

-- `session`: part of the connection, shared by siblings. `call`: may be given
-- with a single call too.
local options = {
  phone_number_id = { check = an_id, env = "WHATSAPP_PHONE_NUMBER_ID", call = true },
  business_account_id = { check = an_id, env = "WHATSAPP_BUSINESS_ACCOUNT_ID", call = true },
  app_id = { check = an_id, env = "WHATSAPP_APP_ID", call = true },
  api_version = { check = a_version, env = "WHATSAPP_API_VERSION", call = true },
  timeout = { check = seconds, default = 30, call = true },
  connect_timeout = { check = seconds, default = 10, call = true },
  stall_timeout = { check = between(1, 86400, "seconds"), default = 30, call = true },
  deadline = { check = seconds, default = 120, call = true },
  retries = { check = a_count(20), default = 3, call = true },
  rate = { check = a_rate },
  pace_dict = { check = a_dict, session = true },
  pair_rate = { check = a_boolean, default = false },
  preflight = { check = a_boolean, call = true },
  media_cache = { check = a_boolean, default = false, call = true },
  on_request = { check = a_function },
  on_progress = { check = a_function, call = true },
  store = { check = a_store },
  window_fallback = { check = a_fallback },
  loop = { check = a_loop },
  api_key = { check = a_string, env = "MATON_API_KEY", session = true },
  access_token = { check = a_string, env = "WHATSAPP_ACCESS_TOKEN", session = true },
  connection = { check = a_string, env = "MATON_CONNECTION", session = true },
  base_url = { check = a_base_url, env = "WHATSAPP_BASE_URL", session = true },
  control_url = { check = a_url, env = "WHATSAPP_CONTROL_URL", session = true },
  ca_file = { check = a_file, env = "WHATSAPP_CA_FILE", session = true },
  proxy = { check = a_proxy, env = "WHATSAPP_PROXY", session = true },
  user_agent = { check = a_string, env = "WHATSAPP_USER_AGENT", session = true },
  allow_http = { check = a_boolean, session = true },
}

local call_options = {}
for name, option in pairs(options) do
  if option.call then call_options[name] = option end
end

local function check_all(given, allowed)
  local named, err = schema.options(given, allowed)
  if not named then return nil, err end
  local checked = {}
  for _, name in ipairs(schema.sorted_keys(named)) do
    local value, why, hint = allowed[name].check(named[name])
    if why then return Error.config(name, why, hint) end
    checked[name] = value
  end
  return checked
end

-- What the environment says about options that were not given.
local function from_environment(getenv, given)
  local found = {}
  for name, option in pairs(options) do
    local value = option.env and given[name] == nil and getenv(option.env)
    if value and value ~= "" then found[name] = value end
  end
  return found
end

-- The credential: an explicit one beats the environment's; two of the same
-- level contradict each other.
local function choose_credential(given, env)
  for _, level in ipairs { given, env } do
    if level.api_key and level.access_token then
      local named = level == env and "MATON_API_KEY and WHATSAPP_ACCESS_TOKEN are both set"
        or "api_key and access_token are both given"
      return Error.config("api_key", named,
        "api_key goes through the gateway, access_token straight to Graph: keep one")
    end
    if level.api_key then return { mode = "gateway", secret = level.api_key } end
    if level.access_token then return { mode = "direct", secret = level.access_token } end
  end
  return Error.config("api_key", "no credential",
    "set MATON_API_KEY (in nginx also: env MATON_API_KEY;) or give api_key = …; "
    .. "straight to Graph: WHATSAPP_ACCESS_TOKEN or access_token = …")
end

-- Whether options go together.
local function check_whole(config)
  if not config.preflight or config.business_account_id then return config end
  return Error.config("preflight", "looks templates up in the business account, which is not known",
    "set WHATSAPP_BUSINESS_ACCOUNT_ID or give business_account_id = …")
end

local function fill_defaults(config, mode)
  local direct = mode == "direct"
  config.mode = mode
  config.base_url = config.base_url or (direct and GRAPH or GATEWAY)
  if not direct then config.control_url = config.control_url or CONTROL end
  if config.rate == nil then config.rate = direct and 80 or 10 end
  config.api_version = config.api_version or (direct and "v23.0" or "v21.0")
  config.user_agent = config.user_agent or "whatsapp-lua/" .. version
  for name, option in pairs(options) do
    if config[name] == nil then config[name] = option.default end
  end
end

--- The options that variables stand for, unchecked.
---@param getenv fun(name: string): string|nil
---@return table<string, string>
function M.from(getenv)
  return from_environment(getenv, {})
end

--- Reads the options of a client over those of the environment.
---@param given table|nil
---@param getenv? fun(name: string): string|nil
---@return table|nil config without the credential, or nil
---@return string|whatsapp.Error secret
function M.read(given, getenv)
  local explicit, err = check_all(given, options)
  if not explicit then return nil, err end
  local env
  env, err = check_all(from_environment(getenv or os.getenv, explicit), options)
  if not env then
    err.field = options[err.field].env
    return nil, err
  end
  local credential
  credential, err = choose_credential(explicit, env)
  if not credential then return nil, err end
  if explicit.connection and credential.mode == "direct" then
    return Error.config("connection", "belongs to the gateway; this client talks straight to Graph")
  end
  -- Addresses of the environment belong to its own credential: another way's is
  -- never sent there.
  local other = credential.mode == "direct" and env.api_key or credential.mode == "gateway" and env.access_token
  if other and not (explicit.base_url or explicit.control_url) then env.base_url, env.control_url = nil, nil end
  local config = {}
  for name, value in pairs(env) do config[name] = value end
  for name, value in pairs(explicit) do config[name] = value end
  config.api_key, config.access_token = nil, nil
  fill_defaults(config, credential.mode)
  local whole
  whole, err = check_whole(config)
  if not whole then return nil, err end
  return config, credential.secret
end

local function overlay(config, given, allowed)
  local checked, err = check_all(given, allowed)
  if not checked then return nil, err end
  return check_whole(setmetatable(checked, { __index = config }))
end

--- The configuration of a sibling client: another number, other defaults.
---@param config table
---@param given table
---@return table|nil
---@return whatsapp.Error? err
function M.with(config, given)
  if type(given) ~= "table" then
    return Error.config(nil, ("the options must be a table, not a %s"):format(type(given)))
  end
  for _, name in ipairs(schema.sorted_keys(given)) do
    if options[name] and options[name].session then
      return Error.config(name, "belongs to the connection that siblings share",
        "make another client with whatsapp.new")
    end
  end
  return overlay(config, given, options)
end

--- The configuration of one call.
---@param config table
---@param given table|nil
---@return table|nil
---@return whatsapp.Error? err
function M.for_call(config, given)
  if given == nil then return config end
  if type(given) ~= "table" then
    return Error.invalid("options", ("must be a table, not a %s"):format(type(given)))
  end
  local merged, err = overlay(config, given, call_options)
  if not merged then
    err.kind = "invalid"
    return nil, err
  end
  merged.explicit_timeout = given.timeout or given.deadline
  return merged
end

--- `nil, err` for the first of some options that may not be given with a call,
--- which also takes those of `more`.
---@param given table
---@param more table<string, any>
---@return true|nil
---@return whatsapp.Error? err
function M.only_call_options(given, more)
  for _, key in ipairs(schema.sorted_keys(given)) do
    if not (call_options[key] or more[key]) then
      local known = {}
      for _, names in ipairs { call_options, more } do
        for name in pairs(names) do known[name] = true end
      end
      return schema.unknown_key(nil, key, known)
    end
  end
  return true
end

--- Whether an option may be given with a single call.
---@param name any
---@return boolean
function M.is_call_option(name)
  return call_options[name] ~= nil
end

--- The environment variable behind an id that paths may name.
---@param name string
---@return string|nil
function M.variable(name)
  local option = options[name]
  return option and option.check == an_id and option.env or nil
end

return M
