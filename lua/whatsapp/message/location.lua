--- A place on the map: a message of its own, or the header of a template.
-- Source: Meta's "Location messages"; operation sendMessage.

-- Meta's page writes degrees as texts, its description as numbers.
local function as_number(value)
  return type(value) == "string" and value:find "^%-?%d+%.?%d*$" and tonumber(value) or value
end

local function degrees(most)
  return { type = "number", min = -most, max = most, required = true, also = "string", before = as_number }
end

return { type = "table", fields = {
  latitude = degrees(90),
  longitude = degrees(180),
  name = { type = "string" },
  address = { type = "string" },
} }
