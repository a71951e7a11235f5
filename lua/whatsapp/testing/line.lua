--- Lines of a transcript: what is said as a line, and what a line says. Pure.

local M = {}

--- The business's own number.
M.BUSINESS = "15550000000"

-- Kinds ----------------------------------------------------------------------------------

-- As `wa:send` says them, where Graph has another word.
local KINDS = { button = "buttons", product_list = "products", catalog_message = "catalog",
  location_request_message = "location_request", address_message = "address_request",
  request_contact_info = "contact_request" }

--- What kind of message a payload is: as in `wa:send`, so `buttons`, not interactive.
---@param payload table
---@return string
function M.kind(payload)
  local inner = payload.interactive
  return inner and (KINDS[inner.type] or inner.type) or payload.type
end

-- A template's name, and the texts that are filled in.
local function template_words(template)
  local texts = {}
  for _, component in ipairs(template.components or {}) do
    for _, parameter in ipairs(component.parameters or {}) do texts[#texts + 1] = parameter.text end
  end
  return template.name .. (texts[1] and ": " .. table.concat(texts, ", ") or "")
end

--- The words in a payload.
---@param payload table
---@return string
function M.words(payload)
  local content = payload[payload.type] or {}
  if payload.interactive then return payload.interactive.body and payload.interactive.body.text or "" end
  if payload.type == "reaction" then return content.emoji or "" end
  if payload.type == "template" then return template_words(content) end
  return content.body or content.caption or content.name or ""
end

--- What can be tapped: ids and titles. What a template's buttons say, its payload does not.
---@param payload table
---@return { id: string, title: string, kind: string, description?: string }[]
function M.choices(payload)
  local found, action = {}, payload.interactive and payload.interactive.action or {}
  for _, component in ipairs(payload.template and payload.template.components or {}) do
    local parameter = component.sub_type == "quick_reply" and component.parameters and component.parameters[1]
    local id = parameter and parameter.payload
    if id then found[#found + 1] = { id = id, title = id, kind = "button" } end
  end
  for _, button in ipairs(action.buttons or {}) do
    found[#found + 1] = { id = button.reply.id, title = button.reply.title, kind = "button_reply" }
  end
  for _, section in ipairs(action.sections or {}) do
    for _, row in ipairs(section.rows or {}) do
      found[#found + 1] = { id = row.id, title = row.title, description = row.description, kind = "list_reply" }
    end
  end
  return found
end

--- How a payload opens a Flow: an interactive message of type flow, or a template with
--- a button for one. Nil for others.
---@param payload table
---@return { token?: string, asks: boolean, screen?: string, data?: table }|nil
function M.flow(payload)
  if M.kind(payload) == "flow" then
    local given = payload.interactive.action.parameters
    local first = given.flow_action_payload or {}
    return { token = given.flow_token, asks = given.flow_action == "data_exchange", screen = first.screen,
             data = first.data }
  end
  for _, component in ipairs(payload.template and payload.template.components or {}) do
    local parameter = component.sub_type == "flow" and component.parameters and component.parameters[1]
    if parameter then
      local given = parameter.action or {}
      return { token = given.flow_token, asks = false, data = given.flow_action_data }
    end
  end
end

-- Words in a line ------------------------------------------------------------------------

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\\"] = "\\\\" }
local MEANT = { n = "\n", r = "\r", ["\\"] = "\\", ["["] = "[", ["("] = "(", ["{"] = "{" }

--- Any text in one line: \n is a new line, \\ one of these.
---@param text string
---@return string
function M.escape(text)
  return (text:gsub("[\n\r\\]", ESCAPES))
end

--- The text that was meant. What means nothing stays as it is.
---@param text string
---@return string
function M.unescape(text)
  return (text:gsub("\\(.)", MEANT))
end

--- A line as `of` writes it, whoever wrote it.
---@param text string
---@return string
function M.canonical(text)
  return M.escape(M.unescape(text))
end

-- Behind what a customer taps, reports of or answers: the words of the bot's message, if that
-- is not the one at hand.
local OF = " of "

local function with_message(text, payload)
  return payload and text .. OF .. M.of(payload) or text
end

--- A text of a customer's. What would be read as a tap or another kind has a \ before it.
---@param text string
---@return string
function M.text(text)
  local escaped = M.escape(text)
  return escaped:find "^[%[({]" and "\\" .. escaped or escaped
end

--- A tap: "[Yes]".
---@param choice string its title or id
---@param payload? table the bot's message, when it is an older one
---@return string
function M.tap(choice, payload)
  return with_message(("[%s]"):format(M.escape(choice)), payload)
end

--- A status: "failed 131026".
---@param status string
---@param code? integer
---@param payload? table the bot's message, when it is an older one
---@return string
function M.status(status, code, payload)
  return with_message(code and ("%s %d"):format(status, code) or status, payload)
end

--- What the bot said: the words, before them the kind where it is not plain, behind them
--- what can be tapped in brackets.
---@param payload table
---@return string
function M.of(payload)
  local parts, kind = {}, M.kind(payload)
  if kind ~= "text" and kind ~= "buttons" then parts[1] = ("(%s)"):format(kind) end
  local words = M.words(payload)
  if words ~= "" then parts[#parts + 1] = M.escape(words) end
  for _, choice in ipairs(M.choices(payload)) do parts[#parts + 1] = ("[%s]"):format(M.escape(choice.title)) end
  return table.concat(parts, " ")
end

-- Reading --------------------------------------------------------------------------------

--- A line of a transcript: its sign, what stands behind it, and the customer before it.
---@param text string
---@return string|nil sign nil for what is no line of a transcript; "#" for one that says nothing
---@return string rest
---@return string|nil who
function M.read(text)
  if text:find "^%s*$" or text:find "^%s*#" then return "#", text end
  local sign, rest = text:match "^([<>~+!*])%s?(.*)$"
  if sign then return sign, rest end
  local who
  who, sign, rest = text:match "^(%S+) ([<>~=])%s?(.*)$"
  return sign, rest, who
end

--- What a customer does: taps, sends another kind than a text, or something with more
--- beside it, or writes.
---@param text string
---@return "tap"|"kind"|"whole"|"text" what
---@return string first the choice, the kind, the JSON, the text
---@return string|nil second the words of the message whose choice it is; what stands behind the kind
function M.read_customer(text)
  local choice, of = text:match "^%[(.-)%] of (.*)$"
  choice = choice or text:match "^%[(.*)%]$"
  if choice then return "tap", M.unescape(choice), of end
  local kind, rest = text:match "^%(([%l_]+)%)%s?(.*)$"
  if kind then return "kind", kind, rest end
  if text:find "^{" then return "whole", text end
  return "text", M.unescape(text)
end

--- A status: the word, its code, and the words of the message it is about.
---@param text string
---@return string|nil status
---@return integer|nil code
---@return string|nil of
function M.read_status(text)
  local status, rest = text:match "^(%l+)%s*(.*)$"
  if not status then return nil end
  local code, behind = rest:match "^(%d+)%s*(.*)$"
  return status, tonumber(code), (behind or rest):match "^of (.*)$"
end

return M
