--- What a customer sends besides texts: what is written short, as Graph has it.

local blame = require "whatsapp.testing.blame"
local json = require "whatsapp.json"
local line = require "whatsapp.testing.line"
local schema = require "whatsapp.schema"

local M = {}

-- By kind: Graph's table for what was given, and the message's errors.
local content_of = {}

-- A file is uploaded, so that the bot can download it.
local function upload(user, kind, content)
  if type(content) == "string" then content = { file = content } end
  if type(content) ~= "table" or not content.file then return content end
  local uploaded, err = user.test.bot.client.media:upload(content.file)
  if not uploaded then blame.raise("%s", tostring(err)) end
  local name = content.filename or content.file:match "[^/\\]*$"
  return { id = uploaded.id, mime_type = uploaded.type, caption = content.caption,
           filename = kind == "document" and name or nil }
end

for _, kind in ipairs { "image", "video", "audio", "document", "sticker" } do content_of[kind] = upload end

function content_of.reaction(user, _, content)
  if type(content) == "string" then content = { emoji = content } end
  if type(content) ~= "table" or content.message_id or not user.last then return content end
  return { emoji = content.emoji, message_id = user.last.id }
end

-- What there is no content of.
local EMPTY = { unsupported = true, request_welcome = true }

function content_of.unsupported()
  return nil, { { code = 131051, title = "Message type unknown", message = "Message type unknown" } }
end

function content_of.request_welcome() return nil end

-- Those there are; Meta may add others.
local KINDS = { text = true, location = true, contacts = true, order = true, button = true, system = true,
                interactive = true, edit = true, revoke = true, flow_reply = true }
for kind in pairs(content_of) do KINDS[kind] = true end

--- Whether there is such a kind of message, as far as is known.
---@param kind string
---@return boolean
function M.is_known(kind)
  return KINDS[kind] == true
end

--- The kind of message in a table with one key, and what is there.
---@param message any
---@return string kind
---@return any content
function M.kind(message)
  local kind, content
  if type(message) == "table" then kind, content = next(message) end
  if type(kind) ~= "string" or next(message, kind) ~= nil then
    blame.raise 'sends takes one kind of message: ann:sends { image = "photo.jpg" }'
  end
  if not KINDS[kind] and schema.is_slip(kind, KINDS) then
    blame.raise("there is no kind of message %s; did you mean %s?", kind, schema.nearest(kind, KINDS))
  end
  return kind, content
end

--- Graph's message.
---@param user whatsapp.TestUser
---@param kind string
---@param content any
---@return table
function M.message(user, kind, content)
  local value, errors = content, nil
  if content_of[kind] then value, errors = content_of[kind](user, kind, content) end
  if type(value) ~= "table" and not EMPTY[kind] then
    blame.raise("what Graph has in a message of type %s is a table, not a %s", kind, type(value))
  end
  return { type = kind, [kind] = value, errors = errors }
end

--- The line of a transcript: "(image) photo.jpg".
---@param kind string
---@param content any
---@return string
function M.shown(kind, content)
  if type(content) == "string" then return ("(%s) %s"):format(kind, line.escape(content)) end
  if type(content) ~= "table" then return ("(%s)"):format(kind) end
  local text, err = json.encode(content)
  if not text then blame.raise("%s cannot be sent: %s", kind, err) end
  return ("(%s) %s"):format(kind, text)
end

--- What stands behind the kind there.
---@param text string
---@return any content
function M.read(text)
  if text == "" then return true end
  return json.decode(text) or line.unescape(text)
end

return M
