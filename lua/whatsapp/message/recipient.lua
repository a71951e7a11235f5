--- Whom a message goes to: a phone number in any human form, a business-scoped
--- user id, or a group id.

local Error = require "whatsapp.error"
local schema = require "whatsapp.schema"

local invalid = Error.invalid

local M = {}

-- What people and address books put between digits: ASCII separators, and of
-- Unicode the spaces, dashes, minus, soft hyphen and invisible marks.
local SEPARATORS = {
  "[%s%-%./]", "\194[\160\173]", "\226\128[\128-\149\168-\175]", "\226\129[\159-\169]",
  "\226\136\146", "\227\128\128", "\239\187\191",
}

--- Whether a text is a business-scoped user id.
---@param text string
---@return boolean
function M.is_user_id(text)
  local own = text:match "^%u%u%.(%w+)$" or text:match "^%u%u%.ENT%.(%w+)$"
  return own ~= nil and #own <= 128
end

local COUNTRY = "give the number with its country code, e.g. +49 151 23456789"

-- The country codes of two digits whose numbers never begin with a 0: one behind
-- them is the national prefix (+49 0151 …). Italy's do, and some of those of three.
local NO_ZERO = {}
for code in ("20 27 30 31 32 33 34 36 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 "
  .. "84 86 90 91 92 93 94 95 98"):gmatch "%d+" do NO_ZERO[code] = true end

local ZERO = 48

-- Whether a national prefix stands behind the country code: the number is another one then.
local function has_prefix(digits)
  return digits:byte(3) == ZERO and NO_ZERO[digits:sub(1, 2)] ~= nil
end

--- A phone number as digits in international form.
---@param text string|number any human form: `+`, spaces, dashes, brackets, `00`, `(0)`
---@param path? string for the error
---@return string|nil digits
---@return whatsapp.Error? err
function M.phone(text, path)
  if type(text) == "number" then
    local number = text
    text = schema.digits(number)
    if not text then return invalid(path, ("%.17g is not a phone number"):format(number), COUNTRY) end
  end
  local plain = text:match "^%+?([1-9]%d*)$"
  if not plain then
    local digits = text
    if text:find "^%s*%([%d%s]+%)" and not text:find "^%s*%(%s*00" then
      return invalid(path, ("%q begins with an area code"):format(text:sub(1, 40)), COUNTRY)
    end
    for _, separator in ipairs(SEPARATORS) do digits = digits:gsub(separator, "") end
    digits = digits:gsub("%(0%)", ""):gsub("[()]", "")
    plain = digits:match "^%+(%d+)$" or digits:match "^00(%d+)$" or digits:match "^%d+$"
  end
  if not plain then
    return invalid(path, ("%q is not a phone number"):format(text:sub(1, 40)), COUNTRY)
  end
  if plain:sub(1, 1) == "0" then
    return invalid(path, ("%q is a national number"):format(text:sub(1, 40)), COUNTRY)
  end
  if has_prefix(plain) then
    return invalid(path, ("%q has the 0 of national calls behind the country code"):format(text:sub(1, 40)),
      "leave the 0 out, e.g. +49 151 23456789")
  end
  if #plain < 7 or #plain > 15 then
    return invalid(path, ("%q has %d digits, a phone number has 7 to 15"):format(text:sub(1, 40),
      #plain), COUNTRY)
  end
  return plain
end

--- A person: a phone number as digits, or a business-scoped user id as it is.
---@param user string|number
---@param path? string for the error
---@return string|nil
---@return whatsapp.Error? err
function M.user(user, path)
  if type(user) == "string" and M.is_user_id(user) then return user end
  if type(user) ~= "string" and type(user) ~= "number" then
    return invalid(path, ("must be a phone number or a user id, not a %s"):format(type(user)))
  end
  return M.phone(user, path)
end

-- How ids of groups begin: "capi_group:" in base64.
local GROUP = "^Y2FwaV9ncm91cDo"

-- A group's id is opaque; what is plainly a person is none.
local function group(to)
  if type(to) == "string" and (M.is_user_id(to) or to:find "^%+%d+$") then
    return invalid("to", ("%q is a person, not the id of a group"):format(to:sub(1, 40)),
      'leave out recipient_type = "group"')
  end
  local id, err = schema.check(to, { type = "id" }, "to")
  return id and { to = id }, err
end

--- The envelope's `to` or `recipient` for a recipient.
---@param to string|number
---@param recipient_type "individual"|"group"
---@return { to?: string, recipient?: string }|nil
---@return whatsapp.Error? err
function M.resolve(to, recipient_type)
  if to == nil then
    return invalid("to", "is missing", "give a phone number, e.g. to = \"+15551234567\"")
  end
  if type(to) ~= "string" and type(to) ~= "number" then
    return invalid("to", ("must be a string, not a %s"):format(type(to)),
      type(to) == "table" and "a message goes to one recipient: whatsapp.parallel sends to many" or nil)
  end
  local value, err
  if recipient_type == "group" then return group(to) end
  if type(to) == "string" and to:find(GROUP) then
    return invalid("to", "is the id of a group", 'add recipient_type = "group"')
  end
  if type(to) == "string" and M.is_user_id(to) then return { recipient = to } end
  value, err = M.phone(to, "to")
  return value and { to = value }, err
end

-- The same person -----------------------------------------------------------------

-- Where a mobile number is written with or without a digit: WhatsApp's own ids
-- drop it in Mexico and Argentina, and in Brazil for older numbers.
local optional_digit = {
  { "^521(%d%d%d%d%d%d%d%d%d%d)$", "52%1" },
  { "^549(%d%d%d%d%d%d%d%d%d%d)$", "54%1" },
  { "^55(%d%d)9([6-9]%d%d%d%d%d%d%d)$", "55%1%2" },
}

--- A person in the form that only one has: see `same_user`.
---@param user string|number
---@param path? string for the error
---@return string|nil
---@return whatsapp.Error? err
function M.canonical(user, path)
  local digits, err = M.user(user, path)
  if not digits then return nil, err end
  for _, rule in ipairs(optional_digit) do
    local shorter, found = digits:gsub(rule[1], rule[2])
    if found > 0 then return shorter end
  end
  return digits
end

--- Whether two numbers (or ids) are the same user: what you sent to and the
--- `wa_id` that comes back differ in Mexico, Argentina and Brazil.
---@param a string|number
---@param b string|number
---@return boolean|nil same nil when one is no phone number and no user id
---@return whatsapp.Error? err
function M.same_user(a, b)
  local first, err = M.canonical(a, "a")
  if not first then return nil, err end
  local second
  second, err = M.canonical(b, "b")
  if not second then return nil, err end
  return first == second
end

return M
