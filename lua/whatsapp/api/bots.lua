--- `wa.bots`: the prompts and commands of a number, as a node of their own.

return {
  get = { "GET", "{id}", operation = "getWhatsAppBusinessBotDetails", does = "What Graph knows of a bot.",
    query = true },
}
