-- examples/demo.lua where nobody looks: it ends by itself, and its last line names the phone.

local files = require "spec.support.files"
local LUA = os.getenv "LUA_BIN" or "lua5.4"

describe("the demo", function()
  it("sends, is answered by its bot, and says where the phone is", function()
    local output = os.tmpname()
    local status = os.execute(("timeout 120 %s examples/demo.lua > %s 2>&1"):format(LUA, output))
    local printed = files.read(output)
    os.remove(output)
    assert.is_true(status == true or status == 0, printed)
    assert.truthy(printed:find("the bot: What can I do for you?", 1, true), printed)
    assert.truthy(printed:find "\nThe phone: http://127%.0%.0%.1:%d+/%x+/\n$", printed)
  end)
end)
