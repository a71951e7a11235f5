--- Regular expressions as the `pattern` of a text input has them: those of JavaScript,
-- without flags, where a text is its UTF-16 units.
-- Source: ECMA-262, "RegExp (Regular Expression) Objects" and its Annex B.
--
-- A node is a function(state, at, go): it goes on with `go(after)` wherever it fits, and
-- returns whether that came to an end.

local byte, char = string.byte, string.char
local huge = math.huge

local M = {}

local STEPS, DEPTH = 200000, 50

-- Units -------------------------------------------------------------------------------

-- Of UTF-8 that is known to be some.
local function units_of(text)
  local units = {}
  for letter in text:gmatch "[%z\1-\127\192-\255][\128-\191]*" do
    local code = byte(letter)
    if code >= 240 then code = code - 240 elseif code >= 224 then code = code - 224
    elseif code >= 192 then code = code - 192 end
    for i = 2, #letter do code = code * 64 + byte(letter, i) - 128 end
    if code >= 0x10000 then
      units[#units + 1] = 0xD800 + math.floor((code - 0x10000) / 0x400)
      code = 0xDC00 + (code - 0x10000) % 0x400
    end
    units[#units + 1] = code
  end
  return units
end

-- Sets of units -------------------------------------------------------------------------

local function one(code) return function(unit) return unit == code end end

local function range(low, high) return function(unit) return unit >= low and unit <= high end end

local function any_of(sets)
  return function(unit)
    for i = 1, #sets do if sets[i](unit) then return true end end
    return false
  end
end

local function none_of(set) return function(unit) return not set(unit) end end

local digit = range(48, 57)
local word = any_of { range(97, 122), range(65, 90), digit, one(95) }
local line_end = any_of { one(10), one(13), range(0x2028, 0x2029) }
local space = any_of { range(9, 13), one(32), one(0xA0), one(0x1680), range(0x2000, 0x200A), range(0x2028, 0x2029),
                       one(0x202F), one(0x205F), one(0x3000), one(0xFEFF) }

local CLASSES = { d = digit, D = none_of(digit), w = word, W = none_of(word), s = space, S = none_of(space) }
local CONTROLS = { n = 10, r = 13, t = 9, v = 11, f = 12 }

-- Nodes -----------------------------------------------------------------------------------

local function tick(state)
  state.steps = state.steps + 1
  if state.steps > STEPS then error(state, 0) end
end

local function unit_in(set)
  return function(state, at, go)
    tick(state)
    local unit = state.units[at]
    return unit ~= nil and set(unit) and go(at + 1)
  end
end

local function sequence(list)
  if not list[2] then return list[1] or function(_, at, go) return go(at) end end
  local function run(state, i, at, go)
    if not list[i] then return go(at) end
    return list[i](state, at, function(after) return run(state, i + 1, after, go) end)
  end
  return function(state, at, go) return run(state, 1, at, go) end
end

local function either(list)
  if not list[2] then return list[1] end
  return function(state, at, go)
    for i = 1, #list do if list[i](state, at, go) then return true end end
    return false
  end
end

-- What stands for one unit needs no node for each time.
local function repeated_set(set, least, most, lazy)
  return function(state, at, go)
    local last = at
    while last - at < most and state.units[last] and set(state.units[last]) do
      tick(state)
      last = last + 1
    end
    local from, to, step = last, at + least, -1
    if lazy then from, to, step = to, from, 1 end
    for after = from, to, step do if go(after) then return true end end
    return false
  end
end

-- A time that takes nothing ends it, but for those that must be.
local function repeated(node, least, most, lazy)
  local function try(state, at, go, count)
    tick(state)
    local function more()
      return count < most and node(state, at, function(after)
        return not (after == at and count >= least) and try(state, after, go, count + 1)
      end)
    end
    if count < least then return more() end
    if lazy then return go(at) or more() end
    return more() or go(at)
  end
  return function(state, at, go) return try(state, at, go, 0) end
end

local function found() return true end

local function ahead(node, wanted)
  return function(state, at, go) return node(state, at, found) == wanted and go(at) end
end

local function starts(_, at, go) return at == 1 and go(at) end

local function ends(state, at, go) return at == #state.units + 1 and go(at) end

local function word_border(wanted)
  local function is_word(unit) return unit ~= nil and word(unit) end
  return function(state, at, go)
    return (is_word(state.units[at - 1]) ~= is_word(state.units[at])) == wanted and go(at)
  end
end

-- Reading ---------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

-- `unknown`: it may be one, but is not weighed here.
local function fail(why, unknown) error({ why = why, unknown = unknown }, 0) end

-- The letter here, "" at the end; beyond ASCII one that means nothing.
function Reader:look(ahead_by)
  local code = self.units[self.at + (ahead_by or 0)]
  return not code and "" or code < 128 and char(code) or "\255"
end

function Reader:take(wanted)
  for i = 1, #wanted do if self:look(i - 1) ~= wanted:sub(i, i) then return false end end
  self.at = self.at + #wanted
  return true
end

function Reader:next()
  local code = self.units[self.at]
  self.at = self.at + 1
  return code
end

-- What these letters, all of one kind, are as a number; nil where they are not there.
function Reader:number(pattern, base, least, most)
  local digits = ""
  while #digits < most and self:look(#digits):find(pattern) do digits = digits .. self:look(#digits) end
  if #digits < least then return nil end
  self.at = self.at + #digits
  return tonumber(digits, base)
end

-- Behind a backslash: the code of a letter, whatever it is.
function Reader:letter()
  local letter = self:look()
  if letter == "" then fail "it ends with a backslash" end
  if letter == "0" and not self:look(1):find "%d" then
    self.at = self.at + 1
    return 0
  end
  if letter == "k" or letter:find "%d" then fail("references to groups are not weighed", true) end
  if letter == "c" and self:look(1):find "%a" then
    self.at = self.at + 2
    return self.units[self.at - 1] % 32
  end
  local code = self:next()
  if CONTROLS[letter] then return CONTROLS[letter] end
  if letter == "x" then return self:number("%x", 16, 2, 2) or code end
  if letter == "u" then return self:number("%x", 16, 4, 4) or code end
  return code
end

-- In a class: a set, and the code where it is one letter's.
function Reader:class_item()
  if not self:take "\\" then
    local code = self:next() or fail "a class without its ]"
    return one(code), code
  end
  local set = CLASSES[self:look()]
  if set then
    self.at = self.at + 1
    return set
  end
  local code = self:take "b" and 8 or self:take "-" and 45 or self:letter()
  return one(code), code
end

function Reader:class()
  local negated, sets = self:take "^", {}
  while not self:take "]" do
    local set, low = self:class_item()
    if self:look() == "-" and self:look(1) ~= "]" and self:look(1) ~= "" then
      self.at = self.at + 1
      local other, high = self:class_item()
      if low and high and low > high then fail "a class with a range that ends before it begins" end
      if low and high then set = range(low, high) else set = any_of { set, one(45), other } end
    end
    sets[#sets + 1] = set
  end
  local set = any_of(sets)
  return negated and none_of(set) or set
end

function Reader:name()
  local name = ""
  while not self:take ">" do
    if not self:look():find "[%w_$\255]" then fail "the name of a group without its >" end
    name = name .. self:look()
    self.at = self.at + 1
  end
  if name == "" or self.names[name] then fail "a group that has no name of its own" end
  self.names[name] = true
end

local GROUPS = { { "?:" }, { "?=", true }, { "?!", false } }

function Reader:group()
  self.depth = self.depth + 1
  if self.depth > DEPTH then fail("groups too deep in each other", true) end
  local looks
  for _, kind in ipairs(GROUPS) do
    if self:take(kind[1]) then
      looks = kind[2]
      break
    end
  end
  if self:take "?<" then
    if self:look() == "=" or self:look() == "!" then fail("looking behind is not weighed", true) end
    self:name()
  elseif self:look() == "?" then
    fail("(?" .. self:look(1) .. " is no group of JavaScript")
  end
  local node = self:alternatives()
  if not self:take ")" then fail "a group without its )" end
  self.depth = self.depth - 1
  return looks == nil and node or ahead(node, looks)
end

-- What takes nothing of the text, and cannot be there several times.
function Reader:place()
  if self:take "^" then return starts end
  if self:take "$" then return ends end
  if self:take "\\b" then return word_border(true) end
  if self:take "\\B" then return word_border(false) end
end

-- A set, for what stands for one unit; or a node.
function Reader:atom()
  if self:take "." then return none_of(line_end) end
  if self:take "[" then return self:class() end
  if self:take "(" then return nil, self:group() end
  if not self:take "\\" then return one(self:next()) end
  local set = CLASSES[self:look()]
  if not set then return one(self:letter()) end
  self.at = self.at + 1
  return set
end

-- How often: the least and the most, nil for once.
function Reader:times()
  if self:take "*" then return 0, huge end
  if self:take "+" then return 1, huge end
  if self:take "?" then return 0, 1 end
  local from = self.at
  local least = self:take "{" and self:number("%d", 10, 1, 6)
  local most = least
  if least and self:take "," then most = self:number("%d", 10, 1, 6) or huge end
  if least and self:take "}" then
    if least > most then fail "a number of times that ends before it begins" end
    return least, most
  end
  self.at = from -- a bracket like any letter
end

function Reader:part()
  local set, node = self:atom()
  local least, most = self:times()
  local lazy = least and self:take "?"
  if not least then return node or unit_in(set) end
  if set then return repeated_set(set, least, most, lazy) end
  return repeated(node, least, most, lazy)
end

function Reader:alternative()
  local list = {}
  while true do
    local letter = self:look()
    if letter == "" or letter == "|" or letter == ")" then return sequence(list) end
    if self:times() then fail "nothing stands before what says how often" end
    list[#list + 1] = self:place() or self:part()
  end
end

function Reader:alternatives()
  local list = { self:alternative() }
  while self:take "|" do list[#list + 1] = self:alternative() end
  return either(list)
end

--- Reads a regular expression.
---@param text string UTF-8
---@return table|nil pattern
---@return string|nil why it is none
---@return boolean|nil unknown it is one that is not weighed here: it looks behind, or back at groups
function M.read(text)
  local reader = setmetatable({ units = units_of(text), at = 1, depth = 0, names = {} }, Reader)
  local ok, node = pcall(function()
    local whole = reader:alternatives()
    if reader:look() == ")" then fail "a ) that closes nothing" end
    return whole
  end)
  if ok then return { node = node } end
  if type(node) ~= "table" or not node.why then error(node, 0) end
  return nil, node.why, node.unknown
end

--- Whether it fits somewhere in a text.
---@param pattern table as read
---@param text string UTF-8
---@return boolean|nil fits nil where that takes too long to find out
function M.fits(pattern, text)
  local state = { units = units_of(text), steps = 0 }
  local ok, fits = pcall(function()
    for at = 1, #state.units + 1 do
      if pattern.node(state, at, found) then return true end
    end
    return false
  end)
  if ok then return fits end
  if fits ~= state and not tostring(fits):find "stack overflow" then error(fits, 0) end
end

return M
