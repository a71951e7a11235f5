--- All resources of a client, by name: `wa.media`, … Each is a module of rows,
-- loaded when it is first asked for.

return {
  connections = "whatsapp.api.connections",
  media = "whatsapp.api.media",
  messages = "whatsapp.api.messages",
  phone_numbers = "whatsapp.api.phone_numbers",
  profile = "whatsapp.api.profile",
  templates = "whatsapp.api.templates",
  uploads = "whatsapp.api.uploads",
}
