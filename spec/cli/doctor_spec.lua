-- Each trouble that an account can have, as the doctor names it.

local command = require "spec.support.command"
local json = require "whatsapp.json"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

describe("whatsapp doctor", function()
  local box

  local function start(options)
    box = assert(sandbox.start(options))
    return whatsapp.new(box:options "direct")
  end

  after_each(function() box:stop() end)

  -- By check, what it found; it must have ended as it should.
  local function findings(status, before)
    local ended = command.run(box, "doctor --json", before)
    command.assert_ended(status, ended)
    local found = {}
    for _, finding in ipairs(assert(json.decode(ended.out))) do found[finding.check] = finding end
    return found
  end

  local function assert_wrong(check, text, found)
    assert.equal("wrong", found[check].result, json.encode(found))
    assert.truthy(found[check].finding:find(text, 1, true), found[check].finding)
    assert.is_string(found[check].hint)
    for name, finding in pairs(found) do
      assert.truthy(name == check or finding.result ~= "wrong", name)
    end
  end

  it("finds nothing where all is well", function()
    start()
    local ended = command.run(box, "doctor")
    command.assert_ended(0, ended)
    assert.equal(8, select(2, ended.out:gsub("  ok  ", "")), ended.out)
    assert.is_nil(ended.out:find(box.api_key, 1, true))
  end)

  it("leaves out the gateway where the way leads straight to Graph", function()
    start()
    local direct = box:exports "direct"
    local found = findings(0, direct)
    assert.is_nil(found.key)
    assert.is_nil(found.connection)
    assert.equal("ok", found.number.result)
    assert_wrong("number", "access token", findings(1, direct .. "export WHATSAPP_ACCESS_TOKEN=wrong"))
  end)

  it("names a key that is missing, or wrong", function()
    start()
    assert_wrong("configuration", "MATON_API_KEY is not set", findings(1, "unset MATON_API_KEY"))
    assert_wrong("key", "the key in MATON_API_KEY is wrong", findings(1, "export MATON_API_KEY=wrong"))
    local ended = command.run(box, "doctor", "export MATON_API_KEY=wrong")
    assert.truthy(ended.out:find("\nkey: copy it again", 1, true), ended.out)
  end)

  it("names an address without the app, or where nobody answers", function()
    start()
    assert_wrong("address", "the app name is missing", findings(1, "WHATSAPP_BASE_URL=${WHATSAPP_BASE_URL%/*}"))
    assert_wrong("configuration", "lacks the app name", findings(1, "WHATSAPP_BASE_URL=https://gateway.maton.ai"))
    local nobody = ("https://127.0.0.1:%d"):format(server.free_ports({ "port" }).port)
    local found = findings(1, ("WHATSAPP_BASE_URL=%s/whatsapp-business"):format(nobody))
    assert_wrong("address", nobody .. "/whatsapp-business does not answer", found)
    assert.truthy(found.address.hint:find("check WHATSAPP_BASE_URL", 1, true))
    found = findings(1, "WHATSAPP_CONTROL_URL=" .. nobody)
    assert_wrong("key", nobody .. " does not answer", found)
    assert.truthy(found.key.hint:find("check WHATSAPP_CONTROL_URL", 1, true))
    assert_wrong("address", nobody .. " does not answer",
      findings(1, box:exports "direct" .. "export WHATSAPP_BASE_URL=" .. nobody))
  end)

  describe("behind a proxy that knows one of the gateway's addresses", function()
    local directory, process, tunnel

    setup(function()
      directory = server.make_directory()
      process = server.start_process(("node spec/support/tunnel.mjs %s api.maton.ai"):format(directory))
      tunnel = process.pipe:read "*l"
      assert(tunnel, "no tunnel")
    end)
    teardown(function()
      process:stop()
      server.remove_directory(directory)
    end)

    local function through(base_url, control_url)
      return ("export WHATSAPP_PROXY=%s WHATSAPP_CA_FILE=%s/ca.pem WHATSAPP_BASE_URL=%s WHATSAPP_CONTROL_URL=%s")
        :format(tunnel, directory, base_url, control_url)
    end

    it("says which one answers, and how to set it", function()
      start()
      local found = findings(1, through("https://gateway.maton.ai/whatsapp-business", "https://ctrl.maton.ai"))
      assert_wrong("address", "gateway.maton.ai does not answer", found)
      assert.truthy(found.address.finding:find("but api.maton.ai does", 1, true), found.address.finding)
      assert.truthy(found.address.hint:find("WHATSAPP_BASE_URL=https://api.maton.ai/whatsapp-business", 1, true))
      found = findings(1, through("https://api.maton.ai/whatsapp-business", "https://api.maton.ai"))
      assert.truthy(found.address.finding:find("the newer of", 1, true))
    end)

    it("says that none does", function()
      start()
      process:stop()
      assert_wrong("address", "neither api.maton.ai nor gateway.maton.ai answers",
        findings(1, through("https://api.maton.ai/whatsapp-business", "https://api.maton.ai")))
    end)
  end)

  it("names a connection that is missing, not chosen, wrong or expired", function()
    start { connections = { "PENDING" } }
    assert_wrong("connection", "there is no active connection", findings(1))
    box:stop()
    start { connections = { "ACTIVE", "ACTIVE" } }
    assert.truthy(findings(0).connection.finding:find("none is chosen", 1, true))
    assert.equal(box.connections[2], findings(0, "export MATON_CONNECTION=" .. box.connections[2]).connection.finding)
    assert_wrong("connection", "names no active connection", findings(1, "export MATON_CONNECTION=elsewhere"))
    box:stop()
    start { connections = { "EXPIRED" } }
    assert_wrong("number", "the OAuth grant of the connection has expired", findings(1))
  end)

  it("names ids that are missing or do not fit", function()
    start()
    assert_wrong("number", "WHATSAPP_PHONE_NUMBER_ID is not set", findings(1, "unset WHATSAPP_PHONE_NUMBER_ID"))
    local found = findings(1, "WHATSAPP_PHONE_NUMBER_ID=123456789012345")
    assert_wrong("number", "WHATSAPP_PHONE_NUMBER_ID is wrong: 100 ", found)
    assert.equal("whatsapp phone ls shows the ids", found.number.hint)
    assert_wrong("account", "WHATSAPP_BUSINESS_ACCOUNT_ID is wrong: 100 ",
      findings(1, "WHATSAPP_BUSINESS_ACCOUNT_ID=123456789012345"))
    assert_wrong("account", "WHATSAPP_BUSINESS_ACCOUNT_ID is not set",
      findings(1, "unset WHATSAPP_BUSINESS_ACCOUNT_ID"))
  end)

  it("names a number that is not registered, and webhooks that nobody gets", function()
    local wa = start()
    assert(wa.subscribed_apps:unsubscribe())
    assert_wrong("webhook", "no app is subscribed", findings(1))
    assert(wa.subscribed_apps:subscribe {})
    assert(wa.phone_numbers:deregister())
    assert_wrong("registration", "not registered", findings(1))
  end)
end)
