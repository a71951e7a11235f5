--- What the sandbox before this one left in the data directory.

local errors = require "whatsapp.error"
local json = require "whatsapp.json"

local M = {}

--- The file's name, and its format; one of another cannot be taken up.
M.FILE, M.FORMAT = "state.jsonl", 2

local TEXTS = { "api_key", "access_token", "phone_number_id", "second_phone_number_id", "business_account_id",
                "app_id", "app_secret", "verify_token", "phone_token" }
local PORTS = { "port", "control_port", "phone_port" }

local function all(value, names, is_right)
  if type(value) ~= "table" then return false end
  for _, name in ipairs(names) do
    if not is_right(value[name]) then return false end
  end
  return true
end

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_port(value) return type(value) == "number" and value >= 1 and value <= 65535 and value % 1 == 0 end

local function is_whole(head)
  local who = head.identity
  if not (all(who, TEXTS, is_text) and all(head.ports, PORTS, is_port)) then return false end
  if type(who.connections) ~= "table" then return false end
  for _, id in pairs(who.connections) do
    if not is_text(id) then return false end
  end
  return true
end

local function refused(path, what, hint)
  return nil, errors.new { kind = "io", outcome = "not_sent", message = path .. what, hint = hint }
end

-- Whether the lines behind the head can be JSON. A last one without an end does not count.
local function are_whole(lines)
  for text in lines:gmatch "([^\n]*)\n" do
    if text:sub(1, 1) ~= "{" or text:sub(-1) ~= "}" then return false end
  end
  return true
end

--- Reads what is needed before its server starts: who it is, and where it listened.
---@param directory? string
---@return { identity?: table, ports?: table }|nil saved  an empty table when there is nothing
---@return whatsapp.Error? err
function M.read(directory)
  local path = directory and directory .. "/" .. M.FILE
  local file = path and io.open(path, "rb")
  if not file then return {} end
  local head = json.decode(file:read "*l" or "") or {}
  local whole = is_whole(head) and are_whole(file:read "*a")
  file:close()
  if head.format ~= nil and head.format ~= M.FORMAT then
    return refused(path, " is of another version", "choose another directory, or remove it to begin anew")
  end
  if whole then return head end
  return refused(path, " is damaged", "put a copy in its place, or remove it to begin anew")
end

return M
