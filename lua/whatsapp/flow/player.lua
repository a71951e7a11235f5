--- What WhatsApp's client does with a Flow: opens it, shows what is visible, takes what
-- may be filled in, asks the endpoint, goes back, ends. Without any I/O of its own.
--
--     local player, err = players.new {
--       screens = flow_json,      -- a table or its text; without it the endpoint alone decides
--       flow_token = "order-17",
--       seal = function(text) return body, session end,    -- as `envelope.seal`: session:open(answer) → text
--       post = function(body) return status, answer end,   -- or nil, err; may wait
--       base64 = function(bytes) return text end,          -- with `hmac`: for tokens that are signed
--       hmac = function(text) return bytes end,            -- with the app's secret; nil without one
--     }
--     player:open()               -- or open { screen = "DAY", data = { … } }, as the message says
--     player:view()               -- { screen, title, components = { { key, type, label, value, … } }, … }
--     player:fill { day = "mon" } -- by name; runs the on-select-actions
--     player:tap "Next"           -- by label or key; without one the footer
--     player:back()
--     player.done, player.params  -- at the end: what the webhook gets in response_json
--
-- Without `seal` and `post` it plays a Flow that has no endpoint. Every call returns
-- nil, err for what the customer could not do; `err.kind` is `protocol` where the
-- endpoint's answer cannot be used.

local Error = require "whatsapp.error"
local exchanges = require "whatsapp.flow.exchange"
local expression = require "whatsapp.flow.expression"
local filling = require "whatsapp.flow.filling"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"
local sheets = require "whatsapp.flow.sheet"
local view = require "whatsapp.flow.view"

local invalid, join, protocol = Error.invalid, schema.join, exchanges.protocol

local M = {}

---@class whatsapp.flow.Player
---@field screen? string the screen that is shown, "SUCCESS" at the end
---@field data table what the screen was given
---@field values table what has been filled in on it
---@field message? string the `error_message` of the last answer
---@field link? string the last link that was opened
---@field done boolean
---@field params? table at the end: what the webhook gets, with `flow_token`
local Player = { __name = "whatsapp.flow.Player" }
Player.__index = Player

-- One request to the endpoint, and its answer.
local function ask(self, action, screen, data)
  if not self.exchange then return protocol "the Flow asks an endpoint, and the player has none" end
  local answer, err = self.exchange:ask(action, screen, data)
  if err and err.kind == "state" then self.done = true end
  return answer, err
end

-- What is shown -----------------------------------------------------------------------

local function sheet_of(self) return self.sheet and self.sheet.screens[self.screen] end

-- Stands in `values` for what a field holds that was emptied: not even its first value.
local NOTHING = json.null

-- What references stand for. Fields have their first values until they are filled in;
-- what was filled in stays when its field is shown no more.
local function context_of(self)
  local context = { data = self.data, form = {}, screen = self.seen }
  for _, found in ipairs(view.components(sheet_of(self))) do
    local node = found.node
    if filling.is_field(node) and context.form[node.name] == nil then
      local value = self.values[node.name]
      if value == nil then value = filling.held(view.initial(found, context)) end
      if value ~= NOTHING then context.form[node.name] = value end
    end
  end
  return context
end

local function empty(self, part)
  local value = filling.emptied(part)
  self.values[part.name] = value == nil and NOTHING or value
end

-- What stands on the screen now, each with `part`, what is seen of it; and the context.
-- A choice that is there no more is taken back, and that may show something else.
local function shown(self)
  local context = context_of(self)
  local list, stale = view.components(sheet_of(self), context), false
  for _, found in ipairs(list) do
    found.part = view.shown(found, context)
    if found.part and filling.is_stale(found.part) then
      empty(self, found.part)
      stale = true
    end
  end
  if stale then return shown(self) end
  self.seen[self.screen] = { form = context.form, data = self.data }
  return list, context
end

local function finish(self, params)
  self.screen, self.done, self.params, self.message = "SUCCESS", true, params, nil
  return self.screen, params
end

-- What a screen had when it was left, which it has again.
local function left_of(self, screen)
  return self.left[screen] or { values = {}, data = {} }
end

local function stand_on(self, screen)
  local left = left_of(self, screen)
  self.screen, self.values, self.data = screen, left.values, left.data
end

