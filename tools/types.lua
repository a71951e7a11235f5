-- tools/types.lua write: makes meta/messages.lua, the LuaCATS types of what `wa:send` takes,
-- out of the descriptions of the kinds of message. Without an argument it returns the text.

local kinds = require "whatsapp.message.kinds"
local message = require "whatsapp.message"
local schema = require "whatsapp.schema"

local FILE = "meta/messages.lua"
local PREFIX = "whatsapp.message."

local HEAD = [[
---@meta
-- Made by `make types` from lua/whatsapp/message; do not edit.

---@alias whatsapp.Amount { currency: string, amount: string|number, fallback?: string }
---@alias whatsapp.Value string|number|whatsapp.Amount|{ date_time: string }
---@alias whatsapp.Values whatsapp.Value|table<string|integer, whatsapp.Value> by position or by name
]]

-- What a description cannot tell: which parts of a template are filled with values.
local filled = { body = true, text = true, header = true }

local function filler_of(spec, path)
  return spec.type == "any" and path:find "^template%." and filled[path:match "[^.]+$"] and "whatsapp.Values"
end

local words = {
  to = "a phone number with its country code in any form, a business-scoped user id, or a group's id",
  reply_to = "the wamid of the message that this one answers",
  callback_data = "comes back in every status webhook",
  recipient_type = "individual unless it is said",
  recipient_identity_key_hash = "sent only to the user who has this key",
  type = "Graph's own form: the type; its content stands under that name",
}

local classes, by_body

local type_of

local function quoted(set)
  return '"' .. table.concat(schema.sorted_keys(set), '"|"') .. '"'
end

local function limits(spec)
  if spec.type == "string" and spec.max then return (" at most %d characters"):format(spec.max) end
  if spec.type == "number" and spec.min and spec.max and spec.max < 1e5 then
    return (" from %g to %g"):format(spec.min, spec.max)
  end
  if spec.type == "list" and spec.max and not spec.of.either then
    return (" %d to %d"):format(spec.min or 1, spec.max)
  end
  return ""
end

local function field_line(name, spec, path)
  return ("---@field %s%s %s%s"):format(name, spec.required and "" or "?", type_of(spec, path), limits(spec))
end

-- The class of a table; those of one name that are described alike share the first one's.
local function class_of(spec, path)
  local lines = {}
  for _, name in ipairs(schema.sorted_keys(spec.fields)) do
    lines[#lines + 1] = field_line(name, spec.fields[name], path .. "." .. name)
  end
  if spec.children then
    lines[#lines + 1] = ("---@field [integer] %s%s"):format(type_of(spec.children.of, path .. ".item"),
      limits(spec.children))
  end
  local body = table.concat(lines, "\n")
  local key = path:match "[^.]+$" .. "\n" .. body
  if not by_body[key] then
    by_body[key] = PREFIX .. path
    classes[#classes + 1] = ("---@class %s%s\n%s\n"):format(PREFIX, path, body)
  end
  return by_body[key]
end

local function list_of(item)
  return item:find("|", 1, true) and "(" .. item .. ")[]" or item .. "[]"
end

local simple = { boolean = "boolean", map = "table<string, any>", any = "any", json = "any", bytes = "string",
                 link = "string", wamid = "string", id = "string|integer" }

-- One of several descriptions; each is called by its name in place of the last word.
local function union(specs, path)
  local types = {}
  for i, name in ipairs(schema.sorted_keys(specs)) do
    types[i] = type_of(specs[name], path:gsub("[^.]+$", name))
  end
  return table.concat(types, "|")
end

--- The type of a description.
function type_of(spec, path)
  local filler = filler_of(spec, path)
  if spec.either then return (filler and filler .. "|" or "") .. union(spec.either, path) end
  if filler then return filler end
  if spec.one_of then return quoted(spec.one_of) end
  if spec.type == "list" then
    local item = type_of(spec.of, path)
    return (spec.before and item .. "|" or "") .. list_of(item)
  end
  if spec.type == "table" then
    local short = spec.also or spec.short and type_of(spec.fields[spec.short], path)
    return (short and short .. "|" or "") .. class_of(spec, path)
  end
  if spec.type == "number" then
    return (spec.also and spec.also .. "|" or "") .. (spec.whole and "integer" or "number")
  end
  if spec.type == "json" and spec.object then return simple.map end
  return simple[spec.type] or (spec.number and "string|number" or "string")
end

local function message_class()
  local lines = { "---@class whatsapp.Reply a message without its recipient" }
  for _, name in ipairs(schema.sorted_keys(message.envelope)) do
    local line = field_line(name, message.envelope[name], name)
    lines[#lines + 1] = line .. (limits(message.envelope[name]) == "" and " " or ", ") .. words[name]
  end
  for _, name in ipairs(schema.sorted_keys(kinds.names)) do
    local spec = kinds.get(name).spec
    lines[#lines + 1] = ("---@field %s? %s%s"):format(name, type_of(spec, name), limits(spec))
  end
  lines[#lines + 1] = "---@field type? string " .. words.type
  lines[#lines + 1] = ("\n---@class whatsapp.Message: whatsapp.Reply\n---@field to string|integer %s"):format(words.to)
  return table.concat(lines, "\n") .. "\n"
end

local function make()
  classes, by_body = {}, {}
  local first = message_class()
  return HEAD .. "\n" .. first .. "\n" .. table.concat(classes, "\n")
end

if ... == "write" then
  os.execute "mkdir -p meta"
  local file = assert(io.open(FILE, "w"))
  file:write(make())
  file:close()
end

return make
