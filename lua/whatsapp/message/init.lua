--- A table you write → the Graph payload. Pure: no network, clock or file.

local Error = require "whatsapp.error"
local kinds = require "whatsapp.message.kinds"
local recipient = require "whatsapp.message.recipient"
local schema = require "whatsapp.schema"

local invalid = Error.invalid

local M = { is_user_id = recipient.is_user_id, user = recipient.user, canonical_user = recipient.canonical }

local RECIPIENT_TYPES = { individual = true, group = true }

--- What stands beside the content. `to` is checked on its own.
M.envelope = {
  reply_to = { type = "wamid" },
  callback_data = { type = "string", max = 512 },
  recipient_type = { type = "string", one_of = RECIPIENT_TYPES },
  recipient_identity_key_hash = { type = "string" },
}

local anything = { type = "json" }

local known = { to = true }
for name in pairs(M.envelope) do known[name] = true end
local envelope_names = schema.sorted_keys(M.envelope)
for name in pairs(kinds.names) do known[name] = true end

local function kinds_in(message)
  local names = {}
  for _, key in ipairs(schema.sorted_keys(message)) do
    if kinds.names[key] then names[#names + 1] = key end
  end
  return names
end

-- Where a text beside another kind belongs.
local TEXTS = { "body", "caption" }

local function inside(kind, field)
  local fields = kinds.get(kind).spec.fields
  return fields and fields[field] and ("write %s = { …, %s = … }"):format(kind, field)
end

local function two_kinds(message)
  local names = kinds_in(message)
  local other = names[1] == "text" and names[2] or names[1]
  local hint
  for i = 1, message.text ~= nil and #TEXTS or 0 do hint = hint or inside(other, TEXTS[i]) end
  return invalid(names[2], ("cannot stand beside %s: a message is one thing"):format(names[1]), hint or nil)
end

local OWN_FORM = ', or add type = "…": then the message is a payload in Graph\'s own form'

-- Graph's own words, and how they are said here.
local GRAPH = {
  recipient = 'write to = "US.…": a user id stands there, too' .. OWN_FORM,
  context = 'write reply_to = "wamid.…"' .. OWN_FORM,
  biz_opaque_callback_data = 'write callback_data = "…"' .. OWN_FORM,
  messaging_product = "leave it out" .. OWN_FORM,
  interactive = "write buttons, list, cta_url, …" .. OWN_FORM,
}

-- All that there is would be a page: the nearest is named, or the page.
local function unknown(key, message)
  if GRAPH[key] then return invalid(key, "is Graph's own word", GRAPH[key]) end
  local kind, near = kinds_in(message)[1], schema.meant(key, known)
  return invalid(schema.join(nil, key), "unknown key", kind and inside(kind, key)
    or near and ("did you mean %s?"):format(near)
    or 'a message is text = "Hello", image = "https://…", …: docs/messages.md lists them all')
end

local function find_kind(message)
  local found, second, stray
  for key in pairs(message) do
    if kinds.names[key] then
      found, second = key, found
    elseif not known[key] then
      stray = true
    end
  end
  if stray then
    return unknown(schema.first_unknown(message, known), message)
  end
  if second then return two_kinds(message) end
  if not found then
    return invalid(nil, "the message has no content",
      'add one of its kinds, e.g. text = "Hello"')
  end
  return found
end

-- The payload without its content.
local function wrap(message)
  local kind = "individual"
  for i = 1, #envelope_names do
    local name = envelope_names[i]
    if message[name] ~= nil then
      local value, err = schema.check(message[name], M.envelope[name], name)
      if value == nil then return nil, err end
      if name == "recipient_type" then kind = value end
    end
  end
  local target, err = recipient.resolve(message.to, kind)
  if not target then return nil, err end
  return {
    messaging_product = "whatsapp",
    recipient_type = kind,
    to = target.to,
    recipient = target.recipient,
    context = message.reply_to and { message_id = message.reply_to } or nil,
    biz_opaque_callback_data = message.callback_data,
    recipient_identity_key_hash = message.recipient_identity_key_hash,
  }
end

-- A native payload: everything passes, the envelope is completed and checked.
local function complete(message)
  if type(message.type) ~= "string" then
    return invalid("type", "must be the name of a Graph message type")
  end
  local field, content = schema.join(nil, message.type), message[message.type]
  if content == nil then
    return invalid(field, "is missing", ("a native payload of type %s has a field %s"):format(field, field))
  elseif type(content) ~= "table" then
    return invalid(field, ("must be a table, not a %s"):format(type(content)),
      "with type the message is a payload in Graph's own form: leave type out for the short one")
  end
  if message.messaging_product ~= nil and message.messaging_product ~= "whatsapp" then
    return invalid("messaging_product", 'must be "whatsapp"')
  end
  local to = message.to
  if to == nil then to = message.recipient end
  local payload, err = wrap { to = to, recipient_type = message.recipient_type,
    reply_to = message.reply_to, callback_data = message.callback_data,
    recipient_identity_key_hash = message.recipient_identity_key_hash }
  if not payload then return nil, err end
  for key, value in pairs(message) do
    if not known[key] or kinds.names[key] then
      if payload[key] == nil then payload[key] = value end
    end
  end
  return payload, {}
end

--- Compiles a message and lists the files to be uploaded first.
---@param message whatsapp.Message
---@return table|nil payload Graph's, or nil
---@return table[]|whatsapp.Error uploads each has `into` (gets the id), `file` or `data`
function M.compile(message)
  if type(message) ~= "table" then
    return invalid(nil, ("the message must be a table, not a %s"):format(type(message)),
      'write { to = "+15551234567", text = "Hello" }')
  end
  if message.type ~= nil then return complete(message) end
  local name, err = find_kind(message)
  if not name then return nil, err end
  local payload, value
  payload, err = wrap(message)
  if not payload then return nil, err end
  local kind, uploads = kinds.get(name), {}
  value, err = schema.check(message[name], kind.spec, name)
  if value == nil then return nil, err end
  if kind.fits then
    local ok
    ok, err = kind.fits(value, payload, name)
    if not ok then return nil, err end
  end
  if kind.compile then
    value, err = kind.compile(value, uploads, name)
    if value == nil then return nil, err end
  end
  payload.type = kind.type or name
  payload[payload.type] = value
  if uploads[1] then
    -- No file is uploaded for a message that could not be sent.
    local ok
    ok, err = schema.check(payload, anything)
    if not ok then return nil, err end
  end
  return payload, uploads
end

--- The Graph payload of a message, as `wa:send` would send it. No I/O: a
--- message with a local file is refused, since its id is not known yet. It never
--- raises, whatever the table holds; only metamethods of the caller's may.
---@param message whatsapp.Message
---@return table|nil payload
---@return whatsapp.Error? err
function M.build(message)
  local payload, uploads = M.compile(message)
  if not payload then return nil, uploads end
  if uploads[1] then
    local first = uploads[1]
    return invalid(schema.join(first.path, first.file and "file" or first.data and "data" or "fetch"),
      "must be uploaded first: building a message does no upload",
      "use wa:send, or wa.media:upload and { id = … }")
  end
  return schema.check(payload, anything)
end

return M
