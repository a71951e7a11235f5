--- References: ${data.x}, ${form.x}, ${screen.NAME.data.x}, and what actions pass on.
-- Source: Meta's "Flow JSON": dynamic properties, global references, actions.

local expression = require "whatsapp.flow.expression"
local model = require "whatsapp.flow.model"
local schema = require "whatsapp.schema"

local M = {}

local function below(at, key) return { up = at, key = key } end

-- What a name could have been.
local function near(name, known)
  local best = schema.nearest(name, known)
  return best and ("did you mean %s?"):format(best) or nil
end

local function table_or_none(value) return type(value) == "table" and value or {} end

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

local function operator_complaint(check, screen, tree)
  local kind = tree[1]
  local a = model.type_of_tree(check, screen, tree[2])
  local b = tree[3] and model.type_of_tree(check, screen, tree[3])
  local wanted = LOGICAL[kind] and "boolean" or NUMERIC[kind] and "number"
  local sign = kind == "not" and "!" or kind == "minus" and "-" or kind
  for _, found in ipairs { a or wanted, b or wanted } do
    if wanted and found ~= wanted then return ("%s is for a %s, not for a %s"):format(sign, wanted, found) end
  end
  if (kind == "==" or kind == "!=") and a and b and a ~= b then
    return ("%s compares a %s with a %s"):format(sign, a, b)
  end
end

local function has_reference(tree)
  if tree[1] == "reference" then return true end
  for i = 2, #tree do
    if type(tree[i]) == "table" and has_reference(tree[i]) then return true end
  end
  return false
end

-- What is wrong inside an expression: nil when nothing is.
local function complaint_of(check, screen, tree, condition)
  local kind = tree[1]
  if kind == "value" or kind == "reference" then return nil end
  for i = 2, #tree do
    local found = complaint_of(check, screen, tree[i], condition)
    if found then return found end
  end
  if kind == "join" then return nil end
  if condition and kind ~= "minus" and not has_reference(tree) then
    return "it is the same always: one side of an operator must hold a reference"
  end
  return operator_complaint(check, screen, tree)
end

local function check_expression(check, screen, text, at, condition)
  local tree, why, where = expression.parse(text)
  if not tree then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("is no expression: %s, at character %d"):format(why, where))
  end
  if condition and not has_reference(tree) then
    return check:report(at, "INVALID_PROPERTY_VALUE", "must hold a reference: ${form.x} or ${data.x}")
  end
  why = complaint_of(check, screen, tree, condition)
  local kind = not why and condition and model.type_of_tree(check, screen, tree)
  if kind and kind ~= "boolean" then why = ("must come to true or false, not to a %s"):format(kind) end
  if why then check:report(at, "INVALID_PROPERTY_VALUE", why) end
end

local function check_text(check, screen, text, at)
  for inner in text:gmatch "%${([^{}]*)}" do check_reference(check, screen, inner, at) end
  if text:gsub("%${[^{}]*}", ""):find("${", 1, true) then
    return check:report(at, "INVALID_PROPERTY_VALUE", "has a reference without its }")
  end
  if expression.is_nested(text) then
    if not check:has "6.0" then
      return check:report(at, "INVALID_PROPERTY_VALUE", "expressions in backticks are there from version 6.0 on")
    end
    return check_expression(check, screen, text, at)
  end
  if text:find "^%s*`.*%${" and check:has "6.0" then
    check:report(at, "INVALID_PROPERTY_VALUE", "has an expression without its second backtick")
  end
end

local function walk(check, screen, value, at)
  if type(value) == "string" then return check_text(check, screen, value, at) end
  if type(value) ~= "table" then return end
  for _, key in ipairs(schema.sorted_keys(value)) do walk(check, screen, value[key], below(at, key)) end
end

local function check_conditions(check, screen)
  for _, found in ipairs(screen.counts.when or {}) do
    local condition = found.node.condition
    if type(condition) == "string" then
      check_expression(check, screen, condition, below(found.at, "condition"), true)
    end
  end
  for _, found in ipairs(screen.counts.switch or {}) do
    if type(found.node.value) == "string" and not found.node.value:find("${", 1, true) then
      check:report(below(found.at, "value"), "INVALID_PROPERTY_VALUE", "must hold a reference: ${form.x} or ${data.x}")
    end
  end
end

-- Actions -----------------------------------------------------------------------------------

local function check_missing(check, target, payload, at)
  for _, key in ipairs(schema.sorted_keys(table_or_none(target.node.data))) do
    if payload[key] == nil then
      check:report(below(at, "payload"), "INVALID_NAVIGATE_ACTION_PAYLOAD",
        ("lacks %s, which the screen %s declares"):format(tostring(key), target.id))
    end
  end
end

-- What is passed on must be of the type that is declared where it goes.
local function check_types(check, screen, target, payload, at, code)
  for _, key in ipairs(schema.sorted_keys(payload)) do
    local wanted = model.declared_type(table_or_none(target.node.data)[key])
    local found = wanted and model.type_of(check, screen, payload[key])
    if found and found ~= wanted then
      check:report(below(below(at, "payload"), key), code,
        ("is of type %s, but the screen %s declares it as %s"):format(found, tostring(target.id), wanted))
    end
  end
