--- The routes. A handler takes the request and what its path names, and returns a
--- response; adding an operation is adding a row.

local connections = require "whatsapp.sandbox.server.connections"
local media = require "whatsapp.sandbox.server.media"
local messages = require "whatsapp.sandbox.server.messages"

return {
  -- Graph, by the kind of node: "METHOD" or "METHOD edge".
  graph = {
    phone_number = {
      ["POST messages"] = messages.post,
      ["POST media"] = media.upload,
    },
    media = {
      ["GET"] = media.get,
      ["DELETE"] = media.delete,
    },
    business_account = {},
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
  },
}
