--- What may be filled in: the values of fields, and what they must be.
-- Source: Meta's "Components", the input components; WhatsApp Web's own client of Flows.

local Error = require "whatsapp.error"
local json = require "whatsapp.json"
local patterns = require "whatsapp.flow.pattern"
local schema = require "whatsapp.schema"

local invalid, join = Error.invalid, schema.join

local M = {}

local function wrong(path, what) return invalid(path, "must be " .. what) end

local function between(n, low, high, path, what)
  low, high = tonumber(low), tonumber(high)
  if low and n < low then return invalid(path, ("needs at least %d%s"):format(low, what)) end
  if high and n > high then return invalid(path, ("takes at most %d%s"):format(high, what)) end
  return true
end

-- Texts ---------------------------------------------------------------------------------

-- What fields of a kind take, as WhatsApp weighs it.
local INPUT = {}
for kind, text in pairs {
  number = [[^[-+]?(\d+(\.\d+)?|[1-9]\d*(,\d{3})+(\.\d+)?|\d+,\d+)([eE][-+]?\d+)?$]],
  phone = [[^(\+\d+[* .-]*)?(\(\d+\)[ .-]*)?(\d[\d .-]+\d)*$]],
  passcode = [[^\d*$]],
  email = [[^[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$]],
} do INPUT[kind] = assert(patterns.read(text)) end

-- What is no regular expression, or one that takes too long, holds nothing back.
local function check_pattern(value, part, path)
  local pattern = type(part.pattern) == "string" and patterns.read(part.pattern)
  if not pattern or patterns.fits(pattern, value) ~= false then return true end
  return invalid(path, "does not match its pattern " .. part.pattern, part["helper-text"])
end

-- Without max-length a text area takes as much.
local AREA, LINE = 600, 80

local function check_text(value, part, path)
  if type(value) == "number" then value = schema.number_text(value) end
  if type(value) ~= "string" or not schema.length(value) then return wrong(path, "a text") end
  value = value:match "^%s*(.-)%s*$"
  local kind = part["input-type"]
  if INPUT[kind] and patterns.fits(INPUT[kind], value) == false then
    return wrong(path, ("what a field for %s takes"):format(kind))
  end
  local ok, err = check_pattern(value, part, path)
  if not ok then return nil, err end
  local area = part.type == "TextArea"
  local most = part["max-length"] or part["max-chars"] or (area and AREA or LINE)
  return between(schema.length(value), part["min-chars"], most, path, " characters")
end

-- Choices -------------------------------------------------------------------------------

local function choices_of(part)
  local known = {}
  for _, choice in ipairs(type(part["data-source"]) == "table" and part["data-source"] or {}) do
    if type(choice) == "table" and choice.id ~= nil then known[tostring(choice.id)] = choice end
  end
  return known
end

local function check_choice(value, part, path)
  local known = choices_of(part)
  local choice = (type(value) == "string" or type(value) == "number") and known[tostring(value)]
  if not choice then
    return invalid(path, "is no choice of it", "the ids: " .. table.concat(schema.sorted_keys(known), ", "))
  end
  if choice.enabled == false then return invalid(path, "cannot be chosen: it is not enabled") end
  return true
end

local function check_choices(value, part, path)
  if type(value) ~= "table" then return wrong(path, "a list of ids") end
  local chosen = {}
  for i, one in ipairs(value) do
    local ok, err = check_choice(one, part, join(path, i))
    if not ok then return nil, err end
    if chosen[tostring(one)] then return invalid(join(path, i), "is chosen twice") end
    chosen[tostring(one)] = true
  end
  return between(#value, part["min-selected-items"], part["max-selected-items"], path, " choices")
end

-- Days ----------------------------------------------------------------------------------

local WEEK = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }

local MONTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_of(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or MONTHS[month]
end

-- The days since 1 March of the year 0, so that February's end is that of a year.
--- Nil for what is no day, such as 2026-02-30.
---@param text any
---@return integer|nil
local function day_number(text)
  if type(text) ~= "string" then return nil end
  local year, month, day = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not year then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 or day < 1 or day > days_of(year, month) then return nil end
  if month < 3 then year, month = year - 1, month + 12 end
  return 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + day - 1
end

M.day_number = day_number

local function weekday(number) return WEEK[(number + 3) % 7 + 1] end

local function holds(list, wanted)
  for _, one in ipairs(list) do if one == wanted then return true end end
  return false
end

--- Whether a text is a time in milliseconds, which a day is before version 5.0.
---@param text any
---@return boolean
function M.is_time(text)
  return type(text) == "string" and text:find "^%-?%d+$" ~= nil
end

local function check_bounds(value, part, path)
  local day, low, high = tonumber(value) or value, part["min-date"], part["max-date"]
  if type(day) == "number" then low, high = tonumber(low), tonumber(high) end
  if type(low) == type(day) and day < low then return invalid(path, "is before " .. tostring(low)) end
  if type(high) == type(day) and day > high then return invalid(path, "is after " .. tostring(high)) end
  return true
end

local function check_day(value, part, path)
  if not day_number(value) and not (part.type == "DatePicker" and M.is_time(value)) then
    return wrong(path, "a day such as 2026-12-31")
  end
  local ok, err = check_bounds(value, part, path)
  if not ok then return nil, err end
  local closed, open = part["unavailable-dates"], part["include-days"]
  if type(closed) == "table" and holds(closed, value) then return invalid(path, "is not available") end
  if type(open) == "table" and day_number(value) and not holds(open, weekday(day_number(value))) then
    return invalid(path, "is a day of the week that cannot be chosen")
  end
  return true
end

local ENDS = { ["start-date"] = true, ["end-date"] = true }

local function check_days(value, part, path)
  if part.mode ~= "range" then return check_day(value, part, path) end
  if type(value) ~= "table" or schema.first_unknown(value, ENDS) ~= nil then
    return wrong(path, 'a table: { ["start-date"] = "2026-12-30", ["end-date"] = "2026-12-31" }')
  end
  for _, name in ipairs(schema.sorted_keys(value)) do
    local ok, err = check_day(value[name], part, join(path, name))
    if not ok then return nil, err end
  end
  local first, last = value["start-date"], value["end-date"]
  if not (first and last) then return true end
  local days = day_number(last) - day_number(first) + 1
  if days < 1 then return invalid(join(path, "end-date"), "is before the start-date") end
  return between(days, part["min-days"], part["max-days"], path, " days")
end

-- Files ---------------------------------------------------------------------------------

local function check_files(least, most)
  return function(value, part, path)
    if type(value) ~= "table" then return wrong(path, "a list of files") end
    return between(#value, part[least], part[most] or 30, path, " files")
  end
end

-- All of them ---------------------------------------------------------------------------

local function check_tick(value, _, path)
  if type(value) ~= "boolean" then return wrong(path, "true or false") end
  return true
end

local checks = {
  TextInput = check_text, TextArea = check_text, Dropdown = check_choice, RadioButtonsGroup = check_choice,
  CheckboxGroup = check_choices, ChipsSelector = check_choices, OptIn = check_tick, DatePicker = check_day,
  CalendarPicker = check_days, PhotoPicker = check_files("min-uploaded-photos", "max-uploaded-photos"),
  DocumentPicker = check_files("min-uploaded-documents", "max-uploaded-documents"),
}

--- Whether a component can be filled in.
---@param part table
---@return boolean
function M.is_field(part)
  return checks[part.type] ~= nil and type(part.name) == "string"
end

--- Whether nothing is filled in.
---@param value any
---@return boolean
function M.is_empty(value)
  return value == nil or value == "" or value == false or (type(value) == "table" and next(value) == nil)
end

local CHOICES = { Dropdown = true, RadioButtonsGroup = true, CheckboxGroup = true, ChipsSelector = true, OptIn = true }

--- Whether something is chosen in a field.
---@param part table the field as it is shown
---@return boolean
function M.is_chosen(part)
  return CHOICES[part.type] == true and not M.is_empty(part.value)
end

local LISTS = { CheckboxGroup = true, ChipsSelector = true, PhotoPicker = true, DocumentPicker = true }
local TEXTS = { TextInput = true, TextArea = true, Dropdown = true, DatePicker = true, CalendarPicker = true }

--- What a field holds that was emptied again: nil where it is as if it had never been
--- touched.
---@param part table
---@return any
function M.emptied(part)
  if LISTS[part.type] then return json.array {} end
  if TEXTS[part.type] and part.mode ~= "range" then return "" end
end

--- A value as a field holds it: what is typed is text, and so are ids.
---@param value any
---@return any
function M.held(value)
  if type(value) == "number" then return schema.number_text(value) end
  if type(value) ~= "table" or value[1] == nil then return value end
  local list = {}
  for i, one in ipairs(value) do list[i] = M.held(one) end
  return list
end

--- Whether something is chosen that is no choice (any more).
---@param part table the field as it is shown
---@return boolean
function M.is_stale(part)
  local source = part["data-source"]
  if type(source) ~= "table" or source[1] == nil or M.is_empty(part.value) then return false end
  local known = choices_of(part)
  for _, id in ipairs(type(part.value) == "table" and part.value or { part.value }) do
    if not known[tostring(id)] then return true end
  end
  return false
end

--- Checks a value of a field; an empty one takes back what was there.
---@param value any
---@param part table the field as it is shown
---@param path string
---@return true|nil
---@return whatsapp.Error? err
function M.check(value, part, path)
  if M.is_empty(value) then return true end
  return checks[part.type](value, part, path)
end

local function is_blank(value) return M.is_empty(value) or (type(value) == "string" and not value:find "%S") end

-- Files are required by their least number, the ends of a range each for itself.
local function needs(part, value)
  local required = part.required
  if type(required) == "table" then
    value = type(value) == "table" and value or {}
    return (required["start-date"] == true and not value["start-date"])
      or (required["end-date"] == true and not value["end-date"])
  end
  local least = tonumber(part["min-uploaded-photos"] or part["min-uploaded-documents"]) or 0
  return (required == true or least > 0) and is_blank(value)
end

--- Checks that a field which must be filled in is.
---@param value any
---@param part table the field as it is shown
---@param path string
---@return true|nil
---@return whatsapp.Error? err
function M.complete(value, part, path)
  if part.enabled == false or not needs(part, value) then return true end
  return invalid(path, "must be filled in: it is required")
end

-- Choosing ------------------------------------------------------------------------------

local function as_list(value)
  if type(value) == "table" then return value end
  return M.is_empty(value) and {} or { value }
end

-- What is in a list and not in another.
local function missing(from, list)
  local known, out = {}, {}
  for _, one in ipairs(list) do known[one] = true end
  for _, one in ipairs(from) do if not known[one] then out[#out + 1] = one end end
  return out
end

-- What happens when something is chosen no more. Without an action of its own that of
-- choosing is done, but for what has another choice in its place.
local function unselect_of(node, now)
  local own = node["on-unselect-action"]
  if own or node.type == "OptIn" then return own end
  if type(now) == "table" or M.is_empty(now) then return node["on-select-action"] end
end

--- The actions of what is chosen no more, then of what is chosen now: of the choices,
--- and of the field.
---@param node table the field in Flow JSON
---@param part table the field as it is shown
---@param before any its value
---@param now any
---@return table[] actions
function M.actions(node, part, before, now)
  local list, choices = {}, choices_of(part)
  local function add(ids, name, own)
    for _, id in ipairs(ids) do
      local choice = choices[tostring(id)]
      if choice then list[#list + 1] = choice[name] end
    end
    if ids[1] ~= nil then list[#list + 1] = own end
  end
  add(missing(as_list(before), as_list(now)), "on-unselect-action", unselect_of(node, now))
  add(missing(as_list(now), as_list(before)), "on-select-action", node["on-select-action"])
  -- The two ends of a range.
  if type(now) == "table" and now[1] == nil and next(now) then list[#list + 1] = node["on-select-action"] end
  return list
end

return M
