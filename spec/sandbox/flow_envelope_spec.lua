-- What the sandbox encrypts for a Flow's endpoint, in an nginx as the sandbox's is.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local http = require "socket.http"
local start_service = require("spec.support.service").start

local CONF = [[
http {
  server {
    listen 127.0.0.1:8080;
    location = /health { return 200; }
    location = / {
      content_by_lua_block {
        local envelope = require "whatsapp.sandbox.server.flow_envelope"
        local flow = require("whatsapp").flow
        local pair = assert(flow.keypair())
        local endpoint = flow.endpoint { private_key = pair.private_key, app_secret = "secret",
          on = { INIT = function(request) return request:show("DAY", { token = request.flow_token }) end } }
        local seal = assert(envelope.sealer(pair.public_key))
        local function ask(text, change)
          local body, session = seal(text)
          local status, _, answer = endpoint:handle(body, endpoint:sign(body))
          ngx.say(status, " ", tostring(session:open(change and change(answer) or answer)))
        end
        ask '{"action":"INIT","flow_token":"first"}'
        ask '{"action":"ping"}'
        ask('{"action":"ping"}', function(answer) return ngx.encode_base64(ngx.decode_base64(answer):reverse()) end)
        ask('{"action":"ping"}', function() return "short" end)
        ngx.say(tostring(envelope.sealer "no key"))
      }
    }
  }
}
]]

describe("the sandbox's requests to a Flow's endpoint", function()
  local sandbox, service

  setup(function()
    sandbox = assert(require("whatsapp.sandbox").start())
    service = start_service(sandbox, CONF)
  end)

  teardown(function()
    if service then service:stop() end
    if sandbox then sandbox:stop() end
  end)

  it("are what the endpoint opens, and the answers are opened", function()
    local answer = http.request(service.url .. "/")
    assert.are.equal('200 {"data":{"token":"first"},"screen":"DAY"}\n200 {"data":{"status":"active"}}\n'
      .. "200 nil\n200 nil\nnil\n", answer)
  end)
end)
