-- Webhooks from the command line: listened to, and made up.

local child = require "spec.support.child"
local command = require "spec.support.command"
local http = require "socket.http"
local json = require "whatsapp.json"
local server = require "spec.support.server"

local assert_ended, assert_refused = command.assert_ended, command.assert_refused

local SECRET = "export WHATSAPP_APP_SECRET=secret"

-- A listener on a free port; it stands ready when this returns.
local function listen(words)
  local process = child.start(([[os.exit(require("whatsapp.cli").run { "listen", "--port", "0", %s }, true)]])
    :format(words or ""), nil, "WHATSAPP_APP_SECRET=secret WHATSAPP_VERIFY_TOKEN=token")
  local url = assert(process.pipe:read "*l"):match "^listening on (%S+) "
  return process, assert(url)
end

local function stop(process)
  process:interrupt()
  local output, status = process:finish()
  assert.equal(0, status, output)
  return output
end

local function trigger(words, before)
  return command.run(nil, "trigger " .. words, before or SECRET)
end

describe("whatsapp listen and trigger", function()
  it("print what comes, and answer Meta", function()
    local process, url = listen()
    local body, status = http.request(url .. "?hub.mode=subscribe&hub.verify_token=token&hub.challenge=42")
    assert.same({ 200, "42" }, { status, body })
    assert.equal(403, select(2, http.request(url .. "?hub.mode=subscribe&hub.verify_token=x&hub.challenge=42")))
    assert_ended(0, trigger("text " .. url .. " --text 'Good day' --from 15550000007"))
    assert_ended(0, trigger("button_reply " .. url))
    assert_ended(0, trigger("failed " .. url .. " --code 131047"))
    local output = stop(process)
    assert.truthy(output:find("message.text  15550000007  Good day\n", 1, true), output)
    assert.truthy(output:find("message.button_reply  15551234567  yes\n", 1, true), output)
    assert.truthy(output:find("status.failed  15551234567  whatsapp: window: 131047", 1, true), output)
  end)

  it("know every kind, as the event of that name", function()
    local process, url = listen '"--json"'
    local kinds, made = {}, {}
    for _, kind in ipairs(require("whatsapp.cli.command.trigger").actions) do
      if kind.name ~= "change" then
        assert_ended(0, trigger(("%s %s --from 15550000008"):format(kind.name, url)))
        kinds[#kinds + 1] = kind.name
      end
    end
    assert_ended(0, trigger("list_reply " .. url .. " --reply p1 --reply-to wamid.1"))
    assert_ended(0, trigger("flow_reply " .. url .. [[ --data '{"size":"L"}']]))
    for line in stop(process):gmatch "[^\n]+" do made[#made + 1] = json.decode(line) end
    assert.equal(#kinds + 2, #made)
    local ids = {}
    for i, name in ipairs(kinds) do
      assert.equal(name, made[i].type)
      assert.equal("15550000008", made[i].from)
      ids[made[i].id] = true
    end
    assert.equal("p1", made[#kinds + 1].reply_id)
    assert.equal("wamid.1", made[#kinds + 1].raw.context.id)
    assert.truthy(made[#made].raw.interactive.nfm_reply.response_json:find '"size":"L"')
    local count = 0
    for _ in pairs(ids) do count = count + 1 end
    assert.equal(#kinds, count)
  end)

  it("know a change of any field", function()
    local process, url = listen '"--json"'
    assert_ended(0, trigger("change account_update " .. url .. [[ --value '{"event":"ACCOUNT_RESTRICTION"}']]))
    assert_ended(0, trigger("change nobody_knows " .. url))
    local first, second = stop(process):match "^([^\n]+)\n([^\n]+)\n$"
    first, second = json.decode(first), json.decode(second)
    assert.same({ "account", "account_restriction" }, { first.kind, first.type })
    assert.same({ "unknown", "nobody_knows" }, { second.kind, second.type })
    assert_refused(2, "is not JSON", trigger("change account_update --value x " .. url))
  end)

  it("refuse what is not signed with the secret", function()
    local process, url = listen()
    local ended = trigger("text " .. url .. " --text forged", "export WHATSAPP_APP_SECRET=another")
    assert_ended(3, ended)
    assert.equal("401\n", ended.out)
    local output = stop(process)
    assert.truthy(output:find("signature", 1, true), output)
    assert.is_nil(output:find("forged", 1, true))
  end)

  it("pass on what came, and the answer", function()
    local last, last_url = listen '"--json"'
    local first, url = listen(('"--forward-to", %q'):format(last_url))
    assert_ended(0, trigger("text " .. url .. " --id wamid.77"))
    local event = json.decode(stop(last))
    assert.same({ "wamid.77", "Hello" }, { event.id, event.text })
    assert_ended(3, trigger("text " .. url))
    assert.truthy(stop(first):find("message.text", 1, true))
  end)

  it("name lua-http where it is missing, and only listen needs it", function()
    local missing = [[package.preload["http.%s"] = function() error "not here" end]]
    local run = [[os.exit(require("whatsapp.cli").run { %s }, true)]]
    local output, status = child.run(run:format '"listen"', missing:format "server", "WHATSAPP_APP_SECRET=secret")
    assert.equal(1, status)
    assert.truthy(output:find("needs lua-http; luarocks install http (Debian: apt install lua-http)", 1, true), output)
    local nobody = ("http://127.0.0.1:%d/"):format(server.free_ports({ "port" }).port)
    output, status = child.run(run:format(('"trigger", "text", %q'):format(nobody)),
      missing:format "request", "WHATSAPP_APP_SECRET=secret")
    assert.equal(1, status)
    assert.truthy(output:find("connect to 127.0.0.1", 1, true), output)
  end)

  it("name what is missing or wrong", function()
    local nobody = ("http://127.0.0.1:%d/"):format(server.free_ports({ "port" }).port)
    assert_refused(1, "network", trigger("text " .. nobody))
    assert_refused(1, "WHATSAPP_APP_SECRET", trigger("text " .. nobody, "unset WHATSAPP_APP_SECRET"))
    assert_refused(1, "WHATSAPP_APP_SECRET: there is none",
      command.run(nil, "listen --port 0", "unset WHATSAPP_APP_SECRET"))
    assert_refused(2, "url", trigger "text nowhere")
    assert_refused(2, "Did you mean 'text'", trigger("txet " .. nobody))
    assert_refused(2, "unknown option '--text'", trigger("location --text x " .. nobody))
    assert_refused(2, "is not JSON", trigger("flow_reply --data x " .. nobody))
    assert_refused(2, "not a known error code", trigger("failed --code 42424242 " .. nobody))
  end)
end)
