-- Where in nginx a call can wait. Everywhere else it says so, and nothing is
-- sent: an answer that nobody can wait for would leave the message unknown.

if not rawget(_G, "jit") then return end -- the workers' Lua is LuaJIT; once is enough

local load = require "spec.support.load"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"
local worker = require "spec.support.worker"

local INIT = [[
  function try(phase) note(phase, send(slow, phase)) end
  try "init"
  local parallel = { whatsapp.parallel(2, { 1, 2 }, function(i) return send(slow, i) end) }
  note("parallel", tostring(parallel[2]))
]]

local SERVER = [[
  location /set {
    set_by_lua_block $unused { try "set" return "" }
    return 200 here;
  }
  location /rewrite { rewrite_by_lua_block { try "rewrite" ngx.exit(200) } }
  location /access {
    access_by_lua_block { try "access" }
    content_by_lua_block { ngx.print "here" }
  }
  location /content { content_by_lua_block { try "content" } }
  location /header_filter {
    content_by_lua_block { ngx.print "here" }
    header_filter_by_lua_block { try "header_filter" }
  }
  location /body_filter {
    content_by_lua_block { ngx.print "here" }
    body_filter_by_lua_block { try "body_filter" }
  }
  location /log {
    content_by_lua_block { ngx.print "here" }
    log_by_lua_block { try "log" }
  }
  location /timer { content_by_lua_block { ngx.timer.at(0, function() try "timer" end) } }
  location /balancer { proxy_pass http://chosen/ping; }
  location /inside_C { content_by_lua_block {
    table.sort({ 1, 2 }, function(a, b) try "sort" return a < b end)
    string.gsub("x", ".", function() try "gsub" end)
    package.preload.sends = function() try "require" end
    require "sends"
    package.loaded.sends = nil
    string.gsub("x", ".", function()
      local bot = whatsapp.bot { client = slow, webhook = whatsapp.webhook { insecure = true } }
      bot:on_error(function(err) note("bot", tostring(err)) end):work()
    end) } }
  location /coroutine { content_by_lua_block {
    local own = coroutine.wrap(function()
      coroutine.yield "first"
      try "coroutine"
      coroutine.yield "last"
    end)
    ngx.print(own(), " ", own()) } }
]]

local HTTP = [[
  init_worker_by_lua_block { try "init_worker" }
  upstream chosen {
    server 127.0.0.1:1;
    balancer_by_lua_block {
      try "balancer"
      require("ngx.balancer").set_current_peer("127.0.0.1", $port)
    }
  }
  server {
    listen 127.0.0.1:$other ssl;
    ssl_certificate $certificate.pem;
    ssl_certificate_key $certificate.key;
    ssl_certificate_by_lua_block { try "ssl_cert" }
    location / { content_by_lua_block { ngx.print "{}" } }
  }
]]

local WAITS = { "rewrite", "access", "content", "timer", "coroutine" }
local DOES_NOT = { "set", "header_filter", "body_filter", "log", "balancer" }
local AT_START = { "init", "init_worker" }

describe("a call in nginx's phase", function()
  local upstream, nginx

  setup(function()
    upstream = server.start_nginx()
    nginx = worker.start(upstream, { init = INIT, server = SERVER, http = HTTP })
  end)
  teardown(function()
    nginx:stop()
    upstream:stop()
  end)

  local sent
  before_each(function() sent = upstream:count "slow" end)

  -- What became of the call; a phase may come after the answer.
  local function noted(phase)
    local text
    load.eventually("the call of " .. phase, function()
      text = nginx:get("/note/" .. phase)
      return text ~= ""
    end)
    return text
  end

  for _, phase in ipairs(WAITS) do
    it(phase .. " waits", function()
      nginx:get("/" .. phase)
      assert.are.equal("wamid." .. phase, noted(phase))
      assert.are.equal(sent + 1, upstream:count "slow")
    end)
  end

  it("ssl_certificate waits", function()
    local wa = whatsapp.new { access_token = "token", ca_file = upstream.ca_file, rate = false,
      base_url = ("https://127.0.0.1:%d"):format(nginx.other) }
    assert.are.same({}, (assert(wa:request("GET", "me"))))
    wa:close()
    assert.are.equal("wamid.ssl_cert", noted "ssl_cert")
    assert.are.equal(sent + 1, upstream:count "slow")
  end)

  local function assert_refused(phase)
    assert.are.equal("whatsapp: state: a call cannot wait in nginx's phase " .. phase,
      noted(phase):match "^[^,]*")
    assert.are.equal(sent, upstream:count "slow")
  end

  for _, phase in ipairs(DOES_NOT) do
    it(phase .. " does not, and nothing is sent", function()
      nginx:get("/" .. phase)
      assert_refused(phase)
    end)
  end

  it("content does not inside a C function, and nothing is sent", function()
    nginx:get "/inside_C"
    for _, name in ipairs { "sort", "gsub", "require", "bot" } do
      assert.matches("state: a call cannot wait inside a C function", noted(name), 1, true)
    end
    assert.are.equal(sent, upstream:count "slow")
  end)

  for _, phase in ipairs(AT_START) do
    it(phase .. " does not, and nothing is sent", function() assert_refused(phase) end)
  end

  it("init does not for whatsapp.parallel either", function()
    assert.matches("phase init, so nothing was sent", noted "parallel", 1, true)
  end)

  it("leaves no error in the log", function()
    nginx:settle()
    assert.are.equal("", nginx:errors())
    assert.are.equal("", nginx:leftovers())
  end)
end)
