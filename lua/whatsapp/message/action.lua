--- Interactive messages with one action: open a link or a flow, ask for the
-- location, an address, a contact or leave to call, offer a call.
-- Source: Meta's "Interactive messages", "Flows", "Calling"; operation sendMessage.

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local schema = require "whatsapp.schema"

local invalid = Error.invalid

local M = {}

-- A kind whose action has a name and perhaps parameters of the value.
local function kind_of(graph, name, spec, parameters)
  spec.type, spec.short = "table", "body"
  return {
    type = "interactive",
    spec = spec,
    compile = function(value, uploads, path)
      local action = { name = name, parameters = parameters and parameters(value) }
      return interactive.wrap(graph, value, action, uploads, path)
    end,
  }
end

M.cta_url = kind_of("cta_url", "cta_url", {
  fields = interactive.fields(interactive.any_header, interactive.link),
}, interactive.link_parameters)

-- Flows ------------------------------------------------------------------------------

-- The usual ones: of those that are also signs of a text, only what was made one.
local function has_no_emoji(text)
  return not text:find "\240\159[\140-\171]" and not text:find("\239\184\143", 1, true)
end

local ACTIONS = { navigate = true, data_exchange = true }
local MODES = { draft = true, published = true }

local function check_flow(value, path)
  if (value.id == nil) == (value.name == nil) then
    return invalid(path, "needs either id or name of the flow")
  end
  if value.data and not value.screen then
    return invalid(path .. ".screen", "is missing: data goes to a screen")
  end
  if value.action == "data_exchange" and value.screen then
    return invalid(path .. ".screen", "is for navigate: with data_exchange the endpoint names it")
  end
  return value
end

M.flow = kind_of("flow", "flow", {
  check = check_flow,
  fields = interactive.fields(interactive.any_header, {
    button = { type = "string", max = 30, required = true, test = has_no_emoji, form = "Book now: no emoji" },
    id = { type = "id" },
    name = { type = "string" },
    token = { type = "string" },
    screen = { type = "string" },
    data = { type = "json", object = true },
    action = { type = "string", one_of = ACTIONS },
    message_version = { type = "string", number = true, pattern = "^%d+$", form = "3: a number" },
    mode = { type = "string", one_of = MODES },
  }),
}, function(value)
  -- Graph refuses data that is empty.
  local data = value.data and next(value.data) ~= nil and value.data or nil
  return {
    flow_message_version = value.message_version or "3",
    flow_id = value.id,
    flow_name = value.name,
    flow_cta = value.button,
    flow_token = value.token or "unused",
    mode = value.mode or "published",
    flow_action = value.action or "navigate",
    flow_action_payload = value.screen and { screen = value.screen, data = data } or nil,
  }
end)

-- Requests ---------------------------------------------------------------------------

local function body_only() return { fields = { body = interactive.fields().body } } end

M.location_request = kind_of("location_request_message", "send_location", body_only())
M.contact_request = kind_of("request_contact_info", "request_contact_info", body_only())
M.call_permission_request = kind_of("call_permission_request", "call_permission_request",
  body_only())

-- What Meta's form asks for; of other countries than India nothing is published.
local address_fields = {}
for name in ("name phone_number house_number floor_number tower_number building_name address "
  .. "landmark_area city state"):gmatch "%S+" do
  address_fields[name] = { type = "string", min = 0, number = true }
end
address_fields.in_pin_code = { type = "string", min = 0, max = 6, number = true }

local address = { type = "table", fields = address_fields }
local saved_addresses = { type = "list", of = { type = "table", fields = {
  id = { type = "string", number = true, required = true },
  value = { type = "table", fields = address_fields, required = true },
} } }

local error_fields = {}
for name in pairs(address_fields) do error_fields[name] = { type = "string" } end

local of_india = { values = address, saved_addresses = saved_addresses,
                   validation_errors = { type = "table", fields = error_fields } }

local function check_address(value, path)
  if value.country ~= "IN" then return value end
  for _, name in ipairs(schema.sorted_keys(of_india)) do
    if value[name] ~= nil then
      local checked, err = schema.check(value[name], of_india[name], path .. "." .. name)
      if not checked then return nil, err end
      value[name] = checked
    end
  end
  return value
end

M.address_request = kind_of("address_message", "address_message", {
  check = check_address,
  fields = interactive.fields(interactive.text_header, {
    country = { type = "string", pattern = "^%u%u$", form = "IN: two capital letters",
                required = true },
    values = { type = "json", object = true, either = { address = address, other = { type = "map" } } },
    saved_addresses = { type = "list", min = 0, of = { type = "json", object = true,
      either = { saved_address = saved_addresses.of, other = { type = "map" } } } },
    validation_errors = { type = "json", object = true },
  }),
}, function(value)
  return { country = value.country, values = value.values,
           saved_addresses = value.saved_addresses, validation_errors = value.validation_errors }
end)

M.voice_call = kind_of("voice_call", "voice_call", {
  fields = interactive.fields(nil, {
    button = { type = "string", max = 20 },
    ttl_minutes = interactive.call.ttl_minutes,
    payload = interactive.call.payload,
  }),
}, function(value)
  return { display_text = value.button, ttl_minutes = value.ttl_minutes, payload = value.payload }
end)

return M
