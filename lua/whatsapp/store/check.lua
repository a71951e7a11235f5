--- What the operations of a store, and its options, may be given.
--
-- A check returns nothing for a value that will do; else why not, and the field.

local schema = require "whatsapp.schema"

local M = {}

local NAME_MAX = 512

local function kind_of(value) return "not a " .. type(value) end

-- NUL is what a store may separate names by.
local function name(value)
  if type(value) ~= "string" then return "must be a string, " .. kind_of(value) end
  if value == "" then return "must not be empty" end
  if #value > NAME_MAX then return ("has %d bytes, at most %d are allowed"):format(#value, NAME_MAX) end
  if value:find("\0", 1, true) then return "has a NUL character" end
end

local function text(value)
  if type(value) ~= "string" then return "must be a string, " .. kind_of(value) end
end

local function prefix(value)
  return value ~= "" and name(value) or nil
end

local TIME_MAX = 2 ^ 43     -- stores may write times in a fixed width

local function time(value)
  if type(value) ~= "number" then return "must be a number of seconds, " .. kind_of(value) end
  if not (value >= 0 and value < TIME_MAX) then return "must be a number of seconds since 1970" end
end

local function span(value)
  if type(value) ~= "number" or not (value > 0 and value < TIME_MAX) then
    return "must be a number of seconds above 0"
  end
end

local function delay(value)
  return value ~= 0 and span(value) and "must be a number of seconds, 0 or more" or nil
end

local function flag(value)
  if value ~= nil and type(value) ~= "boolean" then return "must be true or false, " .. kind_of(value) end
end

local function rank(value)
  if type(value) ~= "number" or value ~= value then return "must be a number, " .. kind_of(value) end
end

local function count(value)
  if type(value) ~= "number" or value % 1 ~= 0 or value < 1 then return "must be a whole number above 0" end
end

local function version(value)
  if type(value) ~= "number" and value ~= true and value ~= nil then
    return "must be a version, true for any, or nil for none, " .. kind_of(value)
  end
end

local function optional(check)
  return function(value)
    if value ~= nil then return check(value) end
  end
end

local function names(value)
  if type(value) ~= "table" then return "must be a list, " .. kind_of(value) end
  for i = 1, #value do
    local why = name(value[i])
    if why then return why, ("[%d]"):format(i) end
  end
end

-- The path of a field below another; nil for the value itself.
local function under(outer, field)
  if not field then return outer end
  return outer .. (field:find "^%[" and "" or ".") .. field
end

--- A check of a table by checks of its fields.
---@param checks table<string, function>
---@return fun(value: any): string|nil, string?
function M.fields(checks)
  local order = schema.sorted_keys(checks)
  return function(value)
    if type(value) ~= "table" then return "must be a table, " .. kind_of(value) end
    local stray = schema.first_unknown(value, checks)
    if stray ~= nil then return "unknown key", schema.join(nil, stray) end
    for i = 1, #order do
      local why, field = checks[order[i]](value[order[i]])
      if why then return why, under(order[i], field) end
    end
  end
end

local item = M.fields { key = name, lane = name, at = time, body = text, seen = optional(names) }

local function items(value)
  if type(value) ~= "table" then return "must be a list, " .. kind_of(value) end
  for i = 1, #value do
    local why, field = item(value[i])
    if why then return why, under(("[%d]"):format(i), field) end
  end
end

local function claim(value)
  if type(value) ~= "table" then return "must be what claim returned, " .. kind_of(value) end
  if value.token == nil or name(value.key) or name(value.lane) then return "must be what claim returned" end
end

local function time_or_false(value) return value and time(value) or nil end

local record_options = optional(M.fields { due = time_or_false, expires = time_or_false })

--- The methods of a store, with what each takes.
---@type table<string, { [1]: string, [2]: fun(value: any): string|nil, string? }[]>
M.methods = {
  add = { { "items", items }, { "now", time } },
  claim = { { "now", time }, { "lease", span } },
  renew = { { "item", claim }, { "now", time }, { "lease", span } },
  confirm = { { "item", claim }, { "now", time } },
  release = { { "item", claim }, { "now", time }, { "delay", delay }, { "anew", flag } },
  pending = { { "now", time } },
  advance = { { "id", name }, { "rank", rank }, { "now", time } },
  last_seen = { { "customer", name } },
  get = { { "name", name } },
  put = { { "name", name }, { "text", text }, { "version", version }, { "options", record_options } },
  append = { { "name", name }, { "text", text }, { "version", version }, { "options", record_options } },
  remove = { { "name", name }, { "version", version } },
  list = { { "prefix", prefix }, { "after", optional(prefix) }, { "limit", optional(count) } },
  due = { { "now", time }, { "limit", optional(count) } },
  purge = { { "now", time } },
}

--- The first argument of a method that will not do.
---@param method string
---@return string|nil argument its name, with the path of the field
---@return string? why
function M.arguments(method, ...)
  local list = M.methods[method]
  for i = 1, #list do
    local why, field = list[i][2]((select(i, ...)))
    if why then
      return under(list[i][1], field), why
    end
  end
end

--- The first name behind all that begin with a prefix, nil when there is none.
---@param start string
---@return string|nil
function M.behind(start)
  local rest = start:match "^(.-)\255*$"
  if rest ~= "" then return rest:sub(1, -2) .. string.char(rest:byte(-1) + 1) end
end

M.optional, M.span, M.name, M.NAME_MAX = optional, span, name, NAME_MAX

return M
