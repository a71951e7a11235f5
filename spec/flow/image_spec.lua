-- Pictures for Flows.

local expect = require "spec.support.expect"
local files = require "spec.support.files"
local whatsapp = require "whatsapp"

describe("a picture", function()
  local path

  local function write(bytes)
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    return path
  end

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("is its file in base64, and shown by a Flow", function()
    local picture = assert(whatsapp.flow.image "examples/files/photo.png")
    assert.are.equal("iVBORw0KGgo", picture:sub(1, 11))
    local core = require "whatsapp.core"
    assert.are.equal(files.read "examples/files/photo.png", core.unbase64(picture))
    local flow = assert(whatsapp.flow.screens { version = "7.1", { id = "A", title = "A", terminal = true,
      { image = picture }, { footer = { label = "Done", complete = {} } } } })
    assert.are.equal(picture, flow.screens[1].layout.children[1].src)
    assert.matches("^/9j/", assert(whatsapp.flow.image(write "\255\216\255\224 a JPEG")))
    assert.matches("^UklGR", assert(whatsapp.flow.image(write "RIFF\1\2\3\4WEBPVP8 ")))
  end)

  it("is refused where it is none", function()
    expect.refused("invalid", "path", "no PNG", whatsapp.flow.image(write "GIF89a"))
    expect.refused("invalid", "path", "no PNG", whatsapp.flow.image(write ""))
    expect.refused("invalid", "path", "more than 1 MB", whatsapp.flow.image(write(("x"):rep(1024 * 1024 + 1))))
    expect.refused("invalid", "path", "must be a string", whatsapp.flow.image(7))
    expect.refused("io", "path", "cannot read no-such.png", whatsapp.flow.image "no-such.png")
    expect.refused("io", "path", "cannot read", whatsapp.flow.image "spec")
  end)
end)
