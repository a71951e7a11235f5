--- What a customer is said to write: checked before it gets into the chats, where a wrong
--- value would stay.

local errors = require "whatsapp.error"
local schema = require "whatsapp.schema"

local M = {}

-- Descriptions as in `whatsapp.schema`. Of a message's content only what is named here is
-- checked: WhatsApp may have more to say than is known.

local text = { type = "string" }
local any_text = { type = "string", min = 0 }
local id = { type = "id" }
local wamid = { type = "wamid", required = true }
local object = { type = "json", object = true }
local list = { type = "list", min = 0, of = object }

--- Whether it is a business-scoped user id, as `US.13491208655302741918`.
---@param value string
---@return boolean
function M.is_user_id(value)
  return value:find "^%u%u%.%w[%w.]*$" ~= nil
end

local user_id = { type = "string", test = M.is_user_id, form = "US.13491208655302741918" }
local name = { type = "string", max = 512, line = true }

local function needed(description)
  local copy = { required = true }
  for key, value in pairs(description) do copy[key] = value end
  return copy
end

local reply = { id = needed(text), title = needed(text), description = any_text }
local file = { id = id, link = text, caption = any_text, filename = text, mime_type = text, sha256 = text,
               voice = { type = "boolean" }, animated = { type = "boolean" } }

-- By type, or by the short word for one.
local contents = {
  text = { body = needed(text) },
  button_reply = reply, list_reply = reply,
  image = file, video = file, audio = file, document = file, sticker = file,
  location = { latitude = { type = "number", min = -90, max = 90, required = true },
               longitude = { type = "number", min = -180, max = 180, required = true },
               name = any_text, address = any_text, url = any_text },
  reaction = { message_id = wamid, emoji = any_text },
  interactive = { type = needed(text), button_reply = object, list_reply = object, nfm_reply = object },
  button = { text = needed(text), payload = any_text },
  order = { catalog_id = text, text = any_text, product_items = list },
  system = { body = any_text, type = text },
  revoke = { original_message_id = wamid },
  edit = { original_message_id = wamid, message = needed(object) },
}

-- Checks the fields that have a description; the others stay as they are.
local function check_known(value, fields, path)
  for _, key in ipairs(schema.sorted_keys(fields)) do
    local field, item, err = fields[key], value[key]
    if item == nil and field.required then return errors.invalid(schema.join(path, key), "is missing") end
    if item ~= nil then
      item, err = schema.check(item, field, schema.join(path, key))
      if item == nil then return nil, err end
      value[key] = item
    end
  end
  return true
end

local function check_content(value, kind)
  if kind == "contacts" then return schema.check(value, list, kind) end
  local whole, err = schema.check(value, object, kind)
  if not whole then return nil, err end
  return check_known(value, contents[kind] or {}, kind)
end

-- Who writes, to which number, when, and to what.
local number_or_id = { type = "string", number = true, required = true }

-- Webhooks have the time as digits.
local function to_number(value)
  return type(value) == "string" and value:find "^%d+$" and tonumber(value) or value
end

local around = {
  from = number_or_id, user_id = user_id, name = name, phone_number_id = id, id = { type = "wamid" },
  group_id = id, timestamp = { type = "number", min = 0, max = 9999999999, whole = true, before = to_number },
  type = text,
  context = object, referral = object, errors = list,
}

local context = { id = { type = "wamid" }, message_id = { type = "wamid" }, from = text }

-- Without a type, one of the short words for it.
local function check_said(given)
  local kind = given.type
  if around[kind] then return errors.invalid("type", "is not a type of message") end
  if not kind and given.text ~= nil then
    local ok, err = schema.check(given.text, text, "text")
    if not ok then return nil, err end
  end
  for _, word in ipairs(kind and { kind } or { "button_reply", "list_reply" }) do
    local ok, err = true, nil
    if given[word] ~= nil then ok, err = check_content(given[word], word) end
    if not ok then return nil, err end
  end
  return true
end

--- What `receive` is given.
---@param given table
---@return table|nil message
---@return whatsapp.Error? err
function M.message(given)
  local ok, err = check_known(given, around)
  if ok and given.context then ok, err = check_known(given.context, context, "context") end
  if ok then ok, err = check_said(given) end
  return ok and given, err
end

--- What a call is given.
---@param given table
---@return table|nil call
---@return whatsapp.Error? err
function M.call(given)
  local ok, err = check_known(given, { from = number_or_id, name = name, phone_number_id = id, cta_payload = text })
  return ok and given, err
end

--- A customer who has not written yet.
---@param given table
---@return table|nil customer
---@return whatsapp.Error? err
function M.customer(given)
  local ok, err = check_known(given, { id = number_or_id, name = name, phone_number_id = id })
  return ok and given, err
end

return M
