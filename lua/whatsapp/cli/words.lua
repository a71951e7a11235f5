--- What the library says to a program, in the words of the shell: commands, options and
--- variables in place of calls, fields and options of Lua.

local M = {}

-- Calls, in this order; patterns.
local CALLS = {
  { 'wa%.(%l+):list { status = "(%u+)" }', "whatsapp %1 ls --status %2" },
  { "wa%.connections:create%(%)", "whatsapp connections create" },
  { "wa%.templates:list%(%) shows", "whatsapp templates get NAME shows" },
  { "wa%.phone_numbers:list%(%)", "whatsapp phone ls" },
  { "wa%.(%l+):list%(%)", "whatsapp %1 ls" },
  { "wa%.templates:delete%(name%)", "whatsapp templates rm NAME" },
  { "wa%.templates:update", "whatsapp templates push" },
  { 'wa%.media:upload%(".-"%) or ', "" },
  { "wa%.media:upload", "whatsapp media upload" },
  { "wa:send { to = %.%.%., template = {%.%.%.} }", "whatsapp send TO --template NAME --language CODE" },
  { 'wa:send { to = %.%.%., call_permission_request = "(.-)" }',
    [[echo '{"call_permission_request":"%1"}' | whatsapp send TO --file -]] },
  { 'wa:request%("POST", "([^"]+)", .+%)$',
    [[whatsapp call POST '%1' '{"messaging_product":"whatsapp","pin":"..."}']] },
  { " %(whatsapp%.build%)", "" },
  { " %(wa%.blocked_users:unblock%)", "" },
  { "make a new one with whatsapp%.new", "start the command again" },
  { " %(in nginx also: env [%u_]+;%)", "" },
  { " or give [%l_]+ = … to whatsapp%.new or to the call", "" },
  { " or [%l_]+ = to a valid key", " to a valid key" },
  { " or give [%l_]+ = …", "" },
  { "WHATSAPP_ACCESS_TOKEN or access_token = …", "WHATSAPP_ACCESS_TOKEN" },
  { "access_token or WHATSAPP_ACCESS_TOKEN", "WHATSAPP_ACCESS_TOKEN" },
  { "; set rate = in whatsapp%.new", "" },
  { "keep rate = 10 or lower in whatsapp%.new, and share pace_dict between nginx workers",
    "run fewer commands at once" },
  { 'say it: type = "application/…"', "whatsapp media upload FILE --type TYPE says it" },
  { ", or set rate = .-%)", "" },
  { "expires = os%.time%(%) %+ 3600", "expires = 1767225600, in seconds since 1970" },
  { "wait for err%.retry_after seconds if it is given", "wait" },
  { "as long as err%.retry_after says", "some minutes" },
  { "report err%.trace_id", "report it" },
  { "err%.raw%.validation_errors has", "whatsapp flows push tells" },
  { "err%.raw%.?([%w_]*)", "the answer" },
  { "err%.details", "the answer" },
  { "give at least one field$", "give at least one option" },
}

-- Options of a client, by the variable that the shell has for each.
local VARIABLES = {
  api_key = "MATON_API_KEY", access_token = "WHATSAPP_ACCESS_TOKEN", base_url = "WHATSAPP_BASE_URL",
  control_url = "WHATSAPP_CONTROL_URL", phone_number_id = "WHATSAPP_PHONE_NUMBER_ID",
  business_account_id = "WHATSAPP_BUSINESS_ACCOUNT_ID", app_id = "WHATSAPP_APP_ID",
  api_version = "WHATSAPP_API_VERSION", ca_file = "WHATSAPP_CA_FILE", app_secret = "WHATSAPP_APP_SECRET",
}

-- A table of Lua as JSON has it; { } without names are lists.
local function to_json(braced)
  local inside = braced:sub(2, -2):gsub("%b{}", to_json)
  return (inside:find '^ ["{%[]' and "[%s]" or "{%s}"):format(inside)
end

--- A hint as the shell has it.
---@param hint string|nil
---@return string|nil
function M.of_shell(hint)
  if not hint then return nil end
  for _, call in ipairs(CALLS) do hint = hint:gsub(call[1], call[2]) end
  hint = hint:gsub("%b{}", to_json):gsub("%f[%w_\"]([%l_]+) = ", '"%1": ')
  -- A word by itself, not the {phone_number_id} of a path.
  return (hint:gsub("%f[%w_{][%l_]+%f[^%w_]", VARIABLES))
end

--- Turns an error in place: its hint, and the option that could not work.
---@param err whatsapp.Error
---@return whatsapp.Error
function M.translate(err)
  err.hint = M.of_shell(err.hint)
  if err.kind == "config" then err.field = VARIABLES[err.field] or err.field end
  return err
end

--- Passes a result on; an error names the option of the command line where it named a
--- field, or what is inside of one.
---@param called table<string, string> by field
---@param value any
---@param err? whatsapp.Error
---@return any value
---@return whatsapp.Error? err
function M.renamed(called, value, err)
  local field = value == nil and err.field or nil
  while field and not called[field] do field = field:match "^(.*)[.%[]" end
  if field then err.field = called[field] end
  return value, err
end

return M
