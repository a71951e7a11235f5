--- The options of what Meta calls, checked: a wrong one raises an error object of
--- kind `config`.

local Error = require "whatsapp.error"

local refuse = Error.refuse

local M = {}

local function setting(options, name, variable)
  local value = options[name]
  if value ~= nil then return value end
  value = os.getenv(variable)
  return value ~= "" and value or nil
end

local function check_text(field, value)
  if type(value) ~= "string" then refuse(field, "must be a string, not a " .. type(value)) end
  if value == "" then refuse(field, "is empty") end
  if value:find "^%s" or value:find "%s$" or value:find "%c" then
    refuse(field, "begins or ends with a space, or has a control character")
  end
  return value
end

--- A text of an option, or of an environment variable; nil where there is none.
---@param options table
---@param name string
---@param variable string
---@return string|nil
function M.text(options, name, variable)
  local value = setting(options, name, variable)
  if value ~= nil then return check_text(name, value) end
end

--- The secrets of the app: `app_secret` (one or a list) or WHATSAPP_APP_SECRET. Only
--- with `insecure` there may be none.
---@param options table
---@return string[]
function M.app_secrets(options)
  if options.insecure ~= nil and type(options.insecure) ~= "boolean" then
    refuse("insecure", "must be true or false")
  end
  local given = setting(options, "app_secret", "WHATSAPP_APP_SECRET")
  if given == nil and options.insecure then return {} end
  if given == nil then
    refuse("app_secret", "there is none, so nothing could be told from a forgery",
      "set WHATSAPP_APP_SECRET (in nginx also: env WHATSAPP_APP_SECRET;) or give app_secret = …")
  end
  if type(given) ~= "table" then return { check_text("app_secret", given) } end
  if #given == 0 then refuse("app_secret", "is an empty list") end
  local checked = {}
  for i = 1, #given do checked[i] = check_text(("app_secret[%d]"):format(i), given[i]) end
  return checked
end

return M
