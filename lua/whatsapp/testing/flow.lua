--- A Flow's player: what WhatsApp's client does with a Flow, so that its endpoint, and
--- with its Flow JSON the whole Flow, is tried without WhatsApp.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local envelope = require "whatsapp.flow.envelope"
local players = require "whatsapp.flow.player"
local schema = require "whatsapp.schema"
local screens = require "whatsapp.flow.screens"

local OPTIONS = { screens = true, flow_token = true, version = true }

local function check_endpoint(endpoint)
  for _, name in ipairs { "handle", "sign", "public_key" } do
    if type(endpoint) ~= "table" or endpoint[name] == nil then
      Error.refuse("endpoint", "must be one of whatsapp.flow.endpoint, or the screens of a Flow without one")
    end
  end
  return assert(core.public_key(endpoint:public_key()))
end

-- nil without an app's secret.
local function hmac_of(endpoint)
  return function(text)
    local signature = endpoint:sign(text)
    return signature and core.unhex(signature:sub(#"sha256=" + 1))
  end
end

-- Screens as they are written, Flow JSON or its text.
local function is_flow(value)
  return type(value) == "string" or (type(value) == "table" and (value.screens ~= nil or value[1] ~= nil))
end

-- The Flow JSON of them.
local function flow_json(value)
  if type(value) ~= "table" or value.screens ~= nil then return value end
  local built, err = screens.build(value)
  return built or Error.refuse(err.field, err.message, err.hint)
end

--- Makes a player; raises an error object of kind `config`.
---
---     local player = require("whatsapp.testing").flow(endpoint, { screens = flow_json })
---     assert(player:open() == "WELCOME")
---     assert(player:submit { name = "Ann" } == "SUCCESS")
---
--- With `screens` (as they are written, or Flow JSON, or its text) only
--- what is visible can be filled in and tapped, what is required must be, a tap does
--- what the screen says, and the endpoint's answers must lead to screens that there are,
--- with the data that they declare. `flow_token` is the one of the message ("token").
---@param endpoint whatsapp.flow.Endpoint|table|string an endpoint, or what has its `handle`, `sign`
---   and `public_key`; or the screens of a Flow that asks none
---@param options? { screens?: table|string, flow_token?: string, version?: string }
---@return whatsapp.flow.Player
return function(endpoint, options)
  options = Error.must(schema.options(options, OPTIONS))
  local made = { screens = flow_json(options.screens), flow_token = options.flow_token, version = options.version }
  if is_flow(endpoint) then
    made.screens = flow_json(endpoint)
  else
    local key = check_endpoint(endpoint)
    made.base64, made.hmac = core.base64, hmac_of(endpoint)
    function made.seal(text) return envelope.seal(key, text) end
    function made.post(body)
      local status, _, answer = endpoint:handle(body, endpoint:sign(body))
      return status, answer
    end
  end
  local player, err = players.new(made)
  if player then return player end
  Error.refuse(err.field, err.message)
end
