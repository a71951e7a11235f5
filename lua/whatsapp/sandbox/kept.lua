--- What the sandbox before this one left in the data directory.

local errors = require "whatsapp.error"
local json = require "whatsapp.json"

local M = {}

--- Of the file; one of another cannot be taken up.
M.FORMAT = 1

local TEXTS = { "api_key", "access_token", "phone_number_id", "second_phone_number_id", "business_account_id",
                "app_id", "app_secret", "verify_token" }
local PORTS = { "port", "control_port", "phone_port" }
local PARTS = { "state", "chats", "connections" }

local function all(value, names, is_right)
  if type(value) ~= "table" then return false end
  for _, name in ipairs(names) do
    if not is_right(value[name]) then return false end
  end
  return true
end

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_table(value) return type(value) == "table" end
local function is_port(value) return type(value) == "number" and value >= 1 and value <= 65535 and value % 1 == 0 end

local function is_whole(saved)
  local who = is_table(saved) and saved.identity
  if not (all(who, TEXTS, is_text) and all(saved.ports, PORTS, is_port) and all(saved, PARTS, is_table)) then
    return false
  end
  if not is_table(who.connections) then return false end
  for _, id in pairs(who.connections) do
    if not is_text(id) then return false end
  end
  return true
end

local function refused(path, what, hint)
  return nil, errors.new { kind = "io", outcome = "not_sent", message = path .. what, hint = hint }
end

--- Reads it.
---@param directory? string
---@return { identity?: table, ports?: table }|nil saved  an empty table when there is nothing
---@return whatsapp.Error? err
function M.read(directory)
  local path = directory and directory .. "/state.json"
  local file = path and io.open(path, "rb")
  if not file then return {} end
  local saved = json.decode(file:read "*a" or "")
  file:close()
  if is_table(saved) and saved.format ~= nil and saved.format ~= M.FORMAT then
    return refused(path, " is of another version", "choose another directory, or remove it to begin anew")
  end
  if is_whole(saved) then return saved end
  return refused(path, " is damaged", "put a copy in its place, or remove it to begin anew")
end

return M
