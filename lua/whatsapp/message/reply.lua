--- Messages to answer by a tap: reply buttons and lists.
-- Source: Meta's "Interactive messages"; operation sendMessage.

local Error = require "whatsapp.error"
local interactive = require "whatsapp.message.interactive"
local schema = require "whatsapp.schema"

local invalid = Error.invalid
local join = schema.join

local M = {}

-- Reply buttons --------------------------------------------------------------------

local function is_trimmed(text) return not text:find "^%s" and not text:find "%s$" end

local button = { type = "table", fields = {
  id = { type = "string", number = true, max = 256, required = true, test = is_trimmed,
         form = "yes: no spaces before or behind it" },
  title = { type = "string", max = 20, required = true },
} }

local function check_buttons(value, path)
  local ok, err = interactive.unique(value.children, "id", path, {})
  if ok then ok, err = interactive.unique(value.children, "title", path, {}) end
  if not ok then return nil, err end
  return value
end

M.buttons = {
  type = "interactive",
  spec = { type = "table", fields = interactive.fields(interactive.any_header), check = check_buttons,
           children = { type = "list", min = 1, max = 3, of = button } },
  compile = function(value, uploads, path)
    local buttons = {}
    for i, item in ipairs(value.children) do buttons[i] = { type = "reply", reply = item } end
    return interactive.wrap("button", value, { buttons = buttons }, uploads, path)
  end,
}

-- Lists ----------------------------------------------------------------------------

local ROWS_MAX, SECTIONS_MAX = 10, 10

local row = { type = "table", fields = {
  id = { type = "string", number = true, max = 200, required = true },
  title = { type = "string", max = 24, required = true },
  description = { type = "string", max = 72 },
} }

local section = { type = "table",
  fields = { title = { type = "string", max = 24 } },
  children = { type = "list", min = 1, max = ROWS_MAX, of = row } }

-- Children that carry an id themselves are the rows of one untitled section.
local function are_rows(children)
  return type(children[1]) == "table" and children[1].id ~= nil
end

local function check_sections(sections, path)
  local rows, seen = 0, {}
  for i, item in ipairs(sections) do
    local where = join(path, i)
    if #sections > 1 and not item.title then
      return invalid(join(where, "title"), "is missing: with several sections each needs one")
    end
    rows = rows + #item.children
    if rows > ROWS_MAX then
      return invalid(where, ("makes %d rows, at most %d are allowed in all"):format(rows, ROWS_MAX))
    end
    local ok, err = interactive.unique(item.children, "id", where, seen)
    if not ok then return nil, err end
  end
  return true
end

local function check_list(value, path)
  local children = value.children
  if are_rows(children) then
    local rows, err = schema.check(children, section.children, path)
    if not rows then return nil, err end
    local ok
    ok, err = interactive.unique(rows, "id", path, {})
    if not ok then return nil, err end
    value.children = { { children = rows } }
    return value
  end
  local sections, err = schema.check(children,
    { type = "list", min = 1, max = SECTIONS_MAX, of = section }, path)
  if not sections then return nil, err end
  local ok
  ok, err = check_sections(sections, path)
  if not ok then return nil, err end
  value.children = sections
  return value
end

M.list = {
  type = "interactive",
  spec = { type = "table", check = check_list,
           fields = interactive.fields(interactive.text_header,
             { button = { type = "string", max = 20, required = true } }),
           children = { type = "list", min = 1, max = 100,
                        of = { type = "any", either = { row = row, section = section } } } },
  compile = function(value, uploads, path)
    local sections = {}
    for i, item in ipairs(value.children) do
      sections[i] = { title = item.title, rows = item.children }
    end
    return interactive.wrap("list", value, { button = value.button, sections = sections }, uploads, path)
  end,
}

return M
