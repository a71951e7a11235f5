local GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"

local function pin(value) return { to = GROUP, recipient_type = "group", pin = value } end

return {
  good = {
    ["for a week"] = pin { message_id = "wamid.x", type = "pin", expiration_days = 7 },
    ["taken down"] = pin { message_id = "wamid.x", type = "unpin" },
  },
  bad = {
    ["a string"] = { "pin", pin "wamid.x" },
    ["no message"] = { "pin.message_id", pin { type = "pin" } },
    ["no type"] = { "pin.type", pin { message_id = "wamid.x" } },
    ["an unknown type"] = { "pin.type", pin { message_id = "wamid.x", type = "glue" } },
    ["taken down for a week"] = { "pin.expiration_days",
      pin { message_id = "wamid.x", type = "unpin", expiration_days = 7 } },
    ["for 31 days"] = { "pin.expiration_days", pin { message_id = "wamid.x", type = "pin", expiration_days = 31 } },
    ["for half a day"] = { "pin.expiration_days", pin { message_id = "wamid.x", type = "pin", expiration_days = 1.5 } },
  },
}
