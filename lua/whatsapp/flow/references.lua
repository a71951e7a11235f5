--- References: ${data.x}, ${form.x}, ${screen.NAME.data.x}, and what actions pass on.
-- Source: Meta's "Flow JSON": dynamic properties, global references, actions.

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

local function check_global(check, rest, at, text)
  if not check:has "4.0" then
    return check:report(at, "INVALID_PROPERTY_VALUE",
      ("%s: other screens can be named from version 4.0 on"):format(text))
  end
  local id, store, name = rest:match "^([%w_]+)%.(%a+)%.([^.]+)"
  if not id or not MISSING[store] then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s is no reference"):format(text),
      "write ${screen.NAME.form.field} or ${screen.NAME.data.key}")
  end
  local screen = check.screens[id]
  if not screen then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s: there is no screen %s"):format(text, id),
      near(id, check.screens))
  end
  check_name(check, screen, store, name, at, text)
end

local function check_reference(check, screen, inner, at)
  local text = "${" .. inner .. "}"
  local store, rest = inner:match "^%s*(%a+)%.(.-)%s*$"
  if store == "screen" then return check_global(check, rest, at, text) end
  local name = rest and rest:match "^[^.%[]+"
  if not name or not MISSING[store] then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("%s is no reference"):format(text),
      "write ${form.field}, ${data.key} or ${screen.NAME.form.field}")
  end
  check_name(check, screen, store, name, at, text)
end

local function check_text(check, screen, text, at)
  for inner in text:gmatch "%${([^{}]*)}" do check_reference(check, screen, inner, at) end
  if text:find "^`.*`$" and not check:has "6.0" then
    check:report(at, "INVALID_PROPERTY_VALUE", "expressions in backticks are there from version 6.0 on")
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
    if type(condition) == "string" and not condition:find("${", 1, true) then
      check:report(below(found.at, "condition"), "INVALID_PROPERTY_VALUE",
        "must hold a reference: ${form.x} or ${data.x}")
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
end

function actions.data_exchange(check, _, _, at)
  if check.flow.data_api_version == nil then
    check:report(at, "INVALID_PROPERTY_VALUE", "asks the endpoint, but the flow has none",
      'give the flow data_api_version = "3.0"')
  end
end

local PICKERS = { PhotoPicker = "max-uploaded-photos", DocumentPicker = "max-uploaded-documents" }

-- Files go to the endpoint or into the answer, never to another screen.
local function check_files(check, screen, action, at)
  for _, key in ipairs(schema.sorted_keys(table_or_none(action.payload))) do
    local value = action.payload[key]
    local name = type(value) == "string" and value:match "^%${form%.([%w_]+)}$"
    local input = name and screen.inputs[name]
    if input and PICKERS[input.node.type] and action.name == "navigate" then
      check:report(below(below(at, "payload"), key), "INVALID_ON_CLICK_ACTION_PAYLOAD",
        "files cannot be passed to a screen", ("there write ${screen.%s.form.%s}"):format(tostring(screen.id), name))
    end
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
    check_files(check, screen, found.action, found.at)
  end
end

return M
