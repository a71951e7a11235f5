--- The 24 hours after a customer's last message, in which anything may be sent;
--- outside of them only templates. Meta's page: "Customer service windows".

local Error = require "whatsapp.error"
local clock = require "whatsapp.clock"
local message = require "whatsapp.message"
local send = require "whatsapp.send"

local M = {}

local SECONDS = 24 * 60 * 60
local LONGEST = 200 -- bytes of a name; what Meta sends is much shorter

-- Of a customer who wrote to a number; in a store.
local function name_of(phone_number_id, user)
  return ("%s/%s"):format(phone_number_id or "", user)
end

-- What is no message of a customer's own.
local NOT_WRITTEN = { system = true, request_welcome = true, unknown = true, error = true }

local function opens(event)
  if event.group_id or not event.from then return false end
  if event.kind == "message" then return not NOT_WRITTEN[event.type] end
  return event.kind == "call" and type(event.raw) == "table" and event.raw.direction == "USER_INITIATED"
end

--- The names of the customer whose window an event opens; nil when it opens none.
---@param event whatsapp.Event
---@return string[]|nil
function M.names_of(event)
  if not opens(event) then return nil end
  local names = {}
  for _, user in ipairs { event.user_id or false, event.phone or false } do
    local canonical = user and message.canonical_user(user)
    local name = canonical and name_of(event.phone_number_id, canonical)
    if name and #name <= LONGEST and not name:find("\0", 1, true) then names[#names + 1] = name end
  end
  return names
end

-- When a customer last wrote to the client's number.
local function last_seen(client, to)
  local user, err = message.canonical_user(to, "to")
  if not user then return nil, err end
  return client.config.store:last_seen(name_of(client.config.phone_number_id, user))
end

local function left_since(at)
  return math.max(0, at + SECONDS - clock())
end

--- Seconds left in which the client's number may send a customer anything. Needs
--- the `store` in which a bot notes who wrote when.
---@param client whatsapp.Client
---@param to string|number a phone number or user id
---@return number|nil seconds 0 when the window is closed, or the customer never wrote
---@return whatsapp.Error? err
function M.left(client, to)
  if not client.config.store then
    return Error.config("store", "there is none, so nobody knows who wrote when",
      "give the client the bot's store: whatsapp.new { store = … }")
  end
  local at, err = last_seen(client, to)
  if err then return nil, err end
  return at and left_since(at) or 0
end

-- The fallback ------------------------------------------------------------------------

-- The template that goes out instead of a message.
local function instead_of(client, input)
  local fallback = {}
  for name, value in pairs(client.config.window_fallback) do fallback[name] = value end
  fallback.to, fallback.callback_data = input.to, input.callback_data
  return fallback
end

local function send_fallback(client, input, options)
  local sent, err = send.send(client, instead_of(client, input), options)
  if sent then sent.fallback = true end
  return sent, err
end

-- Whether the customer wrote once, but too long ago. Of one who is not known the
-- store may be too young to know: Meta decides.
local function is_closed(client, input)
  if not client.config.store or input.recipient_type == "group" then return false end
  local at = last_seen(client, input.to)
  return at ~= nil and left_since(at) == 0
end

--- Sends a message, or `window_fallback` where the window is closed: as the store
--- knows, or as Graph answers.
---@param client whatsapp.Client
---@param input table as for `wa:send`
---@param options? table per-call options
---@return whatsapp.Sent|nil sent `sent.fallback` is true when the template was sent
---@return whatsapp.Error? err
function M.send(client, input, options)
  local payload, err = message.compile(input)
  if not payload then return nil, err end
  if payload.type == "template" or payload.recipient_type == "group" then
    return send.send(client, input, options)
  end
  if is_closed(client, input) then return send_fallback(client, input, options) end
  local sent
  sent, err = send.send(client, input, options)
  if sent or err.kind ~= "window" then return sent, err end
  return send_fallback(client, input, options)
end

local CLOSED = 131047
local KEPT = 8 * SECONDS -- for which Meta may tell it again

local function was_closed(event)
  if event.kind ~= "status" or event.type ~= "failed" or event.group_id then return false end
  for _, err in ipairs(event.errors or {}) do
    if err.code == CLOSED then return true end
  end
  return false
end

-- Whether it is the first time for a status. That is noted before the template is
-- sent: what was interrupted in between is not sent again.
local function note(store, name)
  local noted, err = store:put(name, "", nil, { expires = clock() + KEPT })
  if noted then return true end
  return false, not err.conflict and err or nil
end

local function name_of_status(key)
  return "window_fallback " .. key
end

--- Sends `window_fallback`, at most once, where Meta accepted a message and says
--- later that the window was closed.
---@param event whatsapp.Event with its client
---@param store whatsapp.Store where it is noted
---@return true|nil
---@return whatsapp.Error? err
function M.recover(event, store)
  local fallback = event.client.config.window_fallback
  if not fallback or not event.from or not was_closed(event) then return true end
  local name = name_of_status(event.key)
  local first, err = note(store, name)
  if not first then return not err or nil, err end
  local sent
  sent, err = event:reply(instead_of(event.client, { callback_data = event.callback_data }))
  if sent then
    -- Nothing comes after the template, should that fail for the same reason.
    if sent.id then note(store, name_of_status(sent.id .. ":failed")) end
    return true
  end
  if err.outcome ~= "unknown" then store:remove(name) end
  return nil, err
end

return M
