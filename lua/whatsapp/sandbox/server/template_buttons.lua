--- The buttons of a template: which there are, how many, and what each must hold.

local text = require "whatsapp.sandbox.server.text"

local M = {}

local MAX_BUTTONS, MAX_TEXT = 10, 25

-- `needs` fields of text with their greatest lengths; `most` of its kind.
local types = {
  QUICK_REPLY = { needs = { text = MAX_TEXT } },
  URL = { needs = { text = MAX_TEXT, url = 2000 }, most = 2 },
  PHONE_NUMBER = { needs = { text = MAX_TEXT, phone_number = 20 }, most = 1 },
  COPY_CODE = { most = 1 },
  OTP = { needs = { otp_type = 20 }, most = 1, category = "AUTHENTICATION" },
  FLOW = { needs = { text = MAX_TEXT }, most = 1 },
  CATALOG = { needs = { text = MAX_TEXT }, most = 1 },
  MPM = { needs = { text = MAX_TEXT }, most = 1 },
  SPM = { needs = { text = MAX_TEXT }, most = 1 },
  VOICE_CALL = { most = 1 },
  REQUEST_CONTACT_INFO = { most = 1 },
  CALL_PERMISSION_REQUEST = { most = 1 },
}

local function first_example(button)
  return type(button.example) == "table" and button.example[1] or button.example
end

local extra = {}

-- One variable, at the end, with the whole URL as its example.
function extra.URL(button, rules)
  local variables = text.variables(button.url)
  if #variables == 0 then return end
  if #variables > 1 or not button.url:find "}}$" then
    rules.refuse(nil, "The url of a button has one variable, at its end")
  end
  if type(first_example(button)) ~= "string" then rules.missing("BUTTONS", "example") end
end

function extra.COPY_CODE(button, rules)
  local example = first_example(button)
  if type(example) ~= "string" then rules.missing("BUTTONS", "example") end
  rules.check_length("COPY_CODE", example, 20)
end

function extra.VOICE_CALL(button, rules)
  if button.text ~= nil then rules.check_length("VOICE_CALL", button.text, 20) end
end

function extra.FLOW(button, rules)
  if not (button.flow_id or button.flow_name or button.flow_json) then
    rules.missing("BUTTONS", "flow_id")
  end
end

-- Quick replies are not mixed with others: they stand together.
local function check_groups(buttons, rules)
  local changes = 0
  for i = 2, #buttons do
    local here, before = buttons[i].type == "QUICK_REPLY", buttons[i - 1].type == "QUICK_REPLY"
    if here ~= before then changes = changes + 1 end
  end
  if changes > 1 then rules.refuse(nil, "The quick reply buttons must stand together") end
end

--- Refuses buttons that Graph would refuse.
---@param component table
---@param template table  its category
---@param rules table     how to refuse: the rules of templates
function M.check(component, template, rules)
  local buttons, count = component.buttons, {}
  if type(buttons) ~= "table" or #buttons == 0 then rules.missing("BUTTONS", "buttons") end
  if #buttons > MAX_BUTTONS then
    rules.refuse(nil, "A template has at most %d buttons", MAX_BUTTONS)
  end
  for i, button in ipairs(buttons) do
    local kind = type(button) == "table" and tostring(button.type):upper()
    local type_rules = types[kind]
    if not type_rules then rules.refuse(nil, "Button at index %d has no known type", i - 1) end
    button.type, count[kind] = kind, (count[kind] or 0) + 1
    if count[kind] > (type_rules.most or MAX_BUTTONS) then
      rules.refuse(nil, "There are more than %d buttons of type %s", type_rules.most, kind)
    end
    if type_rules.category and type_rules.category ~= template.category then
      rules.refuse(nil, "Buttons of type %s are for %s templates", kind, type_rules.category)
    end
    for field, max in pairs(type_rules.needs or {}) do
      if type(button[field]) ~= "string" then rules.missing("BUTTONS", field) end
      rules.check_length(kind, button[field], max)
    end
    if extra[kind] then extra[kind](button, rules) end
  end
  check_groups(buttons, rules)
end

return M
