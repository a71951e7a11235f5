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
    local message = text:match "%-%-%-@class whatsapp.Reply [^\n]*\n(.-)\n\n"
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
      "---@field label string at most 20 characters", "---@field [integer] string|number|whatsapp.flow.dropdown.item",
      "---@field rich_text? string|whatsapp.flow.rich_text Meta's RichText, from version 5.1 on",
      "---@class whatsapp.flow.footer: whatsapp.flow.Action", "---@field [integer] whatsapp.flow.Component",
    } do
      assert.is_truthy(flows:find("\n" .. line .. "\n", 1, true), line)
    end
  end)
end)

describe("annotations", function()
  local lines, named = {}, {}
  for _, folder in ipairs { "lua", "meta" } do
    for _, path in ipairs(files.under(folder, "*.lua")) do
      for annotation in files.read(path):gmatch "%-%-%-@([^\n]*)" do
        lines[#lines + 1] = { path = path, text = annotation }
        local name = annotation:match "^class ([%w_.]+)" or annotation:match "^alias ([%w_.]+)"
        if name then named[name] = true end
      end
    end
  end

  it("name no type that is not there", function()
    assert.is_true(#lines > 2000)
    for _, line in ipairs(lines) do
      for used in line.text:gsub("`[^`]*`", ""):gmatch "whatsapp%.[%w_.]*%u%w*" do
        assert.is_true(named[used], ("%s: %s: %s"):format(line.path, used, line.text))
      end
    end
  end)

  -- Editors take "name, word" for two values.
  it("describe a value that is returned without a comma behind its name", function()
    for _, line in ipairs(lines) do
      local word = line.text:match "^return [^%s({<]+ [%w_]+, (%S+)"
      assert.is_true(not word or named[word:match "[%w_.]+"] ~= nil, line.path .. ": " .. line.text)
    end
  end)

  it("tell every option of a client, and which may be given with a call", function()
    local config = files.read "lua/whatsapp/config.lua"
    local function fields_of(class)
      local found = {}
      for name in config:match("%-%-%-@class " .. class .. "[^\n]*\n(.-)\n\n"):gmatch "%-%-%-@field ([%w_]+)%?" do
        found[name] = true
      end
      return found
    end
    local call, client, n = fields_of "whatsapp.CallOptions", fields_of "whatsapp.Options", 0
    for name, row in config:match("\nlocal options = (%b{})"):gmatch "\n  ([%l_]+) = (%b{})," do
      n = n + 1
      assert.is_true((row:find "call = true" and call or client)[name], name)
    end
    for _ in pairs(call) do n = n - 1 end
    for _ in pairs(client) do n = n - 1 end
    assert.are.equal(0, n)
  end)
end)
