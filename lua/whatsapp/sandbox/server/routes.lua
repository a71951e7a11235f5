--- The routes. A handler takes the request and what its path names, and returns a
--- response; adding an operation is adding a row.

local business_account = require "whatsapp.sandbox.server.business_account"
local business_profile = require "whatsapp.sandbox.server.business_profile"
local connections = require "whatsapp.sandbox.server.connections"
local media = require "whatsapp.sandbox.server.media"
local message_history = require "whatsapp.sandbox.server.message_history"
local message_templates = require "whatsapp.sandbox.server.message_templates"
local messages = require "whatsapp.sandbox.server.messages"
local phone_numbers = require "whatsapp.sandbox.server.phone_numbers"
local uploads = require "whatsapp.sandbox.server.uploads"

return {
  -- Graph, by the kind of node: "METHOD" or "METHOD edge".
  graph = {
    phone_number = {
      ["GET"] = phone_numbers.get,
      ["POST messages"] = messages.post,
      ["POST marketing_messages"] = messages.post_marketing,
      ["GET message_history"] = message_history.list,
      ["POST media"] = media.upload,
      ["GET whatsapp_business_profile"] = business_profile.get,
      ["POST whatsapp_business_profile"] = business_profile.update,
    },
    message = {
      ["GET events"] = message_history.events,
    },
    media = {
      ["GET"] = media.get,
      ["DELETE"] = media.delete,
    },
    application = {
      ["GET"] = uploads.app,
      ["POST uploads"] = uploads.create,
    },
    upload = {
      ["GET"] = uploads.get,
      ["POST"] = uploads.append,
    },
    template = {
      ["GET"] = message_templates.get,
      ["POST"] = message_templates.edit,
    },
    business_account = {
      ["GET"] = business_account.get,
      ["GET phone_numbers"] = phone_numbers.list,
      ["GET message_templates"] = message_templates.list,
      ["POST message_templates"] = message_templates.create,
      ["DELETE message_templates"] = message_templates.delete,
    },
  },

  -- Files behind the urls that Graph hands out.
  files = {
    ["GET attachments"] = media.download,
  },

  -- The gateway's control API.
  control = {
    ["GET connections"] = connections.list,
    ["POST connections"] = connections.create,
    ["GET connections/{id}"] = connections.get,
    ["DELETE connections/{id}"] = connections.delete,
    ["GET connect"] = connections.connect,
  },
}
