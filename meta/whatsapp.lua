---@meta _
-- What `require "whatsapp"` and `whatsapp.flow` load when it is first asked for.

---@class whatsapp
local whatsapp = {}

whatsapp.bot = require "whatsapp.bot"
whatsapp.conversation = require "whatsapp.conversation"
whatsapp.flow = require "whatsapp.flow"
whatsapp.log = require "whatsapp.log"
whatsapp.parallel = require "whatsapp.parallel"
whatsapp.store = require "whatsapp.store"
whatsapp.webhook = require "whatsapp.webhook"

---@class whatsapp.Flows.module
local flow = {}

flow.screens = require("whatsapp.flow.screens").build
flow.parse = require("whatsapp.flow.screens").parse
flow.endpoint = require("whatsapp.flow.endpoint").new
flow.decrypt_media = require("whatsapp.flow.media").decrypt
flow.keypair = require("whatsapp.flow.keypair").new
flow.image = require("whatsapp.flow.image").read
