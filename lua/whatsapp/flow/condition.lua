--- What WhatsApp makes of the condition of an If. It reads it once, from left to right, with
-- rules of its own: && is worked out before a comparison, what is left from the right, and
-- what it does not know makes the whole false.
-- Source: WhatsApp Web's own client of Flows; Meta's "Components": If.

local expression = require "whatsapp.flow.expression"
local schema = require "whatsapp.schema"

local M = {}

-- Weighing ------------------------------------------------------------------------------

-- On the stack, where a value is nil.
local NOTHING = {}

local function number_of(value)
  if type(value) == "number" or type(value) == "string" then return tonumber(value) end
end

-- Numbers are compared as far as they are whole.
local function whole(number) return number < 0 and math.ceil(number) or math.floor(number) end

local function equal(a, b)
  if a == "" or b == "" then return a == b or a == NOTHING or b == NOTHING end
  local x, y = number_of(a), number_of(b)
  if x and y then return whole(x) == whole(y) end
  return a == b
end

local function compared(fn)
  return function(a, b)
    local x, y = number_of(a), number_of(b)
    return x ~= nil and y ~= nil and fn(whole(x), whole(y))
  end
end

local operators = {
  ["&&"] = function(a, b) return a == true and b == true end,
  ["||"] = function(a, b) return a == true or b == true end,
  ["!"] = function(_, b) return b == false end,
  ["=="] = equal, ["!="] = function(a, b) return not equal(a, b) end,
  [">"] = compared(function(a, b) return a > b end), [">="] = compared(function(a, b) return a >= b end),
  ["<"] = compared(function(a, b) return a < b end), ["<="] = compared(function(a, b) return a <= b end),
}

-- Operators on the stack are tables, so that no value is taken for one.
local signs = { ["("] = { sign = "(" } }
for sign, apply in pairs(operators) do signs[sign] = { sign = sign, apply = apply } end

-- Works out what is on top of the stack: ! and && at once, all else when a bracket or the
-- condition ends.
local function reduce(stack, ends)
  local n = #stack
  local operator, value = stack[n - 1], stack[n]
  if operator == signs["!"] or (operator == signs["("] and ends) then
    if operator.apply then value = operator.apply(nil, value) end
    stack[n], stack[n - 1] = nil, value
  elseif type(operator) == "table" and operator.apply and (ends or operator == signs["&&"]) then
    local left = stack[n - 2]
    if left == nil then left = NOTHING end
    stack[n], stack[n - 1] = nil, nil
    stack[math.max(n - 2, 1)] = operator.apply(left, value)
  end
end

-- Reading -------------------------------------------------------------------------------

local function push(reader, value)
  local stack = reader.stack
  if value == nil then value = NOTHING end
  stack[#stack + 1] = value
  if #stack > 1 then reduce(stack) end
end

-- By the character that each begins with; each returns where it goes on.
local read = {}

read[" "] = function(_, at) return at + 1 end

read["$"] = function(reader, at)
  local path, to = reader.text:match("^%${%s*([^}]-)%s*}()", at)
  if not path then return at + 1 end
  push(reader, expression.look_up(reader.context, path))
  return to
end

read["'"] = function(reader, at)
  local from = at + 1
  local to = reader.text:find("'", from, true)
  while to and reader.text:sub(to - 1, to - 1) == "\\" do to = reader.text:find("'", to + 1, true) end
  if not to then return #reader.text + 1 end
  push(reader, reader.text:sub(from, to - 1))
  return to + 1
end

read["-"] = function(reader, at)
  local digits, to = reader.text:match("^(%-?%d*)()", at)
  push(reader, tonumber(digits))
  return to
end

for digit = 0, 9 do read[tostring(digit)] = read["-"] end

-- One character more is passed over.
function read.t(reader, at)
  local length = reader.text:sub(at, at) == "t" and 4 or 5
  push(reader, reader.text:sub(at, at + length - 1) == "true")
  return at + length + 1
end

read.f = read.t

read[")"] = function(reader, at)
  local stack, open = reader.stack, table.remove(reader.open)
  for _ = open or 1, open and #stack or 0, 2 do reduce(stack, true) end
  return at + 1
end

local function operator(reader, at)
  local char = reader.text:sub(at, at)
  local sign = signs[reader.text:sub(at, at + 1)] or signs[char] or { sign = char }
  if sign.sign == "(" then table.insert(reader.open, #reader.stack) end
  reader.stack[#reader.stack + 1] = sign
  return at + #sign.sign
end

for sign in ("! = & | > < ("):gmatch "%S" do read[sign] = operator end

--- What a condition comes to.
---@param text string
---@param context table|function as for `expression.evaluate`
---@return boolean
function M.evaluate(text, context)
  local reader, at = { text = text, context = context, stack = {}, open = {} }, 1
  while at <= #text do
    local one = read[text:sub(at, at)]
    at = one and one(reader, at)
    if not at then return false end
  end
  local stack = reader.stack
  for _ = 1, 100 do
    if #stack < 2 then break end
    reduce(stack, true)
  end
  return stack[#stack] == true
end

-- Trying -------------------------------------------------------------------------------

local TRIED = 256

-- The references of an expression, and the values in it.
local function collect(tree, references, values)
  if tree[1] == "reference" then
    references[tree[2]] = true
  elseif tree[1] == "value" then
    values[#values + 1] = tree[2]
  end
  for i = 2, #tree do
    if type(tree[i]) == "table" then collect(tree[i], references, values) end
  end
end

-- What a reference of a type may stand for, to either side of what it is compared with.
local samples = { boolean = function() return { true, false } end }

function samples.string(values)
  local out = { "", "another" }
  for _, value in ipairs(values) do if type(value) == "string" then out[#out + 1] = value end end
  return out
end

function samples.number(values)
  local out = { 0 }
  for _, value in ipairs(values) do
    if type(value) == "number" then
      for step = -1, 1 do out[#out + 1] = math.floor(value) + step end
    end
  end
  return out
end

--- Whether a condition comes to something else than it says, for some values of what it
--- refers to.
---@param text string an expression
---@param type_of fun(path: string): string|nil of a reference
---@return boolean
function M.is_misread(text, type_of)
  local references, values, lists, total = {}, {}, {}, 1
  collect(assert(expression.parse(text)), references, values)
  local paths = schema.sorted_keys(references)
  for i, path in ipairs(paths) do
    local sample = samples[type_of(path)]
    if not sample then return false end
    lists[i] = sample(values)
    total = math.min(total * #lists[i], 2 ^ 30)
  end
  for i = 0, math.min(total, TRIED) - 1 do
    local rest, chosen = total > TRIED and i * 7919 % total or i, {}
    for n, path in ipairs(paths) do
      local list = lists[n]
      chosen[path], rest = list[rest % #list + 1], math.floor(rest / #list)
    end
    local function look_up(path) return chosen[path] end
    if M.evaluate(text, look_up) ~= (expression.evaluate(text, look_up) == true) then return true end
  end
  return false
end

return M
