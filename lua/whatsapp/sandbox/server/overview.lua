--- All that the page shows, as it is now.

local json = require "whatsapp.json"
local agenda = require "whatsapp.sandbox.server.agenda"
local chats = require "whatsapp.sandbox.server.chats"
local events = require "whatsapp.sandbox.server.events"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local function each(list, of)
  local found = json.array {}
  for i, item in ipairs(list) do found[i] = of(item) end
  return found
end

local function business()
  local account = state.nodes[state.settings.business_account_id]
  return {
    id = account.id, name = account.name, webhook_url = state.settings.webhook_url or json.null,
    phone_numbers = each(state.all "phone_number", function(phone)
      return { id = phone.id, display_phone_number = phone.display_phone_number,
               verified_name = phone.verified_name }
    end),
  }
end

local function flow(node)
  return { id = node.id, name = node.name, status = node.status }
end

--- The clock.
---@return { now: number, offset: number }
function M.clock()
  return { now = state.now(), offset = state.offset }
end

--- Everything, for a page that opens; the events behind `revision` follow it.
---@return table
function M.all()
  agenda.run()
  local whole = chats.all()
  whole.revision, whole.clock, whole.business = events.revision(), M.clock(), business()
  whole.templates = each(message_templates.all(), message_templates.shown)
  whole.flows = each(state.all "flow", flow)
  whole.faults, whole.exchanges, whole.connections = json.array {}, json.array {}, json.array {}
  return whole
end

return M
