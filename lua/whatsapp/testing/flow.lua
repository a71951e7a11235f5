--- A Flow's player: what WhatsApp's client does with a Flow, so that its endpoint, and
--- with its Flow JSON the whole Flow, is tried without WhatsApp.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local envelope = require "whatsapp.flow.envelope"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"
local sheet = require "whatsapp.testing.sheet"

---@class whatsapp.testing.Player
---@field screen? string the screen that is shown, "SUCCESS" at the end
---@field data table what the screen was given
---@field values table what has been filled in on it
---@field message? string the `error_message` of the last answer
---@field done boolean
---@field params? table at the end: what the webhook gets, with `flow_token`
local Player = { __name = "whatsapp.testing.Player" }
Player.__index = Player

local function protocol(message, status)
  return nil, Error.new { kind = "protocol", outcome = "rejected", status = status, message = message }
end

-- Asking ------------------------------------------------------------------------------

local REFUSED = { [421] = "the endpoint has another private key", [432] = "the endpoint has another app_secret" }

-- One request, encrypted and signed; the answer decrypted and decoded.
local function ask(self, action, screen, data)
  if not self.endpoint then return protocol("the Flow asks an endpoint, and the player has none") end
  local text = assert(json.encode { version = self.version, action = action, screen = screen, data = data,
                                    flow_token = self.flow_token })
  local body, session = envelope.seal(self.key, text)
  local status, _, answer = self.endpoint:handle(body, self.endpoint:sign(body))
  if status ~= 200 and status ~= 427 then
    return protocol(("the endpoint answers HTTP %d: %s"):format(status, REFUSED[status] or tostring(answer)), status)
  end
  local opened = session:open(answer)
  local decoded = opened and json.decode(opened)
  if not decoded then return protocol("the endpoint's answer cannot be decrypted to JSON", status) end
  if status == 200 then return decoded end
  self.done = true
  return nil, Error.new { kind = "state", outcome = "rejected", status = 427,
    message = "the flow_token is invalid: " .. tostring(decoded.error_msg) }
end

-- Showing -----------------------------------------------------------------------------

local function finish(self, params)
  self.screen, self.done, self.params, self.message = "SUCCESS", true, params, nil
  return self.screen, params
end

