--- WhatsApp Business, native in Lua: the front door.

local client = require "whatsapp.client"
local err = require "whatsapp.error"
local json = require "whatsapp.json"
local message = require "whatsapp.message"

return {
  _VERSION = require "whatsapp.version",
  new = client.new,
  build = message.build,
  explain = err.explain,
  parallel = require "whatsapp.parallel",
  same_user = require("whatsapp.message.recipient").same_user,
  log = require "whatsapp.log",
  null = json.null,
  array = json.array,
}
