--- All resources of a client, by name: `wa.media`, …

return {
  connections = require "whatsapp.api.connections",
  media = require "whatsapp.api.media",
  phone_numbers = require "whatsapp.api.phone_numbers",
  profile = require "whatsapp.api.profile",
  templates = require "whatsapp.api.templates",
}
