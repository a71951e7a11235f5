--- Reads a Lua pattern to its end: matching finds a mistake only where it gets to it.

local M = {}

local CAPTURES_MAX = 32 -- Lua's own

-- Behind the set that begins here with "[".
local function set_end(pattern, place)
  if pattern:sub(place + 1, place + 1) == "^" then place = place + 1 end
  place = place + 1
  repeat -- its first character is no end, even if it is "]"
    local char = pattern:sub(place, place)
    if char == "" then return nil, "a missing ]" end
    place = place + (char == "%" and 2 or 1)
  until pattern:sub(place, place) == "]"
  return place + 1
end

-- What stands behind a "%" and is no class. Each returns the place behind it.
local escapes = {}

function escapes.b(pattern, place)
  if place + 3 > #pattern then return nil, "no two characters behind %b" end
  return place + 4
end

function escapes.f(pattern, place)
  if pattern:sub(place + 2, place + 2) ~= "[" then return nil, "no [ behind %f" end
  return set_end(pattern, place + 2)
end

-- `captures` are true once closed, in order.
local function reference(pattern, place, captures)
  if captures[tonumber(pattern:sub(place + 1, place + 1))] then return place + 2 end
  return nil, "a reference to a capture that is not there"
end

local function open_capture(captures)
  if #captures == CAPTURES_MAX then return nil, "too many captures" end
  captures[#captures + 1] = false
  return true
end

local function close_capture(captures)
  for i = #captures, 1, -1 do
    if not captures[i] then
      captures[i] = true
      return true
    end
  end
  return nil, "a ) too many"
end

-- The place behind what stands at one.
local function step(pattern, place, captures)
  local char, following = pattern:sub(place, place), pattern:sub(place + 1, place + 1)
  if char == "(" or char == ")" then
    local ok, why = (char == "(" and open_capture or close_capture)(captures)
    return ok and place + 1, why
  elseif char == "[" then
    return set_end(pattern, place)
  elseif char ~= "%" then
    return place + 1
  elseif following == "" then
    return nil, "a % at its end"
  elseif following:find "%d" then
    return reference(pattern, place, captures)
  end
  local escape = escapes[following]
  if escape then return escape(pattern, place) end
  return place + 2
end

--- Whether a text is a Lua pattern that no match will refuse.
---@param pattern string
---@return true|nil
---@return string? why not
function M.check(pattern)
  -- Lua finds it as it stands: "hi :)".
  if not pattern:find "[%^%$%*%+%?%.%(%[%%%-]" then return true end
  local captures, place = {}, 1
  while place <= #pattern do
    local following, why = step(pattern, place, captures)
    if not following then return nil, why end
    place = following
  end
  for _, closed in ipairs(captures) do
    if not closed then return nil, "a ( too many" end
  end
  return true
end

return M
