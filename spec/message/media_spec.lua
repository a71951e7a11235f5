-- What may be sent as which kind of media, and how large.

local media = require "whatsapp.message.media"

local KB, MB = 1024, 1024 * 1024

describe("the content type", function()
  it("follows the file's ending", function()
    for name, expected in pairs { ["a.jpg"] = "image/jpeg", ["A.JPEG"] = "image/jpeg",
      ["/x.y/a.png"] = "image/png", ["a.b.webp"] = "image/webp", ["a.mp4"] = "video/mp4",
      ["a.3gp"] = "video/3gpp", ["a.ogg"] = "audio/ogg", ["a.opus"] = "audio/ogg",
      ["a.m4a"] = "audio/mp4", ["a.mp3"] = "audio/mpeg", ["a.amr"] = "audio/amr",
      ["a.pdf"] = "application/pdf", ["a.txt"] = "text/plain",
      ["a.xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" } do
      assert.are.equal(expected, (media.type_of(name, "file")))
    end
  end)

  it("must be given for other files", function()
    for _, name in ipairs { "a.exe", "README", "archive.tar.zst", ".bashrc", "a." } do
      local found, err = media.type_of(name, "image.file")
      assert.is_nil(found)
      assert.are.equal("invalid image.file", err.kind .. " " .. err.field)
      assert.is_truthy(tostring(err):find("say it: type =", 1, true))
    end
    assert.is_nil((media.type_of(nil, "data")))
  end)
end)

describe("a file", function()
  -- { kind or nil, content type, largest size }
  local limits = {
    { "image", "image/jpeg", 5 * MB }, { "image", "image/png", 5 * MB },
    { "video", "video/mp4", 16 * MB }, { "video", "video/3gpp", 16 * MB },
    { "audio", "audio/aac", 16 * MB }, { "audio", "audio/ogg; codecs=opus", 16 * MB },
    { "sticker", "image/webp", 500 * KB }, { "gif", "video/mp4", 3.5 * MB },
    { "document", "application/pdf", 100 * MB },
    { "document", "image/jpeg", 100 * MB }, { "document", "application/x-own", 100 * MB },
    { nil, "image/png", 5 * MB }, { nil, "IMAGE/PNG", 5 * MB }, { nil, "image/webp", 500 * KB },
    { nil, "audio/mpeg", 16 * MB }, { nil, "application/zip", 100 * MB },
  }
  for i, case in ipairs(limits) do
    local kind, content_type, max = case[1], case[2], case[3]
    it(("%d: %s as %s has at most %d bytes"):format(i, content_type, tostring(kind), max), function()
      assert.is_true(media.check(content_type, 1, kind, "file"))
      assert.is_true(media.check(content_type, max, kind, "file"))
      local ok, err = media.check(content_type, max + 1, kind, "file")
      assert.is_nil(ok)
      assert.is_truthy(tostring(err):find("may have", 1, true))
      ok, err = media.check(content_type, 0, kind, "file")
      assert.is_nil(ok)
      assert.is_truthy(tostring(err):find("the file is empty", 1, true))
    end)
  end

  it("that is a little too large is told exactly", function()
    local _, err = media.check("image/png", 5 * MB + 8, "image", "file")
    assert.is_truthy(tostring(err):find("has 5242888 bytes, image/png may have 5242880", 1, true), tostring(err))
    _, err = media.check("image/png", 6 * MB, "image", "file")
    assert.is_truthy(tostring(err):find("has 6.0 MB, image/png may have 5.0 MB", 1, true), tostring(err))
  end)

  it("must be of a type that the kind takes", function()
    for _, case in ipairs { { "image", "image/gif" }, { "image", "application/pdf" },
      { "video", "video/webm" }, { "audio", "audio/wav" }, { "sticker", "image/png" } } do
      local ok, err = media.check(case[2], 1, case[1], "file")
      assert.is_nil(ok)
      assert.is_truthy(tostring(err):find(case[2] .. " cannot be sent as " .. case[1], 1, true))
    end
  end)

  it("must have a type that is one", function()
    for _, odd in ipairs { "", " ", "png", "image/", "/png", "image/png/x", "image\r\n/png", "image/p ng\0" } do
      assert.is_nil((media.check(odd, 1, nil, "file")), odd)
    end
  end)
end)
