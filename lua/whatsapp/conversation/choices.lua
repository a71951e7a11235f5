--- A choice as a message: up to three short ones are buttons, up to ten a list, and
--- more are pages of a list; where nothing can be tapped, a text. Pure.

local fold = require "whatsapp.conversation.fold"
local schema = require "whatsapp.schema"
local words = require "whatsapp.conversation.words"

local M = {}

local BUTTONS, BUTTON_TITLE = 3, 20
local ROWS = 10

-- The id of the row that leads to the next page.
local MORE = "conversation.more"

local function choice_of(value, i)
  if type(value) == "string" then return { id = value, title = value, value = value } end
  if type(value) ~= "table" or type(value.title) ~= "string" then
    error(("choice %d must be a text, or a table with id and title"):format(i), 4)
  end
  local id = value.id == nil and value.title or tostring(value.id)
  return { id = id, title = value.title, description = value.description, value = id }
end

--- The choices of a list of texts, or of { id, title, description }.
---@param list table
---@param plain? boolean whether nothing can be tapped: groups take texts, media and templates alone
---@return table[] choices `numbered`: whether titles have numbers of their own
function M.read(list, plain)
  if type(list) ~= "table" or list[1] == nil then error("the choices must be a list with at least one", 3) end
  local choices, seen = { plain = plain, numbered = false }, {}
  for i = 1, #list do
    choices[i] = choice_of(list[i], i)
    if seen[choices[i].id] then error(("two choices have the id %q"):format(choices[i].id), 3) end
    seen[choices[i].id] = true
    choices.numbered = choices.numbered or choices[i].title:find "%d" ~= nil
  end
  return choices
end

local function fit_buttons(choices)
  if #choices > BUTTONS then return false end
  for _, choice in ipairs(choices) do
    if choice.description or (schema.length(choice.title) or 0) > BUTTON_TITLE then return false end
  end
  return true
end

local QUESTION = { body = true, header = true, footer = true }

--- Raises for what is no question: a bug in the chat's function.
---@param question any
function M.must_be_question(question)
  if type(question) == "table" and type(question.body) == "string"
    and schema.first_unknown(question, QUESTION) == nil then return end
  error("the question must be a text, or { body, header, footer }", 3)
end

-- A question's own part of a message.
local function content_of(question)
  if type(question) == "string" then return { body = question } end
  return { body = question.body, header = question.header, footer = question.footer }
end

local function as_buttons(choices, question)
  local content = content_of(question)
  for i, choice in ipairs(choices) do content[i] = { id = choice.id, title = choice.title } end
  return { buttons = content }
end

-- The last page leads to the first.
local function as_list(choices, question, page, options)
  local content = content_of(question)
  content.button = options.button or "Choose"
  local per_page = #choices > ROWS and ROWS - 1 or ROWS
  for i = (page - 1) * per_page + 1, math.min(page * per_page, #choices) do
    local choice = choices[i]
    content[#content + 1] = { id = choice.id, title = choice.title, description = choice.description }
  end
  if #choices > ROWS then content[#content + 1] = { id = MORE, title = options.more or "More" } end
  return { list = content }
end

-- Counted, but for titles with numbers of their own: a number that is typed means one of these.
local function as_text(choices, question)
  local content, lines = content_of(question), {}
  for i, choice in ipairs(choices) do
    lines[i] = (choices.numbered and "• " or ("%d. "):format(i)) .. choice.title
    if choice.description then lines[i] = lines[i] .. ": " .. choice.description end
  end
  table.insert(lines, 1, content.body)
  if type(content.header) == "string" then table.insert(lines, 1, content.header) end
  if content.footer then lines[#lines + 1] = content.footer end
  return { text = table.concat(lines, "\n") }
end

--- The message of a page.
---@param choices table[]
---@param question string|table
---@param page integer
---@param options table button, more: the words on them
---@return table message
function M.message(choices, question, page, options)
  if choices.plain then return as_text(choices, question) end
  if fit_buttons(choices) then return as_buttons(choices, question) end
  return as_list(choices, question, page, options)
end

--- The page behind one.
---@param choices table[]
---@param page integer
---@return integer
function M.following(choices, page)
  return page % math.ceil(#choices / (ROWS - 1)) + 1
end

local function by_id(choices, id)
  for _, choice in ipairs(choices) do
    if choice.id == id then return choice end
  end
end

local function has_number(title, number)
  for digits in title:gmatch "%d+" do
    if tonumber(digits) == number then return true end
  end
  return false
end

-- Where titles have numbers ("9:00"), one of these is meant; else a place, as customers count.
local function by_number(choices, number)
  if not choices.numbered then return choices[number] end
  local found = {}
  for _, choice in ipairs(choices) do
    if has_number(choice.title, number) then found[#found + 1] = choice end
  end
  return #found == 1 and found[1] or nil
end

local function title_of(choice) return choice.title end

local function by_words(choices, text)
  local choice = words.meant(choices, text, title_of)
  if choice then return choice end
  local folded, digits = fold(text), words.with_digits(text)
  for _, one in ipairs(choices) do
    if fold(one.id) == folded then return one end
  end
  return digits:find "^%d+$" and by_number(choices, tonumber(digits)) or nil
end

--- What was chosen: tapped, or typed as title, id or number.
---@param choices table[]
---@param event whatsapp.Event
---@param options table
---@return string|nil value what it stands for
---@return true|nil more the next page is wanted
function M.chosen(choices, event, options)
  if event.reply_id == MORE then return nil, true end
  local text = words.trimmed(event.text)
  local choice
  if event.reply_id then
    choice = by_id(choices, event.reply_id)
  elseif #choices > ROWS and not choices.plain and words.meant({ options.more or "More" }, text, tostring) then
    return nil, true
  elseif text ~= "" then
    choice = by_words(choices, text)
  end
  return choice and choice.value
end

return M
