-- Clients that leave before their answer: the message is under way or not, but
-- no waiter, connection or descriptor of theirs stays.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

local AT_ONCE, TIMES = 250, 4

describe("1,000 clients that leave", function()
  local upstream, nginx

  setup(function() upstream = server.start_nginx() end)
  teardown(function() upstream:stop() end)
  after_each(function()
    upstream:gate(false)
    nginx:stop()
  end)

  -- All of them wait when they leave.
  local function leave()
    upstream:gate(true)
    local requests = load.start_many(AT_ONCE, nginx.port, "/gate?text=%d")
    load.eventually("waiters", function() return nginx:get "/waiters" == tostring(AT_ONCE) end)
    for _, request in ipairs(requests) do request:abort() end
    assert.are.equal("pong", nginx:get "/ping")
    upstream:gate(false)
    nginx:settle()
  end

  for _, check in ipairs { "off", "on" } do
    it("lua_check_client_abort " .. check, function()
      nginx = worker.start(upstream, { server = "lua_check_client_abort " .. check .. ";" })
      local pid = nginx:get "/pid"
      assert.are.equal("wamid.first", nginx:get "/slow?text=first")
      nginx:settle()
      local descriptors = nginx:descriptors(pid)
      for _ = 1, TIMES do leave() end
      load.eventually("as few descriptors", function()
        return nginx:descriptors(pid) <= descriptors
      end)
      assert.are.equal(pid, nginx:get "/pid")
      assert.are.equal("wamid.later", nginx:get "/slow?text=later")
      nginx:settle()
      assert.are.equal("", nginx:errors())
      assert.are.equal("", nginx:leftovers())
    end)
  end
end)
