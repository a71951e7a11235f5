return {
  good = {
    ["a string"] = { text = "Hello" },
    ["a body with a preview"] = { text = { body = "https://example.com/a", preview_url = true } },
    ["a body without a preview"] = { text = { body = "Hello", preview_url = false } },
    ["4096 characters"] = { text = ("x"):rep(4096) },
    ["4096 characters of two bytes"] = { text = ("ä"):rep(4096) },
    ["4096 characters of four bytes"] = { text = ("👍"):rep(4096) },
    ["several lines"] = { text = "a\nb\tc\r\n\"d\" \\ /" },
  },
  bad = {
    ["an empty string"] = { "text.body", { text = "" } },
    ["an empty table"] = { "text.body", { text = {} } },
    ["4097 characters"] = { "text.body", { text = ("x"):rep(4097) } },
    ["4097 characters of four bytes"] = { "text.body", { text = ("👍"):rep(4097) } },
    ["a number"] = { "text.body", { text = 12 } },
    ["a boolean"] = { "text.body", { text = true } },
    ["a body that is a table"] = { "text.body", { text = { body = { "Hello" } } } },
    ["a list"] = { "text[1]", { text = { "Hello" } } },
    ["a preview that is a number"] = { "text.preview_url", { text = { body = "a", preview_url = 1 } } },
    ["Latin-1"] = { "text.body", { text = "K\228se" } },
    ["an unknown field"] = { "text.preview_urls", { text = { body = "a", preview_urls = true } } },
  },
}