end

local function check_navigate(check, screen, action, at)
  local next_screen = table_or_none(action.next)
  local id, where = next_screen.name, below(below(at, "next"), "name")
  if next_screen.type ~= "screen" then return end
  local target = check.screens[id]
  if not target then
    return check:report(where, "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME",
      ("there is no screen %s"):format(tostring(id)), type(id) == "string" and near(id, check.screens) or nil)
  end
  if target == screen then
    return check:report(where, "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME", "leads to the screen that it is on")
  end
  -- Where there is an endpoint, Meta does not compare.
  if check.flow.data_api_version ~= nil then return end
  local payload, data = table_or_none(action.payload), table_or_none(target.node.data)
  for _, key in ipairs(schema.sorted_keys(payload)) do
    if data[key] == nil then
      check:report(below(below(at, "payload"), key), "INVALID_NAVIGATE_ACTION_PAYLOAD",
        ("is no data of the screen %s"):format(id), near(tostring(key), data) or "declare it in the screen's data")
    end
  end
  check_missing(check, target, payload, at)
  check_types(check, screen, target, payload, at, "INVALID_NAVIGATE_ACTION_PAYLOAD")
end

local actions = { navigate = check_navigate }

function actions.complete(check, screen, _, at)
  if screen.node.terminal ~= true then
    check:report(at, "INVALID_COMPLETE_ACTION", "completes the flow, but the screen is not terminal",
      "write terminal = true on the screen")
  end
end

function actions.update_data(check, screen, action, at)
  local data = table_or_none(screen.node.data)
  for _, key in ipairs(schema.sorted_keys(table_or_none(action.payload))) do
    if data[key] == nil then
      check:report(below(below(at, "payload"), key), "INVALID_UPDATE_DATA_ACTION_PAYLOAD",
        "is no data of the screen", near(tostring(key), data) or "declare it in the screen's data")
    end
  end
  check_types(check, screen, screen, table_or_none(action.payload), at, "INVALID_UPDATE_DATA_ACTION_PAYLOAD")
end

function actions.data_exchange(check, _, _, at)
  if check.flow.data_api_version == nil then
    check:report(at, "INVALID_PROPERTY_VALUE", "asks the endpoint, but the flow has none",
      'give the flow data_api_version = "3.0"')
  end
end

local PICKERS, FILES = { PhotoPicker = "max-uploaded-photos", DocumentPicker = "max-uploaded-documents" }, 10

-- The picker that a text refers to, and whether that is all of the text.
local function picker_of(check, screen, text)
  for inner in text:gmatch "%${%s*([^{}]-)%s*}" do
    local id, name = inner:match "^screen%.([%w_]+)%.form%.([^.]+)$"
    local owner = not id and screen or check.screens[id]
    local input = owner and owner.inputs[name or inner:match "^form%.([^.]+)$"]
    if input and PICKERS[input.node.type] then return input.node, text:find "^%${[^{}]*}$" ~= nil end
  end
end

-- Files go to the endpoint or into the answer, never to another screen, and nowhere but
-- as a whole value of the payload.
local function check_file(check, screen, action, text, at, deep)
  local node, alone = picker_of(check, screen, text)
  if not node then return end
  local code, most = "INVALID_ON_CLICK_ACTION_PAYLOAD", tonumber(node[PICKERS[node.type]] or 30)
  if action.name == "navigate" then
    check:report(at, code, "files cannot be passed to a screen", ("there write ${screen.%s.form.%s}"):format(
      tostring(screen.id), tostring(node.name)))
  elseif deep or not alone then
    check:report(at, code, "files must be a value of the payload itself")
  elseif action.name == "complete" and most and most > FILES then
    check:report(at, code, ("at most %d files can come with the answer"):format(FILES),
      ("%s = %d"):format(PICKERS[node.type]:gsub("-", "_"), FILES))
  end
end

local function check_files(check, screen, action, value, at, deep)
  if type(value) == "string" then return check_file(check, screen, action, value, at, deep > 1) end
  for _, key in ipairs(schema.sorted_keys(table_or_none(value))) do
    check_files(check, screen, action, value[key], below(at, key), deep + 1)
  end
end

--- Checks the references and the actions of a screen.
function M.screen(check, screen)
  if type(screen.node.title) == "string" then
    check_text(check, screen, screen.node.title, below(screen.at, "title"))
  end
  walk(check, screen, screen.node.layout, below(screen.at, "layout"))
  check_conditions(check, screen)
  for _, found in ipairs(screen.actions) do
    local one = actions[found.action.name]
    if one then one(check, screen, found.action, found.at) end
    check_files(check, screen, found.action, found.action.payload, below(found.at, "payload"), 0)
  end
  for _, found in ipairs(screen.dynamic) do model.property(check, screen, found) end
end

return M
