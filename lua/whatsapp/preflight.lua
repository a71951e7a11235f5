--- Checks templates against their definitions before they are sent. Definitions
-- are kept for a while; what cannot be looked up is sent unchecked.

local Error = require "whatsapp.error"
local check = require "whatsapp.message.preflight"
local config = require "whatsapp.config"
local known = require "whatsapp.preflight.known"
local schema = require "whatsapp.schema"

local M = { forget = known.forget, note_answer = known.note_answer }

-- Seconds: how old a definition may be by which something is refused.
local CERTAIN = 10

-- Graph's refusals that say: the definition is another one.
local OUTDATED = { [132000] = true, [132001] = true, [132012] = true }

-- What may have been meant by a name and a language that there are none of: the
-- other languages, or else the nearest name.
local function meant(client, account, name)
  local languages = known.languages(client, account, name)
  if languages[1] then return nil, "it has " .. table.concat(languages, ", ") end
  local near = schema.nearest(name, known.names(client, account))
  return near and ("did you mean %s?"):format(near)
end

local function no_such(client, account, template)
  local hint, languages = meant(client, account, template.name)
  if languages then
    return Error.invalid("template.language", ("the template %s has no language %s"):format(template.name,
      tostring(template.language.code)), languages)
  end
  return Error.invalid("template.name", ("the account has no template %s"):format(template.name),
    hint or "wa.templates:list() tells which there are")
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
  local definition, age = known.find(client, account, template.name, template.language.code)
  if not age then return nil end
  local ok, err
  if definition then ok, err = check.check(template, definition) else ok, err = no_such(client, account, template) end
  return ok, err, age
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
  local account = known.account_of(settings)
  local ok, age
  ok, err, age = verdict(client, account, template)
  if ok then return true end
  if err and age <= CERTAIN then return at_home(err, input) end
  if not (err or mode) then return true end
  if not known.look_up(client, account, template.name, finish) then return true end
  ok, err, age = verdict(client, account, template)
  if ok or not err or age > CERTAIN then return true end
  return at_home(err, input)
end

local NO_SUCH = 132001

--- Forgets a definition by which a message was refused; where there is none, the
--- error tells what others are known.
---@param client whatsapp.Client
---@param payload table
---@param err whatsapp.Error
---@param options? table per-call options
function M.learn(client, payload, err, options)
  local name = type(payload.template) == "table" and payload.template.name
  if not OUTDATED[err.code] or type(name) ~= "string" then return end
  local account = known.account_of(config.for_call(client.config, options))
  local language = type(payload.template.language) == "table" and payload.template.language.code
  -- (One that is there is not approved.)
  if err.code == NO_SUCH and not known.find(client, account, name, language) then
    local hint, languages = meant(client, account, name)
    err.hint = languages or hint or err.hint
  end
  known.forget(client, { name = name })
end

return M
