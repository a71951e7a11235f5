local LINK = "https://example.com/a"

-- The same good and bad forms for every kind of media.
local good, bad = {}, {}

for _, kind in ipairs { "image", "video", "audio", "document", "sticker" } do
  good[kind .. " by a link"] = { [kind] = LINK }
  good[kind .. " by a link in a table"] = { [kind] = { link = LINK .. "?b=c&d=%20#e" } }
  good[kind .. " by an id"] = { [kind] = { id = "1166846181421424" } }
  good[kind .. " by an id that is a number"] = { [kind] = { id = 1166846181421424 } }
  bad[kind .. " that is a number"] = { kind, { [kind] = 12 }, native = { type = kind, [kind] = 12 } }
  bad[kind .. " that is empty"] = { kind, { [kind] = {} } }
  bad[kind .. " by an id and a link"] = { kind .. ".link", { [kind] = { id = "1", link = LINK } } }
  bad[kind .. " by an empty id"] = { kind .. ".id", { [kind] = { id = "" } } }
  bad[kind .. " by an id that is a table"] = { kind .. ".id", { [kind] = { id = {} } } }
  bad[kind .. " by an id that is a path"] = { kind .. ".id", { [kind] = { id = "../1" } } }
  bad[kind .. " by a file's name"] = { kind, { [kind] = "photo.jpg" },
                                       native = { type = kind, [kind] = { link = "photo.jpg" } } }
  bad[kind .. " by another scheme"] = { kind .. ".link", { [kind] = { link = "ftp://example.com/a" } } }
  bad[kind .. " by a link with a space"] = { kind .. ".link", { [kind] = { link = "https://example.com/a b" } } }
  bad[kind .. " by a link with a space of Unicode"] = { kind .. ".link",
    { [kind] = { link = "https://example.com/a\226\128\137b" } } }
  bad[kind .. " by a link that is not UTF-8"] = { kind .. ".link", { [kind] = { link = "https://example.com/\228" } } }
  bad[kind .. " with an unknown field"] = { kind .. ".captoin", { [kind] = { id = "1", captoin = "a" } },
                                            native = { type = kind, [kind] = { id = "1", captoin = "a" } } }
end

for _, kind in ipairs { "image", "video", "document" } do
  good[kind .. " with a caption"] = { [kind] = { link = LINK, caption = "Look" } }
  good[kind .. " with a caption of 1024 characters"] = { [kind] = { id = "1", caption = ("ä"):rep(1024) } }
  bad[kind .. " with a caption of 1025 characters"] = { kind .. ".caption",
    { [kind] = { id = "1", caption = ("ä"):rep(1025) } } }
  bad[kind .. " with a caption that is a number"] = { kind .. ".caption", { [kind] = { id = "1", caption = 12 } } }
end

for _, kind in ipairs { "audio", "sticker" } do
  bad[kind .. " with a caption"] = { kind .. ".caption", { [kind] = { id = "1", caption = "a" } } }
end

for _, kind in ipairs { "image", "video", "audio", "sticker" } do
  bad[kind .. " with a file name"] = { kind .. ".filename", { [kind] = { id = "1", filename = "a" } } }
end

good["document with a file name"] = { document = { id = "1", filename = "report.pdf", caption = "Q3" } }
bad["document with a file name that is a number"] = { "document.filename", { document = { id = "1", filename = 7 } } }
bad["document with a file name of 241 characters"] = { "document.filename",
  { document = { id = "1", filename = ("a"):rep(241) } } }
good["audio that is a voice note"] = { audio = { id = "1", voice = true } }
bad["audio with a voice that is a text"] = { "audio.voice", { audio = { id = "1", voice = "yes" } } }

return { good = good, bad = bad }
