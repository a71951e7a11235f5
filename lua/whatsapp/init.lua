--- WhatsApp Business, native in Lua: the front door.

local client = require "whatsapp.client"
local err = require "whatsapp.error"
local json = require "whatsapp.json"
local message = require "whatsapp.message"

--- Marks a list as a JSON array, so that an empty one goes out as `[]`.
---@generic T: table
---@param list? T
---@return T|nil
---@return whatsapp.Error? err
local function array(list)
  if list ~= nil and type(list) ~= "table" then
    return err.invalid(nil, ("must be a list, not a %s"):format(type(list)))
  end
  return json.array(list)
end

-- Loaded when they are first asked for: few programs need all of them.
local LATER = { bot = "whatsapp.bot", conversation = "whatsapp.conversation", flow = "whatsapp.flow",
                log = "whatsapp.log", parallel = "whatsapp.parallel", store = "whatsapp.store",
                webhook = "whatsapp.webhook" }

local function load_later(self, name)
  local module = LATER[name]
  if not module then return nil end
  local value = require(module)
  rawset(self, name, value)
  return value
end

---@class whatsapp
local M = {
  _VERSION = require "whatsapp.version",
  new = client.new,
  build = message.build,
  explain = err.explain,
  same_user = require("whatsapp.message.recipient").same_user,
  null = json.null,
  array = array,
}

setmetatable(M, { __index = load_later })

return M
