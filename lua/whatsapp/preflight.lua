--- Checks templates against their definitions before they are sent. Definitions
-- are kept for a while; what cannot be looked up is sent unchecked.

local Error = require "whatsapp.error"
local check = require "whatsapp.message.preflight"
local config = require "whatsapp.config"
local poll = require "whatsapp.poll"

local M = {}

-- Seconds: how old a definition may be, how old one may be by which something is
-- refused, how long a failed look-up is not tried again, how long one may take.
local AGE, CERTAIN, PAUSE, LOOKUP = 600, 10, 60, 5

local MOST = 1000 -- definitions

-- Graph's refusals that say: the definition is another one.
local OUTDATED = { [132000] = true, [132001] = true, [132012] = true }

-- Definitions ----------------------------------------------------------------------

-- What the clients over one session know: definitions by account, name and
-- language; by account and name when it was looked up, by whom it is being
-- looked up, and when that failed.
local function known_by(client)
  local root = client.root
  root.definitions = root.definitions or { count = 0, found = {}, looked = {}, failed = {}, busy = {} }
  return root.definitions
end

-- The account of a call, by its settings.
local function account_of(settings)
  return settings.business_account_id or ""
end

local function key_of(account, name, language)
  return account .. " " .. tostring(name) .. (language and " " .. tostring(language) or "")
end

--- Keeps what an answer of Graph tells of a template.
---@param client whatsapp.Client
---@param template table
---@param options? table of the call that it answers
---@return true|nil kept
function M.note(client, template, options)
  if type(template) ~= "table" or type(template.components) ~= "table" then return end
  if not (template.name and template.language) then return end
  local known = known_by(client)
  if known.count >= MOST then known.found, known.looked, known.count = {}, {}, 0 end
  local settings = config.for_call(client.config, options)
  local key = key_of(account_of(settings), template.name, template.language)
  if not known.found[key] then known.count = known.count + 1 end
  known.found[key] = { at = client:loop().now(), template = template }
  return true
end

--- Forgets a template that was changed: by its id, or all languages of a name.
---@param client whatsapp.Client
---@param which { id?: string, name?: string }
function M.forget(client, which)
  local known = client.root.definitions
  if not known then return end
  for key, entry in pairs(known.found) do
    local template = entry.template
    if (which.id and template.id == tostring(which.id)) or (which.name and template.name == which.name) then
      known.found[key], known.count = nil, known.count - 1
    end
  end
  known.looked, known.failed = {}, {}
end

-- Looking up -----------------------------------------------------------------------

local FIELDS = "id,name,language,components"

-- All languages of a name. Graph finds names that hold it, too: when they fill a
-- page and ours is not on it, nothing is known.
local function look_up(client, account, name, options)
  local known, key, now = known_by(client), key_of(account, name), client:loop().now()
  local page = client.templates:list({ name = name, fields = FIELDS, limit = 100 }, options)
  if not page then
    known.failed[key] = now
    return nil
  end
  local whole = page.after == nil
  for _, template in ipairs(page.data) do
    if not M.note(client, template, options) then whole = false end
  end
  if whole then known.looked[key] = now end
  return true
end

-- Another coroutine may be asking the same.
local function look_up_once(client, account, name, options)
  local known, key, loop = known_by(client), key_of(account, name), client:loop()
  local busy = known.busy[key]
  if busy and loop.now() < busy then
    poll.run(loop, { timeout = LOOKUP, first = 0.005, longest = 0.1 }, function()
      return not known.busy[key] or nil
    end)
    return true
  end
  if loop.now() < (known.failed[key] or -PAUSE) + PAUSE then return nil end
  known.busy[key] = loop.now() + LOOKUP
  local ok = look_up(client, account, name, options)
  known.busy[key] = nil
  return ok
end

-- A look-up takes little of the time that the message has.
local function options_of(client, account, finish)
  local left = finish and math.max(0.001, finish - client:loop().now()) or LOOKUP
  local seconds = math.min(LOOKUP, left)
  return { retries = 0, deadline = seconds, timeout = seconds, business_account_id = account }
end

-- Verdicts -------------------------------------------------------------------------

local function languages_of(known, account, name)
  local names = {}
  for _, entry in pairs(known.found) do
    if entry.template.name == name and known.found[key_of(account, name, entry.template.language)] == entry then
      names[#names + 1] = entry.template.language
    end
  end
  table.sort(names)
  return names
end

local function no_such(known, account, template)
  local languages = languages_of(known, account, template.name)
  if languages[1] then
    return Error.invalid("template.language", ("the template %s has no language %s"):format(template.name,
      tostring(template.language.code)), "it has " .. table.concat(languages, ", "))
  end
  return Error.invalid("template.name", ("the account has no template %s"):format(tostring(template.name)),
    "wa.templates:list() tells which there are")
end

-- Where the caller's own table is Graph's components, or a code, there the mistake is.
local function at_home(err, input)
  local given = type(input.template) == "table" and input.template or {}
  local whole = given.components ~= nil and "components" or given.otp ~= nil and "otp"
  local part = err.field:match "^template%.(.*)$"
  if whole and part ~= "name" and part ~= "language" then
    err.message, err.field = part .. " " .. err.message, "template." .. whole
  end
  return nil, err
end

-- true, or nil and what is wrong, and how old the knowledge is; nil alone when
-- nothing is known.
local function verdict(client, account, template)
  local known, now = known_by(client), client:loop().now()
  local entry = known.found[key_of(account, template.name, template.language.code)]
  if entry and now - entry.at <= AGE then
    local ok, err = check.check(template, entry.template)
    return ok, err, now - entry.at
  end
  local looked = known.looked[key_of(account, template.name)]
  if looked and now - looked <= AGE then
    local _, err = no_such(known, account, template)
    return nil, err, now - looked
  end
end

--- Checks a message that is a template, by what is known of it; with `preflight`
--- it is looked up where nothing is known. Nothing is refused by old knowledge
--- alone, and nothing because a look-up failed.
---@param client whatsapp.Client
---@param payload table Graph's
---@param input table what the caller gave
---@param options? table per-call options
---@param finish? number when the call must end
---@return true|nil
---@return whatsapp.Error? err
function M.check(client, payload, input, options, finish)
  local settings, err = config.for_call(client.config, options)
  if not settings then return nil, err end
  local mode, template = settings.preflight, payload.template
  if mode == false or not (mode or client.root.definitions) then return true end
  if type(template) ~= "table" or type(template.name) ~= "string" or type(template.language) ~= "table" then
    return true
  end
  local account = account_of(settings)
  local ok, age
  ok, err, age = verdict(client, account, template)
  if ok then return true end
  if err and age <= CERTAIN then return at_home(err, input) end
  if not (err or mode) then return true end
  if not look_up_once(client, account, template.name, options_of(client, account, finish)) then
    return true
  end
  ok, err, age = verdict(client, account, template)
  if ok or not err or age > CERTAIN then return true end
  return at_home(err, input)
end

--- Forgets a definition by which a message was refused.
---@param client whatsapp.Client
---@param payload table
---@param err whatsapp.Error
function M.learn(client, payload, err)
  if OUTDATED[err.code] and type(payload.template) == "table" then
    M.forget(client, { name = payload.template.name })
  end
end

--- What a row of templates answers is kept.
---@param client whatsapp.Client
---@param answer table a template, or a page of them
---@param options? table
function M.note_answer(client, answer, options)
  for _, template in ipairs(answer.data or { answer }) do
    M.note(client, template, options)
  end
end

return M
