-- The reference page and the types are what the tool makes of the sources.

local files = require "spec.support.files"

describe("the reference", function()
  local texts = dofile "tools/reference.lua"

  for name, text in pairs(texts) do
    it("is current: " .. name, function()
      assert(files.read(name) == text, name .. " is out of date: make reference")
    end)
  end

  it("has each resource, method and operation", function()
    local page, types = texts["docs/reference.md"], texts["meta/resources.lua"]
    local api, count = require "whatsapp.api", 0
    for name, module in pairs(api) do
      assert.is_truthy(types:find("---@field " .. name .. " whatsapp.", 1, true), name)
      for method, row in pairs(require(module)) do
        if type(row) == "table" then
          local heading = ("\n### wa.%s:%s("):format(name, method)
          assert.is_truthy(page:find(heading, 1, true), heading)
          assert.is_truthy(page:find(("\n`%s %s`"):format(row[1], row[2]), 1, true), heading)
          assert.is_truthy(not row.operation or page:find(" · " .. row.operation, 1, true), heading)
          count = count + 1
        end
      end
    end
    assert.is_true(count > 110)
  end)
end)
