--- The definitions of templates that the clients over one session know, and how
-- they come to know them.

local config = require "whatsapp.config"
local poll = require "whatsapp.poll"

local M = {}

-- Seconds: how old a definition may be, how long a failed look-up is not tried
-- again, how long one may take.
local AGE, PAUSE, LOOKUP = 600, 60, 5

local MOST = 1000 -- definitions

-- Definitions ----------------------------------------------------------------------

-- Definitions by account, name and language; by account and name when it was
-- looked up, until when it is being looked up, and when that failed.
local function known_by(client)
  local root = client.root
  root.definitions = root.definitions or { count = 0, found = {}, looked = {}, failed = {}, busy = {} }
  return root.definitions
end

--- The account of a call, by its settings.
---@param settings table
---@return string
function M.account_of(settings)
  return settings.business_account_id or ""
end

local function key_of(account, name, language)
  return account .. " " .. tostring(name) .. (language and " " .. tostring(language) or "")
end

-- Keeps what an answer of Graph tells of a template; nil when that is not enough.
local function note(client, template, options)
  if type(template) ~= "table" or type(template.components) ~= "table" then return end
  if type(template.name) ~= "string" or type(template.language) ~= "string" then return end
  local known = known_by(client)
  if known.count >= MOST then known.found, known.looked, known.count = {}, {}, 0 end
  local settings = config.for_call(client.config, options)
  local key = key_of(M.account_of(settings), template.name, template.language)
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

--- What a row of templates answers is kept.
---@param client whatsapp.Client
---@param answer table a template, or a page of them
---@param options? table
function M.note_answer(client, answer, options)
  for _, template in ipairs(answer.data or { answer }) do
    note(client, template, options)
  end
end

-- Looking up -----------------------------------------------------------------------

local FIELDS = "id,name,language,components"

-- All languages of a name. Graph finds names that hold it, too: when they fill a
-- page and ours is not on it, nothing is known.
local function ask(client, account, name, options)
  local known, key, now = known_by(client), key_of(account, name), client:loop().now()
  local page = client.templates:list({ name = name, fields = FIELDS, limit = 100 }, options)
  if not page then
    known.failed[key] = now
    return nil
  end
  local whole = page.after == nil
  for _, template in ipairs(page.data) do
    if not note(client, template, options) then whole = false end
  end
  if whole then known.looked[key] = now end
  return true
end

-- A look-up takes little of the time that the message has.
local function options_of(client, account, finish)
  local left = finish and math.max(0.001, finish - client:loop().now()) or LOOKUP
  local seconds = math.min(LOOKUP, left)
  return { retries = 0, deadline = seconds, timeout = seconds, business_account_id = account }
end

--- Asks Graph for a template, unless another coroutine is at it or it failed a
--- moment ago.
---@param client whatsapp.Client
---@param account string
---@param name string
---@param finish? number when the call must end
---@return true|nil asked
function M.look_up(client, account, name, finish)
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
  local ok = ask(client, account, name, options_of(client, account, finish))
  known.busy[key] = nil
  return ok
end

-- What is known ----------------------------------------------------------------------

--- A definition and its age in seconds. Where there is none: nil, and the age of
--- the look-up that found none; nil alone when nothing is known.
---@param client whatsapp.Client
---@param account string
---@param name string
---@param language string
---@return table|nil definition
---@return number|nil age
function M.find(client, account, name, language)
  local known, now = known_by(client), client:loop().now()
  local entry = known.found[key_of(account, name, language)]
  if entry and now - entry.at <= AGE then return entry.template, now - entry.at end
  local looked = known.looked[key_of(account, name)]
  if looked and now - looked <= AGE then return nil, now - looked end
end

--- The names of the templates that are known.
---@param client whatsapp.Client
---@param account string
---@return table<string, true>
function M.names(client, account)
  local known, names = known_by(client), {}
  for key, entry in pairs(known.found) do
    local template = entry.template
    if key == key_of(account, template.name, template.language) then names[template.name] = true end
  end
  return names
end

--- The languages that a template is known in, sorted.
---@param client whatsapp.Client
---@param account string
---@param name string
---@return string[]
function M.languages(client, account, name)
  local known, names = known_by(client), {}
  for _, entry in pairs(known.found) do
    if entry.template.name == name and known.found[key_of(account, name, entry.template.language)] == entry then
      names[#names + 1] = entry.template.language
    end
  end
  table.sort(names)
  return names
end

return M