-- One that leads to the screen before it is a way back.
local function enter(self, screen)
  if screen == self.path[#self.path] then
    table.remove(self.path)
  elseif self.screen then
    self.path[#self.path + 1] = self.screen
  end
  stand_on(self, screen)
end

local perform

-- Those of a screen, as long as it is shown.
local function perform_all(self, actions)
  local screen = self.screen
  for _, action in ipairs(actions) do
    if type(action) == "table" and self.screen == screen then
      local ok, err = perform(self, action)
      if not ok then return nil, err end
    end
  end
  return true
end

-- What is chosen already when a screen opens, where that counts as choosing it.
local function choose_again(self)
  if self.choosing or not (self.sheet and self.sheet.chooses_at_entry) then return true end
  local screen, ok, err = self.screen, true, nil
  self.choosing = true
  for _, found in ipairs((shown(self))) do
    if ok and found.part and self.screen == screen and filling.is_chosen(found.part) then
      ok, err = perform_all(self, filling.actions(found.node, found.part, nil, found.part.value))
    end
  end
  self.choosing = false
  return ok, err
end

-- `written` as in `Sheet:accepts`, of the Flow's own actions.
local function show(self, screen, data, written)
  if self.sheet then
    local ok, err = self.sheet:accepts(screen, data, left_of(self, screen).data, written)
    if not ok then return nil, err end
  end
  local is_new = screen ~= self.screen
  if is_new then enter(self, screen) end
  self.message = data.error_message
  for name, value in pairs(data) do if name ~= "error_message" then self.data[name] = value end end
  self.left[screen] = { values = self.values, data = self.data }
  if self.sheet then shown(self) end
  if is_new then
    local ok, err = choose_again(self)
    if not ok then return nil, err end
  end
  return self.screen, self.data
end

-- The screen that the endpoint answers with.
local function follow(self, answer, err)
  if not answer then return nil, err end
  local screen, data = answer.screen, answer.data
  if type(screen) ~= "string" or type(data) ~= "table" then return protocol "the answer has no screen and data" end
  if screen ~= "SUCCESS" then
    if self.sheet and not self.sheet:leads(self.screen, screen) then
      return protocol(self.screen and ("the routing model has no way from %s to %s"):format(self.screen, screen)
        or ("the Flow cannot begin with %s, to which the routing model leads"):format(screen))
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

-- The screen that is shown first, nil where that is the endpoint's to say.
local function first_of(self, first)
  if first == nil and self.exchange then return nil end
  first = first or {}
  local screen = type(first) == "table" and (first.screen or (self.sheet and self.sheet.first))
  if type(screen) == "string" and (first.data == nil or type(first.data) == "table") then
    return { screen = screen, data = first.data or {} }
  end
  return invalid("first", "must be a table with the screen's name: { screen =, data = }")
end

--- Opens the Flow: the endpoint is asked for the first screen (a message with
--- `action = "data_exchange"`), or the one that the message names is shown. Without an
--- endpoint it is the Flow's first one.
---@param first? { screen?: string, data?: table } as in the message; without `screen` the Flow's first one
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:open(first)
  local err
  first, err = first_of(self, first)
  if err then return nil, err end
  self.screen, self.data, self.values, self.path, self.seen, self.left = nil, {}, {}, {}, {}, {}
  self.done, self.params, self.message, self.link = false, nil, nil, nil
  if first then return show(self, first.screen, first.data) end
  return follow(self, ask(self, "INIT", nil, {}))
end

--- What the customer sees. Without Flow JSON only what the player knows by itself.
---@return { screen?: string, title?: string, terminal?: boolean, message?: string, done: boolean,
---   params?: table, components: table[] } view each component has its properties under Meta's
---   names, with every reference replaced, `key` (what `tap` takes) and of a field `value`; If,
---   Switch and Form are not in it, what stands in them is
function Player:view()
  local seen = { screen = self.screen, message = self.message, done = self.done, params = self.params,
                 components = json.array {} }
  local screen = not self.done and sheet_of(self)
  if not screen then return seen end
  local list, context = shown(self)
  seen.title, seen.terminal = expression.resolve(screen.title, context), screen.terminal
  for _, found in ipairs(list) do seen.components[#seen.components + 1] = found.part end
  return seen
end

-- Actions -----------------------------------------------------------------------------

local actions = {}

function actions.data_exchange(self, payload)
  return follow(self, ask(self, "data_exchange", self.screen, payload))
end

function actions.navigate(self, payload, action)
  local screen = type(action.next) == "table" and tostring(action.next.name) or ""
  return show(self, screen, payload, action.payload or {})
end

function actions.complete(self, payload)
  local params = { flow_token = self.flow_token }
  for name, value in pairs(payload) do params[name] = value end
  return finish(self, params)
end

function actions.update_data(self, payload, action)
  return show(self, self.screen, payload, action.payload or {})
end

function actions.open_url(self, _, action, context)
  self.link = expression.resolve(action.url, context)
  return self.screen, self.data
end

function perform(self, action)
  local run = actions[action.name]
  if not run then return invalid(self.screen, ("has an unknown action %s"):format(tostring(action.name))) end
  local _, context = shown(self)
  local payload = action.payload or {}
  if type(payload) ~= "table" then return invalid(self.screen, "has an action whose payload is no table") end
  return run(self, expression.resolve(payload, context), action, context)
end

-- Goes back without a word to anybody, to a screen that was left.
local function return_to(self, screen)
  while self.screen ~= screen and self.path[1] do
    stand_on(self, table.remove(self.path))
  end
end

--- Does an action whose payload is worked out already, for a page that shows the Flow by
--- itself.
---@param name "data_exchange"|"navigate"|"complete"|"back"
---@param payload table
---@param screen? string  of navigate: where to; else on which one it is done
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:act(name, payload, screen)
  local ok, err = playing(self)
  if not ok then return nil, err end
  if name ~= "data_exchange" and name ~= "navigate" and name ~= "complete" and name ~= "back" then
    return invalid("action", "must be one of data_exchange, navigate, complete, back")
  end
  if screen and name ~= "navigate" then return_to(self, screen) end
  if name == "back" then return self:back() end
  -- What the Flow's payload names is not known here: as if it named all that is declared.
  local target = self.sheet and self.sheet.screens[screen]
  return actions[name](self, payload, { next = { name = screen }, payload = target and target.data })
end

-- Filling in --------------------------------------------------------------------------

local function fill_one(self, found, value)
  local part, name = found.part, found.node.name
  local path = join(self.screen, name)
  if part.enabled == false then return invalid(path, "cannot be filled in: it is not enabled") end
  local ok, err = filling.check(value, part, path)
  if not ok then return nil, err end
  local before = part.value
  if filling.is_empty(value) then empty(self, part) else self.values[name] = filling.held(value) end
  return perform_all(self, filling.actions(found.node, part, before, value))
end

-- Of what is still to be filled in, the first that the screen shows: what is filled in
-- may show more.
local function next_field(self, waiting)
  for _, found in ipairs((shown(self))) do
    if found.part and filling.is_field(found.part) and waiting[found.node.name] ~= nil then return found end
  end
end

local function refuse_rest(self, waiting)
  local name, known = schema.sorted_keys(waiting)[1], {}
  for _, found in ipairs(view.components(sheet_of(self))) do
    if filling.is_field(found.node) then known[found.node.name] = true end
  end
  if not known[name] then return schema.unknown_key(self.screen, name, known) end
  return invalid(join(self.screen, name), "is not visible")
end

--- Fills in what is on the screen, in its order, and runs the actions of what is chosen.
--- An empty value ("", {}, false) takes back what was there.
---@param values table by the names of the fields
---@return true|nil
---@return whatsapp.Error? err of kind `invalid` for what the screen does not show or take
function Player:fill(values)
  local ok, err = playing(self)
  if not ok then return nil, err end
  ok, err = schema.check(values, { type = "map" }, "values")
  if not ok then return nil, err end
  if not self.sheet then
    for name, value in pairs(values) do self.values[name] = value end
    return true
  end
  local screen, waiting = self.screen, {}
  for name, value in pairs(values) do waiting[name] = value end
  while next(waiting) ~= nil do
    local found = self.screen == screen and next_field(self, waiting)
    if not found then return refuse_rest(self, waiting) end
    ok, err = fill_one(self, found, waiting[found.node.name])
    if not ok then return nil, err end
    waiting[found.node.name] = nil
  end
  return true
end

-- Tapping -----------------------------------------------------------------------------

local function find_tap(self, wanted)
  local found, labels = {}, {}
  for _, one in ipairs(view.taps((shown(self)))) do
    if type(one.action) == "table" then
      if wanted == one.key then return one end
      local meant = wanted == nil and one.part.type == "Footer" or wanted ~= nil and one.label == wanted
      if meant then found[#found + 1] = one end
      labels[#labels + 1] = ("%q"):format(tostring(one.label or one.key))
    end
  end
  if #found == 1 then return found[1] end
  local what = wanted and ("parts labelled %q that can be tapped"):format(tostring(wanted)) or "footers"
  return invalid(self.screen, ("has %d %s"):format(#found, what), labels[1]
    and "what can be tapped, player:tap(label): " .. table.concat(labels, ", ") or nil)
end

-- The footer waits for what is required.
local function check_complete(self)
  for _, found in ipairs((shown(self))) do
    local part = found.part
    if part and filling.is_field(part) then
      local path = join(self.screen, part.name)
      local ok, err = filling.complete(part.value, part, path)
      if ok then ok, err = filling.check(part.value, part, path) end
      if not ok then return nil, err end
    end
  end
  return true
end

--- Taps what bears a label or has a key; without either the footer. Wants the Flow's JSON.
---@param what? string
---@return string|nil screen
---@return table|whatsapp.Error data
function Player:tap(what)
  local ok, err = playing(self)
  if not ok then return nil, err end
  if not self.sheet then return invalid("screens", "is missing", "only Flow JSON says what a tap does") end
  local found
  found, err = find_tap(self, what)
  if not found then return nil, err end
  if found.part.type == "Footer" then
    if found.part.enabled == false then return invalid(self.screen, "has a footer that is not enabled") end
    ok, err = check_complete(self)
    if not ok then return nil, err end
  end
  return perform(self, found.action)
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
  local before = self.path[#self.path]
  if not before then return invalid(self.screen, "is the first screen") end
  local asks = not self.sheet or sheet_of(self).refresh_on_back
  local answer
  if asks then
    answer, err = ask(self, "BACK", self.screen, {})
    if not answer then return nil, err end
    before = answer.screen
  end
  table.remove(self.path)
  stand_on(self, before)
  self.message = nil
  if asks then return follow(self, answer) end
  ok, err = choose_again(self)
  if not ok then return nil, err end
  return self.screen, self.data
end

-- What WhatsApp says by itself -----------------------------------------------------------

--- Asks whether the endpoint is there, as WhatsApp does.
---@return true|nil
---@return whatsapp.Error? err
function Player:ping()
  local answer, err = ask(self, "ping")
  if not answer then return nil, err end
  if type(answer.data) == "table" and answer.data.status == "active" then return true end
  return protocol "the answer is not active"
end

--- Tells the endpoint that an answer of it could not be used.
---@param key string e.g. "INVALID_SCREEN_TRANSITION"
---@param message string
---@return true|nil
---@return whatsapp.Error? err
function Player:notice(key, message)
  local answer, err = ask(self, "data_exchange", self.screen, { error = key, error_message = message })
  if not answer then return nil, err end
  if type(answer.data) == "table" and answer.data.acknowledged == true then return true end
  return protocol "the answer does not acknowledge"
end

--- At the end: the customer's message as the webhook gets it, for `messages[1]`.
---@return table|nil message without id, from and timestamp
---@return whatsapp.Error? err of kind `state` before the end
function Player:reply()
  if not self.params then return nil, Error.new { kind = "state", message = "the flow has not been completed" } end
  return { type = "interactive", interactive = { type = "nfm_reply",
    nfm_reply = { name = "flow", body = "Sent", response_json = (assert(json.encode(self.params))) } } }
end

--- Makes a player.
---@param options { screens?: table|string, flow_token?: string, version?: string,
---   seal?: fun(text: string): (string, table), post?: fun(body: string): (integer|nil, any),
---   base64?: fun(bytes: string): string, hmac?: fun(text: string): (string|nil) }
---@return whatsapp.flow.Player|nil
---@return whatsapp.Error? err of kind `invalid` for what is no Flow JSON
function M.new(options)
  local sheet, err
  if options.screens ~= nil then
    sheet, err = sheets.new(options.screens)
    if not sheet then return nil, err end
  elseif not options.post then
    return invalid("screens", "is missing: without an endpoint only Flow JSON can be played")
  end
  local flow_token = options.flow_token or "token"
  local exchange = options.post and exchanges.new {
    version = options.version or (sheet and sheet.version) or "3.0", flow_token = flow_token,
    seal = options.seal, post = options.post, base64 = options.base64, hmac = options.hmac }
  return setmetatable({ sheet = sheet, exchange = exchange, flow_token = flow_token,
    data = {}, values = {}, path = {}, seen = {}, left = {}, done = false }, Player)
end

return M
