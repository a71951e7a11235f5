local YES, NO = { id = "yes", title = "Yes" }, { id = "no", title = "No" }

-- Buttons with a body, and what is given.
local function buttons(more)
  more.body = more.body or "Proceed?"
  return { buttons = more }
end

return {
  good = {
    ["one"] = buttons { YES },
    ["three"] = buttons { YES, NO, { id = 3, title = "Perhaps" } },
    ["a header and a footer"] = buttons { header = "Hi", footer = "Bye", YES, NO },
    ["a header with a text below it"] = buttons { header = { text = "Hi", sub_text = ("s"):rep(60) }, YES },
    ["an image above"] = buttons { header = { image = "https://example.com/a.jpg" }, YES },
    ["a video above"] = buttons { header = { video = { id = "1" } }, YES },
    ["a document above"] = buttons { header = { document = { id = "1", filename = "a.pdf" } }, YES },
    ["everything as long as it may be"] = buttons { header = ("h"):rep(60), body = ("ä"):rep(1024),
      footer = ("f"):rep(60), { id = ("i"):rep(256), title = ("t"):rep(20) } },
  },
  bad = {
    ["a string"] = { "buttons", { buttons = "Proceed?" }, native = { type = "interactive", interactive = "Proceed?" } },
    ["no button"] = { "buttons", buttons {} , native = { type = "interactive", interactive = {
      type = "button", body = { text = "Proceed?" }, action = {} } } },
    ["an id with a space behind it"] = { "buttons[1].id", buttons { { id = "yes ", title = "Yes" } } },
    ["a text of 61 characters below the header"] = { "buttons.header.sub_text",
      buttons { header = { text = "Hi", sub_text = ("x"):rep(61) }, YES } },
    ["four"] = { "buttons[4]", buttons { YES, NO, { id = "3", title = "3" }, { id = "4", title = "4" } } },
    ["no body"] = { "buttons.body", { buttons = { YES } } },
    ["a body of 1025 characters"] = { "buttons.body", buttons { body = ("x"):rep(1025), YES } },
    ["an empty body"] = { "buttons.body", buttons { body = "", YES } },
    ["a body that is a number"] = { "buttons.body", buttons { body = 12, YES } },
    ["a header of 61 characters"] = { "buttons.header.text", buttons { header = ("x"):rep(61), YES } },
    ["a header with nothing"] = { "buttons.header", buttons { header = {}, YES },
      native = { type = "interactive", interactive = { type = "button", header = {}, body = { text = "a" },
        action = { buttons = { { type = "reply", reply = YES } } } } } },
    ["a header with two things"] = { "buttons.header",
      buttons { header = { text = "a", image = "https://example.com/a" }, YES },
      native = { type = "interactive", interactive = { type = "button",
        header = { type = "text", text = "a", image = { link = "https://example.com/a" } }, body = { text = "a" },
        action = { buttons = { { type = "reply", reply = YES } } } } } },
    ["a header that is audio"] = { "buttons.header.audio", buttons { header = { audio = { id = "1" } }, YES } },
    ["a header image by an id and a link"] = { "buttons.header.image.link",
      buttons { header = { image = { id = "1", link = "https://example.com/a" } }, YES } },
    ["a footer of 61 characters"] = { "buttons.footer", buttons { footer = ("x"):rep(61), YES } },
    ["a footer that is a table"] = { "buttons.footer", buttons { footer = { "a" }, YES } },
    ["a title of 21 characters"] = { "buttons[1].title", buttons { { id = "a", title = ("x"):rep(21) } } },
    ["a title that is missing"] = { "buttons[1].title", buttons { { id = "a" } } },
    ["a title that is a number"] = { "buttons[1].title", buttons { { id = "a", title = 7 } } },
    ["an empty title"] = { "buttons[1].title", buttons { { id = "a", title = "" } } },
    ["an id that is missing"] = { "buttons[1].id", buttons { { title = "a" } } },
    ["an id of 257 characters"] = { "buttons[1].id", buttons { { id = ("x"):rep(257), title = "a" } } },
    ["two with one id"] = { "buttons[2].id", buttons { YES, { id = "yes", title = "Oh yes" } } },
    ["two with one title"] = { "buttons[2].title", buttons { YES, { id = "also", title = "Yes" } } },
    ["an unknown field of a button"] = { "buttons[1].label", buttons { { id = "a", title = "b", label = "c" } } },
  },
}
