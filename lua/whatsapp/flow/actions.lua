--- What actions do: where they lead, and what they hand on.
-- Source: Meta's "Flow JSON": actions; "Media upload": limitations; "Error codes".

local components = require "whatsapp.flow.components"
local model = require "whatsapp.flow.model"
local references = require "whatsapp.flow.references"
local schema = require "whatsapp.schema"

local M = {}

local near = references.near

local function below(at, key) return { up = at, key = key } end

local function table_or_none(value) return type(value) == "table" and value or {} end

-- Payloads ------------------------------------------------------------------------------

-- What is handed on must be declared where it goes, and be of that type.
local function check_payload(check, screen, target, found, code)
  local data, payload = table_or_none(target.node.data), table_or_none(found.action.payload)
  local at = below(found.at, "payload")
  for _, key in ipairs(schema.sorted_keys(payload)) do
    local wanted, kind = model.declared_type(data[key]), model.type_of(check, screen, payload[key])
    if data[key] == nil then
      check:report(below(at, key), code, ("is no data of the screen %s"):format(tostring(target.id)),
        near(key, data) or "declare it in the screen's data")
    elseif wanted and kind and kind ~= wanted then
      check:report(below(at, key), code, ("is of type %s, but the screen %s declares it as %s"):format(kind,
        tostring(target.id), wanted))
    end
  end
end

local function check_missing(check, target, found)
  local payload = table_or_none(found.action.payload)
  for _, key in ipairs(schema.sorted_keys(table_or_none(target.node.data))) do
    if payload[key] == nil then
      check:report(below(found.at, "payload"), "INVALID_NAVIGATE_ACTION_PAYLOAD",
        ("lacks %s, which the screen %s declares"):format(tostring(key), target.id))
    end
  end
end

-- Each of them --------------------------------------------------------------------------

local of = {}

-- The screen that is opened; nil, too, where that is known only later.
local function target_of(check, screen, found)
  local next_screen = table_or_none(found.action.next)
  local id, at = next_screen.name, below(below(found.at, "next"), "name")
  if next_screen.type ~= "screen" or type(id) ~= "string" or id:find("${", 1, true) then return nil end
  local target = check.screens[id]
  if target and target ~= screen then return target end
  check:report(at, "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME", target and "leads to the screen that it is on"
    or "there is no screen " .. id, not target and near(id, check.screens) or nil)
end

function of.navigate(check, screen, found)
  if screen.node.terminal == true and found.kind == "footer" then
    check:report(found.at, "INVALID_PROPERTY_VALUE", "leads on, but the screen is terminal: its footer ends the flow",
      "write complete = { … }, or take terminal away")
  end
  local target = target_of(check, screen, found)
  -- Where there is an endpoint, Meta does not compare.
  if not target or check.flow.data_api_version ~= nil then return end
  check_payload(check, screen, target, found, "INVALID_NAVIGATE_ACTION_PAYLOAD")
  check_missing(check, target, found)
end

function of.complete(check, screen, found)
  if screen.node.terminal ~= true then
    check:report(found.at, "INVALID_COMPLETE_ACTION", "completes the flow, but the screen is not terminal",
      "write terminal = true on the screen")
  end
end

function of.update_data(check, screen, found)
  check_payload(check, screen, screen, found, "INVALID_UPDATE_DATA_ACTION_PAYLOAD")
end

function of.data_exchange(check, _, found)
  if check.flow.data_api_version == nil then
    check:report(found.at, "MISSING_REQUIRED_PROPERTY", "asks the endpoint, but the flow has none",
      'give the flow data_api_version = "3.0"')
  end
end

-- Files ---------------------------------------------------------------------------------

local PAYLOAD = "INVALID_ON_CLICK_ACTION_PAYLOAD"

-- So many come with the bot's message; a picker that does not say how many takes 30.
local FILES, FILES_OF_PICKER = 10, 30

-- The picker whose files a reference stands for, and how many it takes.
local function picker_of(check, screen, inner)
  local id, name = inner:match "^%s*screen%.([%w_]+)%.form%.([^.]-)%s*$"
  local owner = not id and screen or check.screens[id]
  local input = owner and owner.inputs[name or inner:match "^%s*form%.([^.]-)%s*$"]
  local files = input and components.types[input.node.type].files
  if files then return files, tonumber(input.node[(files:gsub("_", "-"))]) or FILES_OF_PICKER end
end

local function check_file(check, screen, found, inner, at, alone)
  local files, most = picker_of(check, screen, inner)
  if not files then return end
  local name = found.action.name
  if name == "navigate" then
    check:report(at, PAYLOAD, "files cannot be passed to a screen", inner:find "^%s*form%."
      and ("there write ${screen.%s.%s}"):format(tostring(screen.id), inner) or nil)
  elseif not alone then
    check:report(at, PAYLOAD, "files must be a value of the payload itself")
  elseif name == "complete" then
    found.pickers = (found.pickers or 0) + 1
    if found.pickers > 1 then check:report(at, PAYLOAD, "the files of one picker can come with the answer") end
    if most > FILES then
      check:report(at, PAYLOAD, ("at most %d files can come with the answer"):format(FILES),
        ("write %s = %d"):format(files, FILES))
    end
  end
end

local function check_files(check, screen, found, value, at, deep)
  if type(value) == "string" then
    for _, inner in ipairs(references.scan(value)) do
      check_file(check, screen, found, inner, at, deep == 1 and value == "${" .. inner .. "}")
    end
  end
  for _, key in ipairs(schema.sorted_keys(table_or_none(value))) do
    check_files(check, screen, found, value[key], below(at, key), deep + 1)
  end
end

-- The form ------------------------------------------------------------------------------

local function names_form(value)
  if type(value) == "string" then return value:find "%${%s*form%." ~= nil end
  for _, one in pairs(table_or_none(value)) do
    if names_form(one) then return true end
  end
  return false
end

-- Before 4.0, what is filled in is known only inside the form.
local function check_outside(check, screen, found)
  if check:has "4.0" or found.kind ~= "footer" or found.in_form or not screen.counts.form then return end
  if names_form(found.action.payload) then
    check:report(below(found.at, "payload"), "INVALID_FOOTER_PAYLOAD_OUTSIDE_FORM",
      "refers to the form, in which the footer does not stand", "before version 4.0 it stands in the form")
  end
end

--- Checks the actions of a screen.
---@param check table
---@param screen table
function M.screen(check, screen)
  for _, found in ipairs(screen.actions) do
    local one = of[found.action.name]
    if one then one(check, screen, found) end
    check_files(check, screen, found, found.action.payload, below(found.at, "payload"), 0)
    check_outside(check, screen, found)
  end
end

return M
