--- All that the page shows, as it is now.

local json = require "whatsapp.json"
local chats = require "whatsapp.sandbox.server.chats"
local connections = require "whatsapp.sandbox.server.connections"
local events = require "whatsapp.sandbox.server.events"
local exchanges = require "whatsapp.sandbox.server.exchanges"
local faults = require "whatsapp.sandbox.server.faults"
local flows = require "whatsapp.sandbox.server.flows"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local state = require "whatsapp.sandbox.server.state"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local function each(list, of)
  local found = json.array {}
  for i, item in ipairs(list) do found[i] = of(item) end
  return found
end

-- Whether customers see the button that calls a number.
local function takes_calls(phone)
  local calling = phone.settings and phone.settings.calling or {}
  return tostring(calling.status):lower() == "enabled" and calling.call_icon_visibility ~= "hidden"
end

local function business()
  local account = state.nodes[state.settings.business_account_id]
  return {
    id = account.id, name = account.name, webhook_url = state.settings.webhook_url or json.null,
    is_told = webhooks.wanted(),
    phone_numbers = each(state.all "phone_number", function(phone)
      return { id = phone.id, display_phone_number = phone.display_phone_number,
               verified_name = phone.verified_name, takes_calls = takes_calls(phone) }
    end),
  }
end

--- Everything, for a page that opens; the events behind `revision` follow it.
---@return table
function M.all()
  local whole = chats.all()
  whole.revision, whole.business = events.revision(), business()
  whole.clock = { now = state.now(), offset = state.offset }
  whole.templates = each(message_templates.all(), message_templates.shown)
  whole.flows = each(state.all "flow", flows.shown)
  whole.faults, whole.exchanges = faults.all(), exchanges.all()
  whole.connections = each(connections.all(), connections.shown)
  return whole
end

--- Tells the pages that something about the business is another.
function M.tell_business()
  events.publish("business", {}, business)
end

return M
