-- The types that editors complete `wa:send { … }` with.

local files = require "spec.support.files"
local kinds = require "whatsapp.message.kinds"
local make = dofile "tools/types.lua"

local text = files.read "meta/messages.lua"

describe("the types of messages", function()
  it("are what `make types` makes of the descriptions", function()
    assert.are.equal(make(), text)
  end)

  it("have every kind, and no class that is not there", function()
    local message = text:match "%-%-%-@class whatsapp.Message\n(.-)\n\n"
    for kind in pairs(kinds.names) do
      assert.is_truthy(message:find("\n---@field " .. kind .. "? ", 1, true), kind)
    end
    local classes, used = {}, 0
    for name in text:gmatch "%-%-%-@class (%S+)" do
      assert.is_nil(classes[name], name .. " is there twice")
      classes[name] = true
    end
    for name in text:gmatch "(whatsapp%.message%.[%w_.]*[%w_])" do
      assert.is_true(classes[name], name .. " is nowhere")
      used = used + 1
    end
    assert.is_true(used > 100)
  end)

  it("tell limits and short forms", function()
    for _, line in ipairs {
      "---@field text? string|whatsapp.message.text",
      "---@field body string at most 4096 characters",
      "---@field [integer] whatsapp.message.buttons.item 1 to 3",
      '---@field type "pin"|"unpin"',
      "---@field image? string|whatsapp.message.image",
    } do
      assert.is_truthy(text:find("\n" .. line .. "\n", 1, true), line)
    end
  end)
end)
