--- What customers type, whatever keyboard it comes from. Pure.

local fold = require "whatsapp.conversation.fold"

local M = {}

-- Characters by their length in bytes. Spaces, and what nobody sees: marks of direction come
-- with what is copied from a contact, and with Arabic and Hebrew.
local INVISIBLE = {
  { 1, "^%s" }, { 2, "^\194\160" }, { 3, "^\226\128[\128-\143\168-\175]" }, { 3, "^\226\129[\159-\175]" },
  { 3, "^\227\128\128" }, { 3, "^\239\187\191" },
}

-- What changes no meaning around words: the ends of sentences, arrows, symbols, emoji.
local AROUND = {
  { 1, "^[%.,;:!%?]" }, { 2, "^\194[\161\191]" }, { 3, "^\226\128\166" }, { 3, "^\227\128\130" },
  { 3, "^\239\188[\129\140\142\159]" }, { 3, "^\226[\134\135\140-\159\164-\167\172-\175][\128-\191]" },
  { 3, "^\226\131\163" }, { 3, "^\239\184\143" }, { 4, "^\240\159[\128-\191][\128-\191]" },
}
for _, one in ipairs(INVISIBLE) do AROUND[#AROUND + 1] = one end

-- The bytes of such a character that begins, or ends, there.
local function length_at(text, at, ends, characters)
  for _, one in ipairs(characters) do
    local length, pattern = one[1], one[2]
    local from = ends and at - length + 1 or at
    if from > 0 and text:find(pattern, from) then return length end
  end
end

local function without(text, characters)
  local from, to = 1, #text
  local function skip(at, ends) return from <= to and length_at(text, at, ends, characters) or 0 end
  local first, last
  repeat
    first = skip(from, false)
    from = from + first
    last = skip(to, true)
    to = to - last
  until first == 0 and last == 0
  return text:sub(from, to)
end

--- A text without the spaces around it, and what is as invisible.
---@param text string|nil
---@return string
function M.trimmed(text) return without(text or "", INVISIBLE) end

local function bare(text) return without(fold(text), AROUND) end

--- The one of a list that is meant: typed in any case; else the only one that is not as it
--- is typed merely for emoji, or the end of a sentence, around the words.
---@generic T
---@param list T[]
---@param text string
---@param words fun(item: T): string
---@return T|nil
function M.meant(list, text, words)
  local folded, plain, found = fold(text), bare(text), {}
  for _, item in ipairs(list) do
    local theirs = words(item)
    if fold(theirs) == folded then return item end
    if plain ~= "" and bare(theirs) == plain then found[#found + 1] = item end
  end
  return #found == 1 and found[1] or nil
end

-- Where the digits of other scripts begin, by the bytes before their last one: Arabic,
-- Persian, those of India, Thai, wide ones.
local ZEROS = { { "\217", 0xA0 }, { "\219", 0xB0 }, { "\224[\165\167\169\171\173\175\177\179\181]", 0xA6 },
                { "\224\185", 0x90 }, { "\239\188", 0x90 } }

--- A text with digits from 0 to 9 alone, whatever script they were in.
---@param text string
---@return string
function M.with_digits(text)
  if not text:find "[\128-\255]" then return text end
  for _, zero in ipairs(ZEROS) do
    text = text:gsub(zero[1] .. "([\128-\191])", function(byte)
      local digit = byte:byte() - zero[2]
      return digit >= 0 and digit <= 9 and ("%d"):format(digit) or nil
    end)
  end
  -- The Arabic decimal point.
  return (text:gsub("\217\171", "."))
end

return M
