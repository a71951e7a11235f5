--- Where the referee and we part, and why. What stands here and need not, fails.

return {
  -- Examples that are not run against it, and the words in them that are why.
  examples = {
    { "whatsapp.sandbox", "starts a sandbox of its own and talks to that" },
    { "media:download", "the description's example URL leads out of this machine" },
    { "wa.connections", "connections are the gateway's, Meta knows none" },
    { "carousel = {", "the description names carousels, but has no form for their cards" },
  },
}
