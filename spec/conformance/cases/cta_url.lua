local URL = "https://example.com/track?id=1"

local function cta(more)
  more.body = more.body or "Track it"
  return { cta_url = more }
end

return {
  good = {
    ["a button and a link"] = cta { button = "Open", url = URL },
    ["a header and a footer"] = cta { header = "Order 7", footer = "Thanks", button = ("b"):rep(20), url = URL },
    ["an image above"] = cta { header = { image = "https://example.com/a.jpg" }, button = "Open", url = URL },
  },
  bad = {
    ["no button"] = { "cta_url.button", cta { url = URL } },
    ["no url"] = { "cta_url.url", cta { button = "Open" } },
    ["no body"] = { "cta_url.body", { cta_url = { button = "Open", url = URL } } },
    ["a body alone"] = { "cta_url.button", { cta_url = "Open" } },
    ["a button of 21 characters"] = { "cta_url.button", cta { button = ("x"):rep(21), url = URL } },
    ["an empty button"] = { "cta_url.button", cta { button = "", url = URL } },
    ["an empty url"] = { "cta_url.url", cta { button = "Open", url = "" } },
    ["a url that is a number"] = { "cta_url.url", cta { button = "Open", url = 7 } },
    ["a url without a scheme"] = { "cta_url.url", cta { button = "Open", url = "example.com" } },
    ["an unknown field"] = { "cta_url.link", cta { button = "Open", url = URL, link = URL } },
  },
}