local function show(self, screen, data)
  if self.sheet and not self.sheet.screens[screen] then
    return protocol(("the Flow has no screen %s"):format(screen))
  end
  if screen ~= self.screen then
    if self.screen then self.path[#self.path + 1] = self.screen end
    self.screen, self.values, self.data = screen, {}, {}
  end
  self.message = data.error_message
  for name, value in pairs(data) do if name ~= "error_message" then self.data[name] = value end end
  self.seen[screen] = { form = self.values, data = self.data }
  return screen, self.data
end

-- The screen that the endpoint answers with.
local function follow(self, answer, err)
  if not answer then return nil, err end
  local screen, data = answer.screen, answer.data
  if type(screen) ~= "string" or type(data) ~= "table" then return protocol "the answer has no screen and data" end
  if screen ~= "SUCCESS" then
    if self.sheet and not self.sheet:leads(self.screen, screen) then
      return protocol(("the routing model has no way from %s to %s"):format(self.screen, screen))
    end
    return show(self, screen, data)
  end
  local response = data.extension_message_response
  local params = type(response) == "table" and response.params
  if type(params) ~= "table" or params.flow_token ~= self.flow_token then
    return protocol "the last answer must have extension_message_response.params with the flow_token"
  end
  return finish(self, params)
end

local function playing(self)
  if self.screen and not self.done then return true end
  return nil, Error.new { kind = "state", message = self.done and "the flow is over" or "the flow is not open",
                          hint = "player:open()" }
end

--- Opens the Flow: the endpoint is asked for the first screen, or the screen of the
--- message is shown. Without an endpoint it is the Flow's first one.
---@param first? { screen: string, data?: table } as in a message with `screen`
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:open(first)
  if first ~= nil and (type(first) ~= "table" or type(first.screen) ~= "string") then
    return Error.invalid("first", "must be a table with the screen's name: { screen =, data = }")
  end
  self.screen, self.data, self.values, self.path, self.seen = nil, {}, {}, {}, {}
  self.done, self.params, self.message = false, nil, nil
  if not first and not self.endpoint then first = { screen = self.sheet.first } end
  if first then return show(self, first.screen, first.data or {}) end
  return follow(self, ask(self, "INIT", nil, {}))
end

-- Filling and tapping -------------------------------------------------------------------

--- Fills in what is on the screen.
---@param values table by the names of the inputs
---@return true|nil
---@return whatsapp.Error? err of kind `invalid` for what the screen does not have
function Player:fill(values)
  local ok, err = playing(self)
  if not ok then return nil, err end
  ok, err = schema.check(values, { type = "map" }, "values")
  if not ok then return nil, err end
  local inputs = self.sheet and self.sheet:inputs(self.screen)
  local stray = inputs and schema.first_unknown(values, inputs)
  if stray ~= nil then return schema.unknown_key(self.screen, stray, inputs) end
  for name, value in pairs(values) do self.values[name] = value end
  return true
end

local actions = {}

function actions.data_exchange(self, payload)
  return follow(self, ask(self, "data_exchange", self.screen, payload))
end

function actions.navigate(self, payload, action)
  return show(self, type(action.next) == "table" and action.next.name or "", payload)
end

function actions.complete(self, payload)
  local params = { flow_token = self.flow_token }
  for name, value in pairs(payload) do params[name] = value end
  return finish(self, params)
end

function actions.update_data(self, payload)
  return show(self, self.screen, payload)
end

function actions.open_url(self)
  return self.screen, self.data
end

local function perform(self, action)
  local run = actions[action.name]
  if not run then return Error.invalid(self.screen, ("has an unknown action %s"):format(tostring(action.name))) end
  local context = { form = self.values, data = self.data, screen = self.seen }
  return run(self, sheet.resolve(action.payload or {}, context), action)
end

--- Taps what bears a label; without one the footer. Wants the Flow's JSON.
---@param label? string
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:tap(label)
  local ok, err = playing(self)
  if not ok then return nil, err end
  if not self.sheet then return Error.invalid("screens", "is missing", "only Flow JSON says what a tap does") end
  local found = self.sheet:actions(self.screen, label)
  if #found == 1 then return perform(self, found[1]) end
  local what = label and ("parts labelled %q that can be tapped"):format(label) or "footers"
  return Error.invalid(self.screen, ("has %d %s"):format(#found, what), "name one by its label: player:tap(label)")
end

--- Fills in and taps the footer. Without the Flow's JSON everything that is filled in
--- goes to the endpoint.
---@param values? table
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:submit(values)
  local ok, err = self:fill(values or {})
  if not ok then return nil, err end
  if self.sheet then return self:tap() end
  return actions.data_exchange(self, self.values)
end

--- Goes back to the screen before. The endpoint is asked where the screen has
--- `refresh_on_back`, or where the Flow's JSON is not known.
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:back()
  local ok, err = playing(self)
  if not ok then return nil, err end
  local before = table.remove(self.path)
  if not before then return Error.invalid(self.screen, "is the first screen") end
  local asks = not self.sheet or self.sheet.screens[self.screen].refresh_on_back
  local answer
  if asks then
    answer, err = ask(self, "BACK", self.screen, {})
    if not answer then return nil, err end
    before = answer.screen
  end
  local seen = self.seen[before] or { form = {}, data = {} }
  self.screen, self.values, self.data = before, seen.form, seen.data
  if asks then return follow(self, answer) end
  return self.screen, self.data
end

-- What WhatsApp says by itself -----------------------------------------------------------

--- Asks whether the endpoint is there, as WhatsApp does.
---@return true|nil
---@return whatsapp.Error? err
function Player:ping()
  local answer, err = ask(self, "ping")
  if not answer then return nil, err end
  return type(answer.data) == "table" and answer.data.status == "active" or protocol "the answer is not active"
end

--- Tells the endpoint that an answer of it could not be used.
---@param key string e.g. "INVALID_SCREEN_TRANSITION"
---@param message string
---@return true|nil
---@return whatsapp.Error? err
function Player:notice(key, message)
  local answer, err = ask(self, "data_exchange", self.screen, { error = key, error_message = message })
  if not answer then return nil, err end
  return type(answer.data) == "table" and answer.data.acknowledged == true or protocol "the answer does not acknowledge"
end

--- At the end: the customer's message as the webhook gets it, for `messages[1]`.
---@return table|nil message without id, from and timestamp
---@return whatsapp.Error? err of kind `state` before the end
function Player:reply()
  if not self.params then return nil, Error.new { kind = "state", message = "the flow has not been completed" } end
  return { type = "interactive", interactive = { type = "nfm_reply",
    nfm_reply = { name = "flow", body = "Sent", response_json = (assert(json.encode(self.params))) } } }
end

-- Making one ---------------------------------------------------------------------------

local OPTIONS = { screens = true, flow_token = true, version = true }

local function check_endpoint(endpoint)
  for _, name in ipairs { "handle", "sign", "public_key" } do
    if type(endpoint) ~= "table" or endpoint[name] == nil then
      Error.refuse("endpoint", "must be one of whatsapp.flow.endpoint, or the Flow JSON of a Flow without one")
    end
  end
  return assert(core.public_key(endpoint:public_key()))
end

--- Makes a player; raises an error object of kind `config`.
---
---     local player = require("whatsapp.testing").flow(endpoint, { screens = flow_json })
---     assert(player:open() == "WELCOME")
---     assert(player:submit { name = "Ann" } == "SUCCESS")
---
--- With `screens` (Flow JSON: what `whatsapp.flow.screens` returns, or its text) only
--- what is on a screen can be filled in, a tap does what the screen says, and the
--- endpoint's answers must lead to screens that there are. `flow_token` is the one of
--- the message ("token").
---@param endpoint whatsapp.flow.Endpoint|table|string an endpoint, or what has its `handle`, `sign`
---   and `public_key`; or the Flow JSON of a Flow that asks none
---@param options? { screens?: table|string, flow_token?: string, version?: string }
---@return whatsapp.testing.Player
return function(endpoint, options)
  options = Error.must(schema.options(options, OPTIONS))
  local alone = sheet.new(endpoint)
  local key = not alone and check_endpoint(endpoint) or nil
  local shown = alone or options.screens ~= nil and sheet.new(options.screens) or nil
  if options.screens ~= nil and not shown then Error.refuse("screens", "must be Flow JSON") end
  return setmetatable({
    endpoint = key and endpoint, key = key, sheet = shown,
    flow_token = options.flow_token or "token", version = options.version or "3.0",
    data = {}, values = {}, path = {}, seen = {}, done = false,
  }, Player)
end
