-- The sandbox itself: its life, what it remembers, and what it refuses. That the
-- client gets along with it is the matter of the client's own specs.

local files = require "spec.support.files"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close() ~= nil
end

local read = files.read

-- The Lua that runs this spec.
local function interpreter()
  local lowest = 0
  while arg[lowest - 1] do lowest = lowest - 1 end
  return os.getenv "LUA_BIN" or arg[lowest]
end

local function wait_until(condition)
  for _ = 1, 300 do
    if condition() then return true end
    os.execute "sleep 0.1"
  end
  return false
end

local function port_of(box)
  return tonumber(box.graph_url:match "%d+$")
end

-- The port can be bound again, soon: whoever listened there is gone.
local function assert_port_free(port)
  local box, err
  wait_until(function()
    box, err = sandbox.start { port = port }
    return box
  end)
  assert(box, err):stop()
end

describe("sandbox", function()
  local box, wa, direct

  setup(function()
    box = assert(sandbox.start())
    wa, direct = whatsapp.new(box:options()), whatsapp.new(box:options "direct")
  end)

  teardown(function()
    wa:close()
    direct:close()
    box:stop()
  end)

  -- A request straight to the messages endpoint, past the client's own checks.
  local function post(payload)
    return direct:request("POST", "{phone_number_id}/messages", { json = payload })
  end

  local function envelope(kind, content)
    return { messaging_product = "whatsapp", to = "15551234567", type = kind, [kind] = content }
  end

  local function template(name, ...)
    return envelope("template",
      { name = name, language = { code = "en_US" }, components = { ... } })
  end

  local function body(...)
    local parameters = {}
    for i, text in ipairs { ... } do parameters[i] = { type = "text", text = text } end
    return { type = "body", parameters = parameters }
  end

  describe("what it remembers", function()
    it("keeps accepted messages in order, with the request's body", function()
      local before = #box:sent()
      local first = assert(wa:send { to = "+1 (555) 123-4567", text = "one" })
      local second = assert(wa:send { to = "15551234567", text = "two" })
      local sent = box:sent()
      assert.equal(before + 2, #sent)
      assert.equal(first.id, sent[before + 1].id)
      assert.same({
        id = second.id, to = "15551234567", type = "text", phone_number_id = box.phone_number_id,
        payload = { messaging_product = "whatsapp", recipient_type = "individual",
                    to = "15551234567", type = "text", text = { body = "two" } },
      }, sent[before + 2])
      assert.not_equal(first.id, second.id)
    end)

    it("keeps every request, refused ones too, and no credential", function()
      post { messaging_product = "whatsapp" }
      local requests = box:requests()
      local last = requests[#requests]
      assert.equal("POST", last.method)
      assert.equal(400, last.status)
      assert.equal("graph", last.service)
      assert.equal("Bearer present", last.headers.authorization)
      assert.same({ messaging_product = "whatsapp" }, last.body)
      assert.is_truthy(last.path:find("/" .. box.phone_number_id .. "/messages", 1, true))
      local journal = read(box.prefix .. "/journal")
      assert.is_nil(journal:find(box.api_key, 1, true))
      assert.is_nil(journal:find(box.access_token, 1, true))
    end)

    it("speaks HTTP/2 and keeps the connection", function()
      post {}
      post {}
      local requests = box:requests()
      local last, previous = requests[#requests], requests[#requests - 1]
      assert.equal(2, last.http_version)
      assert.equal(previous.connection, last.connection)
    end)

    it("describes the parts of a multipart body", function()
      assert(wa.media:upload { data = "\0\r\n--\255", type = "image/png", filename = 'a "b".png' })
      local requests = box:requests()
      local parts = {}
      for _, part in ipairs(requests[#requests].parts) do parts[part.name] = part end
      assert.equal("whatsapp", parts.messaging_product.value)
      assert.equal("image/png", parts.type.value)
      assert.same({ name = "file", filename = 'a "b".png', content_type = "image/png", size = 6 },
        parts.file)
    end)
  end)

  describe("what it refuses", function()
    local function assert_refused(expected, answer, err)
      assert.is_nil(answer)
      assert.equal(expected.status, err.status)
      assert.equal(expected.code, err.code)
      assert.equal(expected.subcode, err.subcode)
      if expected.details then
        assert.is_truthy(tostring(err.details):find(expected.details, 1, true), err.details)
      end
      assert.equal("rejected", err.outcome)
      if err.code then assert.is_string(err.trace_id) end
    end

    local refusals = {
      { "no messaging_product", { to = "1555", type = "text", text = { body = "x" } },
        { status = 400, code = 100, details = "messaging_product" } },
      { "no recipient", { messaging_product = "whatsapp", type = "text", text = { body = "x" } },
        { status = 400, code = 100, details = "to is missing" } },
      { "no type", { messaging_product = "whatsapp", to = "1555" },
        { status = 400, code = 100, details = "type is missing" } },
      { "an unknown type", envelope("telegram", {}), { status = 400, code = 100 } },
      { "no content", { messaging_product = "whatsapp", to = "1555", type = "text" },
        { status = 400, code = 131008 } },
      { "a recipient that is no number", { messaging_product = "whatsapp", to = "Ann",
        type = "text", text = { body = "x" } }, { status = 400, code = 131009 } },
      { "a text too long", envelope("text", { body = ("é"):rep(4097) }),
        { status = 400, code = 100, details = "4097" } },
      { "an unknown media id", envelope("image", { id = "300000000000000" }),
        { status = 400, code = 131009, details = "300000000000000" } },
      { "an unknown template", template "no_such_template",
        { status = 404, code = 132001, details = "no_such_template" } },
      { "too few parameters", template("order_confirmation", body "John"),
        { status = 400, code = 132000, details = "(1) does not match the expected" } },
      { "too many parameters", template("hello_world", body "John"),
        { status = 400, code = 132000 } },
      { "a parameter without a name", template("appointment_reminder", body("a", "b", "c")),
        { status = 400, code = 100, details = "customer" } },
      { "a missing media header", template("promo", body "John"),
        { status = 400, code = 132012, details = "expected IMAGE" } },
      { "a parameter without a value", template("order_confirmation", { type = "body",
        parameters = { { type = "text" }, { type = "text", text = "2" } } }),
        { status = 400, code = 100, details = "missing text" } },
      { "an answer to what is no message", { messaging_product = "whatsapp", to = "1555", type = "text",
        text = { body = "x" }, context = { message_id = "bogus" } },
        { status = 400, code = 131009, details = "context" } },
      { "two buttons with one id", envelope("interactive", { type = "button", body = { text = "Tea?" }, action = {
        buttons = { { type = "reply", reply = { id = "a", title = "Yes" } },
                    { type = "reply", reply = { id = "a", title = "No" } } } } }),
        { status = 400, code = 131009, details = "have the id a" } },
      { "two rows with one id", envelope("interactive", { type = "list", body = { text = "Cake?" }, action = {
        button = "Cakes", sections = { { title = "Today", rows = { { id = "b", title = "Plum" } } },
                                       { title = "Tomorrow", rows = { { id = "b", title = "Apple" } } } } } }),
        { status = 400, code = 131009, details = "have the id b" } },
    }
    for _, case in ipairs(refusals) do
      it(case[1], function() assert_refused(case[3], post(case[2])) end)
    end

    it("a url button without its parameter", function()
      local header = { type = "header",
        parameters = { { type = "image", image = { link = "https://example.com/a.jpg" } } } }
      assert_refused({ status = 400, code = 131008, details = "index 0" },
        post(template("promo", header, body "John")))
      assert(post(template("promo", header, body "John", { type = "button", sub_type = "url",
        index = "0", parameters = { { type = "text", text = "new" } } })))
    end)

    it("an id it does not know, and an edge that is not there", function()
      local answer, err = direct:request("GET", "999")
      assert_refused({ status = 400, code = 100, subcode = 33 }, answer, err)
      assert.is_truthy(tostring(err):find("Object with ID", 1, true))
      assert_refused({ status = 400, code = 2500 },
        direct:request("GET", "{phone_number_id}/nothing"))
    end)

    local function with(mode, changes)
      local options = box:options(mode)
      for name, value in pairs(changes) do options[name] = value end
      return whatsapp.new(options):request("GET", "{phone_number_id}/messages")
    end

    it("a wrong token, a wrong key, a connection it does not have", function()
      assert_refused({ status = 401, code = 190 }, with("direct", { access_token = "wrong" }))
      assert_refused({ status = 401 }, with("gateway", { api_key = "wrong" }))
      assert_refused({ status = 400 }, with("gateway", { connection = "none" }))
    end)

    it("a gateway path without the app's name", function()
      assert_refused({ status = 404 }, with("gateway", { base_url = box.graph_url }))
    end)
  end)

  describe("media", function()
    it("are stored, described, given back and deleted", function()
      local bytes = ("\0\1\r\n--boundary\r\n\255"):rep(50000)
      local id = assert(wa.media:upload { data = bytes, type = "application/pdf",
        filename = "a.pdf" }).id
      local info = assert(wa.media:get(id))
      assert.equal("application/pdf", info.mime_type)
      assert.equal(#bytes, tonumber(info.file_size))
      assert.is_true(bytes == whatsapp.new(box:options "direct").media:download(id))
      assert.is_true(wa.media:delete(id))
      local answer, err = wa.media:get(id)
      assert.is_nil(answer)
      assert.equal(33, err.subcode)
      assert.is_false(exists(box.prefix .. "/media/" .. id))
    end)

    it("are bound to their number and to a kind of message", function()
      local id = assert(wa.media:upload { data = "x", type = "image/png", filename = "a.png" }).id
      local _, err = wa:request("GET", id, { query = { phone_number_id = "9" } })
      assert.equal(33, err.subcode)
      _, err = post(envelope("video", { id = id }))
      assert.equal(131053, err.code)
      assert(post(envelope("image", { id = id })))
    end)
  end)

  describe("its life", function()
    it("has credentials and ids of its own each time", function()
      local other = assert(sandbox.start())
      assert.not_equal(box.api_key, other.api_key)
      assert.not_equal(box.access_token, other.access_token)
      assert.not_equal(box.phone_number_id, other.phone_number_id)
      assert(whatsapp.new(other:options()):send { to = "15551234567", text = "to the other" })
      assert.equal(1, #other:sent())
      for _, message in ipairs(box:sent()) do
        assert.not_equal(other:sent()[1].id, message.id)
      end
      other:stop()
    end)

    it("ends with stop, and its directory with it; what it saw remains", function()
      local other = assert(sandbox.start())
      local sent = assert(whatsapp.new(other:options()):send { to = "15551234567", text = "x" })
      other:stop()
      other:stop()
      assert.is_false(exists(other.prefix .. "/nginx.conf"))
      assert.equal(sent.id, other:sent()[1].id)
      assert_port_free(port_of(other))
    end)

    it("keeps a directory that was given, and serves it to one at a time", function()
      local prefix = os.tmpname()
      os.remove(prefix)
      local first = assert(sandbox.start { prefix = prefix })
      local second, err = sandbox.start { prefix = prefix }
      assert.is_nil(second)
      assert.equal("io", err.kind)
      assert.equal("not_sent", err.outcome)
      first:stop()
      assert.equal("", read(prefix .. "/error.log"))
      first = assert(sandbox.start { prefix = prefix })
      first:stop()
      assert.is_true(exists(prefix .. "/journal"))
      os.execute("rm -r " .. prefix)
    end)

    it("says so when a port is taken", function()
      local other, err = sandbox.start { port = port_of(box) }
      assert.is_nil(other)
      assert.is_truthy(tostring(err):find("port " .. port_of(box), 1, true))
    end)

    -- Runs a process that starts a sandbox and then kills what the command names; waits
    -- until nothing is left of it.
    local function assert_gone_after(command)
      local script = os.tmpname()
      local file = assert(io.open(script, "wb"))
      file:write(("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath),
        'local box = assert(require("whatsapp.sandbox").start())\n',
        'print(box.prefix, box.graph_url:match "%d+$")\nio.stdout:flush()\n',
        ('os.execute(%q .. box.pid)\n'):format(command))
      file:close()
      local pipe = assert(io.popen(("exec %s %s"):format(interpreter(), script)))
      local prefix, port = pipe:read("*a"):match "^(.-)\t(%d+)"
      pipe:close()
      os.remove(script)
      assert.is_string(prefix)
      assert.is_true(wait_until(function() return not exists(prefix .. "/nginx.conf") end))
      assert_port_free(tonumber(port))
    end

    it("ends when its process is gone without a word", function()
      assert_gone_after "kill -9 $PPID #"
    end)

    it("ends when its process and nginx's master are killed", function()
      assert_gone_after "kill -9 $PPID "
    end)

    it("is stopped when it is collected", function()
      local other = assert(sandbox.start())
      local prefix = other.prefix
      other = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
      assert.is_false(exists(prefix .. "/nginx.conf"))
    end)
  end)

  it("answers with JSON even what nginx refuses before it is read", function()
    local other = assert(sandbox.start())
    local pipe = assert(io.popen(("printf 'POST /v21.0/1 HTTP/1.1\\r\\nHost: x\\r\\n"
      .. "Content-Length: 999999999\\r\\n\\r\\n' | timeout 10 openssl s_client -quiet "
      .. "-connect 127.0.0.1:%d 2>/dev/null"):format(port_of(other))))
    local answer = pipe:read "*a"
    pipe:close()
    assert.is_truthy(answer:find("^HTTP/1.1 413 "), answer)
    assert.is_truthy(answer:find("Content-Type: application/json", 1, true), answer)
    assert.is_truthy(answer:find('{"error":{"code":100,', 1, true), answer)
    assert.same({ "nginx", 413 }, { other:requests()[1].service, other:requests()[1].status })
    other:stop()
  end)

  describe("run", function()
    it("gives a command one mode's environment and takes the other's away", function()
      local gateway = box:env()
      assert.equal(box.api_key, gateway.MATON_API_KEY)
      assert.is_nil(gateway.WHATSAPP_ACCESS_TOKEN)
      assert.is_true(box:run '[ -n "$MATON_API_KEY" ] && [ -z "${WHATSAPP_ACCESS_TOKEN+set}" ]')
      assert.is_true(box:run('[ "$WHATSAPP_BASE_URL" = ' .. box.graph_url
        .. ' ] && [ -z "${MATON_API_KEY+set}" ]', "direct"))
    end)

    it("tells how a command failed", function()
      local ok, err = box:run "exit 3"
      assert.is_nil(ok)
      assert.equal("io", err.kind)
      assert.is_truthy(tostring(err):find("exit status 3", 1, true))
    end)
  end)

  it("answers all but what the page about it names", function()
    local but = read "docs/sandbox.md":match "every operation of the client but ([^.]*)%."
    assert.equal("`messages:encrypted`", but)
    local _, err = direct:request("POST", "{phone_number_id}/messages_encrypted", { json = {} })
    assert.equal(2500, err.code)
  end)

  it("logs nothing on a good run", function()
    assert.equal("", read(box.prefix .. "/error.log"))
  end)

  it("never shows a credential as a string", function()
    assert.is_nil(tostring(box):find(box.api_key, 1, true))
    assert.is_nil(tostring(box):find(box.access_token, 1, true))
  end)
end)
