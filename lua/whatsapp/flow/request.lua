--- What a handler of a Flow's endpoint is given, and what it may answer.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local exchange = require "whatsapp.flow.exchange"
local json = require "whatsapp.json"
local schema = require "whatsapp.schema"

local M = {}

---@class whatsapp.flow.Request
---@field action "INIT"|"BACK"|"data_exchange"|string
---@field screen? string the screen the customer is on; INIT has none, BACK need not have one
---@field data table what the screen sends, {} when nothing
---@field flow_token? string the token of the message that the Flow was sent with
---@field flow_token_signature? string what Meta signed it with, where it does
---@field version? string of the data exchange, e.g. "3.0"
---@field raw table as decoded
local Request = { __name = "whatsapp.flow.Request" }
Request.__index = Request

function Request.__tostring(request)
  return ("%s%s"):format(request.action, request.screen and " of screen " .. request.screen or "")
end

---@class whatsapp.flow.Answer
---@field screen string
---@field data? table

-- An answer that ends the Flow since its token is no longer valid.
local Refusal = {}

local function text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

--- A request as decrypted; nil when it is none.
---@param raw table
---@param tidied table the same without nulls
---@return whatsapp.flow.Request|nil
function M.new(raw, tidied)
  local action = text_or_nil(tidied.action)
  if not action then return nil end
  return setmetatable({
    action = action,
    screen = text_or_nil(tidied.screen),
    data = type(tidied.data) == "table" and next(tidied.data) ~= nil and tidied.data or {},
    flow_token = text_or_nil(tidied.flow_token),
    flow_token_signature = text_or_nil(tidied.flow_token_signature),
    version = text_or_nil(tidied.version),
    raw = raw,
  }, Request)
end

local function need_table(value, name)
  if value == nil or type(value) == "table" then return end
  error(("request:%s: the data must be a table, not a %s"):format(name, type(value)), 3)
end

--- The next screen.
---@param screen string
---@param data? table what the screen's `${data.…}` refers to
---@return whatsapp.flow.Answer
function Request:show(screen, data) -- luacheck: no self
  return { screen = screen, data = data }
end

--- The same screen again, with a message to the customer.
---@param message string
---@param data? table
---@return whatsapp.flow.Answer
function Request:fail(message, data)
  local shown = {}
  need_table(data, "fail")
  for name, value in pairs(data or {}) do shown[name] = value end
  shown.error_message = message == nil and json.null or message -- which is refused
  return { screen = self.screen, data = shown }
end

--- The end of the Flow: the customer's answer comes to the webhook as a message of
--- type `flow_reply` with these parameters and `flow_token`.
---@param params? table
---@return whatsapp.flow.Answer
function Request:complete(params)
  need_table(params, "complete")
  local sent = { flow_token = self.flow_token }
  for name, value in pairs(params or {}) do sent[name] = value end
  return { screen = "SUCCESS", data = { extension_message_response = { params = sent } } }
end

--- The Flow can go on no more: its token is unknown, used or too old. The customer
--- sees the message, and the button of the Flow's message no longer works.
---@param message string
---@return table
function Request:invalid_token(message) -- luacheck: no self
  return setmetatable({ error_msg = message }, Refusal)
end

-- Answers ---------------------------------------------------------------------------

local ANSWER = { screen = true, data = true }

local text, object, carried = { type = "string" }, { type = "map" }, { type = "json" }

-- What the customer reads. An error object in its place would go out with all that it knows.
local message = { type = "string", min = 0 }

local function check(answer)
  local _, err = schema.check(answer, object, "answer")
  if err then return nil, err end
  local stray = schema.first_unknown(answer, ANSWER)
  if stray ~= nil then return schema.unknown_key("answer", stray, ANSWER) end
  local data = answer.data or {}
  _, err = schema.check(answer.screen, text, "answer.screen")
  if not err then _, err = schema.check(data, object, "answer.data") end
  if not err and data.error_message ~= nil then
    _, err = schema.check(data.error_message, message, "answer.data.error_message")
  end
  if err then return nil, err end
  return { screen = answer.screen, data = data }
end

local function check_refusal(answer)
  local _, err = schema.check(answer.error_msg, text, "error_msg")
  if err then return nil, err end
  return { error_msg = answer.error_msg }
end

-- At INIT the customer is on no screen yet that could be shown again.
local function hint_at(err, request)
  if err.field == "answer.screen" then
    err.hint = request and request.action == "INIT"
      and 'INIT has no screen of its own: request:show("SCREEN", data), where request:fail cannot be'
      or 'with a colon: request:show("SCREEN", data), request:fail "…", request:complete { … }'
  end
  return nil, err
end

--- What a handler answered, checked and encoded.
---@param answer any
---@param request? whatsapp.flow.Request
---@return string|nil json
---@return integer|whatsapp.Error status or an error of kind `invalid`
function M.encode(answer, request)
  local refused = getmetatable(answer) == Refusal
  local checked, err = (refused and check_refusal or check)(answer)
  if not checked then return hint_at(err, request) end
  local status, encoded = refused and 427 or 200, core.encode(checked)
  if not encoded then
    -- What the core does not carry, little does: it is looked at here, and named.
    err = select(2, schema.check(checked.data, carried, "answer.data"))
    if err then return nil, err end
    encoded = assert(json.encode(checked))
  end
  if #encoded > exchange.ANSWER_MAX then
    return Error.invalid("answer", "is larger than 1 MB: WhatsApp takes no more")
  end
  return encoded, status
end

return M
