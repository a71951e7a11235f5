return {
  good = {
    ["a string"] = { voice_call = "Call us" },
    ["everything"] = { voice_call = { body = "Call us", footer = "Free", button = ("b"):rep(20), ttl_minutes = 43200,
                                      payload = "order 7" } },
  },
  bad = {
    ["no body"] = { "voice_call.body", { voice_call = { button = "Call" } } },
    ["a body of 1025 characters"] = { "voice_call.body", { voice_call = ("x"):rep(1025) } },
    ["a button of 21 characters"] = { "voice_call.button", { voice_call = { body = "a", button = ("x"):rep(21) } } },
    ["no minute"] = { "voice_call.ttl_minutes", { voice_call = { body = "a", ttl_minutes = 0 } } },
    ["31 days"] = { "voice_call.ttl_minutes", { voice_call = { body = "a", ttl_minutes = 43201 } } },
    ["half a minute"] = { "voice_call.ttl_minutes", { voice_call = { body = "a", ttl_minutes = 1.5 } } },
    ["a payload of 513 characters"] = { "voice_call.payload",
      { voice_call = { body = "a", payload = ("x"):rep(513) } } },
  },
}
