--- Flows that customers have open: the page shows the screens, the player here does what
--- WhatsApp's client would.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local chats = require "whatsapp.sandbox.server.chats"
local customers = require "whatsapp.sandbox.server.customers"
local flow_player = require "whatsapp.sandbox.server.flow_player"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local MOST = 100

local sessions, order = {}, {} -- by id; the ids, oldest first

local function fail(err)
  answer.raise { status = 400, json = { error = { message = err.message, field = err.field, hint = err.hint } } }
end

local function list_of(value)
  return type(value) == "table" and value or {}
end

-- Messages that open a flow -----------------------------------------------------------

-- Of a template: the button with a flow, and what was sent for it.
local function template_flow(message)
  for _, component in ipairs(list_of(message.template.components)) do
    for i, button in ipairs(list_of(component.buttons)) do
      if button.type == "FLOW" then
        local sent = {}
        for _, one in ipairs(list_of(message.payload.template.components)) do
          local parameter = tonumber(one.index) == i - 1 and list_of(one.parameters)[1]
          sent = parameter and list_of(parameter.action) or sent
        end
        return { flow_id = button.flow_id, flow_name = button.flow_name, flow_json = button.flow_json,
                 flow_token = sent.flow_token, flow_action = button.flow_action, flow_action_payload = {
                   screen = button.navigate_screen, data = sent.flow_action_data } }
      end
    end
  end
end

local function parameters_of(message)
  local interactive = list_of(message.payload.interactive)
  if interactive.type == "flow" then return list_of(list_of(interactive.action).parameters) end
  local found = message.template and template_flow(message)
  return found or answer.invalid("message_id", "is of a message without a flow")
end

-- A template may have a flow of its own.
local function flow_of(parameters)
  local text = parameters.flow_json
  if type(text) == "string" then
    return { text = text, data_api_version = list_of(json.decode(text)).data_api_version }
  end
  for _, flow in ipairs(state.all "flow") do
    if flow.id == tostring(parameters.flow_id) or flow.name == parameters.flow_name then return flow end
  end
  answer.invalid("message_id", "is of a message whose flow is not there")
end

-- Playing -----------------------------------------------------------------------------

-- What the page shows next; at the end the webhook is told.
local function outcome(session)
  local player = session.player
  if player.done then
    sessions[session.id] = nil
    local reply = player:reply()
    local id = customers.write { from = session.message.customer, type = reply.type, interactive = reply.interactive,
      phone_number_id = session.message.phone_number_id, context = { id = session.message.id } }
    return { completed = true, id = id }
  end
  local data = {}
  for name, value in pairs(player.data) do data[name] = value end
  data.error_message = player.message
  return { session = session.id, screen = player.screen, data = data, view = player:view() }
end

-- Has the player do something, which may wait for the endpoint.
local function play(session, act, ...)
  if session.busy then answer.invalid("session", "waits for the endpoint") end
  session.busy = true
  local ok, err = act(session.player, ...)
  session.busy = false
  if not ok then
    if session.player.done then sessions[session.id] = nil end
    fail(err)
  end
  return outcome(session)
end

local function remember(session)
  sessions[session.id] = session
  order[#order + 1] = session.id
  if #order > MOST then sessions[table.remove(order, 1)] = nil end
end

--- Opens the flow of a message.
---@param wamid string
---@return table shown  { session, flow_json, screen, data, view }
function M.open(wamid)
  local message = chats.message(wamid)
  if not message then answer.invalid("message_id", "is no message of this phone") end
  local parameters = parameters_of(message)
  local flow = flow_of(parameters)
  if flow.status == "DEPRECATED" then answer.invalid("message_id", "is of a message whose flow has ended") end
  local player, err = flow_player.new(flow, state.nodes[message.phone_number_id], parameters.flow_token)
  if not player then fail(err) end
  local session = { id = identity.hex(8), player = player, message = message }
  remember(session)
  local first
  if parameters.flow_action ~= "data_exchange" then
    local payload = list_of(parameters.flow_action_payload)
    first = { screen = payload.screen or player.sheet.first, data = payload.data }
  end
  local shown = play(session, player.open, first)
  shown.flow_json = json.decode(flow.text)
  return shown
end

local function session_of(id)
  return sessions[id] or answer.invalid("session", "is none that is open")
end

--- Goes a step: fills in and taps what is seen, or does an action that the page has worked out.
---@param body { session: string, values?: table, tap?: string, action?: string, screen?: string, data?: table }
---@return table shown  { session, screen, data, view }, or { completed = true, id }
function M.step(body)
  local session = session_of(body.session)
  local player = session.player
  if body.action then return play(session, player.act, body.action, list_of(body.data), body.screen) end
  if body.values then
    local ok, err = player:fill(body.values)
    if not ok then fail(err) end
  end
  if body.tap ~= nil then return play(session, player.tap, body.tap ~= true and body.tap or nil) end
  return outcome(session)
end

return M
