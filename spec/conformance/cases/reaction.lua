return {
  good = {
    ["an emoji"] = { reaction = { message_id = "wamid.x", emoji = "👍" } },
    ["taken back"] = { reaction = { message_id = "wamid.x", emoji = "" } },
  },
  bad = {
    ["a string"] = { "reaction", { reaction = "👍" } },
    ["no emoji"] = { "reaction.emoji", { reaction = { message_id = "wamid.x" } } },
    ["no message"] = { "reaction.message_id", { reaction = { emoji = "👍" } } },
    ["a message that is a number"] = { "reaction.message_id", { reaction = { message_id = 12, emoji = "👍" } } },
    ["an emoji that is a number"] = { "reaction.emoji", { reaction = { message_id = "wamid.x", emoji = 1 } } },
    ["an unknown field"] = { "reaction.emojis", { reaction = { message_id = "wamid.x", emoji = "👍", emojis = "x" } } },
  },
}
