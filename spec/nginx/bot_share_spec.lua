-- A bot with much to do, whose handlers do not wait, lets the worker's other requests in.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local meta = require "spec.support.meta"
local server = require "spec.support.server"
local webhook = require "whatsapp.webhook"
local worker = require "spec.support.worker"

local EVENTS = 1000

describe("a bot with much to do", function()
  local upstream, nginx

  setup(function() upstream = server.start_nginx() end)

  teardown(function()
    if nginx then nginx:stop() end
    upstream:stop()
  end)

  it("shares its worker with other requests", function()
    nginx = worker.start(upstream, {
      http = [[
        lua_shared_dict bot 10m;
        init_worker_by_lua_block { require("whatsapp.nginx").start(bot) }
      ]],
      init = ([[
        local now = require("whatsapp.core").now
        asked, handled = false, 0
        bot = whatsapp.bot { client = client "ok", webhook = whatsapp.webhook { app_secret = %q },
                             store = whatsapp.store.nginx "bot" }
        bot:on("text", function()
          handled = handled + 1
          local due = now() + 0.005
          while not asked and now() < due do end
        end)
      ]]):format(meta.secret),
      server = [[
        client_max_body_size 3m;
        client_body_buffer_size 3m;
        location /webhook { content_by_lua_block { require("whatsapp.nginx").serve(bot) } }
        location /handled { content_by_lua_block { asked = true ngx.print(handled) } }
      ]],
    })
    local items = {}
    for i = 1, EVENTS do items[i] = meta.message { text = "hi", from = ("1555%07d"):format(i) } end
    local body = meta.body(items)
    local request = load.start_post(nginx.port, "/webhook", body,
      "X-Hub-Signature-256: " .. webhook.sign(body, meta.secret))
    assert.are.equal(200, load.finish({ request })[1].status)
    assert.is_true(tonumber(nginx:get "/handled") < EVENTS)
    load.eventually("all events", function() return tonumber(nginx:get "/handled") == EVENTS end)
    assert.are.equal("", nginx:errors())
  end)
end)
