--- All resources of a client, by name: `wa.media`, …

return {
  media = require "whatsapp.api.media",
}
