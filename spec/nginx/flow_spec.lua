-- The endpoint of docs/flows.md in an nginx: played over HTTP.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local core = require "whatsapp.core"
local files = require "spec.support.files"
local http = require "socket.http"
local keypair = require "whatsapp.flow.keypair"
local ltn12 = require "ltn12"
local server = require "spec.support.server"
local start_service = require("spec.support.service").start
local testing = require "whatsapp.testing"
local webhook = require "whatsapp.webhook"

local sandbox, service, directory, pair

local function configuration()
  local conf = files.read("docs/flows.md"):match "\n```nginx\n(.-)\n```"
  local function replace(what, by)
    local n
    conf, n = conf:gsub(what, (by:gsub("%%", "%%%%")))
    assert(n == 1, what)
  end
  replace("http {\n", "http {\n  client_body_buffer_size 1k;\n")
  replace('"/etc/flows/private.pem"', ("%q"):format(directory .. "/private.pem"))
  replace('os.getenv "FLOW_PASSPHRASE"', '"a passphrase"')
  replace("location = /flow", "location = /health { return 200; }\n    location = /flow")
  return conf
end

-- An endpoint that is asked over HTTP.
local remote = {
  public_key = function() return pair.public_key end,
  sign = function(_, body) return (webhook.sign(body, sandbox.app_secret)) end,
  handle = function(_, body, signature)
    local answer = {}
    local _, status, headers = http.request { url = service.url .. "/flow", method = "POST",
      source = ltn12.source.string(body), sink = ltn12.sink.table(answer),
      headers = { ["Content-Length"] = #body, ["X-Hub-Signature-256"] = signature } }
    return status, headers, table.concat(answer)
  end,
}

describe("a Flow's endpoint in nginx", function()
  setup(function()
    directory = server.make_directory()
    pair = assert(keypair.new "a passphrase")
    local file = assert(io.open(directory .. "/private.pem", "w"))
    file:write(pair.private_key)
    file:close()
    sandbox = assert(require("whatsapp.sandbox").start())
    service = start_service(sandbox, configuration())
  end)

  teardown(function()
    if service then service:stop() end
    if sandbox then sandbox:stop() end
    server.remove_directory(directory)
  end)

  it("is played to its end", function()
    local player = testing.flow(remote)
    assert.is_true(player:ping())
    assert.are.equal("DAY", (assert(player:open())))
    assert.are.equal("Monday", player.data.days[1].title)
    -- Longer than nginx keeps in memory.
    assert.are.equal("SUCCESS", (assert(player:submit { day = "mon", note = ("x"):rep(5000) })))
    assert.are.equal("mon", player.params.day)
    assert.are.equal(5000, #player.params.note)
  end)

  it("refuses what is not WhatsApp's", function()
    assert.are.equal(432, (remote:handle("{}", "sha256=" .. ("0"):rep(64))))
    assert.are.equal(400, (remote:handle("", remote:sign "")))
    local strange = { sign = remote.sign, handle = remote.handle,
                      public_key = function() return core.new_key():public_pem() end }
    local _, err = testing.flow(strange):open()
    assert.are.equal(421, err.status)
    local _, status, headers = http.request(service.url .. "/flow")
    assert.are.equal("405 POST", status .. " " .. headers.allow)
    local log = service:log()
    assert.is_nil(log:find "%[error%]", log)
  end)

  it("tells its log what a player's client could not use", function()
    assert.is_true(testing.flow(remote):notice("INVALID_SCREEN_TRANSITION", "no way"))
    assert.is_truthy(service:log():find("INVALID_SCREEN_TRANSITION: no way", 1, true))
  end)
end)
