--- What a request must hold, and how Graph says that it does not.

local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"
local text = require "whatsapp.sandbox.server.text"

local M = {}

--- Ends the handler: a parameter is not as it must be.
---@param name string
---@param rule string  what it must be
function M.refuse(name, rule)
  answer.refuse { code = 100, message = ("Param %s must be %s"):format(name, rule) }
end

--- A parameter that must be there.
---@param body table
---@param name string
---@return any value
function M.given(body, name)
  if body[name] == nil then
    answer.refuse { code = 100, message = ("The parameter %s is required."):format(name) }
  end
  return body[name]
end

--- A text that must be there, of `max` characters at most or of a pattern.
---@param body table
---@param name string
---@param rule { max?: integer, pattern?: string, says?: string }
---@return string
function M.text(body, name, rule)
  local value = M.given(body, name)
  if type(value) ~= "string" or value == "" then M.refuse(name, "a non-empty string") end
  if rule.max and text.length(value) > rule.max then
    M.refuse(name, ("at most %d characters long"):format(rule.max))
  end
  if rule.pattern and not value:find(rule.pattern) then M.refuse(name, rule.says) end
  return value
end

--- The JSON of a request that is for WhatsApp.
---@param req table
---@return table body
function M.whatsapp(req)
  local body = req:json()
  if body.messaging_product ~= "whatsapp" then M.refuse("messaging_product", "one of {WHATSAPP}") end
  return body
end

--- The users of a request, as they are written and as WhatsApp knows them.
---@param req table
---@param name string  of the list: { { user = … }, … }
---@param rule string  what it must be
---@param most? integer
---@return { input: string, wa_id: string }[]
function M.users(req, name, rule, most)
  local users, list = {}, M.given(M.whatsapp(req), name)
  if type(list) ~= "table" or #list == 0 or #list > (most or #list) then M.refuse(name, rule) end
  for i, item in ipairs(list) do
    local input = type(item) == "table" and item.user
    if type(input) ~= "string" then M.refuse(("%s[%d][user]"):format(name, i - 1), "a string") end
    users[i] = { input = input, wa_id = input:find "%a" and input or input:gsub("%D", "") }
  end
  return users
end

--- A time as Graph writes dates; by default what the sandbox's clock says.
---@param time? integer
---@return string
function M.date_time(time)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", time or state.time())
end

--- One of these words.
---@param value any
---@param name string
---@param words string[]
function M.one_of(value, name, words)
  for _, word in ipairs(words) do
    if word == value then return value end
  end
  M.refuse(name, ("one of {%s}"):format(table.concat(words, ", ")))
end

return M
