-- Making conversations, and what is wrong with some.

local whatsapp = require "whatsapp"

describe("a conversation that is made", function()
  local function talk() end

  it("is refused where it could not work", function()
    for field, given in pairs {
      name = { "", talk }, fn = { "order" }, version = { "order", talk, { version = {} } },
      ["versions.2"] = { "order", talk, { versions = { ["2"] = "begin" } } },
      ["versions.3"] = { "order", talk, { version = 3, versions = { ["3"] = talk } } },
      versions = { "order", talk, { versions = "restart" } },
      on_unknown = { "order", talk, { on_unknown = "ask" } },
      keep = { "order", talk, { keep = 0 } }, timeout = { "order", talk, { timeout = "60" } },
      on_timeout = { "order", talk, { on_timeout = talk } },
      verison = { "order", talk, { verison = 2 } },
    } do
      local ok, err = pcall(whatsapp.conversation, (table.unpack or unpack)(given))
      assert.are.same({ false, "config", field }, { ok, err.kind, err.field })
    end
  end)

  it("has versions by number or text, alike in each Lua", function()
    local made = whatsapp.conversation("order", talk, { version = 3.0, versions = { [2.0] = print, beta = "restart" } })
    assert.are.same({ "3", talk, print, "restart" },
      { made.version, made:code "3", made:code "2", made:code "beta" })
    assert.are.equal("whatsapp.Conversation: order, version 3", tostring(made))
  end)

  it("is started with a bot and a customer, in this order", function()
    local made = whatsapp.conversation("order", talk)
    for _, bot in ipairs { "15551234567", {} } do
      local ok, err = made:start(bot, "15551234567")
      assert.are.same({ nil, "invalid", "bot" }, { ok, err.kind, err.field })
    end
  end)
end)
