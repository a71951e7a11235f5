-- The resources of a client.

local api = require "whatsapp.api"
local whatsapp = require "whatsapp"

local child = require "spec.support.child"

describe("resources", function()
  it("are there by name, each made once, on every client", function()
    local wa = whatsapp.new { access_token = "x" }
    local sibling = wa:with { phone_number_id = "2" }
    local count = 0
    for name in pairs(api) do
      assert.is_table(wa[name], name)
      assert.are.equal(wa[name], wa[name])
      assert.are_not.equal(wa[name], sibling[name])
      assert.are.equal(sibling, sibling[name].client)
      count = count + 1
    end
    assert.is_true(count >= 5)
    wa:close()
  end)

  it("are loaded when they are first asked for", function()
    local output = child.run [[
      local function loaded()
        for _, name in pairs(require "whatsapp.api") do
          if package.loaded[name] then print(name) end
        end
      end
      local wa = whatsapp.new { access_token = "x", rate = false }
      loaded()
      print "profile:"
      local _ = wa.profile
      loaded()
      wa:close()
    ]]
    assert.are.equal("profile:\nwhatsapp.api.profile\n", output)
  end)
end)
