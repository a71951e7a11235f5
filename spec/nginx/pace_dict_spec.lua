-- One rate for all workers: four of them, in earnest.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local cjson = require "cjson"
local socket = require "socket"

local start_service = require("spec.support.service").start

local CONF = [[
worker_processes 4;
env WHATSAPP_CA_FILE;
http {
  lua_shared_dict pace 1m;
  lua_shared_dict tiny 12k;
  lua_shared_dict notes 10m;

  init_by_lua_block {
    local cjson = require "cjson"
    local pace = require "whatsapp.pace"
    local whatsapp = require "whatsapp"
    local now = require("whatsapp.core").now

    local notes = ngx.shared.notes
    local shared = whatsapp.new { rate = 20, retries = 0, pace_dict = "pace" }
    local alone = whatsapp.new { rate = 20, retries = 0 }

    local jobs = {}

    -- When the tokens may be used that this worker takes as fast as it can, at the
    -- same time as the others.
    function jobs.take()
      local bucket, dues = pace.shared_bucket(ngx.shared.pace, "spec", 1000), {}
      notes:add("start", now() + 0.05)
      repeat until now() >= notes:get "start"
      for i = 1, 2500 do
        local at = now()
        dues[i] = at + bucket:take(at)
      end
      return dues
    end

    local function send_all(wa)
      local contacts = {}
      for i = 1, 15 do contacts[i] = "1555123" .. (1000 * (ngx.worker.id() + 1) + i) end
      local results, errors = whatsapp.parallel(15, contacts, function(to)
        return wa:send { to = to, text = "Hi" }
      end)
      local good, kinds = 0, {}
      for i = 1, results.n do
        if results[i] then good = good + 1 else kinds[#kinds + 1] = errors[i].kind end
      end
      return { good = good, kinds = kinds }
    end

    function jobs.shared() return send_all(shared) end
    function jobs.alone() return send_all(alone) end

    -- All workers look what there is to do, and do each job once.
    local done = {}
    local function look()
      local id = ngx.worker.id()
      while not ngx.worker.exiting() do
        local job = notes:get "job"
        if job and not done[job] then
          done[job] = true
          notes:incr("ready " .. job, 1, 0)
          while notes:get("ready " .. job) < 4 do ngx.sleep(0.001) end
          notes:set(job .. id, cjson.encode(jobs[job]()))
        end
        ngx.sleep(0.01)
      end
    end

    package.loaded.app = {
      start = function() ngx.timer.at(0, look) end,
      results = function(job)
        local found = {}
        for id = 0, 3 do found[#found + 1] = notes:get(job .. id) end
        ngx.say(#found == 4 and "[" .. table.concat(found, ",") .. "]" or "null")
      end,

      -- A token that comes too late is not taken; a new rate has tokens of its own.
      latest = function()
        local bucket = pace.shared_bucket(ngx.shared.pace, "latest", 2)
        local found = { bucket:take(100), bucket:take(100, 101) }
        for _, latest in ipairs { 100.5, 101, 101.1, 110 } do
          local wait, late = bucket:take(100, latest)
          found[#found + 1] = wait or -late
        end
        ngx.say(cjson.encode(found))
      end,

      full = function()
        local bucket = pace.shared_bucket(ngx.shared.tiny, ("k"):rep(20000), 1)
        local wait, _, why = bucket:take(100)
        ngx.say(cjson.encode { wait = wait, why = why })
      end,

      refused = function()
        local ok, err = pcall(whatsapp.new, { pace_dict = "nowhere" })
        local _, sibling = shared:with { pace_dict = "notes" }
        ngx.say(cjson.encode { ok = ok, kind = err.kind, field = err.field, hint = err.hint,
          sibling = sibling.field })
      end,
    }
  }
  init_worker_by_lua_block { require("app").start() }

  server {
    listen 127.0.0.1:8080;
    location = /health { return 200 "ok"; }
    location = /job {
      content_by_lua_block { ngx.shared.notes:set("job", ngx.var.arg_name) ngx.say "ok" }
    }
    location = /results { content_by_lua_block { require("app").results(ngx.var.arg_name) } }
    location / { content_by_lua_block { require("app")[ngx.var.uri:sub(2)]() } }
  }
}
]]

local sandbox, service

setup(function()
  -- Twice the rate, for what the machine holds up; the four of them are twice as fast again.
  sandbox = assert(require("whatsapp.sandbox").start { gateway_rate = 40 })
  service = start_service(sandbox, CONF)
end)

teardown(function()
  if service then service:stop() end
  if sandbox then sandbox:stop() end
end)

-- What each of the workers has to say about a job.
local function all(job)
  service:get("/job?name=" .. job)
  local give_up = socket.gettime() + 60
  repeat
    local text = service:get("/results?name=" .. job)
    if text ~= "null\n" then return cjson.decode(text) end
    socket.sleep(0.02)
  until socket.gettime() > give_up
  error("the workers did not end: " .. service:log())
end

describe("a rate of all workers", function()
  it("lets no more than its tokens into any of their spans, and loses none", function()
    local dues = {}
    for _, list in ipairs(all "take") do
      for _, due in ipairs(list) do dues[#dues + 1] = due end
    end
    table.sort(dues)
    assert.are.equal(10000, #dues)
    for i = 101, #dues do assert.is_true(dues[i] - dues[i - 100] >= 0.1 - 1e-6, i) end
    assert.is_true(dues[#dues] - dues[1] < 10.5)
  end)

  it("is kept by the client: the gateway refuses nothing", function()
    for _, worker in ipairs(all "shared") do
      assert.are.same({}, worker.kinds)
      assert.are.equal(15, worker.good)
    end
  end)

  it("would else be four times as high", function()
    local refused = 0
    for _, worker in ipairs(all "alone") do
      for _, kind in ipairs(worker.kinds) do
        assert.are.equal("rate_limited", kind)
        refused = refused + 1
      end
    end
    assert.is_true(refused > 0)
  end)

  it("takes no token that would come too late", function()
    assert.are.same({ 0, 0, -1, -1, 1, 1 }, cjson.decode(service:get "/latest"))
  end)

  it("says when the dictionary is too small", function()
    assert.are.same({ why = "no memory" }, cjson.decode(service:get "/full"))
  end)

  it("needs a dictionary that is there, and belongs to the client, not to a sibling", function()
    assert.are.same({ ok = false, kind = "config", field = "pace_dict", sibling = "pace_dict",
      hint = "add `lua_shared_dict nowhere 1m;` to the http block" },
      cjson.decode(service:get "/refused"))
  end)

  it("is refused outside nginx", function()
    local ok, err = pcall(require("whatsapp").new, { api_key = "key", pace_dict = "pace" })
    assert.is_false(ok)
    assert.are.equal("config, pace_dict", err.kind .. ", " .. err.field)
  end)
end)
