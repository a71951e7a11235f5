-- What nginx is to serve: a bot or an endpoint, not the nil that a local of another
-- block is.

local nginx = require "whatsapp.nginx"
local whatsapp = require "whatsapp"

describe("whatsapp.nginx", function()
  it("serves and starts only what can be served", function()
    local client = whatsapp.new { api_key = "key" }
    for field, serve in pairs { bot = nginx.serve, endpoint = nginx.serve_flow } do
      for _, wrong in ipairs { false, client } do
        local ok, err = pcall(serve, wrong or nil)
        assert.is_false(ok)
        assert.are.equal("config " .. field, err.kind .. " " .. err.field)
        assert.matches("a local of another", err.hint, 1, true)
      end
    end
    assert.is_false((pcall(nginx.start)))
    client:close()
  end)
end)
