-- tools/reference.lua write: makes the reference of the resources, docs/reference.md, and
-- their LuaCATS types, meta/resources.lua, out of the rows and the docstrings of
-- lua/whatsapp/api. Without an argument it returns the texts by file.

local api = require "whatsapp.api"
local resource = require "whatsapp.resource"
local schema = require "whatsapp.schema"

local sorted_keys = schema.sorted_keys

-- What the sources say ----------------------------------------------------------------

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

-- The comment that a module begins with, without the name of the resource.
local function header_of(source)
  local lines = {}
  for line in source:gmatch "([^\n]*)\n" do
    local text = line:match "^%-%-%-? ?(.*)$"
    if not text then break end
    lines[#lines + 1] = text
  end
  return (table.concat(lines, " "):gsub("^`wa%.[%l_]+`: ?", ""):gsub("^%l", string.upper))
end

-- A type and what follows it: spaces inside brackets belong to the type.
local function split_type(text)
  local depth, at = 0, 1
  while at <= #text do
    local char = text:sub(at, at)
    if char:find "[%[{(<]" then depth = depth + 1 end
    if char:find "[%]})>]" then depth = depth - 1 end
    if char == " " and depth == 0 then break end
    at = at + 1
  end
  return text:sub(1, at - 1)
end

-- The docstring of a function: { text, takes, gives, hidden }, both lists of texts.
local function parse_doc(block)
  local doc, items = { takes = {}, gives = {} }, {}
  for line in block:gmatch "%-%-%-([^\n]*)\n" do
    if line:find "^@" or #items == 0 then
      items[#items + 1] = line
    else
      items[#items] = items[#items] .. " " .. line:match "^%s*(.*)$"
    end
  end
  for _, item in ipairs(items) do
    local tag, rest = item:match "^@(%l+) ?(.*)$"
    if tag == "param" then
      local name, described = rest:match "^(%S+) (.*)$"
      doc.takes[#doc.takes + 1] = name .. ": " .. split_type(described)
    elseif tag == "return" then
      doc.gives[#doc.gives + 1] = split_type(rest)
    elseif tag == "package" then
      doc.hidden = true
    elseif not tag then
      doc.text = item:match "^%s*(.*)$"
    end
  end
  return doc
end

-- The docstrings of the functions of a module, by name.
local function docs_of(source)
  local docs, block = {}, ""
  for line in source:gmatch "([^\n]*)\n" do
    local name = line:match "^function %w+%.([%l_]+)%("
    if name then docs[name] = parse_doc(block) end
    block = line:find "^%-%-%-" and block .. line .. "\n" or ""
  end
  return docs
end

-- Fields --------------------------------------------------------------------------------

local function list_of(set) return sorted_keys(set) end

local function type_of(spec)
  if spec.one_of then
    local words = list_of(spec.one_of)
    return #words <= 8 and '"' .. table.concat(words, '"|"') .. '"' or "string"
  end
  if spec.type == "list" then
    local item = type_of(spec.of)
    local list = item:find "[|{]" and "(" .. item .. ")[]" or item .. "[]"
    return spec.before and item .. "|" .. list or list
  end
  if spec.type == "table" then
    local parts = {}
    for _, name in ipairs(sorted_keys(spec.fields)) do
      local field = spec.fields[name]
      parts[#parts + 1] = name .. (field.required and ": " or "?: ") .. type_of(field)
    end
    return (spec.short and type_of(spec.fields[spec.short]) .. "|" or "") .. "{ " .. table.concat(parts, ", ") .. " }"
  end
  if spec.type == "number" then return spec.whole and "integer" or "number" end
  if spec.type == "id" then return "string|integer" end
  if spec.type == "map" then return "table" end
  if spec.type == "boolean" or spec.type == "any" then return spec.type end
  return (spec.number and "string|number" or "string") .. (spec.also and "|" .. spec.also or "")
end

local function fields_type(fields)
  local parts = {}
  for _, name in ipairs(sorted_keys(fields)) do
    local spec = fields[name]
    if name == "until" or name == "end" then -- a word of Lua's own
      parts[#parts + 1] = ('["%s"]: %s'):format(name, (spec.required and "" or "nil|") .. type_of(spec))
    else
      parts[#parts + 1] = name .. (spec.required and ": " or "?: ") .. type_of(spec)
    end
  end
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or "table"
end

local PLURALS = { string = "texts", id = "ids", link = "links" }

local describe

local function describe_table(spec)
  local parts = {}
  for _, name in ipairs(sorted_keys(spec.fields)) do
    local field = spec.fields[name]
    parts[#parts + 1] = ("`%s`%s %s"):format(name, field.required and " (required)" or "", describe(field))
  end
  return "a table: " .. table.concat(parts, "; ")
end

local function limits_of(spec, unit)
  if spec.max and (spec.min or 1) > 1 then return (" of %d to %d%s"):format(spec.min, spec.max, unit) end
  return spec.max and (" of at most %d%s"):format(spec.max, unit) or ""
end

--- A field in words.
function describe(spec)
  if spec.says then return spec.says end
  if spec.one_of then return table.concat(list_of(spec.one_of), ", ") end
  if spec.type == "list" then
    local items = not spec.of.one_of and not spec.of.says and PLURALS[spec.of.type]
    if items and spec.max then return "a list" .. limits_of(spec, " " .. items) .. limits_of(spec.of, " characters") end
    if items then return "a list of " .. items .. limits_of(spec.of, " characters") end
    return "a list" .. limits_of(spec, "") .. ": " .. describe(spec.of)
  end
  if spec.type == "table" then return describe_table(spec) end
  if spec.type == "number" then
    local what = spec.whole and "a whole number" or "a number"
    return spec.min == spec.max and spec.min and ("%d"):format(spec.min)
      or what .. (spec.max and (" from %d to %d"):format(spec.min, spec.max) or "")
  end
  if spec.type == "string" and spec.form then return "like " .. spec.form end
  local words = { string = "a text", id = "an id", link = "a link", boolean = "true or false", map = "a table",
                  any = "a text or a list", bytes = "a string", wamid = "a wamid" }
  return words[spec.type] .. limits_of(spec, " characters") .. (spec.number and " or a number" or "")
end

-- Rows ------------------------------------------------------------------------------------

local function needs_fields(row)
  if row.some or row.upload then return true end
  for name, spec in pairs(resource.fields(row)) do
    local defaults = row.query or row.json or row.form or row.parts
    local given = name == row.id or (type(defaults) == "table" and defaults[name] ~= nil)
    if spec.required and not given then return true end
  end
  return false
end

-- What a caller can give, besides the first argument.
local function given_fields(row)
  local given = {}
  for name, spec in pairs(resource.fields(row)) do
    if name ~= row.id and not (row.always and row.always[name]) then given[name] = spec end
  end
  return given
end

local function takes_fields(row)
  if row.closed and next(given_fields(row)) == nil then return nil end
  return (row.query and "query") or ((row.json or row.form or row.parts) and "fields") or nil
end

-- Of what a row takes, in their order: { name, type, optional }.
local function arguments_of(row)
  local found = {}
  local id = row.id or (row[2]:find("{id}", 1, true) and "id")
  if id then found[1] = { name = id, type = "string|integer", optional = row.optional } end
  local second = takes_fields(row)
  if second then
    local fields = given_fields(row)
    local kind = fields_type(fields)
    if row.short and fields[row.short] then kind = type_of(fields[row.short]) .. "|" .. kind end
    found[#found + 1] = { name = second, type = kind, optional = not needs_fields(row) }
  end
  return found
end

local function result_of(row)
  if row.page then return "whatsapp.Page" end
  if row.returns == "success" then return "true" end
  if type(row.returns) == "string" and row.returns ~= "first" then return "string|table" end
  return "table"
end

-- How a call is written: `wa.x:get(id [, query])`.
local function call_of(prefix, method, arguments)
  local text = ""
  for i, argument in ipairs(arguments) do
    local name = (i > 1 and ", " or "") .. argument.name
    text = text .. (argument.optional and (i > 1 and " [%s]" or "[%s]"):format(name) or name)
  end
  return ("%s:%s(%s)"):format(prefix, method, text)
end

local function documented_arguments(doc)
  local found = {}
  for _, taken in ipairs(doc.takes) do
    local name, kind = taken:match "^([%w_]+%??): (.*)$"
    if name ~= "options?" then
      found[#found + 1] = { name = name:gsub("%?$", ""), type = kind, optional = name:find "%?$" ~= nil }
    end
  end
  return found
end

-- A method: { name, row, doc, does, arguments }; nil for one that is not the caller's.
local function method_of(name, row, doc)
  if doc and doc.hidden then return nil end
  local described = type(row) == "table" and row or {}
  if type(row) == "table" and not row.call then doc = nil end
  return { name = name, row = type(row) == "table" and row or nil, doc = doc, does = described.does or doc.text,
           arguments = doc and documented_arguments(doc) or arguments_of(row) }
end

-- Everything of a resource: { name, about, methods }.
local function gather(name)
  local source = read("lua/" .. api[name]:gsub("%.", "/") .. ".lua")
  local docs, methods, rows = docs_of(source), {}, require(api[name])
  for _, method in ipairs(sorted_keys(rows)) do
    methods[#methods + 1] = method_of(method, rows[method], docs[method])
  end
  return { name = name, about = header_of(source), methods = methods }
end

-- The page --------------------------------------------------------------------------------

local INTRODUCTION = [[
# Reference: every endpoint by name

<!-- Made by `make reference` from lua/whatsapp/api; do not edit. -->

Below each method stands what goes to Graph, and Meta's name of that operation. Ids of the client's own
(`{phone_number_id}`, `{business_account_id}`, `{app_id}`) are filled in. Every method takes per-call options last,
and returns what Graph answers, without its wrapping, or `nil, err`. *Page*: the method returns `{ data, after }`;
the two named beside it go through all pages. Fields that are not listed pass as they are, unless it says *no others*,
or one is a listed one but for a letter or two (`limt`): a slip, and refused. `wa:request` takes any.
]]

local function field_lines(lines, row)
  local fields = given_fields(row)
  for _, name in ipairs(sorted_keys(fields)) do
    local notes = {}
    if fields[name].required then notes[1] = "required" end
    if name == row.short then notes[#notes + 1] = "it alone will do" end
    local note = notes[1] and (" (%s)"):format(table.concat(notes, "; ")) or ""
    if not (row.page and (name == "after" or name == "before")) then
      lines[#lines + 1] = ("- `%s`%s: %s"):format(name, note, describe(fields[name]))
    end
  end
  if row.closed and next(fields) ~= nil then lines[#lines + 1] = "- no others" end
end

local function method_lines(lines, prefix, method)
  local row = method.row
  lines[#lines + 1] = ("\n### %s\n"):format(call_of(prefix, method.name, method.arguments))
  lines[#lines + 1] = method.does
  if row and row[2] then
    lines[#lines + 1] = ("\n`%s %s`%s"):format(row[1], row[2], row.operation and " · " .. row.operation or "")
    if row.page then
      local ending = method.name == "list" and "" or "_" .. method.name
      lines[#lines] = lines[#lines] .. (" · page, `each%s`, `all%s`"):format(ending, ending)
    elseif row.returns == "success" then
      lines[#lines] = lines[#lines] .. " · returns `true`"
    end
    lines[#lines + 1] = ""
    if row.closed or not row.call then field_lines(lines, row) end
  end
end

local function page(resources)
  local lines = { INTRODUCTION }
  for _, each in ipairs(resources) do
    local methods = {}
    for i, method in ipairs(each.methods) do methods[i] = method.name end
    lines[#lines + 1] = ("- [wa.%s](#wa%s): %s"):format(each.name, each.name, table.concat(methods, ", "))
  end
  for _, each in ipairs(resources) do
    lines[#lines + 1] = ("\n## wa.%s\n\n%s"):format(each.name, each.about)
    for _, method in ipairs(each.methods) do method_lines(lines, "wa." .. each.name, method) end
  end
  return (table.concat(lines, "\n"):gsub("\n\n\n+", "\n\n"):gsub("\n+$", "") .. "\n")
end

-- The types -------------------------------------------------------------------------------

-- qr_codes → whatsapp.QrCodes
local function class_of(name)
  return "whatsapp." .. ("_" .. name):gsub("_(%l)", string.upper)
end

local function method_type(class, method)
  local takes = { "self: " .. class }
  local first, second = method.arguments[1], method.arguments[2]
  -- An id that may be left out has the fields move up.
  local moves = first and second and first.optional
  for _, argument in ipairs(method.arguments) do
    local kind = argument.type
    if moves then kind = kind .. "|" .. (argument == first and second.type or "whatsapp.CallOptions") end
    takes[#takes + 1] = argument.name .. ((moves or argument.optional) and "?: " or ": ") .. kind
  end
  takes[#takes + 1] = "options?: whatsapp.CallOptions"
  if method.doc then return takes, table.concat(method.doc.gives, ", ") end
  return takes, result_of(method.row) .. "|nil, whatsapp.Error?"
end

local function field_line(lines, name, takes, gives, does)
  lines[#lines + 1] = ("---@field %s fun(%s): %s %s"):format(name, table.concat(takes, ", "), gives, does)
end

local function types(resources)
  local lines = { "---@meta", "-- Made by `make reference` from lua/whatsapp/api; do not edit.", "",
                  "---@class whatsapp.Page", "---@field data table[]",
                  "---@field after? string the cursor of the next page: give it back as `after`", "",
                  "---@class whatsapp.Client" }
  for _, each in ipairs(resources) do
    lines[#lines + 1] = ("---@field %s %s %s"):format(each.name, class_of(each.name), each.about)
  end
  for _, each in ipairs(resources) do
    local class = class_of(each.name)
    lines[#lines + 1] = "\n---@class " .. class
    for _, method in ipairs(each.methods) do
      local takes, gives = method_type(class, method)
      field_line(lines, method.name, takes, gives, method.does)
      if method.row and method.row.page then
        local ending = method.name == "list" and "" or "_" .. method.name
        field_line(lines, "each" .. ending, takes, "fun(): table|nil", "Iterates over all pages; raises the error.")
        field_line(lines, "all" .. ending, takes, "table[]|nil, whatsapp.Error?", "All pages in one list.")
      end
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

local resources = {}
for _, name in ipairs(sorted_keys(api)) do resources[#resources + 1] = gather(name) end

local texts = { ["docs/reference.md"] = page(resources), ["meta/resources.lua"] = types(resources) }

if (...) == "write" then
  for name, text in pairs(texts) do
    local file = assert(io.open(name, "wb"))
    file:write(text)
    file:close()
  end
end
return texts
