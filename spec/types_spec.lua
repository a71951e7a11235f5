-- The types that editors complete `wa:send { … }` with.

local components = require "whatsapp.flow.components"
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

describe("the types of a Flow's screens", function()
  local flows = files.read "meta/flows.lua"

  it("are what `make types` makes of the descriptions", function()
    assert.are.equal(dofile "tools/flow_types.lua"(), flows)
  end)

  it("have every component with every property, and no class that is not there", function()
    local classes, name = {}, nil
    for line in flows:gmatch "[^\n]+" do
      name = line:match "^%-%-%-@class ([%w_.]+)" or name
      local field = line:match '^%-%-%-@field [%["]*([%w_]+)'
      if name then classes[name] = classes[name] or {} end
      if field then classes[name][field] = true end
    end
    for kind, component in pairs(components.kinds) do
      assert.is_true(classes["whatsapp.flow.Component"][kind], kind)
      for property in pairs(component.properties) do
        assert.is_true(classes["whatsapp.flow." .. kind][property], kind .. "." .. property)
      end
    end
    for used in flows:gmatch "(whatsapp%.flow%.[%w_.]*[%w_])" do
      assert.is_table(classes[used] or used == "whatsapp.flow.components.lua" and {}, used .. " is nowhere")
    end
  end)

  it("tell limits, versions and what the array part is", function()
    for _, line in ipairs {
      "---@field label string at most 20 characters", "---@field [integer] whatsapp.flow.dropdown.item",
      "---@field rich_text? string|whatsapp.flow.rich_text Meta's RichText, from version 5.1 on",
      "---@class whatsapp.flow.footer: whatsapp.flow.Action", "---@field [integer] whatsapp.flow.Component",
    } do
      assert.is_truthy(flows:find("\n" .. line .. "\n", 1, true), line)
    end
  end)
end)
