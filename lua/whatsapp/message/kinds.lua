--- The kinds of message: for each, what it takes and how Graph says it.
--
-- `spec` describes the value; `compile(value, uploads, path)` returns Graph's
-- object for it (the checked value itself where there is no `compile`); `type`
-- is Graph's name of the kind where it differs; `fits(value, payload, name)` tells
-- whether it may go to the recipient.
-- Limits are Meta's (Cloud API reference, operation sendMessage).

local Error = require "whatsapp.error"

local M = {}

local PIN = { pin = true, unpin = true }

local function check_pin(value, path)
  if value.type == "unpin" and value.expiration_days then
    return Error.invalid(path .. ".expiration_days", "is for pin, not for unpin")
  end
  return value
end

local function for_groups(_, payload)
  if payload.recipient_type == "group" then return true end
  return Error.invalid("recipient_type", 'must be "group": only the messages of a group can be pinned')
end

-- Source: Meta's "Groups API", limits.
local function for_individuals(_, payload, name)
  if payload.recipient_type ~= "group" then return true end
  return Error.invalid(name, "cannot be sent to a group: nothing can be tapped or bought there",
    "send a text, media or a template, or write to each member")
end

local function is_emoji(text)
  return text == "" or text:find "[\128-\255]" ~= nil and not text:find "[A-Za-z%s]"
end

local kinds = {
  text = { spec = { type = "table", short = "body", fields = {
    body = { type = "string", max = 4096, required = true },
    preview_url = { type = "boolean" },
  } } },
  reaction = { spec = { type = "table", fields = {
    message_id = { type = "wamid", required = true },
    emoji = { type = "string", min = 0, required = true, test = is_emoji,
              form = "👍: an emoji, or empty to take it back" },
  } } },
  pin = { fits = for_groups, spec = { type = "table", check = check_pin, fields = {
    message_id = { type = "wamid", required = true },
    type = { type = "string", one_of = PIN, required = true },
    expiration_days = { type = "number", min = 1, max = 30, whole = true },
  } } },
}

-- The others are loaded when the first message of their kind is made: most
-- programs send few of them.
local load = {}

local function media() return require "whatsapp.message.media" end

local function media_kind(kind, extra)
  return {
    spec = media().reference(extra),
    compile = function(value, uploads, path) return media().compile(value, kind, uploads, path) end,
  }
end

local caption = { type = "string", max = 1024 }

function load.image() return media_kind("image", { caption = caption }) end
function load.video() return media_kind("video", { caption = caption }) end
function load.audio() return media_kind("audio", { voice = { type = "boolean" } }) end
function load.document() return media_kind("document", { caption = caption, filename = media().filename }) end
function load.sticker() return media_kind "sticker" end

function load.location() return { spec = require "whatsapp.message.location" } end
function load.contacts() return require "whatsapp.message.contacts" end
function load.template() return require "whatsapp.message.template" end

-- The families of interactive messages, by the module that has them.
local families = {
  reply = { "buttons", "list" },
  action = { "address_request", "call_permission_request", "contact_request", "cta_url", "flow",
             "location_request", "voice_call" },
  commerce = { "catalog", "product", "products" },
  carousel = { "carousel" },
  order = { "order_details", "order_status" },
}

for family, names in pairs(families) do
  for _, name in ipairs(names) do
    load[name] = function()
      local kind = require("whatsapp.message." .. family)[name]
      kind.fits = for_individuals
      return kind
    end
  end
end

--- The names of all kinds.
---@type table<string, true>
M.names = {}
for name in pairs(kinds) do M.names[name] = true end
for name in pairs(load) do M.names[name] = true end

--- What a kind takes, and how Graph says it.
---@param name string one of `names`
---@return { spec: table, compile?: function, fits?: function, type?: string }
function M.get(name)
  local kind = kinds[name]
  if not kind then
    kind = load[name]()
    kinds[name] = kind
  end
  return kind
end

return M
