--- POST /{phone_number_id}/messages: sending, and marking as read.

local json = require "whatsapp.json"
local answer = require "whatsapp.sandbox.server.answer"
local block_users = require "whatsapp.sandbox.server.block_users"
local calls = require "whatsapp.sandbox.server.calls"
local changes = require "whatsapp.sandbox.server.changes"
local chats = require "whatsapp.sandbox.server.chats"
local errors = require "whatsapp.sandbox.server.errors"
local media_types = require "whatsapp.sandbox.server.media_types"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local rates = require "whatsapp.sandbox.server.rates"
local state = require "whatsapp.sandbox.server.state"
local template_check = require "whatsapp.sandbox.server.template_check"
local text = require "whatsapp.sandbox.server.text"
local wamid = require "whatsapp.sandbox.server.wamid"

local M = {}

local MAX_TEXT = 4096

local tables = json.tables

local function refuse_missing(name)
  answer.refuse { code = 100, message = ("The parameter %s is required."):format(name),
    details = ("%s is missing"):format(name) }
end

-- What each type must hold ---------------------------------------------------

local function check_text(content)
  if type(content.body) ~= "string" or content.body == "" then refuse_missing "text['body']" end
  local n = text.length(content.body)
  if n <= MAX_TEXT then return end
  answer.refuse { code = 100,
    message = ("Param text['body'] must be at most %d characters long."):format(MAX_TEXT),
    details = ("the body has %d characters"):format(n) }
end

local function check_media(content, kind)
  if content.link then return end
  if not content.id then refuse_missing(("%s['id']"):format(kind)) end
  local node = state.find(tostring(content.id))
  if not (node and node.kind == "media") then
    answer.refuse { code = 131009, details = ("there is no media with id %s"):format(content.id) }
  end
  local found = media_types.kinds[node.mime_type]
  if found == kind or kind == "document" then return end
  answer.refuse { code = 131053,
    details = ("media %s is %s, which is no %s"):format(node.id, node.mime_type, kind) }
end

-- Why a template cannot be sent, by its status; pending and rejected ones are as
-- good as not there.
local unusable = { PAUSED = 132015, DISABLED = 132016 }

local function find_template(name, language)
  local template = message_templates.find(name, language)
  if template and template.status == "APPROVED" then return template end
  local code = template and unusable[template.status]
  if code then answer.refuse { code = code, details = ("template name (%s)"):format(name) } end
  answer.refuse { code = 132001,
    details = ("template name (%s) does not exist in %s"):format(name, language) }
end

local function check_template(content)
  local language = type(content.language) == "table" and content.language.code
  if not content.name then refuse_missing "template['name']" end
  if not language then refuse_missing "template['language']['code']" end
  local template = find_template(content.name, language)
  template_check.check(template, content)
  template.sends = (template.sends or 0) + 1
  changes.note("node", template)
  return template
end

-- Refuses content without these fields.
local function needs(...)
  local names = { ... }
  return function(content, kind)
    for _, name in ipairs(names) do
      if content[name] == nil then refuse_missing(("%s['%s']"):format(kind, name)) end
    end
  end
end

