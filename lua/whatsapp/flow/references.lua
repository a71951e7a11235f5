--- References and expressions: ${data.x}, ${form.x}, ${screen.NAME.data.x}, `'a' ${data.x}`.
-- Source: Meta's "Flow JSON": dynamic properties, nested expressions, global references.

local conditions = require "whatsapp.flow.condition"
local expression = require "whatsapp.flow.expression"
local model = require "whatsapp.flow.model"
local schema = require "whatsapp.schema"

local M = {}

local function below(at, key) return { up = at, key = key } end

--- What a name could have been, as a hint.
---@param name any
---@param known table<string, any>
---@return string|nil
function M.near(name, known)
  local best = type(name) == "string" and schema.nearest(name, known)
  return best and ("did you mean %s?"):format(best) or nil
end

local near = M.near

local function table_or_none(value) return type(value) == "table" and value or {} end

local BRACKETS = "each comparison beside && or || wants brackets of its own, and so does && beside ||; "
  .. "there are no backticks, texts stand between ' and ', numbers are whole, a space follows true and false"

local MISSING = { data = "INVALID_SCREEN_DYNAMIC_DATA", form = "INVALID_ON_CLICK_ACTION_PAYLOAD" }

local function check_name(check, screen, store, name, at, text)
  local known = store == "data" and table_or_none(screen.node.data) or screen.inputs
  if known[name] then return end
  local what = store == "data" and "the screen %s declares no data %s" or "the screen %s has no field %s"
  check:report(at, MISSING[store], ("%s: "):format(text) .. what:format(tostring(screen.id), name), near(name, known))
end

local function check_global(check, screen, rest, at, text)
  if not check:has "4.0" then
    return check:report(at, "INVALID_PROPERTY_VALUE",
      ("%s: other screens can be named from version 4.0 on"):format(text))
  end
  local id, store, name = rest:match "^([%w_]+)%.(%a+)%.([^.]+)"
  if not id or not MISSING[store] then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s is no reference"):format(text),
      "write ${screen.NAME.form.field} or ${screen.NAME.data.key}")
  end
  local other = check.screens[id]
  if not other then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s: there is no screen %s"):format(text, id),
      near(id, check.screens))
  end
  if other == screen then
    return check:report(at, "INVALID_SCREEN_DATA", ("%s is of this screen itself"):format(text),
      ("write ${%s.%s}"):format(store, name))
  end
  check_name(check, other, store, name, at, text)
end

local function check_reference(check, screen, inner, at)
  local text = "${" .. inner .. "}"
  local store, rest = inner:match "^%s*(%a+)%.(.-)%s*$"
  if store == "screen" then return check_global(check, screen, rest, at, text) end
  local name = rest and rest:match "^[^.%[]+"
  if not name or not MISSING[store] then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s is no reference"):format(text),
      "write ${form.field}, ${data.key} or ${screen.NAME.form.field}")
  end
  check_name(check, screen, store, name, at, text)
  if model.schema_of(check, screen, inner) == false then
    check:report(at, "INVALID_SCREEN_DYNAMIC_DATA", ("%s: the object has no such property"):format(text))
  end
end

-- Expressions -------------------------------------------------------------------------------

local LOGICAL = { ["&&"] = true, ["||"] = true, ["not"] = true }
local NUMERIC = { ["<"] = true, ["<="] = true, [">"] = true, [">="] = true, ["+"] = true, ["-"] = true, ["*"] = true,
                  ["/"] = true, ["%"] = true, minus = true }

local function named(kind) return (kind:find "^[ao]" and "an " or "a ") .. kind end

local SIDE_BY_SIDE = "texts are joined by standing side by side: `'Hello ' ${data.name}`"
local NUMBERS = "numbers are data of type number, and fields of input_type number"

-- What is wrong, and what helps.
local function operator_complaint(check, screen, tree)
  local kind = tree[1]
  local a = model.type_of_tree(check, screen, tree[2])
  local b = tree[3] and model.type_of_tree(check, screen, tree[3])
  local wanted = LOGICAL[kind] and "boolean" or NUMERIC[kind] and "number"
  local sign = kind == "not" and "!" or kind == "minus" and "-" or kind
  for _, found in ipairs { a or wanted, b or wanted } do
    if wanted and found ~= wanted then
      local hint = kind == "+" and found == "string" and SIDE_BY_SIDE or wanted == "number" and NUMBERS or nil
      return ("%s is for a %s, not for %s"):format(sign, wanted, named(found)), hint
    end
  end
  -- What holds several, or a range, may be compared with nothing.
  local empty = (a == "array" or a == "object") and b == "string" or (b == "array" or b == "object") and a == "string"
  if (kind == "==" or kind == "!=") and a and b and a ~= b and not empty then
    return ("%s compares %s with %s"):format(sign, named(a), named(b))
  end
end

local function has_reference(tree)
  if tree[1] == "reference" then return true end
  for i = 2, #tree do
    if type(tree[i]) == "table" and has_reference(tree[i]) then return true end
  end
  return false
end

-- What is wrong inside an expression, and what helps: nil when nothing is.
local function complaint_of(check, screen, tree, condition)
  local kind = tree[1]
  if kind == "value" or kind == "reference" then return nil end
  for i = 2, #tree do
    local found, hint = complaint_of(check, screen, tree[i], condition)
    if found then return found, hint end
  end
  if kind == "join" then return nil end
  if condition and kind ~= "minus" and not has_reference(tree) then
    return "it is the same always: one side of an operator must hold a reference"
  end
  return operator_complaint(check, screen, tree)
end

