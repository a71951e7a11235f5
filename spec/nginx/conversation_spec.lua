-- spec/conversation/chat_spec.lua as it is, in an nginx worker.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local http = require "socket.http"
local json = require "whatsapp.json"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

local SERVER = [[
  location /spec { content_by_lua_block {
    package.path = package.path .. ";build/deps/usr/share/lua/5.1/?.lua"
    ngx.print(require("whatsapp.json").encode(require("spec.support.runner").run(ngx.var.arg_path)))
  } }
]]

describe("the specs of conversations in nginx", function()
  local upstream, nginx

  setup(function()
    upstream = server.start_nginx()
    nginx = worker.start(upstream, { server = SERVER })
  end)

  teardown(function()
    nginx:stop()
    upstream:stop()
  end)

  it("pass", function()
    http.TIMEOUT = 300 -- the answer comes when the last of them has run
    local body, status = http.request(("http://127.0.0.1:%d/spec?path=%s"):format(nginx.port,
      "spec/conversation/chat_spec.lua"))
    assert.are.equal(200, status, nginx:errors())
    local report = assert(json.decode(body))
    assert.are.same({}, report.failures)
    assert.is_true(report.passed > 15, body)
  end)
end)
