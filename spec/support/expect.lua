--- What the specs of the Lua face expect again and again.

local assert = require "luassert"
local json = require "whatsapp.json"
local whatsapp = require "whatsapp"

local M = {}

--- That `build` makes exactly this JSON of a message.
---@param expected string
---@param message table
function M.payload(expected, message)
  local payload, err = whatsapp.build(message)
  assert(payload, tostring(err))
  assert.are.equal(expected, (json.encode(payload)))
end

--- That a call failed with an error of this kind, for this field, whose text
--- has these words, and that nothing was sent. Use it as
--- `refused("invalid", "text.body", "4096", wa:send(…))`.
---@param kind string
---@param field string|nil
---@param words string
---@return table err
function M.refused(kind, field, words, value, err)
  assert.is_nil(value)
  assert.is_table(err)
  local text = tostring(err)
  assert.are.equal(("%s, %s, not_sent"):format(kind, tostring(field)),
    ("%s, %s, %s"):format(tostring(err.kind), tostring(err.field), tostring(err.outcome)), text)
  assert.is_truthy(text:find(words, 1, true), ("no %q in: %s"):format(words, text))
  assert.are.equal(("whatsapp: %s: "):format(kind), text:match "^whatsapp: [%w_]+: ", text)
  return err
end

--- That a constructor raised such an error: `raised("config", "store", "must", pcall(…))`.
---@return table err
function M.raised(kind, field, words, ok, err)
  assert.is_false(ok)
  return M.refused(kind, field, words, nil, err)
end

--- That `build` refuses a message.
---@param field string|nil
---@param words string
---@param message any
---@return table err
function M.invalid(field, words, message)
  return M.refused("invalid", field, words, whatsapp.build(message))
end

--- A copy of a table with everything in it; what occurs twice is copied once.
---@param value any
---@return any
function M.deep_copy(value, seen)
  if type(value) ~= "table" then return value end
  seen = seen or {}
  if seen[value] then return seen[value] end
  local copy = {}
  seen[value] = copy
  for key, item in pairs(value) do copy[M.deep_copy(key, seen)] = M.deep_copy(item, seen) end
  return setmetatable(copy, getmetatable(value))
end

return M