-- Lua's operators in place of Meta's.
local MEANT = { ["and"] = "&&", ["or"] = "||", ["not"] = "!", ["~="] = "!=", ["="] = "==" }

-- What helps where an expression cannot be read any further.
local function hint_at(rest)
  local word = rest:match "^%a+" or rest:match "^~?=+"
  if MEANT[word] then return ("in place of %s write %s"):format(word, MEANT[word]) end
  if word == "form" or word == "data" or word == "screen" then return ("write ${%s.…}"):format(word) end
  if rest:find "^%a" then return "a text stands between ' and ', what is empty is ''" end
end

local function check_expression(check, screen, text, at, condition)
  local tree, why, where = expression.parse(text)
  if not tree then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("is no expression: %s, at character %d"):format(why, where),
      hint_at(expression.inner(text):sub(where)))
  end
  if condition and not has_reference(tree) then
    return check:report(at, "INVALID_PROPERTY_VALUE", "must hold a reference: ${form.x} or ${data.x}")
  end
  local hint
  why, hint = complaint_of(check, screen, tree, condition)
  local kind = not why and condition and model.type_of_tree(check, screen, tree)
  if kind and kind ~= "boolean" then why = ("must come to true or false, not to %s"):format(named(kind)) end
  if why then check:report(at, "INVALID_PROPERTY_VALUE", why, hint) end
end

-- Texts -------------------------------------------------------------------------------------

-- What begins like a reference, where it ends; in an index may stand another. Nil for one
-- without an end.
local function end_of(text, from)
  local close, inner = text:find("}", from, true), text:find("${", from + 2, true)
  if not (inner and close and inner < close) then return close end
  return text:sub(inner - 1, inner - 1) == "[" and inner - 1 or nil
end

--- The references in a text, and the first that has no end. What only looks like one in
--- the middle of a text, `${5}`, is none; in an expression it is.
---@param text string
---@param all? boolean the text is an expression
---@return string[] inner
---@return string|nil broken
function M.scan(text, all)
  local found, broken, at = {}, nil, 1
  local from = text:find("${", at, true)
  while from do
    local store, to = text:match("^%${%s*([%a_]+)%s*%.", from), end_of(text, from)
    if not to then
      if store or all then broken = broken or text:sub(from, from + 40) end
      to = from + 1
    elseif text:sub(to, to) == "}" and (store or all or (from == 1 and to == #text)) then
      found[#found + 1] = text:sub(from + 2, to - 1)
    end
    from = text:find("${", to + 1, true)
  end
  return found, broken
end

-- Whether an expression lacks one of its backticks.
local function is_half_nested(text)
  local _, backticks = text:gsub("\\`", ""):gsub("`", "")
  return backticks == 1 and (text:find "^%s*`" or text:find "`%s*$") and text:find("${", 1, true) ~= nil
end

-- Whether all of them have an end.
local function check_references(check, screen, text, at, all)
  local found, broken = M.scan(text, all)
  for _, inner in ipairs(found) do check_reference(check, screen, inner, at) end
  if not broken then return true end
  check:report(at, "INVALID_PROPERTY_VALUE", ("%s is a reference without its }"):format(broken))
end

local function check_text(check, screen, text, at, condition)
  local nested = expression.is_nested(text)
  if not check_references(check, screen, text, at, nested or condition) then return end
  if nested and not check:has "6.0" then
    check:report(at, "INVALID_PROPERTY_VALUE", "expressions in backticks are there from version 6.0 on")
  elseif nested or condition then
    check_expression(check, screen, text, at, condition)
  elseif check:has "6.0" and is_half_nested(text) then
    check:report(at, "INVALID_PROPERTY_VALUE", "an expression stands between two backticks: one is missing")
  end
end

-- No text for the customer.
local APART = { condition = true, pattern = true, src = true, image = true }

local function walk(check, screen, value, at)
  if type(value) == "string" then return check_text(check, screen, value, at) end
  if type(value) ~= "table" then return end
  for _, key in ipairs(schema.sorted_keys(value)) do
    if not APART[key] or type(value[key]) == "table" then walk(check, screen, value[key], below(at, key)) end
  end
end

-- Whether WhatsApp reads a condition as it says.
local function check_reading(check, screen, text, at)
  local function type_of(path)
    local input = screen.inputs[path:match "^form%.([^.]+)$"]
    if input and input.node["input-type"] == "number" then return "number" end
    return model.type_of_tree(check, screen, { "reference", path })
  end
  if conditions.is_misread(text, type_of) then
    check:report(at, "INVALID_PROPERTY_VALUE", "is read otherwise by WhatsApp, from left to right", BRACKETS)
  end
end

local function check_conditions(check, screen)
  for _, found in ipairs(screen.counts.when or {}) do
    local condition = found.node.condition
    if type(condition) == "string" then
      local at, before = below(found.at, "condition"), #check.problems
      check_text(check, screen, condition, at, true)
      if check.own and #check.problems == before then check_reading(check, screen, condition, at) end
    end
  end
  for _, found in ipairs(screen.counts.switch or {}) do
    if type(found.node.value) == "string" and not found.node.value:find("${", 1, true) then
      check:report(below(found.at, "value"), "INVALID_PROPERTY_VALUE", "must hold a reference: ${form.x} or ${data.x}")
    end
  end
end

--- Checks the references of a screen.
function M.screen(check, screen)
  if type(screen.node.title) == "string" then
    check_text(check, screen, screen.node.title, below(screen.at, "title"))
  end
  walk(check, screen, screen.node.layout, below(screen.at, "layout"))
  check_conditions(check, screen)
  for _, found in ipairs(screen.dynamic) do model.property(check, screen, found) end
end

return M
