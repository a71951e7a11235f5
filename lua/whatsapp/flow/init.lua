--- `whatsapp.flow`: WhatsApp Flows: their screens, their endpoint, their files.
-- Meta's page: "WhatsApp Flows". Each part is loaded when it is first asked for.

-- Module and the function of it.
local LATER = {
  screens = { "whatsapp.flow.screens", "build" },
  parse = { "whatsapp.flow.screens", "parse" },
  endpoint = { "whatsapp.flow.endpoint", "new" },
  decrypt_media = { "whatsapp.flow.media", "decrypt" },
  keypair = { "whatsapp.flow.keypair", "new" },
  image = { "whatsapp.flow.image", "read" },
}

local function load_later(self, name)
  local part = LATER[name]
  if not part then return nil end
  local value = require(part[1])[part[2]]
  rawset(self, name, value)
  return value
end

---@class whatsapp.Flows.module
local M = {}

setmetatable(M, { __index = load_later })

return M
