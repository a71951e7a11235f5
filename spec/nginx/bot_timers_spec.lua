-- nginx drops the timers for which too many run. A bot's comes back with the next request.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local server = require "spec.support.server"
local worker = require "spec.support.worker"

describe("a bot whose timer was dropped", function()
  local upstream, nginx

  setup(function() upstream = server.start_nginx() end)

  teardown(function()
    if nginx then nginx:stop() end
    upstream:stop()
  end)

  it("ticks again once it is asked", function()
    nginx = worker.start(upstream, {
      http = [[
        lua_shared_dict bot 1m;
        lua_max_running_timers 4;
        init_worker_by_lua_block { require("whatsapp.nginx").start(bot) }
      ]],
      init = [[
        ticks = 0
        bot = whatsapp.bot { client = client "ok", webhook = whatsapp.webhook { insecure = true },
                             store = whatsapp.store.nginx "bot" }
        function bot.tick()
          ticks = ticks + 1
          return 0.1
        end
      ]],
      server = [[
        location /webhook { content_by_lua_block { require("whatsapp.nginx").serve(bot) } }
        location /ticks { content_by_lua_block { ngx.print(ticks) } }
        location /occupy { content_by_lua_block {
          occupied = true
          local function stay()
            while occupied do ngx.sleep(0.01) end
          end
          for _ = 1, 4 do assert(ngx.timer.at(0, stay)) end
        } }
        location /leave { content_by_lua_block { occupied = false } }
        location /running { content_by_lua_block { ngx.print(ngx.timer.running_count()) } }
      ]],
    })
    local function ticks() return tonumber(nginx:get "/ticks") end
    load.eventually("ticks", function() return ticks() > 1 end)
    nginx:get "/occupy"
    load.eventually("a dropped timer", function() return nginx:errors():find "lua_max_running_timers" end)
    nginx:get "/leave"
    load.eventually("room for timers", function() return nginx:get "/running" == "0" end)
    local before = ticks()
    load.eventually("a tick", function()
      nginx:try "/webhook"
      return ticks() > before + 2
    end)
  end)
end)