-- What can be tapped: reply buttons, or the rows of a list.
local function choices_in(action)
  local found = {}
  for _, button in ipairs(tables(action.buttons)) do found[#found + 1] = button.reply end
  for _, section in ipairs(tables(action.sections)) do
    for _, row in ipairs(tables(section.rows)) do found[#found + 1] = row end
  end
  return tables(found)
end

-- What is tapped comes back by its id, so each has its own.
local function check_interactive(content, kind)
  needs("type", "action")(content, kind)
  local seen = {}
  for _, choice in ipairs(choices_in(type(content.action) == "table" and content.action or {})) do
    local id = tostring(choice.id)
    if seen[id] then
      answer.refuse { code = 131009, details = ("interactive: two choices have the id %s"):format(id) }
    end
    seen[id] = true
  end
end

local function check_contacts(content)
  if #content == 0 then refuse_missing "contacts[0]" end
end

local types = {
  text = check_text,
  image = check_media, video = check_media, audio = check_media, document = check_media,
  sticker = check_media,
  location = needs("latitude", "longitude"),
  contacts = check_contacts,
  reaction = needs("message_id", "emoji"),
  interactive = check_interactive,
  template = check_template,
  pin = needs("type", "message_id"),
}

-- Returns the definition of a template.
local function check_content(body)
  local kind = body.type
  local check = types[kind]
  if not check then
    answer.refuse { code = 100,
      message = ('Param type "%s" is not a type of message.'):format(kind),
      details = ("type is %s"):format(kind) }
  end
  if type(body[kind]) ~= "table" then
    answer.refuse { code = 131008, details = ("%s is missing for type %s"):format(kind, kind) }
  end
  return check(body[kind], kind)
end

-- Sending -------------------------------------------------------------------

-- Groups take no interactive messages and no one-time passwords.
local function check_group(body, template)
  if body.recipient_type ~= "group" then return end
  if body.type == "interactive" then
    answer.refuse { code = 131051, details = "interactive messages cannot be sent to a group" }
  elseif template and template.category == "AUTHENTICATION" then
    answer.refuse { code = 131051, details = "authentication templates cannot be sent to a group" }
  end
end

local function is_wamid(id)
  return type(id) == "string" and id:find "^wamid%." ~= nil
end

-- A message may answer one that is no longer there, but not one that never was.
local function check_context(context)
  if context == nil or type(context) == "table" and is_wamid(context.message_id) then return end
  answer.refuse { code = 131009, details = "context: message_id is not the id of a message" }
end

-- A reaction to what is not there is accepted, and fails then.
local function code_of_reaction(body)
  return body.type == "reaction" and not chats.message(body.reaction.message_id) and 131009 or nil
end

-- `to` is a phone number or a group; `recipient` a business-scoped user id.
local function contact_of(body)
  if body.to == nil and body.recipient == nil then refuse_missing "to" end
  if body.to == nil then return { input = body.recipient, user_id = body.recipient } end
  local input = type(body.to) == "number" and ("%.0f"):format(body.to) or tostring(body.to)
  if body.recipient_type == "group" then return { input = input, wa_id = input } end
  local digits = input:gsub("[%s+().-]", "")
  if not digits:find "^%d+$" then
    answer.refuse { code = 131009, details = ("to is not a phone number: %s"):format(input) }
  end
  return { input = input, wa_id = digits }
end

-- Numbers that fail, with the code in their last digits: +1 555 0131026 at once, and
-- +1 556 0131026 after it was accepted, as its history tells.
local function code_of(number, prefix)
  local code = tonumber(number:match("^" .. prefix .. "0(13%d%d%d%d)$"))
  return errors[code] and code
end

local function send(body, phone)
  local contact = contact_of(body)
  local to = contact.wa_id or contact.user_id
  if phone.status == "DISCONNECTED" then answer.refuse { code = 133010 } end
  rates.check_message(phone, to)
  if not body.type then refuse_missing "type" end
  check_context(body.context)
  local template = check_content(body)
  check_group(body, template)
  if block_users.is_blocked(phone, to) then answer.refuse { code = 130403 } end
  local code = code_of(to, "1555")
  if code then answer.refuse { code = code, details = "the recipient's number asks for this error" } end
  local id = wamid.new(to)
  local is_late = not template and body.recipient_type ~= "group" and not chats.is_open(to, phone)
  chats.sent(id, to, phone, body, template)
  if body.type == "interactive" and body.interactive.type == "call_permission_request" then calls.asked(phone, to) end
  message_history.add({ message_id = id, phone = phone, to = to, is_late = is_late,
                        code = code_of(to, "1556") or code_of_reaction(body),
                        callback_data = body.biz_opaque_callback_data })
  return answer.ok({
    messaging_product = "whatsapp", contacts = { contact },
    messages = { { id = id, message_status = body.type == "template" and "accepted" or nil } },
  }, {
    message = { id = id, to = to, type = body.type,
                phone_number_id = phone.id },
  })
end

-- Marking as read, with or without the typing indicator.
local function mark_read(body)
  if body.status ~= "read" then
    answer.refuse { code = 100, message = "Param status must be one of {READ}" }
  end
  if not body.message_id then refuse_missing "message_id" end
  if not is_wamid(body.message_id) then
    answer.refuse { code = 131009, details = "message_id is not the id of a message" }
  end
  local typing = body.typing_indicator
  if typing and (type(typing) ~= "table" or typing.type ~= "text") then
    answer.refuse { code = 100, message = "Param typing_indicator['type'] must be one of {TEXT}" }
  end
  chats.mark_read(body.message_id, typing ~= nil)
  return answer.ok { success = true }
end

local function read(req)
  local body = req:json()
  if body.messaging_product == nil then refuse_missing "messaging_product" end
  if body.messaging_product ~= "whatsapp" then
    answer.refuse { code = 100, message = "Param messaging_product must be one of {WHATSAPP}" }
  end
  return body
end

--- POST /{phone_number_id}/messages
function M.post(req, phone)
  local body = read(req)
  if body.status then return mark_read(body) end
  return send(body, phone)
end

local POLICIES = { CLOUD_API_FALLBACK = true, STRICT = true }

--- POST /{phone_number_id}/marketing_messages: templates of the category MARKETING.
function M.post_marketing(req, phone)
  local body = read(req)
  if body.type ~= "template" then
    answer.refuse { code = 100, message = "Param type must be one of {TEMPLATE}" }
  end
  if body.product_policy and not POLICIES[body.product_policy] then
    answer.refuse { code = 100,
      message = "Param product_policy must be one of {CLOUD_API_FALLBACK, STRICT}" }
  end
  local template = type(body.template) == "table" and type(body.template.language) == "table"
    and message_templates.find(body.template.name, body.template.language.code)
  if template and template.category ~= "MARKETING" then
    answer.refuse { code = 100, details = ("template %s is not of the category MARKETING"):format(template.name) }
  end
  local response = send(body, phone)
  response.json.success = true
  return response
end

return M
