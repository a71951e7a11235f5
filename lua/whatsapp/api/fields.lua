--- Descriptions of fields that several resources have.

local recipient = require "whatsapp.message.recipient"

local M = {}

--- A set of words.
---@param text string words with spaces between them
---@return table<string, true>
function M.words(text)
  local set = {}
  for word in text:gmatch "%S+" do set[word] = true end
  return set
end

--- One of these words.
---@param text string
---@return table
function M.one_of(text)
  return { type = "string", one_of = M.words(text) }
end

--- A text of at most this many characters.
---@param max integer
---@param min? integer 1 by default
---@return table
function M.text(max, min)
  return { type = "string", max = max, min = min }
end

--- The same field, which must be given.
---@param spec table
---@return table
function M.required(spec)
  local copy = { required = true }
  for key, value in pairs(spec) do copy[key] = value end
  return copy
end

M.string = { type = "string" }
M.boolean = { type = "boolean" }
M.map = { type = "map" }
M.id = { type = "id" }
M.link = { type = "link" }
M.https = { type = "link", https = true }
M.email = { type = "string", max = 128, pattern = "^[^%s@]+@[^%s@]+$", form = "name@example.com" }

--- A phone number in any human form, as digits.
M.phone = { type = "string", says = "a phone number in any human form", before = recipient.phone }

--- The same with a plus sign before it.
M.phone_with_plus = { type = "string", says = M.phone.says, before = function(value, path)
  if type(value) ~= "string" and type(value) ~= "number" then return value end
  local digits, err = recipient.phone(value, path)
  if not digits then return nil, err end
  return "+" .. digits
end }

--- A phone number in any human form, or a business-scoped user id.
M.user = { type = "string", says = "a phone number in any human form, or a user id", before = recipient.user }

--- People, as a list of strings; one alone may be given as it is.
M.users = { type = "list", required = true, says = "a list of phone numbers and user ids, or one alone",
  before = function(value) return type(value) == "table" and value or { value } end,
  of = { type = "table", short = "user", fields = { user = M.required(M.user) } } }

--- The PIN of two-step verification.
M.pin = { type = "string", number = true, pattern = "^%d%d%d%d%d%d$", form = "123456 (six digits)" }

--- A code that came by SMS or by voice; people write it with a dash.
M.code = { type = "string", number = true, required = true, pattern = "^%d%d%d%d%d%d$",
  form = "123456 (six digits)",
  before = function(value) return type(value) == "string" and value:gsub("[%s-]", "") or value end }

M.code_method = M.required(M.one_of "SMS VOICE")

M.language = { type = "string", required = true, pattern = "^%l%l%l?_?%u?%u?$", form = "en_US" }

--- What people may be allowed to do with a business account.
M.tasks = M.words [[MANAGE DEVELOP MANAGE_TEMPLATES MANAGE_PHONE VIEW_COST MANAGE_EXTENSIONS
  VIEW_PHONE_ASSETS MANAGE_PHONE_ASSETS VIEW_TEMPLATES VIEW_INSIGHTS RECEIVE_INCOMING_MESSAGES
  MANAGE_BILLING MANAGE_USERS MESSAGING FULL_CONTROL]]

return M
