-- Media in nginx workers: transfers that go on, progress in the handler that waits,
-- one upload for many requests at once, and nobody else held up.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local load = require "spec.support.load"
local start_service = require("spec.support.service").start

local CONF = [[
env MATON_API_KEY;
env WHATSAPP_BASE_URL;
env WHATSAPP_CONTROL_URL;
env WHATSAPP_CA_FILE;
env WHATSAPP_PHONE_NUMBER_ID;
env SANDBOX_LINK;
http {
  init_by_lua_block {
    wa = require("whatsapp").new { media_cache = true, rate = false }
    bytes = ("0123456789abcdef"):rep(300000)
  }
  server {
    listen 127.0.0.1:8080;
    location = /health { return 200; }
    location = /upload {
      content_by_lua_block {
        ngx.print(assert(wa.media:upload { data = bytes, type = "application/pdf" }).id)
      }
    }
    location = /download {
      content_by_lua_block {
        local calls, last, phase = 0, nil, nil
        local got = assert(wa.media:download(ngx.var.arg_id, { on_progress = function(done, total)
          calls, last, phase = calls + 1, done == total, ngx.get_phase()
          ngx.sleep(0.001)
        end }))
        ngx.print(got == bytes and calls > 0 and last and phase)
      }
    }
    location = /link {
      content_by_lua_block {
        local sent = assert(wa:send { to = "+15551234567", image = { fetch = os.getenv "SANDBOX_LINK" } })
        ngx.print(sent.id)
      }
    }
    location = /file {
      content_by_lua_block {
        local name = os.tmpname()
        assert(wa.media:download(ngx.var.arg_id, name))
        local file = io.open(name, "rb")
        ngx.print(file:read "*a" == bytes)
        file:close()
        os.remove(name)
      }
    }
  }
}
]]

describe("media in nginx", function()
  local sandbox, service

  setup(function()
    sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = false, gateway_media = true })
    service = start_service(sandbox, CONF)
  end)

  teardown(function()
    service:stop()
    sandbox:stop()
  end)

  local function count(pattern)
    local found = 0
    for _, request in ipairs(sandbox:requests()) do
      if (request.method .. " " .. request.path):find(pattern) then found = found + 1 end
    end
    return found
  end

  it("is uploaded once for many requests at once, and goes on where it broke off", function()
    local requests = load.finish(load.start_many(20, tonumber(service.url:match "%d+$"), "/upload"))
    local id = requests[1].body
    for _, request in ipairs(requests) do
      assert.are.equal("200 " .. id, request.status .. " " .. request.body, service:log())
    end
    assert.are.equal(1, count "POST .*/media$")
    for _ = 1, 3 do
      sandbox:fault { service = "files", cut = 1000000 }
      assert.are.equal("content", service:get("/download?id=" .. id))
      sandbox:fault { service = "files", cut = 2000000 }
      assert.are.equal("true", service:get("/file?id=" .. id))
    end
    assert.are.equal(12, count "GET .*attachments")
  end)

  it("comes from a link", function()
    local id = service:get "/link"
    local sent = sandbox:sent()
    assert.are.equal(sent[#sent].id, id)
  end)
end)
