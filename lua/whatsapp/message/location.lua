--- A place on the map: a message of its own, or the header of a template.
-- Source: Meta's "Location messages"; operation sendMessage.

return { type = "table", fields = {
  latitude = { type = "number", min = -90, max = 90, required = true },
  longitude = { type = "number", min = -180, max = 180, required = true },
  name = { type = "string" },
  address = { type = "string" },
} }
