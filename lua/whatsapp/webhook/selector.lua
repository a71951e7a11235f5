--- Which events a handler is for.

local Error = require "whatsapp.error"
local pattern = require "whatsapp.webhook.pattern"
local schema = require "whatsapp.schema"

local refuse = Error.refuse

local M = {}

local function set_of(words, set)
  for word in words:gmatch "%S+" do set[word] = true end
  return set
end

local KINDS = set_of([[message status template account phone_number flow call group preferences echo
  history sync security payment unknown]], {})

-- What has an id that is tapped, and no text of the customer's.
local TAPS = set_of("button button_reply list_reply", {})

-- Types that Meta has named. Graph may name others at any time, so that only what is
-- all but one of these is a slip.
local TYPES = set_of([[
  text image video audio document sticker location contacts reaction button button_reply list_reply
  flow_reply address_reply call_permission_reply order edit revoke system request_welcome unsupported
  carousel_reply poll_creation media_placeholder
  sent delivered read played failed deleted warning pending captured canceled configuration
  approved rejected paused unpaused disabled enabled flagged unflagged reinstated archived unarchived
  pending_deletion in_appeal locked unlocked limit_exceeded quality category correct_category components status
  account_restriction account_violation account_deleted account_offboarded account_reconnected
  account_created account_updated disabled_update partner_added partner_removed partner_app_installed
  partner_app_uninstalled ad_account_linked solution_created solution update alert review capability
  username error name settings phone_number_settings upgrade downgrade onboarding offboarding
  flow_status_change endpoint_latency endpoint_error_rate endpoint_availability client_error_rate
  connect terminate call_created ringing accepted
  group_create group_delete group_participants_add group_participants_remove group_settings_update
  group_suspend group_suspend_cleared group_join_request_created group_join_request_revoked
  stop resume signup progress add remove user_id_update pin_changed]], {})

-- What may stand alone.
local WORDS = {}
for _, set in ipairs { KINDS, TYPES } do
  for word in pairs(set) do WORDS[word] = true end
end

-- What it is called in Graph's bodies, in WhatsApp, or in other libraries.
local MEANT = {
  interactive = "button_reply, list_reply or flow_reply", nfm_reply = "flow_reply or address_reply",
  reply = "button_reply or list_reply", callback_button = "button_reply", callback_selection = "list_reply",
  quick_reply = "button (of a template) or button_reply", flow_completion = "flow_reply",
  voice = "audio, with function(event) return event.media.voice end",
  photo = "image", picture = "image", file = "document",
  command = [[text, with a pattern such as "^/start"]], any = "message", all = "message",
}

-- What the business itself wrote, and what is long past, asks for no answer: a
-- mere type does not select it.
local APART = { echo = true, history = true }

-- Any of a list; else the one.
local function any(field, value, make)
  if type(value) ~= "table" then return make(field, value) end
  if value[1] == nil then refuse(field, "is an empty list") end
  local tests = {}
  for i = 1, #value do tests[i] = make(schema.join(field, i), value[i]) end
  return function(event)
    for i = 1, #tests do
      local found = tests[i](event)
      if found then return found end
    end
  end
end

-- Selectors ------------------------------------------------------------------------

-- A handler for it would never be called, and nobody would know why.
local function must_be_no_slip(field, word, known)
  if known[word] then return end
  local small = word:lower()
  local meant = MEANT[small] or known[small] and small or schema.is_slip(word, known) and schema.nearest(word, known)
  if not meant then return end
  refuse(field, ("%q is no type of event that is known"):format(word),
    ("did you mean %s? A type that is new and looks alike: select its kind, and match with a function")
      :format(meant))
end

local function selector(field, word)
  if type(word) ~= "string" then
    refuse(field, ("must be a string or a list of them, not a %s"):format(type(word)))
  end
  local kind, subject = word:match "^([%w_]+)%.([%w_]+)$"
  if kind and not KINDS[kind] then
    local near = schema.nearest(kind, KINDS)
    refuse(field, ("%q begins with no kind of event"):format(word), near and ("did you mean %s?"):format(near))
  elseif not kind and not word:find "^[%w_]+$" then
    refuse(field, ("%q is no selector"):format(word), 'use a type, a kind, or "kind.type"')
  end
  must_be_no_slip(field, subject or word, kind and TYPES or WORDS)
  if kind then return function(event) return event.kind == kind and event.type == subject end end
  if KINDS[word] then return function(event) return event.kind == word end end
  return function(event) return event.type == word and not APART[event.kind] end
end

-- Whether all that is selected is tapped: a match is an id then, and no pattern.
local function is_tap(selection)
  if type(selection) == "string" then return TAPS[selection:match "[^.]+$" or 0] ~= nil end
  for i = 1, #selection do
    if not is_tap(selection[i]) then return false end
  end
  return true
end

-- Matches ---------------------------------------------------------------------------

-- What a match found: the further arguments of the handler.
local function found(yes, ...)
  return yes and { n = select("#", ...), ... }
end

local function captures(first, _, ...)
  return found(first, ...)
end

local NOTHING = { n = 0 }

local function by_id(value)
  return function(event) return event.reply_id == value and NOTHING end
end

-- The id of what was tapped, or a Lua pattern in what was written.
local function by_text(value)
  return function(event)
    if event.reply_id ~= nil then return event.reply_id == value and NOTHING end
    return event.text ~= nil and captures(event.text:find(value))
  end
end

-- The id, the pattern or the function of a match.
local function matcher(taps)
  return function(field, value)
    if type(value) == "function" then
      return function(event) return found(value(event)) end
    elseif type(value) ~= "string" then
      refuse(field, ("must be a pattern, an id, a function or a list of them, not a %s"):format(type(value)))
    elseif taps then
      return by_id(value)
    end
    local ok, why = pattern.check(value)
    if not ok then refuse(field, ("%q is no Lua pattern: it has %s"):format(value, why)) end
    return by_text(value)
  end
end

--- A test of events. Raises an error of kind `config` for what selects nothing.
---@param selection string|string[] a type, a kind or "kind.type"; any of a list
---@param matching? string|function|table an id that was tapped, a pattern, a function; any of a list
---@return fun(event: whatsapp.Event): { n: integer }|nil|false captures or not this one
function M.test(selection, matching)
  local selects = any("selector", selection, selector)
  if matching == nil then
    return function(event) return selects(event) and NOTHING end
  end
  local matches = any("match", matching, matcher(is_tap(selection)))
  return function(event) return selects(event) and matches(event) end
end

return M
