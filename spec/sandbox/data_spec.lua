-- What outlives a sandbox that has a data directory.

local files = require "spec.support.files"
local http = require "socket.http"
local json = require "whatsapp.json"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"
local socket = require "socket"
local webhook_listener = require "spec.support.webhook_listener"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551234567"
local LIMIT = 60 -- seconds until something must have been written

local FLOW = { version = "7.1", screens = { { id = "ONE", title = "One", terminal = true,
  layout = { type = "SingleColumnLayout", children = {
    { type = "Footer", label = "Done", ["on-click-action"] = { name = "complete", payload = { a = "b" } } } } } } } }

describe("sandbox: data", function()
  local directory, box, wa

  local function start(more)
    local options = { data = directory, gateway_rate = false, delivered_seconds = 0, read_seconds = false }
    for name, value in pairs(more or {}) do options[name] = value end
    local err
    box, err = sandbox.start(options)
    if not box then return nil, err end
    wa = whatsapp.new(box:options())
    return box
  end

  before_each(function() directory = server.make_directory() .. "/data" end)

  after_each(function()
    if box then box:stop() end
    server.remove_directory(directory:match "^(.*)/data$")
  end)

  local function state()
    return select(2, json.decode((http.request(box.phone_url .. "api/state"))))
  end

  it("goes on where it ended", function()
    assert(start())
    local media = assert(wa.media:upload { data = "a picture", type = "image/png" })
    local sent = assert(wa:send { to = CUSTOMER, image = { id = media.id } })
    assert(box:receive { from = CUSTOMER, user_id = "US.13491208655302741918", name = "Ann", text = "é 👋" })
    local template = assert(wa.templates:create { name = "kept", language = "en", category = "UTILITY",
                                                  body = "Hello from us" })
    local flow = assert(wa.flows:create { name = "kept", categories = { "OTHER" }, flow_json = json.encode(FLOW) })
    assert(wa.blocked_users:block { "15550000009" })
    local made = assert(wa.connections:create())
    assert(box:review(template.id, "PAUSED"))
    assert(box:advance(90000))
    local before, exports = state(), box:exports()
    box:stop()

    assert(start())
    local after = state()
    assert.are.equal(exports, box:exports())
    for _, name in ipairs { "customers", "messages", "templates", "flows", "connections", "business" } do
      assert.are.same(before[name], after[name])
    end
    assert.is_true(after.clock.now >= before.clock.now)
    assert.is_true(after.revision > before.revision)
    assert.are.equal("a picture", (assert(whatsapp.new(box:options "direct").media:download(media.id))))
    assert.are.equal("delivered", assert(sent:wait "delivered").status)
    assert.are.equal("PAUSED", assert(wa.templates:get(template.id)).status)
    assert.are.equal("kept", assert(wa.flows:get(flow.id)).name)
    assert.are.equal("15550000009", assert(wa.blocked_users:list()).data[1].wa_id)
    assert.are.equal("PENDING", assert(wa.connections:get(made.connection_id)).status)
    local again = assert(wa:send { to = "US.13491208655302741918", text = "Hello again" })
    local all = state().messages
    assert.are.same({ again.id, CUSTOMER }, { all[#all].id, all[#all].customer })
  end)

  it("has what becomes of a message go on", function()
    assert(start { delivered_seconds = 600 })
    local sent = assert(wa:send { to = CUSTOMER, text = "x" })
    box:stop()
    assert(start { delivered_seconds = 600 })
    assert(box:advance(601))
    assert.are.equal("delivered", assert(sent:wait "delivered").status)
  end)

  it("has webhooks go out that nobody took before it ended, those held too; taken ones do not come again", function()
    assert(start { webhook_url = "http://127.0.0.1:9/webhook" }) -- nobody is there
    assert(box:receive { from = CUSTOMER, text = "é one" })
    assert(box:fault { service = "webhook", batch = 9 })
    assert(box:receive { from = CUSTOMER, text = "two" })
    box:stop()
    local hook = webhook_listener.new()
    finally(function() hook:close() end)
    local function following()
      return hook:following().entry[1].changes[1].value.messages[1].text.body
    end
    assert(start { webhook_url = hook.url })
    assert.are.same({ "é one", "two" }, { following(), following() })
    local function taken()
      local count = 0
      for _, delivery in ipairs(assert(box:deliveries())) do count = count + (delivery.status == 200 and 1 or 0) end
      return count
    end
    local give_up = socket.gettime() + LIMIT
    repeat socket.sleep(0.02) until taken() == 2 or socket.gettime() > give_up -- the sandbox has seen the answers
    assert.are.equal(2, taken())
    box:stop()
    assert(start { webhook_url = hook.url })
    assert(box:receive { from = CUSTOMER, text = "three" })
    assert.are.equal("three", following())
  end)

  -- The processes of nginx: the workers of its master.
  local function workers()
    return files.read(("/proc/%d/task/%d/children"):format(box.pid, box.pid))
  end

  local function runs(pid)
    local file = io.open(("/proc/%d/cmdline"):format(pid), "rb")
    local title = file and file:read "*a"
    if file then file:close() end
    return title and title ~= ""
  end

  -- A machine may be too busy to let a process die.
  local function kill()
    os.execute(("kill -KILL %d %s"):format(box.pid, workers()))
    box.stopped = true
    local give_up = socket.gettime() + LIMIT
    while runs(box.pid) and socket.gettime() < give_up do socket.sleep(0.02) end
  end

  it("is of one sandbox at a time", function()
    assert(start())
    local ok, err = sandbox.start { data = directory }
    assert.is_nil(ok)
    assert.is_truthy(tostring(err):find("already runs in " .. directory, 1, true), tostring(err))
    assert(wa:send { to = CUSTOMER, text = "the first still answers" })
  end)

  it("takes a pid that is now another process's for a sandbox that is gone", function()
    assert(start())
    kill()
    local other = assert(io.popen("echo $$; exec sleep 60"))
    local pid = other:read "*l"
    local file = assert(io.open(directory .. "/nginx.pid", "w"))
    file:write(pid, "\n")
    file:close()
    local ok, err = start()
    os.execute("kill " .. pid)
    other:close()
    assert.is_nil(err)
    assert(ok)
  end)

  local function texts()
    local found = {}
    for i, message in ipairs(state().messages) do found[i] = message.payload.text.body end
    return found
  end

  it("outlives a kill: what was answered is there", function()
    assert(start())
    assert(wa:send { to = CUSTOMER, text = "before the kill" })
    kill()
    assert(start())
    assert.are.same({ "before the kill" }, texts())
    local template = assert(wa.templates:create { name = "kept", language = "en", category = "UTILITY",
                                                  body = "Hello" })
    assert(wa.blocked_users:block { "15550000009" })
    kill()
    assert(start())
    assert.are.equal("kept", assert(wa.templates:get(template.id)).name)
    assert.are.equal("15550000009", assert(wa.blocked_users:list()).data[1].wa_id)
    assert(wa.blocked_users:unblock { "15550000009" })
    assert(box:receive { from = CUSTOMER, text = "after it" })
    kill()
    assert(start())
    assert.are.same({}, assert(wa.blocked_users:list()).data)
    assert.are.same({ "before the kill", "after it" }, texts())
  end)

  it("outlives its worker's kill", function()
    assert(start())
    assert(wa:send { to = CUSTOMER, text = "before the kill" })
    local old = workers()
    os.execute("kill -KILL " .. old)
    local give_up = socket.gettime() + LIMIT
    repeat socket.sleep(0.05) until not workers():find(old:match "%d+", 1, true) or socket.gettime() > give_up
    assert.are.same({ "before the kill" }, texts())
  end)

  local function append(text)
    local file = assert(io.open(directory .. "/state.jsonl", "a"))
    file:write(text)
    file:close()
  end

  it("does without a last line that was not finished", function()
    assert(start())
    assert(wa:send { to = CUSTOMER, text = "whole" })
    kill()
    append '{"message":{"id":"wamid.half'
    assert(start())
    assert(wa:send { to = CUSTOMER, text = "behind it" })
    kill()
    assert(start())
    assert.are.same({ "whole", "behind it" }, texts())
  end)

  it("does not grow with what has become old", function()
    assert(start())
    local long, path = ("x"):rep(100000), directory .. "/state.jsonl"
    local message = assert(box:receive { from = CUSTOMER, text = long })
    local most = 0
    for i = 1, 12 do
      local emoji = i % 2 == 0 and "👍" or "🎉"
      assert(box:receive { from = CUSTOMER, type = "reaction", reaction = { message_id = message.id, emoji = emoji } })
      most = math.max(most, #files.read(path))
    end
    local give_up = socket.gettime() + LIMIT
    repeat socket.sleep(0.05) until #files.read(path) < most / 2 or socket.gettime() > give_up
    assert.is_true(#files.read(path) < most / 2)
    kill()
    assert(start())
    assert.are.same({ long }, texts())
    assert.are.equal("👍", state().messages[1].reactions[1].emoji)
  end)

  it("is its owner's alone, whatever the folder", function()
    os.execute(("mkdir -m 755 %s && echo '{}' > %s/gateway.env && chmod 666 %s/*"):format(
      directory, directory, directory))
    assert(start())
    assert(wa.media:upload { data = "a picture", type = "image/png" })
    local saved = io.open(directory .. "/state.jsonl")
    assert(saved):close()
    local function open_to_others()
      local pipe = assert(io.popen("find " .. directory .. " -mindepth 1 -perm /077"))
      local found = pipe:read "*a"
      pipe:close()
      return found
    end
    assert.are.equal("", open_to_others())
    box:stop()
    assert.are.equal("", open_to_others())
  end)

  it("says so when its file is damaged", function()
    assert(start())
    box:stop()
    local whole = files.read(directory .. "/state.jsonl")
    for _, text in ipairs { "", "{", "[]\n", '{"identity":{}}\n', '{"format":2,"identity":{},"ports":{}}\n',
                            whole .. "\0\0\n", whole .. "{\n" .. whole } do
      local file = assert(io.open(directory .. "/state.jsonl", "w"))
      file:write(text)
      file:close()
      local none, err = start()
      assert.is_nil(none)
      assert.are.equal("io", err.kind)
      assert.truthy(tostring(err):find("state.jsonl is damaged", 1, true))
    end
  end)

  it("says so when a line of it cannot be taken up", function()
    assert(start())
    box:stop()
    append '{"message":{"id":}}\n'
    local none, err = start()
    assert.is_nil(none)
    assert.truthy(tostring(err):find("state.jsonl is damaged", 1, true))
    append '{"nothing":"that is known"}\n'
    assert.is_nil((start()))
  end)

  it("is one directory", function()
    local none, err = start { prefix = "/tmp/other" }
    assert.is_nil(none)
    assert.are.same({ "invalid", "prefix" }, { err.kind, err.field })
  end)
end)
