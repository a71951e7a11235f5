--- Messages to answer by a tap: reply buttons and lists.
-- Source: Meta's "Interactive messages"; operation sendMessage.

local interactive = require "whatsapp.message.interactive"
local sections = require "whatsapp.message.sections"

local M = {}

-- Reply buttons --------------------------------------------------------------------

local function check_buttons(value, path)
  local ok, err = interactive.unique(value.children, "id", path, {})
  if ok then ok, err = interactive.unique(value.children, "title", path, {}) end
  if not ok then return nil, err end
  return value
end

M.buttons = {
  type = "interactive",
  spec = { type = "table", fields = interactive.fields(interactive.any_header), check = check_buttons,
           children = { type = "list", min = 1, max = 3, of = interactive.reply_button } },
  compile = function(value, uploads, path)
    local buttons = {}
    for i, item in ipairs(value.children) do buttons[i] = { type = "reply", reply = item } end
    return interactive.wrap("button", value, { buttons = buttons }, uploads, path)
  end,
}

-- Lists ----------------------------------------------------------------------------

local row = { type = "table", fields = {
  id = { type = "string", number = true, max = 200, required = true },
  title = { type = "string", max = 24, required = true },
  description = { type = "string", max = 72 },
} }

-- A child that carries an id itself is a row.
local function is_row(child) return type(child) == "table" and child.id ~= nil end

local rows = sections.of { item = row, name = "row", is_item = is_row, max = 10, unique = "id" }

M.list = {
  type = "interactive",
  spec = { type = "table", check = rows.check, children = rows.children,
           fields = interactive.fields(interactive.text_header, {
             body = { type = "string", max = 4096, required = true },
             button = { type = "string", max = 20, required = true } }) },
  compile = function(value, uploads, path)
    local list = {}
    for i, item in ipairs(value.children) do list[i] = { title = item.title, rows = item.children } end
    return interactive.wrap("list", value, { button = value.button, sections = list }, uploads, path)
  end,
}

return M
