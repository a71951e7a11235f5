--- The 24 hours after a customer's last message, in which anything may be sent;
--- outside of them only templates. Meta's page: "Customer service windows".

local Error = require "whatsapp.error"
local clock = require "whatsapp.clock"
local config = require "whatsapp.config"
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

-- The name of the customer of a call.
local function customer_of(client, to, options)
  local user, err = message.canonical_user(to, "to")
  if not user then return nil, err end
  local settings
  settings, err = config.for_call(client.config, options)
  if not settings then return nil, err end
  return name_of(settings.phone_number_id, user)
end

-- A test of a bot has a clock of its own, and its client knows it.
local function now(client)
  return (client.config.clock or clock)()
end

-- Meta's clock may be ahead.
local function left_since(client, at)
  return math.max(0, math.min(SECONDS, at + SECONDS - now(client)))
end

--- Seconds left in which the client's number may send a customer anything. Needs
--- the `store` in which a bot notes who wrote when.
---@param client whatsapp.Client
---@param to string|number a phone number or user id
---@param options? table `phone_number_id`
---@return number|nil seconds 0 when the window is closed, or the customer never wrote
---@return whatsapp.Error? err
function M.left(client, to, options)
  if not client.config.store then
    return Error.config("store", "there is none, so nobody knows who wrote when",
      "give the client the bot's store: whatsapp.new { store = … }")
  end
  local customer, err = customer_of(client, to, options)
  if not customer then return nil, err end
  local at
  at, err = client.config.store:last_seen(customer)
  if err then return nil, err end
  return at and left_since(client, at) or 0
end

-- The fallback ------------------------------------------------------------------------

-- The template that goes out instead of a message.
local function instead_of(client, input)
  local fallback = {}
  for name, value in pairs(client.config.window_fallback) do fallback[name] = value end
  fallback.to, fallback.callback_data = input.to, input.callback_data
  return fallback
end

-- A customer gets the template once a day, however much was to be sent. That is
-- noted before it is sent: what was interrupted in between is not sent again.
local function claim(client, store, name)
  local until_time, version = store:get(name)
  if not until_time and version then return nil, version end
  if until_time and tonumber(until_time) > now(client) then return false end
  local expires = now(client) + SECONDS
  local noted, err = store:put(name, ("%.0f"):format(expires), version, { expires = expires })
  if noted then return true end
  return err.conflict and false or nil, err
end

local function sent_already()
  return nil, Error.new { kind = "window", code = 131047,
    message = "the 24-hour window is closed, and window_fallback was sent within the last day",
    hint = "the customer has to answer first" }
end

-- Sends the template, unless this customer has it already: then nil, and an error
-- of kind `window`.
local function send_fallback(client, store, customer, input, options, before)
  local name = "window_fallback " .. customer
  local mine, err
  if store then
    mine, err = claim(client, store, name)
    if mine == nil then return nil, err end
    if not mine then return sent_already() end
  end
  local sent
  sent, err = send.send(client, instead_of(client, input), options, before)
  if sent then
    sent.fallback = true
  elseif store and err.outcome ~= "unknown" then
    store:remove(name)
  end
  return sent, err
end

-- Whether the customer wrote once, but too long ago. Of one who is not known the
-- store may be too young to know: Meta decides.
local function is_closed(client, store, customer)
  local at = store and store:last_seen(customer)
  return at ~= nil and at ~= false and left_since(client, at) == 0
end

-- What a template cannot stand for.
local APART = { template = true, reaction = true, pin = true }

--- Sends a message, or `window_fallback` where the window is closed: as the store
--- knows, or as Graph answers. With a `store` a customer gets it once a day; what
--- is to be sent after it fails with kind `window`.
---@param client whatsapp.Client
---@param input table as for `wa:send`
---@param options? table per-call options
---@param before? fun(waits: boolean) as for `send.compiled`
---@return whatsapp.Sent|nil sent `sent.fallback` is true when the template was sent
---@return whatsapp.Error? err
function M.send(client, input, options, before)
  local payload, uploads = message.compile(input)
  if not payload then return nil, uploads end
  local store = client.config.store
  local customer = payload.recipient_type ~= "group" and customer_of(client, input.to, options)
  if APART[payload.type] or not customer then return send.compiled(client, payload, uploads, input, options, before) end
  if is_closed(client, store, customer) then return send_fallback(client, store, customer, input, options, before) end
  local sent, err = send.compiled(client, payload, uploads, input, options, before)
  if sent or err.kind ~= "window" then return sent, err end
  return send_fallback(client, store, customer, input, options, before)
end

local CLOSED = 131047

local function was_closed(event)
  if event.kind ~= "status" or event.type ~= "failed" or event.group_id then return false end
  for _, err in ipairs(event.errors or {}) do
    if err.code == CLOSED then return true end
  end
  return false
end

--- Sends `window_fallback` where Meta accepted a message and says later that the
--- window was closed, unless the customer has written since, or has it already.
---@param event whatsapp.Event with its client
---@param store whatsapp.Store where it is noted
---@return true|nil
---@return whatsapp.Error? err
function M.recover(event, store)
  local client = event.client
  if not client.config.window_fallback or not event.from or not was_closed(event) then return true end
  local options = { phone_number_id = event.phone_number_id }
  local customer = customer_of(client, event.phone or event.from, options)
  local at = customer and store:last_seen(customer)
  if not customer or at and left_since(client, at) > 0 then return true end
  local sent, err = send_fallback(client, store, customer, { to = event.from, callback_data = event.callback_data },
    options)
  return (sent or err.kind == "window") and true or nil, err
end

return M
